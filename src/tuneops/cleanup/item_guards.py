"""What is left over inside an account that stays: deployments, files and jobs; no I/O.

Guards as in `group_guards`: each gives a reason to keep the thing, or None.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, Job
from tuneops.cleanup import notices
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
from tuneops.config_types import KEY_DIGITS
from tuneops.tags import (
    CREATED,
    EXPIRES,
    is_ours,
    read_seconds,
    read_timestamp,
)

_FILE = re.compile(rf"([a-z][a-z0-9-]*)-(?:training|validation)-([0-9a-f]{{{KEY_DIGITS}}})\.jsonl")
_SUFFIX = re.compile(rf"(.+)-([0-9a-f]{{{KEY_DIGITS}}})")
Kind = Literal["deployment", "file", "job"]
_Thing = TypeVar("_Thing", Deployment, UploadedFile, Job)


@dataclass(frozen=True)
class Item:
    """A deployment, file or job; ``name`` is what Azure knows it by, ``label`` what people do.

    ``mark`` is what the account's tag of notices calls it.
    """

    kind: Kind
    group: GroupName
    account: str
    name: str
    label: str
    mark: str
    action: Literal["keep", "mark", "delete"]
    reason: str


@dataclass(frozen=True)
class ItemCase(Generic[_Thing]):
    """All that a decision on one thing stands on; ``noticed`` is None where no notice was given."""

    thing: _Thing
    group: GroupFacts
    account: AccountFacts
    releases: Releases
    policy: Policy
    now: datetime
    noticed: datetime | None = None


_Guard = Callable[[ItemCase[_Thing]], str | None]


def judge_items(
    group: GroupFacts, account: AccountFacts, releases: Releases, policy: Policy, now: datetime
) -> Iterator[Item]:
    """Every fine-tuned deployment of ours, and every file and job that carries a key of ours."""
    noticed = notices.read(tag(account.account.tags, notices.TAG))

    def judged(
        kind: Kind, thing: _Thing, label: str, guards: Sequence[_Guard[_Thing]], *identity: str
    ) -> Item:
        name = thing.name if isinstance(thing, Deployment) else thing.id
        mark = notices.mark_of(kind, name, *identity)
        case = ItemCase(thing, group, account, releases, policy, now, noticed.get(mark))
        place = account.account
        return Item(
            kind, place.resource_group, place.name, name, label, mark, *_decided(guards, case)
        )

    for deployment in account.deployments:
        if is_ours(deployment.tags) and is_fine_tuned(deployment):
            identity = (deployment.model, tag(deployment.tags, CREATED) or "")
            yield judged("deployment", deployment, deployment.model, DEPLOYMENT_GUARDS, *identity)
    for file in account.files:
        if _FILE.fullmatch(file.name):
            yield judged("file", file, file.name, FILE_GUARDS)
    for job in account.jobs:
        if _SUFFIX.fullmatch(job.suffix or ""):
            yield judged("job", job, job.suffix or "", JOB_GUARDS)


def held(case: ItemCase[_Thing]) -> str | None:
    """What protects a group or an account protects what is in it."""
    account = case.account.account
    places = [case.group.tags, account.tags, getattr(case.thing, "tags", {})]
    if any(tag(tags, PROTECT) is not None for tags in places):
        return f"tag {PROTECT}"
    if case.group.locks:
        return f"locked by {case.group.locks[0].name}"
    return None


def history_unread(case: ItemCase[_Thing]) -> str | None:
    unread = case.releases.unread
    return f"not all releases can be read: {unread}" if unread else None


def in_production(case: ItemCase[Deployment]) -> str | None:
    if not _serves_users(case):
        return None
    idle = _calls(case) == 0 and "; nobody calls it, and Azure deletes it after 15 idle days"
    return f"production{idle or ''}"


def serves_previous(case: ItemCase[Deployment]) -> str | None:
    previous = case.thing.model in case.releases.previous_models
    return "serves the present release or the one before" if previous else None


def candidate_not_expired(case: ItemCase[Deployment]) -> str | None:
    if not is_candidate(case.thing):
        return None
    expires = read_timestamp(tag(case.thing.tags, EXPIRES))
    if expires is None:
        return f"tag {EXPIRES} is not a time with its zone"
    return f"expires in {rounded(expires - case.now)}" if expires > case.now else None


def called_or_unknown(case: ItemCase[Deployment]) -> str | None:
    """An expired candidate is over; anything else must be known to be idle."""
    if is_candidate(case.thing):
        return None
    calls = _calls(case)
    if calls is None:
        return "nothing points to it, but nobody can say whether it is called"
    return f"called {calls:.0f} times lately" if calls else None


def deployed_lately(case: ItemCase[Deployment]) -> str | None:
    if is_candidate(case.thing):
        return None
    created = read_timestamp(tag(case.thing.tags, CREATED))
    idle_after = case.policy.deployments.idle_after
    if created is None or case.now - created < idle_after:
        return f"not known to be older than {rounded(idle_after)}"
    return None


def unread_account(case: ItemCase[_Thing]) -> str | None:
    return case.account.unread or None


def product_not_released(case: ItemCase[UploadedFile]) -> str | None:
    name = _FILE.fullmatch(case.thing.name)
    released = name is not None and (_account_id(case), name[1]) in case.releases.released
    return None if released else "its product has no release yet"


def needed_file(case: ItemCase[UploadedFile]) -> str | None:
    name = _FILE.fullmatch(case.thing.name)
    of_jobs = {
        file
        for job in case.account.jobs
        if _is_needed(case, job)
        for file in (job.training_file, job.validation_file)
    }
    needed = case.thing.id in of_jobs or (name is not None and name[2] in case.releases.keys)
    return "the last two releases stand on it" if needed else None


def in_training(case: ItemCase[UploadedFile]) -> str | None:
    running = [job for job in case.account.jobs if job.status not in FINAL]
    used = {file for job in running for file in (job.training_file, job.validation_file)}
    return "a job is using it" if case.thing.id in used else None


def uploaded_lately(case: ItemCase[UploadedFile]) -> str | None:
    return _lately(case, case.thing.created)


def job_not_finished(case: ItemCase[Job]) -> str | None:
    return None if case.thing.status in FINAL else f"is {case.thing.status}"


def line_not_released(case: ItemCase[Job]) -> str | None:
    """A job is of the same line as a released one where both suffixes start alike."""
    released = [job.suffix or "" for job in case.account.jobs if job.id in case.releases.jobs]
    lines = {found[1] for suffix in released if (found := _SUFFIX.fullmatch(suffix))}
    own = _SUFFIX.fullmatch(case.thing.suffix or "")
    return None if own and own[1] in lines else "its product has no release yet"


def needed_job(case: ItemCase[Job]) -> str | None:
    needed = _is_needed(case, case.thing)
    return "the last two releases come from it" if needed else None


def finished_lately(case: ItemCase[Job]) -> str | None:
    return _lately(case, case.thing.finished or case.thing.created)


def notice_not_over(case: ItemCase[_Thing]) -> str | None:
    """A time that has not come yet gives notice until then."""
    if case.noticed is None:
        return None
    left = case.policy.groups.notice - (case.now - case.noticed)
    return f"marked: goes in {rounded(left)}" if left > timedelta() else None


def unnoticed(case: ItemCase[_Thing]) -> str | None:
    return "left over, seen for the first time" if case.noticed is None else None


def notice_outlived(case: ItemCase[_Thing]) -> str | None:
    """A notice from before it was needed again is no notice of today's deletion."""
    after, valid = case.policy.groups.notice, case.policy.groups.mark_valid
    if case.noticed is None or case.now - case.noticed - after <= valid:
        return None
    return f"its notice is older than {rounded(valid)}: marked anew"


