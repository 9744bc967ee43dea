"""What happens in the pipeline, told on GitHub: waiting, approval, runs, issues, a comment."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuneops import approvals, console, github, tags
from tuneops.approvals import Rule
from tuneops.errors import ConfigError, PreconditionError
from tuneops.github import Repository

RELEASE_WORKFLOW = "release.yml"
CLEANUP_ISSUE = "clean-up"
VALIDATION = "validation"  # the artifact of validate-data.yml
_APPROVAL_REMEDY = (
    "Add required reviewers to it (Settings → Environments; docs/setup.md), or set the repository "
    "variable TUNEOPS_RELEASE_WITHOUT_REVIEWERS to true."
)

_BYPASS_REMEDY = (
    "Start it anew and have one of the environment's reviewers approve it, who did not start it; "
    "members of a team count where administrators cannot bypass the environment. The repository "
    "variable TUNEOPS_RELEASE_WITH_BYPASS set to true lets a bypass pass, recorded as one."
)


def require_reviewers(
    repository: Repository, environment: str, *, allow_none: bool, allow_bypass: bool
) -> dict[str, Any]:
    """Who must approve what runs in the environment, and who did so for this run.

    Raises:
        PreconditionError: Nobody must; or nobody who must did.
    """
    rule = approvals.read_rule(environment, repository.environment(environment))
    if not rule.reviewers:
        _without_reviewers(environment, allowed=allow_none)
    run = github.run_id()
    asked = run and rule.reviewers
    record = _approved(repository, rule, run, allow_bypass=allow_bypass) if asked else ""
    github.set_outputs(approved_by=record or "nobody: no reviewers are required")
    return {"reviewers": rule.reviewers, "approved_by": record}


def _without_reviewers(environment: str, *, allowed: bool) -> None:
    if not allowed:
        raise PreconditionError(
            f"Environment {environment} has no required reviewers, so nobody approved this.",
            remedy=_APPROVAL_REMEDY,
        )
    console.warn(f"Environment {environment} has no required reviewers; going on knowingly.")


def _approved(repository: Repository, rule: Rule, run: str, *, allow_bypass: bool) -> str:
    """For the record, who approved the run, or went round the rule where that is allowed."""
    found = approvals.approval(
        *(rule, repository.reviews(run), approvals.read_run(repository.run(run))),
        repository.is_member,
    )
    if not found.bypass:
        return found.record
    if not allow_bypass:
        raise PreconditionError(
            f"No required reviewer of {rule.environment} approved this run: {found.record}.",
            remedy=_BYPASS_REMEDY,
        )
    console.warn(f"No required reviewer of {rule.environment} approved this run: {found.record}.")
    return found.record


def start_releases(repository: Repository, releases: str, *, dry_run: bool) -> list[str]:
    """Start each release that no run has begun; one that failed is a person's to start again."""
    begun = {run["display_title"] for run in repository.runs(RELEASE_WORKFLOW)}
    started = []
    for release in listed(releases, "product", "job"):
        title = f"Release {release['product']} {release['job']}"
        if title in begun:
            continue
        if not dry_run:
            inputs = {"product": release["product"], "job": release["job"]}
            repository.dispatch(RELEASE_WORKFLOW, inputs)
        started.append(title)
    return started


def report_failures(repository: Repository, failures: str, *, dry_run: bool) -> list[str]:
    found = listed(failures, "job", "title", "body")
    for failure in [] if dry_run else found:
        repository.keep_issue(f"job:{failure['job']}", failure["title"], failure["body"])
    return [failure["title"] for failure in found]


def report_cleanup(
    repository: Repository, page: Path, results: Mapping[str, str], *, dry_run: bool
) -> str:
    title = "Clean-up of Azure"
    if not dry_run:
        table = page.read_text(encoding="utf-8") if page.exists() else "There is no plan."
        repository.keep_issue(CLEANUP_ISSUE, title, f"{_last_run(results)}\n\n{table}")
    return title


