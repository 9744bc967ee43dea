"""The command, as a workflow runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Lines = Callable[..., list[str]]

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "validate_data.py"
HEAVY = ("toktok", "numpy", "pydantic", "yaml", "rich", "openai")


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if "GITHUB" not in key}
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
        env=inherited | environment,
    )


@pytest.fixture
def clean(tmp_path: Path, lines: Lines) -> Path:
    path = tmp_path / "clean.jsonl"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path, lines: Lines) -> Path:
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join([*lines(), "{'a': 1}"]) + "\n", encoding="utf-8")
    return path


def test_clean_data_passes(clean: Path) -> None:
    """No error, exit code 0."""
    done = _run("check", str(clean))
    assert done.returncode == 0, done.stderr
    assert "All checks passed." in done.stdout


def test_errors_fail_and_are_listed(broken: Path) -> None:
    """An error is exit code 1, with the place, the rule and what to do."""
    done = _run("check", str(broken))
    assert done.returncode == 1
    assert f"{broken}:61:2: E215 [wrong-quotes]" in done.stdout
    assert "Found 1 error." in done.stdout


def test_json_has_the_same_facts(broken: Path) -> None:
    """--json prints findings with all their parts, and a summary."""
    done = _run("check", str(broken), "--json")
    facts = json.loads(done.stdout)
    (finding,) = facts["findings"]
    assert set(finding) == {"file", "line", "column", "code", "severity", "message", "hint"}
    assert (finding["line"], finding["code"], finding["severity"]) == (61, "E215", "error")
    assert facts["summary"]["errors"] == 1
    assert facts["summary"]["files"][str(broken)]["examples"] == 60


@pytest.mark.parametrize("arguments", [("check", "missing.jsonl"), ("check", "data")])
def test_what_cannot_be_read_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    """A missing file or a folder is exit code 2, with a remedy and no traceback."""
    done = _run(*arguments)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "→" in done.stderr


def test_in_actions_the_lines_are_marked(broken: Path, tmp_path: Path) -> None:
    """GitHub gets annotations on stderr and a page; stdout stays the result."""
    page = tmp_path / "summary.md"
    done = _run("check", str(broken), GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))
    assert f"::error file={broken},line=61,col=2,title=E215 wrong-quotes::" in done.stderr
    assert "::error" not in done.stdout
    assert page.read_text(encoding="utf-8").startswith("## Data check")


def test_a_validation_file_is_compared(clean: Path, tmp_path: Path) -> None:
    """--validation finds what the training files hold already."""
    copy = tmp_path / "validation.jsonl"
    copy.write_bytes(clean.read_bytes())
    done = _run("check", str(clean), "--validation", str(copy), "--json")
    codes = {one["code"] for one in json.loads(done.stdout)["findings"]}
    assert (done.returncode, codes) == (1, {"E801"})


def test_a_rule_is_explained_by_code_or_name() -> None:
    """explain takes either, and names the nearest when there is no such rule."""
    assert _run("explain", "e215").stdout == _run("explain", "wrong-quotes").stdout
    unknown = _run("explain", "wrong-quote")
    assert unknown.returncode == 2
    assert "wrong-quotes" in unknown.stderr


def test_help_imports_nothing_heavy() -> None:
    """--help answers without tokenizer, configuration or terminal libraries."""
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['validate_data.py', 'check', '--help']\n"
        f"try:\n    runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
        f"except SystemExit:\n    print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.rstrip().endswith("[]")
    assert "Example" in done.stdout
