"""What is left over inside an account that stays: deployments, files and jobs; no I/O.

Guards as in `protections`: each gives a reason to keep the thing, or None.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, Job
from tuneops.cleanup.facts import (
    PROTECT,
    AccountFacts,
    GroupFacts,
    GroupName,
    is_candidate,
    is_fine_tuned,
    tag,
)
from tuneops.cleanup.group_guards import rounded
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Releases, place
from tuneops.config import KEY_DIGITS
from tuneops.tags import (
    CREATED,
    EXPIRES,
    is_ours,
    read_seconds,
    read_timestamp,
)

_FILE = re.compile(rf"([a-z][a-z0-9-]*)-(?:training|validation)-([0-9a-f]{{{KEY_DIGITS}}})\.jsonl")
_SUFFIX = re.compile(rf"(.+)-([0-9a-f]{{{KEY_DIGITS}}})")
_Thing = TypeVar("_Thing", Deployment, UploadedFile, Job)


@dataclass(frozen=True)
class Item:
    """A deployment, file or job; ``name`` is what Azure knows it by, ``label`` what people do."""

    kind: Literal["deployment", "file", "job"]
    group: GroupName
    account: str
    name: str
    label: str
    action: Literal["keep", "delete"]
    reason: str


@dataclass(frozen=True)
class LeftBehind(Generic[_Thing]):
    """All that a decision on one thing stands on."""

    thing: _Thing
    group: GroupFacts
    account: AccountFacts
    releases: Releases
    policy: Policy
    now: datetime


_Guard = Callable[[LeftBehind[_Thing]], str | None]


def leftovers(
    group: GroupFacts, account: AccountFacts, releases: Releases, policy: Policy, now: datetime
) -> Iterator[Item]:
    """Every fine-tuned deployment of ours, and every file and job that carries a key of ours."""

    def left(thing: _Thing) -> LeftBehind[_Thing]:
        return LeftBehind(thing, group, account, releases, policy, now)

    for deployment in account.deployments:
        if is_ours(deployment.tags) and is_fine_tuned(deployment):
            kept = _first(DEPLOYMENT_GUARDS, left(deployment))
            yield _item(account, "deployment", (deployment.name, deployment.model), kept)
    for file in account.files:
        if _FILE.fullmatch(file.name):
            yield _item(account, "file", (file.id, file.name), _first(FILE_GUARDS, left(file)))
    for job in account.jobs:
        if _SUFFIX.fullmatch(job.suffix or ""):
            yield _item(account, "job", (job.id, job.suffix or ""), _first(JOB_GUARDS, left(job)))


def held(left: LeftBehind[_Thing]) -> str | None:
    """What protects a group or an account protects what is in it."""
    account = left.account.account
    places = [left.group.tags, account.tags, getattr(left.thing, "tags", {})]
    if any(tag(tags, PROTECT) is not None for tags in places):
        return f"tag {PROTECT}"
    if left.group.locks:
        return f"locked by {left.group.locks[0].name}"
    return None


def history_unread(left: LeftBehind[_Thing]) -> str | None:
    unread = left.releases.unread
    return f"not all releases can be read: {unread}" if unread else None


def in_production(left: LeftBehind[Deployment]) -> str | None:
    if not _serves_users(left):
        return None
    idle = _calls(left) == 0 and "; nobody calls it, and Azure deletes it after 15 idle days"
    return f"production{idle or ''}"


def serves_previous(left: LeftBehind[Deployment]) -> str | None:
    previous = left.thing.model in left.releases.previous_models
    return "serves the present release or the one before" if previous else None


def candidate_not_expired(left: LeftBehind[Deployment]) -> str | None:
    if not is_candidate(left.thing):
        return None
    expires = read_timestamp(tag(left.thing.tags, EXPIRES))
    if expires is None:
        return f"tag {EXPIRES} is not a time with its zone"
    return f"expires in {rounded(expires - left.now)}" if expires > left.now else None


def called_or_unknown(left: LeftBehind[Deployment]) -> str | None:
    """An expired candidate is over; anything else must be known to be idle."""
    if is_candidate(left.thing):
        return None
    calls = _calls(left)
    if calls is None:
        return "nothing points to it, but nobody can say whether it is called"
    return f"called {calls:.0f} times lately" if calls else None


def deployed_lately(left: LeftBehind[Deployment]) -> str | None:
    if is_candidate(left.thing):
        return None
    created = read_timestamp(tag(left.thing.tags, CREATED))
    idle_after = left.policy.deployments.idle_after
    if created is None or left.now - created < idle_after:
        return f"not known to be older than {rounded(idle_after)}"
    return None


def unread_account(left: LeftBehind[_Thing]) -> str | None:
    return left.account.unread or None


def product_not_released(left: LeftBehind[UploadedFile]) -> str | None:
    name = _FILE.fullmatch(left.thing.name)
    released = name is not None and (_account_id(left), name[1]) in left.releases.released
    return None if released else "its product has no release yet"


def needed_file(left: LeftBehind[UploadedFile]) -> str | None:
    name = _FILE.fullmatch(left.thing.name)
    of_jobs = {
        file
        for job in left.account.jobs
        if _is_needed(left, job)
        for file in (job.training_file, job.validation_file)
    }
    needed = left.thing.id in of_jobs or (name is not None and name[2] in left.releases.keys)
    return "the last two releases stand on it" if needed else None


def in_training(left: LeftBehind[UploadedFile]) -> str | None:
    running = [job for job in left.account.jobs if job.status not in FINAL]
    used = {file for job in running for file in (job.training_file, job.validation_file)}
    return "a job is using it" if left.thing.id in used else None


def uploaded_lately(left: LeftBehind[UploadedFile]) -> str | None:
    return _lately(left, left.thing.created)


def job_not_finished(left: LeftBehind[Job]) -> str | None:
    return None if left.thing.status in FINAL else f"is {left.thing.status}"


def line_not_released(left: LeftBehind[Job]) -> str | None:
    """A job is of the same line as a released one where both suffixes start alike."""
    released = [job.suffix or "" for job in left.account.jobs if job.id in left.releases.jobs]
    lines = {found[1] for suffix in released if (found := _SUFFIX.fullmatch(suffix))}
    own = _SUFFIX.fullmatch(left.thing.suffix or "")
    return None if own and own[1] in lines else "its product has no release yet"


def needed_job(left: LeftBehind[Job]) -> str | None:
    needed = _is_needed(left, left.thing)
    return "the last two releases come from it" if needed else None


def finished_lately(left: LeftBehind[Job]) -> str | None:
    return _lately(left, left.thing.finished or left.thing.created)


DEPLOYMENT_GUARDS: tuple[_Guard[Deployment], ...] = (
    held,
    history_unread,
    in_production,
    serves_previous,
    candidate_not_expired,
    called_or_unknown,
    deployed_lately,
)
FILE_GUARDS: tuple[_Guard[UploadedFile], ...] = (
    held,
    history_unread,
    unread_account,
    product_not_released,
    needed_file,
    in_training,
    uploaded_lately,
)
JOB_GUARDS: tuple[_Guard[Job], ...] = (
    held,
    history_unread,
    unread_account,
    job_not_finished,
    line_not_released,
    needed_job,
    finished_lately,
)
_WHY_DELETED = {
    "deployment": "nothing points to it",
    "file": "no release needs it",
    "job": "no release needs it",
}


def _first(guards: Sequence[_Guard[_Thing]], left: LeftBehind[_Thing]) -> str | None:
    return next((reason for guard in guards if (reason := guard(left))), None)


def _item(
    account: AccountFacts,
    kind: Literal["deployment", "file", "job"],
    names: tuple[str, str],
    kept: str | None,
) -> Item:
    place = account.account
    action: Literal["keep", "delete"] = "keep" if kept else "delete"
    reason = kept or _WHY_DELETED[kind]
    return Item(kind, place.resource_group, place.name, *names, action, reason)


def _serves_users(left: LeftBehind[Deployment]) -> bool:
    if place(left.account.account, left.thing.name) in left.releases.production:
        return True
    return not is_candidate(left.thing) and left.thing.model in left.releases.production_models


def _is_needed(left: LeftBehind[_Thing], job: Job) -> bool:
    """By its key, its id, or the model that it left: each tag may be lost alone."""
    own, releases = _SUFFIX.fullmatch(job.suffix or ""), left.releases
    by_key = own is not None and own[2] in releases.keys
    return by_key or job.id in releases.jobs or job.fine_tuned_model in releases.models


def _account_id(left: LeftBehind[_Thing]) -> str:
    return left.account.account.id.lower()


def _calls(left: LeftBehind[Deployment]) -> float | None:
    calls = left.account.calls
    return None if calls is None else calls.get(left.thing.name.lower(), 0)


def _lately(left: LeftBehind[_Thing], seconds: int) -> str | None:
    older_than, since = left.policy.training.older_than, read_seconds(seconds)
    if since is None:
        return "its time cannot be read"
    return f"younger than {rounded(older_than)}" if left.now - since < older_than else None
