"""What act ignores, by GitHub's own parsers; and the laws that every workflow file keeps."""

import fcntl
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tuneops.doctor.workflow_files import WorkflowFile, read, unpinned

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = read(ROOT)
STEPS = [
    (file.file, name, step)
    for file in FILES
    for name, job in file.jobs.items()
    for step in job["steps"]
]
READ_ONLY = {"contents": "read"}
BEYOND_READING = {
    ("cleanup.yml", "plan"): {"id-token": "write"},
    ("cleanup.yml", "apply"): {"id-token": "write"},
    ("cleanup.yml", "tell"): {"issues": "write"},
    ("comment.yml", "comment"): {"actions": "read", "pull-requests": "write"},
    ("doctor.yml", "doctor"): {"actions": "read", "id-token": "write"},
    ("fine-tune.yml", "train"): {"id-token": "write"},
    ("provision.yml", "provision"): {"actions": "read", "id-token": "write"},
    ("reconcile.yml", "look"): {"id-token": "write"},
    ("reconcile.yml", "tell"): {"actions": "write", "issues": "write"},
    ("release.yml", "candidate"): {"id-token": "write"},
    ("release.yml", "deploy"): {"actions": "read", "id-token": "write"},
    ("rollback.yml", "rollback"): {"actions": "read", "id-token": "write"},
}


