"""Why a resource group stays: the one place that plan and apply both ask.

Each guard looks at one thing and gives the reason to keep the group, or None. A group is marked or
deleted only when not one of them speaks; a guard that lacks a fact speaks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from tuneops.azure.jobs import FINAL
from tuneops.azure.resources import Account
from tuneops.azure.subscription import DeletedAccount
from tuneops.cleanup.facts import (
    DELETE_AFTER,
    MARKED,
    PROTECT,
    AccountFacts,
    GroupFacts,
    age_of,
    is_candidate,
    is_fine_tuned,
    tag,
)
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Deployed, Releases, place, remembered
from tuneops.tags import CREATED, EXPIRES, MANAGED_BY, is_ours, owner, read_timestamp


@dataclass(frozen=True)
class GroupCase:
    """All that a decision on one group stands on."""

    facts: GroupFacts
    releases: Releases
    policy: Policy
    now: datetime

    @property
    def tags(self) -> Mapping[str, str]:
        return self.facts.group.tags


@dataclass(frozen=True)
class DeletedCase:
    """The same for a soft-deleted account."""

    found: DeletedAccount
    releases: Releases
    policy: Policy
    now: datetime


Guard = Callable[[GroupCase], str | None]

# Made by Azure for its own use; seen deleted by other tools (openshift/release #24607).
AZURES_OWN = ("networkwatcherrg", "defaultresourcegroup-*", "mc_*", "cloud-shell-storage-*")


def not_ours(case: GroupCase) -> str | None:
    if is_ours(case.tags):
        return None
    return f"not ours: no tag {MANAGED_BY}={owner()}"


def name_outside_policy(case: GroupCase) -> str | None:
    if matches(case.facts.group.name, case.policy.groups.names):
        return None
    return "its name matches no pattern of the policy"


def protected_name(case: GroupCase) -> str | None:
    if matches(case.facts.group.name, (*AZURES_OWN, *case.policy.groups.protected_names)):
        return "its name is protected"
    return None


def managed_by_another(case: GroupCase) -> str | None:
    manager = case.facts.group.managed_by
    return f"managed by {manager}" if manager else None


def protect_tag(case: GroupCase) -> str | None:
    """The tag protects whatever its value, on the group and on anything inside."""
    inside = [(r.name, r.tags) for r in case.facts.resources]
    inside += [(d.name, d.tags) for d in case.facts.deployments]
    for name, tags in [(case.facts.group.name, case.tags), *inside]:
        value = tag(tags, PROTECT)
        if value is not None:
            return f"tag {PROTECT} on {name}: {value or 'no reason given'}"
    return None


def locked(case: GroupCase) -> str | None:
    names = ", ".join(f"{lock.name} ({lock.level})" for lock in case.facts.locks)
    return f"locked by {names}" if names else None


def going_already(case: GroupCase) -> str | None:
    return "is being deleted already" if case.facts.group.state.lower() == "deleting" else None


def foreign_resource(case: GroupCase) -> str | None:
    inside = [(r.name, r.tags) for r in case.facts.resources]
    inside += [(d.name, d.tags) for d in case.facts.deployments]
    foreign = [name for name, tags in inside if not is_ours(tags)]
    if not foreign:
        return None
    more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
    return f"holds what is not ours: {foreign[0]}{more}"


def unread_contents(case: GroupCase) -> str | None:
    unread = [inside.unread for inside in case.facts.accounts if inside.unread]
    return f"what is inside cannot be read: {unread[0]}" if unread else None


def production_inside(case: GroupCase) -> str | None:
    """By its tags or by the configuration; an expiry that somebody set makes no candidate of it."""
    for account in case.facts.accounts:
        for found in (d for d in account.deployments if is_fine_tuned(d)):
            named = place(account.account, found.name) in case.releases.production
            if named or not is_candidate(found):
                return f"production deployment {found.name} is inside"
    return None


def previous_inside(case: GroupCase) -> str | None:
    for deployment in case.facts.deployments:
        if deployment.model in case.releases.previous_models:
            return f"deployment {deployment.name} serves the present release or the one before"
    return None


def releases_remembered(case: GroupCase) -> str | None:
    """Where production is missing, a rollback goes by the copy on the base deployment."""
    for deployment in case.facts.deployments:
        if remembered(deployment):
            return f"deployment {deployment.name} remembers releases; 'deploy.py retire' ends that"
    return None


def trained_for_another(case: GroupCase) -> str | None:
    """A model goes with the account that trained it, whichever stage serves it or goes back."""
    for account in case.facts.accounts:
        for deployed in case.releases.outside(case.facts.group.name):
            if stands_on(deployed, account):
                return f"deployment {deployed.name} in {deployed.account.name} needs what is inside"
    return None


def releases_unread(case: GroupCase) -> str | None:
    """Where some stage cannot be read, each model inside may be the one that it serves."""
    models = [d.name for d in case.facts.deployments if is_fine_tuned(d)]
    models += [j.id for inside in case.facts.accounts for j in inside.jobs if j.fine_tuned_model]
    if not case.releases.unread or not models:
        return None
    return f"{models[0]} is inside, and not all releases can be read: {case.releases.unread}"


def candidate_in_use(case: GroupCase) -> str | None:
    for deployment in case.facts.deployments:
        expires = read_timestamp(tag(deployment.tags, EXPIRES))
        if is_fine_tuned(deployment) and is_candidate(deployment) and not _past(expires, case.now):
            return f"candidate {deployment.name} is not expired"
    return None


def job_running(case: GroupCase) -> str | None:
    for job in (job for inside in case.facts.accounts for job in inside.jobs):
        if job.status not in FINAL:
            return f"fine-tuning job {job.id} is {job.status}"
    return None


def unknown_age(case: GroupCase) -> str | None:
    if age_of(case.facts) is not None:
        return None
    return f"unknown age: no time in tag {CREATED}"


def too_young(case: GroupCase) -> str | None:
    age = age_of(case.facts)
    if age is None or case.now - age.since >= case.policy.groups.min_age:
        return None
    return f"younger than {rounded(case.policy.groups.min_age)} by {age.source}"


def expiry_unreadable(case: GroupCase) -> str | None:
    return _unreadable(case, EXPIRES)


def not_expired(case: GroupCase) -> str | None:
    expires = read_timestamp(tag(case.tags, EXPIRES))
    return f"expires in {rounded(expires - case.now)}" if expires and expires > case.now else None


def meant_to_stay(case: GroupCase) -> str | None:
    """A group without an expiry goes only where the policy says after how long."""
    if tag(case.tags, EXPIRES) is not None:
        return None
    after, age = case.policy.groups.stale_after, age_of(case.facts)
    if after == "never":
        return f"no tag {EXPIRES}: meant to stay"
    if age is not None and case.now - age.since < after:
        return f"not yet stale: {rounded(case.now - age.since)} old"
    return None


def mark_removed(case: GroupCase) -> str | None:
    """Whoever takes the mark away has answered."""
    if tag(case.tags, MARKED) is not None and tag(case.tags, DELETE_AFTER) is None:
        return f"somebody removed its mark; tag {MARKED} remembers"
    return None


def mark_unreadable(case: GroupCase) -> str | None:
    return _unreadable(case, DELETE_AFTER)


def mark_not_by_us(case: GroupCase) -> str | None:
    """Our marks say when they were set; without that, nobody knows that a night has passed."""
    marked = read_timestamp(tag(case.tags, MARKED))
    if tag(case.tags, DELETE_AFTER) is None or marked is not None:
        return None
    return f"tag {DELETE_AFTER} without a time in {MARKED}: not our mark"


def mark_in_future(case: GroupCase) -> str | None:
    """Whoever extends the mark wins."""
    after = read_timestamp(tag(case.tags, DELETE_AFTER))
    return f"marked: goes in {rounded(after - case.now)}" if after and after > case.now else None


def notice_not_over(case: GroupCase) -> str | None:
    """Nobody can shorten the notice by setting an earlier time."""
    marked = read_timestamp(tag(case.tags, MARKED))
    if marked is None or case.now - marked >= case.policy.groups.notice:
        return None
    return f"marked less than {rounded(case.policy.groups.notice)} ago"


def unmarked(case: GroupCase) -> str | None:
    return "stale, seen for the first time" if tag(case.tags, DELETE_AFTER) is None else None


def mark_outlived(case: GroupCase) -> str | None:
    """A mark from before something protected the group is no notice of today's deletion."""
    after = read_timestamp(tag(case.tags, DELETE_AFTER))
    if after is None or case.now - after <= case.policy.groups.mark_valid:
        return None
    return f"its mark is older than {rounded(case.policy.groups.mark_valid)}: marked anew"


