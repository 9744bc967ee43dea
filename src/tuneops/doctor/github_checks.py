"""The repository's set-up on GitHub, judged from what was read; no I/O."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tuneops import approvals
from tuneops.doctor.findings import DoctorFinding, error, ok, warning
from tuneops.doctor.workflow_files import WorkflowFile
from tuneops.tags import read_timestamp

REVIEWED = "production"
REQUIRED_CHECKS = ("code verdict", "data verdict")
SILENCE = timedelta(days=2)  # schedules are best effort, but not that late
SILENCE_BETWEEN_DAYS = timedelta(days=18)  # where a schedule names its days of the month
SWITCHED = "reconcile.yml"  # on only while something is being trained
_PLACEHOLDER = re.compile(r"@your-org/[\w-]+")
_SETUP = "docs/setup.md"


def code_owners(text: str) -> Iterator[DoctorFinding]:
    left = sorted(set(_PLACEHOLDER.findall(text)))
    if "@" not in text:
        remedy = "Name a team for each of data, prompts, workflows and configuration in CODEOWNERS."
        yield error("code owners", "There are none.", remedy)
    elif left:
        remedy = "Put teams of yours in their place in CODEOWNERS."
        yield error("code owners", f"Placeholders are left: {', '.join(left)}.", remedy)
    else:
        yield ok("code owners", "No placeholder is left.")


def pinned(loose: Sequence[tuple[str, str]]) -> Iterator[DoctorFinding]:
    for file, use in loose:
        remedy = "Pin it by its 40-digit commit, with the version as a comment."
        yield error("actions", f"{file} uses {use}.", remedy)
    if not loose:
        yield ok("actions", "All are pinned by commit.")


def environments(found: Mapping[str, Any]) -> Iterator[DoctorFinding]:
    """``found`` has what GitHub says of each environment that a workflow names, or None."""
    for name, environment in sorted(found.items()):
        about = f"environment {name}"
        if environment is None:
            remedy = f"Create it with its rules ({_SETUP}); GitHub would make one without any."
            yield error(about, "It does not exist.", remedy)
            continue
        if name == REVIEWED and not approvals.read_rule(name, environment).reviewers:
            remedy = f"Add required reviewers under Settings → Environments ({_SETUP})."
            yield error(about, "Nobody has to approve what runs in it.", remedy)
        elif environment.get("deployment_branch_policy") is None:
            remedy = "Allow the default branch only, so that no other branch gets its identity."
            yield warning(about, "Every branch may run in it.", remedy)
        else:
            yield ok(about, "It has its rules.")


def branch(rules: Sequence[Any]) -> Iterator[DoctorFinding]:
    """The rules of the default branch, from rulesets."""
    by_type = {rule["type"]: rule.get("parameters", {}) for rule in rules}
    review = by_type.get("pull_request", {})
    if not (review.get("required_approving_review_count") and _owners_review(review)):
        remedy = (
            f"Require a pull request with one approval by code owners, in a ruleset ({_SETUP}): "
            "classic branch protection cannot be read."
        )
        yield error("branch protection", "The default branch takes unreviewed changes.", remedy)
    checks = by_type.get("required_status_checks", {}).get("required_status_checks", [])
    missing = sorted({*REQUIRED_CHECKS} - {check["context"] for check in checks})
    if missing:
        remedy = f"Require these checks ({_SETUP}): {', '.join(missing)}."
        yield error("branch protection", "Changes are merged without passing.", remedy)
    elif _owners_review(review):
        yield ok("branch protection", "Reviewed by code owners, and checked.")


def schedule(
    workflow: WorkflowFile,
    known: Any,  # noqa: ANN401 - JSON
    runs: Sequence[Any],
    now: datetime,
) -> Iterator[DoctorFinding]:
    """``known`` is GitHub's word on the workflow (None: it never saw the file)."""
    about = f"schedule of {workflow.file}"
    if known is None:
        yield warning(about, "GitHub does not know it.", "Push it to the default branch.")
        return
    if workflow.file == SWITCHED:
        yield ok(about, f"It is {known['state']}; it is on while something is being trained.")
        return
    if known["state"] != "active":
        remedy = f"Switch it on again: gh workflow enable {workflow.file}"
        yield error(about, f"It is {known['state']}.", remedy)
        return
    starts = [at for run in runs if (at := read_timestamp(run.get("created_at")))]
    last = max(starts, default=None)
    if last is None or now - last > _silence(workflow):
        seen = f"It last ran on {last:%Y-%m-%d}." if last else "It never ran."
        remedy = f"Start it by hand, and look at its log: gh workflow run {workflow.file}"
        yield warning(about, seen, remedy)
    else:
        yield ok(about, f"It last ran at {last:%Y-%m-%d %H:%M} UTC.")


def unattended(running: Sequence[str], state: str) -> Iterator[DoctorFinding]:
    """Whether somebody will notice the end of the jobs that run, by reconcile.yml's state."""
    about = "jobs that run"
    if running and state != "active":
        remedy = f"Switch it on: gh workflow enable {SWITCHED}; else the nightly run does."
        yield warning(
            about, f"{SWITCHED} is {state}, and these go on: {', '.join(running)}.", remedy
        )
    else:
        yield ok(about, f"{len(running)}; {SWITCHED} is {state}.")


def _silence(workflow: WorkflowFile) -> timedelta:
    """A cron's third field is the day of the month."""
    on_days = workflow.crons and all(cron.split()[2] != "*" for cron in workflow.crons)
    return SILENCE_BETWEEN_DAYS if on_days else SILENCE


def _owners_review(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("require_code_owner_review"))