@cache
def parsers_installed() -> str:
    """Why GitHub's parsers cannot be asked; empty where they can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    with (HERE / "package-lock.json").open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker installs, the others wait
        if (HERE / "node_modules").exists():
            return ""
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "npm cannot install GitHub's parsers"


def ask(**question: Any) -> Any:  # noqa: ANN401 - JSON
    if reason := parsers_installed():
        pytest.skip(reason)
    done = subprocess.run(
        ["node", "github_parsers.mjs"],  # noqa: S607 - found on PATH
        cwd=HERE,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@cache
def templates() -> dict[str, Any]:
    paths = [str(ROOT / ".github/workflows" / file.file) for file in FILES]
    return dict(zip((f.file for f in FILES), ask(files=paths)["files"], strict=True))


def ids(file: WorkflowFile) -> str:
    return file.file


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_github_reads_each_workflow_as_we_do(file: WorkflowFile) -> None:
    """Path filters, jobs, what they need and the environment they run in."""
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


def test_nothing_cancels_a_training_or_a_release() -> None:
    for name in ("fine-tune.yml", "release.yml", "rollback.yml", "cleanup.yml", "provision.yml"):
        text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
        assert "cancel-in-progress: true" not in text
        assert "queue: max" in text


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
    for name in ("examine", "validate"):
        steps = file.jobs[name]["steps"]
        first, second = [step["with"] for step in steps if "checkout" in step.get("uses", "")]
        assert first["ref"] == "${{ github.event.pull_request.base.sha }}"
        assert "path" not in first
        assert second["ref"] == "${{ github.event.pull_request.head.sha }}"
        assert second["path"] == "proposal"
        commands = [step["run"] for step in steps if "run" in step]
        assert not [command for command in commands if "proposal/" in command]


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


SUCCESS, FAILURE, CANCELLED = "success", "failure", "cancelled"
STATES = (SUCCESS, FAILURE, CANCELLED)


def needs(**results: str) -> dict[str, Any]:
    return {"needs": {name: {"result": result, "outputs": {}} for name, result in results.items()}}


def outputs(job: str, **values: str) -> dict[str, Any]:
    return {"needs": {job: {"result": SUCCESS, "outputs": values}}}


def outcome(step: str, value: str) -> dict[str, Any]:
    return {"steps": {step: {"outcome": value}}}


def event(name: str, **inputs: bool) -> dict[str, Any]:
    return {"github": {"event_name": name}, "inputs": inputs}


def after(event: str, conclusion: str) -> dict[str, Any]:
    run = {"event": event, "conclusion": conclusion}
    return {"github": {"event": {"workflow_run": run}}}


ANYTHING_DUE = (
    "success() && (needs.look.outputs.releases != '[]' || needs.look.outputs.failures != '[]')"
)
JUDGED = (
    "success() && (github.event.workflow_run.event == 'pull_request' && "
    "github.event.workflow_run.conclusion != 'cancelled')"
)
# Expression, contexts, state of what came before, whether it runs.
TRUTH: list[tuple[str, dict[str, Any], str, bool]] = [
    *(("always()", {}, state, True) for state in STATES),
    *(
        (
            "always() && steps.smoke.outcome != 'skipped'",
            outcome("smoke", seen),
            state,
            seen != "skipped",
        )
        for seen in (SUCCESS, FAILURE, "skipped")
        for state in STATES
    ),
    *(
        (
            "always() && steps.check.outcome != 'skipped'",
            outcome("check", seen),
            state,
            seen != "skipped",
        )
        for seen in (SUCCESS, FAILURE, "skipped")
        for state in STATES
    ),
    *(
        (
            "failure() && steps.promote.outcome == 'success'",
            outcome("promote", seen),
            state,
            (seen, state) == (SUCCESS, FAILURE),
        )
        for seen in (SUCCESS, FAILURE, "skipped")
        for state in STATES
    ),
    *(
        (
            f"success() && (needs.{job}.outputs.products != '[]')",
            outputs(job, products=products),
            state,
            products != "[]" and state == SUCCESS,
        )
        for job in ("examine", "products")
        for products in ("[]", '["travel"]')
        for state in STATES
    ),
    *(
        (
            ANYTHING_DUE,
            outputs("look", releases=releases, failures=failures),
            SUCCESS,
            (releases, failures) != ("[]", "[]"),
        )
        for releases in ("[]", '[{"job": "a"}]')
        for failures in ("[]", '[{"job": "b"}]')
    ),
    *(
        (
            "success() && (github.event_name == 'schedule' || !inputs.dry_run)",
            context,
            SUCCESS,
            runs,
        )
        for context, runs in (
            (event("schedule"), True),
            (event("workflow_dispatch", dry_run=True), False),
            (event("workflow_dispatch", dry_run=False), True),
        )
    ),
    *(
        ("success() && (!inputs.retry)", {"inputs": inputs}, SUCCESS, runs)
        for inputs, runs in (({}, True), ({"retry": False}, True), ({"retry": True}, False))
    ),
    *(
        ("success() && (inputs.retry)", {"inputs": inputs}, SUCCESS, runs)
        for inputs, runs in (({}, False), ({"retry": False}, False), ({"retry": True}, True))
    ),
    *(
        (
            JUDGED,
            after(name, conclusion),
            SUCCESS,
            name == "pull_request" and conclusion != CANCELLED,
        )
        for name in ("pull_request", "push")
        for conclusion in STATES
    ),
]
VERDICTS = {
    "ci.yml": [
        ({"lint": lint, "test": test}, (lint, test) == (SUCCESS, SUCCESS))
        for lint in (*STATES, "skipped")
        for test in (*STATES, "skipped")
    ],
    "validate-data.yml": [
        (
            {"examine": examine, "validate": validate},
            examine == SUCCESS and validate in {SUCCESS, "skipped"},
        )
        for examine in (*STATES, "skipped")
        for validate in (*STATES, "skipped")
    ],
}


def conditions() -> set[str]:
    """Every `if:` of a job or a step, as GitHub completes it."""
    jobs = [job for template in templates().values() for job in template["jobs"]]
    parts = [*jobs, *(step for job in jobs for step in job["steps"])]
    return {part["if"]["expr"] for part in parts} - {"success()"}


def test_every_condition_has_its_truth_table_and_keeps_to_it() -> None:
    asked = [{"text": text, "contexts": c, "status": status} for text, c, status, _ in TRUTH]
    values = ask(expressions=asked)["values"]
    wrong = [row for row, value in zip(TRUTH, values, strict=True) if bool(value) != row[3]]
    assert wrong == []
    assert conditions() == {text for text, *_ in TRUTH}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_last_job_passes_only_what_passed(name: str) -> None:
    """A skipped job would count as passed in branch protection, so the last one always runs."""
    [file] = [file for file in FILES if file.file == name]
    verdict = file.jobs["verdict"]
    assert verdict["if"] == "always()"
    assert set(verdict["needs"]) == set(file.jobs) - {"verdict"}
    text = verdict["steps"][0]["env"]["PASSED"].removeprefix("${{ ").removesuffix(" }}")
    asked = [
        {"text": text, "contexts": needs(**results), "status": SUCCESS}
        for results, _ in VERDICTS[name]
    ]
    assert ask(expressions=asked)["values"] == [passes for _, passes in VERDICTS[name]]


@pytest.mark.parametrize("event_name", ["pull_request"])
@pytest.mark.parametrize(
    "path", ["data/travel/training.jsonl", "config/travel.yaml", "src/x.py", "README.md"]
)
def test_every_pull_request_gets_a_verdict(event_name: str, path: str) -> None:
    started = [file.file for file in FILES if file.triggered_by(event_name, path)]
    assert len(started) == 1
    assert started[0] in VERDICTS