def deleted_not_ours(case: DeletedCase) -> str | None:
    return None if is_ours(case.found.account.tags) else "not ours"


def deleted_outside_policy(case: DeletedCase) -> str | None:
    inside = matches(case.found.account.resource_group, case.policy.groups.names)
    return None if inside else "its group's name matches no pattern of the policy"


def deleted_protected(case: DeletedCase) -> str | None:
    value = tag(case.found.account.tags, PROTECT)
    return None if value is None else f"tag {PROTECT}: {value or 'no reason given'}"


def deleted_but_needed(case: DeletedCase) -> str | None:
    """A stage may serve, or go back to, a model that only this account still has."""
    if case.releases.unread:
        return f"not all releases can be read: {case.releases.unread}"
    gone = case.found.account
    for deployed in case.releases.deployed:
        if deployed.models and same_account(deployed.trained_in, gone):
            return f"deployment {deployed.name} in {deployed.account.name} takes its model from it"
    for copy in case.releases.lost:
        return f"a release that {copy.name} in {copy.account.name} keeps a copy of may be from it"
    return None


def deleted_lately(case: DeletedCase) -> str | None:
    """Until then, whoever deleted it by mistake can have it back."""
    if case.found.deleted is None:
        return "nobody can say when it was deleted"
    left = case.policy.purge.after - (case.now - case.found.deleted)
    return f"can be restored for {rounded(left)} more" if left > timedelta() else None


