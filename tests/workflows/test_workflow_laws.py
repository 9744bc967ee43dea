"""What act ignores, by GitHub's own parsers; and the laws that every workflow file keeps."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.conftest import BIN
from tests.workflows.parsers import FILES, ROOT, plain, templates
from tuneops.doctor.workflow_files import WorkflowFile, unpinned

SETUP = yaml.safe_load((ROOT / ".github/actions/setup/action.yml").read_text(encoding="utf-8"))
STEPS = [
    *(("setup", "setup", step) for step in SETUP["runs"]["steps"]),
    *(
        (file.file, name, step)
        for file in FILES
        for name, job in file.jobs.items()
        for step in job["steps"]
    ),
]
READ_ONLY = {"contents": "read"}
BEYOND_READING = {
    ("cleanup.yml", "plan"): {"id-token": "write"},
    ("cleanup.yml", "apply"): {"id-token": "write"},
    ("cleanup.yml", "tell"): {"issues": "write", "actions": "write"},
    ("comment.yml", "comment"): {"actions": "read", "pull-requests": "write"},
    ("comment.yml", "scan"): {
        "actions": "read",
        "pull-requests": "read",
        "security-events": "write",
    },
    ("doctor.yml", "doctor"): {"actions": "read", "id-token": "write"},
    ("fine-tune.yml", "train"): {"id-token": "write"},
    ("fine-tune.yml", "follow"): {"actions": "write"},
    ("provision.yml", "provision"): {"actions": "read", "id-token": "write"},
    ("reconcile.yml", "look"): {"id-token": "write"},
    ("reconcile.yml", "tell"): {"actions": "write", "issues": "write"},
    ("release.yml", "candidate"): {"attestations": "write", "id-token": "write"},
    ("release.yml", "deploy"): {
        "actions": "read",
        "attestations": "read",
        "id-token": "write",
    },
    ("rollback.yml", "rollback"): {"actions": "read", "id-token": "write"},
}


def ids(file: WorkflowFile) -> str:
    return file.file


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_github_reads_each_workflow_as_we_do(file: WorkflowFile) -> None:
    """Path filters, jobs, what they need, the environment they run in, and their token's rights."""
    template = templates()[file.file]
    assert template["errors"] == []
    for event, filters in file.events.items():
        parsed = template["events"][event]
        for kind in ("paths", "paths-ignore", "branches", "types", "workflows"):
            assert parsed.get(kind) == (filters or {}).get(kind) if event != "schedule" else True
    parsed_jobs = {job["id"]: job for job in template["jobs"]}
    assert set(parsed_jobs) == set(file.jobs)
    for name, job in file.jobs.items():
        needs = job.get("needs", [])
        assert parsed_jobs[name].get("needs", []) == ([needs] if isinstance(needs, str) else needs)
        assert parsed_jobs[name].get("environment") == job.get("environment")
        assert plain(template["raw"])["jobs"][name]["permissions"] == job["permissions"]


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_token_may_do_nothing_unless_its_job_says_so(file: WorkflowFile) -> None:
    document = yaml.safe_load((ROOT / ".github/workflows" / file.file).read_text(encoding="utf-8"))
    assert document["permissions"] == {}
    for name, job in file.jobs.items():
        allowed = READ_ONLY | BEYOND_READING.get((file.file, name), {})
        assert job["permissions"] in ({}, allowed)


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_only_a_job_with_an_environment_can_reach_azure(file: WorkflowFile) -> None:
    for job in file.jobs.values():
        assert ("id-token" in job["permissions"]) == ("environment" in job)


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_every_job_ends_in_time_and_every_file_limits_its_runs(file: WorkflowFile) -> None:
    document = yaml.safe_load((ROOT / ".github/workflows" / file.file).read_text(encoding="utf-8"))
    assert document["concurrency"]["group"]
    for job in file.jobs.values():
        assert 0 < job["timeout-minutes"] <= 360