def comment(repository: Repository, run: str, *, dry_run: bool) -> dict[str, Any]:
    """Put what a validating run found on its pull request, if that is still at that commit."""
    from tuneops.pull_request import comment as page

    commit = repository.run_commit(run)
    number = repository.pull_request(commit)
    artifacts = repository.artifacts(run)
    [examination] = _records(repository, artifacts, ["examination.json"])
    products = page.shown_products(examination)
    checks = _records(repository, artifacts, [f"{product}/check.json" for product in products])
    plans = _records(repository, artifacts, [f"{product}/plan.json" for product in products])
    records = dict(zip(products, zip(checks, plans, strict=True), strict=True))
    own = number is not None and repository.changes_workflows(number)
    body = page.comment(examination, records, commit=commit, own_workflows=own)
    if number is None:
        console.warn("No open pull request is at this run's commit any more: nothing to tell.")
    elif not dry_run:
        told = f"{body}\n[The run]({github.run_url(run)})"
        begin = page.NOTHING not in body.splitlines()
        repository.keep_comment(number, "data-check", told, begin=begin)
    return {"pull_request": number, "comment": body}


def scan(repository: Repository, run: str, *, dry_run: bool) -> dict[str, Any]:
    """Hand what a validating run found to code scanning, unless the pull request made the record.

    Each product's findings are an analysis of its own, whose category names the product.
    """
    from tuneops.pull_request import comment as page

    commit = repository.run_commit(run)
    number = repository.pull_request(commit)
    if number is None:
        console.warn("No open pull request is at this run's commit any more: nothing to tell.")
        return {"pull_request": None, "products": []}
    if repository.changes_workflows(number):
        console.warn("The pull request changes workflows, so its findings are not passed on.")
        return {"pull_request": number, "products": []}
    artifacts = repository.artifacts(run)
    [examination] = _records(repository, artifacts, ["examination.json"])
    products = page.shown_products(examination)
    files = _records(repository, artifacts, [f"{product}/findings.sarif" for product in products])
    readable = {
        name: found
        for name, file in zip(products, files, strict=True)
        if (found := _sarif(file, name))
    }
    for sarif in () if dry_run else readable.values():
        repository.upload_sarif(number, commit, sarif)
    return {"pull_request": number, "products": list(readable)}


def _sarif(file: bytes, product: str) -> dict[str, Any] | None:
    """The log with its category; None where it is not one that the data check writes."""
    try:
        log: dict[str, Any] = json.loads(file)
        [run] = log["runs"]
        ours = run["tool"]["driver"]["name"] == "tunelint"
    except (ValueError, TypeError, KeyError, RecursionError):
        ours = False
    if not ours:
        console.warn(f"The findings of {product} cannot be read; see the run's log.")
        return None
    return log | {"runs": [run | {"automationDetails": {"id": f"tunelint/{product}/"}}]}


def _records(
    repository: Repository, artifacts: Mapping[str, int], files: Sequence[str]
) -> list[bytes]:
    """Files of the validation's artifact; empty where one is not there or broken."""
    if VALIDATION not in artifacts or not files:
        return [b""] * len(files)
    found = repository.artifact_files(artifacts[VALIDATION], files)
    return [found.get(file, b"") for file in files]


def _last_run(results: Mapping[str, str]) -> str:
    now = tags.timestamp(datetime.now(UTC))
    ended = ", ".join(f"{job}: {result}" for job, result in results.items())
    return f"Last run: {now} ({ended}; [log]({github.run_url(github.run_id())}))"


def listed(text: str, *names: str) -> list[dict[str, str]]:
    try:
        return [{name: str(item[name]) for name in names} for item in json.loads(text)]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            "That is no JSON list of what reconcile.py puts out.",
            remedy="Run 'python scripts/reconcile.py --json' and hand over its output.",
        ) from error