KEEP: tuple[Guard, ...] = (
    not_ours,
    name_outside_policy,
    protected_name,
    managed_by_another,
    protect_tag,
    locked,
    going_already,
    foreign_resource,
    unread_contents,
    production_inside,
    previous_inside,
    releases_remembered,
    trained_for_another,
    releases_unread,
    candidate_in_use,
    job_running,
    unknown_age,
    too_young,
    expiry_unreadable,
    not_expired,
    meant_to_stay,
    mark_removed,
    mark_unreadable,
    mark_not_by_us,
    mark_in_future,
    notice_not_over,
)
MARK: tuple[Guard, ...] = (unmarked, mark_outlived)
PURGE: tuple[Callable[[DeletedCase], str | None], ...] = (
    deleted_not_ours,
    deleted_outside_policy,
    deleted_protected,
    deleted_but_needed,
    deleted_lately,
)


def stands_on(deployed: Deployed, account: AccountFacts) -> bool:
    """Whether the account holds the model that is deployed, or one that it may go back to."""
    if deployed.models and deployed.trained_in == account.account.id.lower():
        return True
    return any(
        job.id in deployed.jobs or job.fine_tuned_model in deployed.models for job in account.jobs
    )


def same_account(account_id: str, gone: Account) -> bool:
    """A deleted account has another id than it had; its group and its name are still the same."""
    place = f"/resourcegroups/{gone.resource_group}/providers/microsoft.cognitiveservices/accounts"
    return account_id.endswith(f"{place}/{gone.name}".lower())


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def rounded(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min" if minutes else f"{int(span.total_seconds())} s"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days


def _past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _unreadable(case: GroupCase, name: str) -> str | None:
    text = tag(case.tags, name)
    if text is None or read_timestamp(text) is not None:
        return None
    return f"tag {name} is not a time with its zone"