def test_nothing_switches_reconcile_on_between_its_look_and_its_switching_itself_off() -> None:
    """Both wait in one group, in order: the job that was just submitted is seen by the look."""
    group = {"group": "reconcile", "queue": "max"}
    for file, name in (("fine-tune.yml", "follow"), ("cleanup.yml", "tell")):
        [job] = [job for job in templates()[file]["jobs"] if job["id"] == name]
        assert plain(job["concurrency"]) == group
    assert plain(templates()["reconcile.yml"]["concurrency"]) == group


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("fine-tune.yml", "format('fine-tune-{0}', github.run_id)"),
        ("release.yml", "format('release-{0}', inputs.product)"),
        ("rollback.yml", "format('rollback-{0}', inputs.product)"),
        ("provision.yml", "format('provision-{0}', inputs.product)"),
        ("cleanup.yml", "cleanup"),
    ],
)
def test_nothing_is_cancelled_and_one_run_a_product_goes_at_a_time(file: str, group: str) -> None:
    """As GitHub reads it: the others wait in order; of fine-tune.yml the jobs, not the runs."""
    assert plain(templates()[file]["concurrency"]) == {"group": group, "queue": "max"}
    if file == "fine-tune.yml":
        [train] = [job for job in templates()[file]["jobs"] if job["id"] == "train"]
        group = "format('train-{0}', matrix.product)"
        assert plain(train["concurrency"]) == {"group": group, "queue": "max"}


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_pull_request_gets_no_secret_no_identity_and_no_cache(file: WorkflowFile) -> None:
    assert "pull_request_target" not in file.events
    if "pull_request" not in file.events:
        return
    text = (ROOT / ".github/workflows" / file.file).read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "github.token" not in text
    assert "actions/cache" not in text
    assert all(job["permissions"] in ({}, READ_ONLY) for job in file.jobs.values())
    assert all("environment" not in job for job in file.jobs.values())


def test_a_pull_request_is_judged_by_the_base_branch() -> None:
    """The first checkout, whose code runs, is the base; the proposal goes into its own folder."""
    [file] = [file for file in FILES if file.file == "validate-data.yml"]
    for name in ["validate"]:
        steps = file.jobs[name]["steps"]
        first, second = [step["with"] for step in steps if "checkout" in step.get("uses", "")]
        assert first["ref"] == "${{ github.event.pull_request.base.sha }}"
        assert "path" not in first
        assert second["ref"] == "${{ github.event.pull_request.head.sha }}"
        assert second["path"] == "proposal"
        commands = [step["run"] for step in steps if "run" in step]
        assert not [command for command in commands if "proposal/" in command]


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_runners_are_chosen_by_two_variables_and_never_by_mistake(file: WorkflowFile) -> None:
    """One for what runs main's code, one for what runs a pull request's."""
    judging = "pull_request" in file.events
    variable = "TUNEOPS_RUNNER_OF_PULL_REQUESTS" if judging else "TUNEOPS_RUNNER"
    for job in file.jobs.values():
        assert job["runs-on"] == f"${{{{ vars.{variable} || 'ubuntu-latest' }}}}"


def test_every_action_is_pinned_by_commit_with_its_version() -> None:
    assert list(unpinned(ROOT)) == []
    for path in (ROOT / ".github").rglob("*.yml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "uses:" in line and "./" not in line:
                assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize(("file", "job", "step"), STEPS)
def test_a_step_is_one_command_that_gets_the_signals(
    file: str, job: str, step: dict[str, Any]
) -> None:
    """Cancelling reaches the script only where it took the shell's place."""
    assert file
    assert job
    if "run" in step:
        assert step["run"].startswith("exec ")
        assert "\n" not in step["run"]
        assert "${{" not in step["run"]
    elif "checkout" in step["uses"]:
        assert step["with"]["persist-credentials"] is False


def test_every_job_in_production_first_makes_sure_that_somebody_approved() -> None:
    """Before anything else of ours, in the same words, and by a repository variable alone."""
    jobs = [job for file in FILES for job in file.jobs.values()]
    inside = [job for job in jobs if job.get("environment") == "production"]
    asked = [next(step for step in job["steps"] if "run" in step) for job in inside]
    assert len(inside) == 3
    assert {step["run"].partition(" --")[0] for step in asked} == {
        "exec python scripts/ci/approval.py require-reviewers"
    }
    for option, variable in (
        ("ALLOW_NONE", "TUNEOPS_RELEASE_WITHOUT_REVIEWERS"),
        ("ALLOW_BYPASS", "TUNEOPS_RELEASE_WITH_BYPASS"),
    ):
        assert {step["env"][option] for step in asked} == {f"${{{{ vars.{variable} }}}}"}
        flag = option.lower().replace("_", "-")
        assert all(f' --{flag} "${option}"' in step["run"] for step in asked)


@pytest.mark.skipif(not (BIN / "shellcheck").exists(), reason="shellcheck has no wheel here")
def test_lint_looks_into_the_shell_of_the_workflows(tmp_path: Path) -> None:
    """actionlint says nothing where it finds no shellcheck, or only one by a relative path."""
    here = os.path.relpath(BIN, ROOT)
    said = subprocess.run(
        ["make", "--dry-run", "lint", f"BIN={here}", "READY="],  # noqa: S607 - found on PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    [command] = [line for line in said.splitlines() if "actionlint" in line]
    bad = tmp_path / "bad.yml"
    steps = "[{run: 'exec cat $HOME/x'}]"
    bad.write_text(f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, steps: {steps}}}}}\n", "utf-8")
    done = subprocess.run(
        [*shlex.split(command), str(bad)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "SC2086" in done.stdout