DEPLOYMENT_GUARDS: tuple[_Guard[Deployment], ...] = (
    held,
    history_unread,
    in_production,
    serves_previous,
    candidate_not_expired,
    called_or_unknown,
    deployed_lately,
    notice_not_over,
)
FILE_GUARDS: tuple[_Guard[UploadedFile], ...] = (
    held,
    history_unread,
    unread_account,
    product_not_released,
    needed_file,
    in_training,
    uploaded_lately,
    notice_not_over,
)
JOB_GUARDS: tuple[_Guard[Job], ...] = (
    held,
    history_unread,
    unread_account,
    job_not_finished,
    line_not_released,
    needed_job,
    finished_lately,
    notice_not_over,
)
NOTICE_GUARDS: tuple[_Guard[Any], ...] = (unnoticed, notice_outlived)


def _decided(
    guards: Sequence[_Guard[_Thing]], case: ItemCase[_Thing]
) -> tuple[Literal["keep", "mark", "delete"], str]:
    if kept := _first(guards, case):
        return "keep", kept
    if marked := _first(NOTICE_GUARDS, case):
        return "mark", marked
    return "delete", "nothing needs it, and its notice is over"


def _first(guards: Sequence[_Guard[_Thing]], case: ItemCase[_Thing]) -> str | None:
    return next((reason for guard in guards if (reason := guard(case))), None)


def _serves_users(case: ItemCase[Deployment]) -> bool:
    if place(case.account.account, case.thing.name) in case.releases.production:
        return True
    return not is_candidate(case.thing) and case.thing.model in case.releases.production_models


def _is_needed(case: ItemCase[_Thing], job: Job) -> bool:
    """By its key, its id, or the model that it left: each tag may be lost alone."""
    own, releases = _SUFFIX.fullmatch(job.suffix or ""), case.releases
    by_key = own is not None and own[2] in releases.keys
    return by_key or job.id in releases.jobs or job.fine_tuned_model in releases.models


def _account_id(case: ItemCase[_Thing]) -> str:
    return case.account.account.id.lower()


def _calls(case: ItemCase[Deployment]) -> float | None:
    calls = case.account.calls
    return None if calls is None else calls.get(case.thing.name.lower(), 0)


def _lately(case: ItemCase[_Thing], seconds: int) -> str | None:
    older_than, since = case.policy.training.older_than, read_seconds(seconds)
    if since is None:
        return "its time cannot be read"
    return f"younger than {rounded(older_than)}" if case.now - since < older_than else None
