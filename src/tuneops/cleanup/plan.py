"""What goes, decided from what was read; no I/O. The plan is the only thing that apply follows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, Field

from tuneops import pricing, tags
from tuneops.azure.deployments import Deployment
from tuneops.azure.subscription import DeletedAccount
from tuneops.cleanup import group_guards
from tuneops.cleanup.facts import (
    GroupFacts,
    GroupName,
    age_of,
    contents,
    is_fine_tuned,
    tag,
    tags_digest,
)
from tuneops.cleanup.group_guards import DeletedCase, GroupCase
from tuneops.cleanup.item_guards import Item, judge_items
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Releases
from tuneops.errors import UndecidedError

PLAN_VERSION = 3
Action = Literal["keep", "mark", "delete"]
_Case = TypeVar("_Case", GroupCase, DeletedCase)
_PRICED = ("microsoft.cognitiveservices/accounts", "microsoft.cognitiveservices/accounts/projects")


@dataclass(frozen=True)
class Row:
    """What happens to one resource group, why, and what it looked like at that moment.

    ``cost`` is in dollars a month for hosting fine-tuned models; ``cost_complete`` says whether
    nothing else inside costs by the hour.
    """

    name: GroupName
    region: str
    ours: bool
    action: Action
    reason: str
    since: str | None
    age_source: str | None
    owner: str | None
    tags_digest: str
    managed_by: str | None
    locks: tuple[str, ...]
    contents: tuple[str, ...]
    cost: Annotated[float, Field(allow_inf_nan=False)]
    cost_complete: bool


@dataclass(frozen=True)
class DeletedRow:
    """A soft-deleted account, and whether it is to be purged."""

    name: str
    group: str
    region: str
    ours: bool
    action: Literal["keep", "purge"]
    reason: str
    purged_at: str | None


@dataclass(frozen=True)
class Subscription:
    """Everything that was read of a subscription."""

    id: str
    groups: tuple[GroupFacts, ...]
    releases: Releases
    deleted: tuple[DeletedAccount, ...] = ()


@dataclass(frozen=True)
class Plan:
    """``created`` is UTC; ``policy`` is the digest of the policy that it was made under."""

    subscription: Annotated[str, Field(max_length=36)]
    created: AwareDatetime
    policy: Annotated[str, Field(max_length=16)]
    groups: tuple[Row, ...]
    items: tuple[Item, ...] = ()
    deleted_accounts: tuple[DeletedRow, ...] = ()

    def rows(self, action: Action) -> tuple[Row, ...]:
        return tuple(row for row in self.groups if row.action == action)

    @property
    def due(self) -> int:
        """How many rows apply would do."""
        actions = [*(row.action for row in self.groups), *(item.action for item in self.items)]
        return sum(action != "keep" for action in actions)

    def leftovers(self, action: Action) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.action == action)


def plan(found: Subscription, policy: Policy, now: datetime) -> Plan:
    """One row for each group, each leftover inside a group that stays, each deleted account."""
    groups = sorted(found.groups, key=lambda facts: facts.group.name.lower())
    rows = tuple(judge(facts, found.releases, policy, now) for facts in groups)
    items = (
        item
        for facts, row in zip(groups, rows, strict=True)
        if row.action != "delete"
        for account in facts.accounts
        for item in judge_items(facts, account, found.releases, policy, now)
    )
    deleted = tuple(
        judge_deleted(account, found.releases, policy, now) for account in found.deleted
    )
    return Plan(found.id, now, policy.digest, rows, tuple(items), deleted)


def judge(facts: GroupFacts, releases: Releases, policy: Policy, now: datetime) -> Row:
    """Closed by default: a group goes when no guard has a reason to keep it."""
    action, reason = _decided(GroupCase(facts, releases, policy, now))
    age = age_of(facts)
    hosting = [_hosting(deployment, releases) for deployment in facts.deployments]
    return Row(
        name=facts.group.name,
        region=facts.group.region,
        ours=tags.is_ours(facts.tags),
        action=action,
        reason=reason,
        since=tags.timestamp(age.since) if age else None,
        age_source=age.source if age else None,
        owner=owner_of(facts, policy),
        tags_digest=tags_digest(facts.tags),
        managed_by=facts.group.managed_by,
        locks=tuple(f"{lock.name} ({lock.level})" for lock in facts.locks),
        contents=contents(facts),
        cost=round(sum(cost or 0.0 for cost in hosting), 2),
        cost_complete=None not in hosting
        and all(r.type.lower() in _PRICED for r in facts.resources),
    )


def judge_deleted(
    found: DeletedAccount, releases: Releases, policy: Policy, now: datetime
) -> DeletedRow:
    reason = next(_reasons(group_guards.PURGE, DeletedCase(found, releases, policy, now)), None)
    account = found.account
    return DeletedRow(
        name=account.name,
        group=account.resource_group,
        region=account.region,
        ours=tags.is_ours(account.tags),
        action="keep" if reason else "purge",
        reason=reason or "holds its name and quota",
        purged_at=tags.timestamp(found.purged_at) if found.purged_at else None,
    )


def check_breakers(
    groups: Sequence[Row], items: Sequence[Item], listed: int, policy: Policy
) -> None:
    """Raises: UndecidedError where more would go than the policy lets go at a time."""
    limits = policy.breakers
    going = sum(row.action == "delete" for row in groups)
    kinds = [item.kind == "deployment" for item in items if item.action == "delete"]
    percent = 100 * going / listed if listed else 100.0
    counted = (
        (going, limits.max_groups, "{} groups, at most {}"),
        (percent if going else 0, limits.max_percent, f"{{:.0f}} % of {listed}, at most {{:g}} %"),
        (kinds.count(True), limits.max_deployments, "{} deployments, at most {}"),
        (kinds.count(False), limits.max_leftovers, "{} files and jobs, at most {}"),
    )
    over = [words.format(count, most) for count, most, words in counted if count > most]
    if over:
        raise UndecidedError(
            f"Too much would be deleted: {'; '.join(over)}. Nothing is.",
            remedy="Read the plan; if it is right, raise 'breakers' in the policy and plan again.",
        )


def owner_of(facts: GroupFacts, policy: Policy) -> str | None:
    named = (tag(facts.tags, name.lower()) for name in policy.report.owner_tags)
    return next((value for value in named if value), None)


def _decided(case: GroupCase) -> tuple[Action, str]:
    if kept := next(_reasons(group_guards.KEEP, case), None):
        return "keep", kept
    if marked := next(_reasons(group_guards.MARK, case), None):
        return "mark", marked
    return "delete", "stale, and its notice is over"


def _reasons(guards: Sequence[Callable[[_Case], str | None]], case: _Case) -> Iterator[str]:
    return (reason for guard in guards if (reason := guard(case)))


def _priced(facts: GroupFacts) -> bool:
    return all(resource.type.lower() in _PRICED for resource in facts.resources)


def _hosting(deployment: Deployment, releases: Releases) -> float | None:
    """Dollars a month for a fine-tuned model, called or not; None where no price is known."""
    if not is_fine_tuned(deployment):
        return 0.0
    listed = releases.hosting.get(tag(deployment.tags, tags.PRODUCT) or "")
    return pricing.hosting_per_month(deployment.sku, listed)
