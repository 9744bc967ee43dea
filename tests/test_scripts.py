"""What holds for every script alike."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT
from tuneops.errors import ExitCode

ENVIRONMENT = ROOT / "scripts/environment.py"
SCRIPTS = sorted(set((ROOT / "scripts").rglob("*.py")) - {ENVIRONMENT})
HEAVY = ("azure", "openai", "pydantic", "yaml", "numpy", "rich", "toktok", "httpx2", "starlette")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
        timeout=120,
    )


def commands_of(script: Path) -> list[list[str]]:
    """Every command line of the script up to its options."""
    main = runpy.run_path(str(script))["main"]
    names = sorted(main.commands) if isinstance(main, click.Group) else []
    return [[str(script), name] for name in names] or [[str(script)]]


COMMANDS = [command for script in SCRIPTS for command in commands_of(script)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_help_imports_no_heavy_module(script: Path) -> None:
    probe = (
        "import runpy, sys\n"
        f"sys.argv = [{str(script)!r}, '--help']\n"
        f"sys.path.insert(0, {str(script.parent)!r})\n"
        "try:\n"
        f"    runpy.run_path({str(script)!r}, run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "import json\n"
        "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_and_speaks_json(command: list[str]) -> None:
    helped = run(*command, "--help")
    assert helped.returncode == 0
    assert "Example" in helped.stdout
    shows_no_result = "rehearse" in command[0] or command[-1] == "serve"
    assert "--json" in helped.stdout or shows_no_result


@pytest.mark.parametrize(
    "script", sorted((ROOT / "scripts").glob("*.py")), ids=lambda script: script.name
)
def test_where_nothing_is_installed_a_script_says_what_to_do(script: Path) -> None:
    """`-S` leaves Python without the packages of its environment."""
    done = subprocess.run(
        [sys.executable, "-S", str(script), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.PRECONDITION
    assert "make install" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_stays_a_script(script: Path) -> None:
    """Options and help alone, no SDK and no logic of its own."""
    lines = script.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip()]
    assert len(code) <= 120
    assert not [line for line in lines if re.match(r"\s*(from|import) (azure|openai)\b", line)]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("scripts/fine_tune.py", "submit", "--config", "absent.yaml"), "cannot be read"),
        (("scripts/deploy.py", "show", "--config", "absent.yaml"), "cannot be read"),
        (("scripts/cleanup.py", "apply", "--plan", "absent.json"), "not a clean-up plan"),
    ],
)
def test_a_usage_error_ends_with_2_and_a_remedy(command: tuple[str, ...], sentence: str) -> None:
    done = run(*command)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_subscription_nothing_starts() -> None:
    done = run("scripts/provision.py", "show")
    assert done.returncode == 6
    assert "AZURE_SUBSCRIPTION_ID" in done.stderr


def test_errors_become_annotations_in_github_actions() -> None:
    done = run("scripts/provision.py", "show", GITHUB_ACTIONS="true")
    assert "::error::No subscription is named.%0A" in done.stderr
