"""Everything that clean-up knows, read from Azure: the whole subscription, or one group again."""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tuneops import tags
from tuneops.azure import deployments, files, jobs, locks, resources, subscription, usage
from tuneops.azure.account import account_name
from tuneops.azure.cloud import Session
from tuneops.azure.data_plane import open_client
from tuneops.azure.deployments import Deployment
from tuneops.azure.locks import Lock
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import Resource
from tuneops.cleanup.facts import AccountFacts, GroupFacts, is_candidate, is_fine_tuned
from tuneops.cleanup.plan import Subscription
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Releases, place, releases_of
from tuneops.config import Config
from tuneops.errors import PreconditionError, TuneopsError

MAX_CLOCK_SKEW = timedelta(minutes=5)
WORKERS = 16
_FRESH_SECONDS = 2
_Value = TypeVar("_Value")
_ACCOUNT_TYPE = "microsoft.cognitiveservices/accounts"


class Fresh(Generic[_Value]):
    """A reading of Azure that serves all threads, and is repeated once it is two seconds old."""

    def __init__(self, read: Callable[[], _Value]) -> None:
        self._read = read
        self._turn = threading.Lock()
        self._at = -math.inf
        self._value: _Value | None = None

    def get(self) -> _Value:
        with self._turn:
            if self._value is None or time.monotonic() - self._at > _FRESH_SECONDS:
                self._value = self._read()
                self._at = time.monotonic()
            return self._value


@dataclass(frozen=True)
class Locks:
    """The locks on the subscription as a whole, and those of each group by its name."""

    above: tuple[Lock, ...]
    of_groups: Mapping[str, Sequence[Lock]]

    def holding(self, group: str) -> tuple[Lock, ...]:
        """The locks on the subscription, on the group and on what is in it."""
        return (*self.above, *self.of_groups.get(group.lower(), ()))


@dataclass(frozen=True)
class SubscriptionContext:
    """What a decision on one group needs from outside of it.

    A lock that is younger than its list is Azure's own to honour, which refuses the deletion.
    """

    session: Session
    policy: Policy
    now: datetime
    locks: Fresh[Locks]
    releases: Fresh[Releases]


def read_subscription(
    session: Session, policy: Policy, places: Sequence[Config], now: datetime
) -> Subscription:
    """All groups with what is in them, and all deleted accounts; every page of every list.

    Raises:
        PreconditionError: The clocks disagree, or no group is listed at all.
    """
    groups = read_groups(session, now)
    inside = _by_group(subscription.list_resources(session))
    with ThreadPoolExecutor(WORKERS) as pool:
        opened = pool.map(lambda g: _accounts(session, policy, now, g, inside[_key(g)]), groups)
        accounts = dict(zip(map(_key, groups), opened, strict=True))
    locks_now = _read_locks(session)
    facts = (_facts(locks_now, g, inside[_key(g)], accounts[_key(g)]) for g in groups)
    deleted = tuple(subscription.list_deleted(session))
    releases = read_releases(session, places, now)
    return Subscription(session.subscription, tuple(facts), releases, deleted)


def read_context(
    session: Session, policy: Policy, places: Sequence[Config], now: datetime
) -> SubscriptionContext:
    """Locks and releases are read when they are first asked for, and stay fresh."""
    locks_now = Fresh(lambda: _read_locks(session))
    releases = Fresh(lambda: read_releases(session, places, now))
    return SubscriptionContext(session, policy, now, locks_now, releases)


def read_releases(session: Session, places: Sequence[Config], now: datetime) -> Releases:
    """The releases of all stages: in accounts of ours here, and wherever products are configured.

    A configured account that this identity may not see, in this subscription or another, is unread;
    one that does not exist holds no release.
    """
    ours = [a for a in resources.list_all_accounts(session) if tags.is_ours(a.tags)]
    with ThreadPoolExecutor(WORKERS) as pool:
        listed = list(pool.map(lambda account: _deployments(session, account), ours))
        opened = list(pool.map(lambda config: _configured(session, config), places))
    configured = [(facts, c) for facts, c in zip(opened, places, strict=True) if facts]
    named = [place(facts.account, config.release.deployment) for facts, config in configured]
    listed_prices = ((config.product, config.prices.hosting_per_hour) for config in places)
    hosting = {product: price for product, price in listed_prices if price is not None}
    return releases_of([*listed, *(facts for facts, _ in configured)], now, named, hosting)


def read_group(context: SubscriptionContext, name: str) -> GroupFacts | None:
    """One group as it is now; None where it is gone."""
    session = context.session
    group = resources.find_group(session, name)
    if group is None:
        return None
    inside = list(subscription.list_resources(session, name))
    accounts = _accounts(session, context.policy, context.now, group, inside)
    return _facts(context.locks.get(), group, inside, accounts)


def read_groups(session: Session, now: datetime) -> tuple[ResourceGroup, ...]:
    """Raises: PreconditionError where the clocks disagree, or nothing at all is listed."""
    listed = subscription.list_groups(session)
    check_clock(now, listed.azure_time)
    check_not_blind(listed.groups)
    return listed.groups


def check_clock(now: datetime, azure: datetime | None) -> None:
    """Every age and every notice stands on this clock.

    Raises:
        PreconditionError: It differs from Azure's, or Azure does not tell the time.
    """
    if azure is None or abs(now - azure) > MAX_CLOCK_SKEW:
        said = tags.timestamp(azure) if azure else "nothing"
        raise PreconditionError(
            f"This machine's clock says {tags.timestamp(now)}, Azure's says {said}.",
            remedy="Set this machine's clock; ages cannot be trusted before.",
        )


def check_not_blind(groups: Sequence[ResourceGroup]) -> None:
    """Raises: PreconditionError where no group is listed: a lost permission looks like that."""
    if not groups:
        raise PreconditionError(
            "Azure lists no resource group at all.",
            remedy="Check the identity's role on the subscription; Reader is needed at least.",
        )


def read_account(session: Session, policy: Policy, now: datetime, account: Account) -> AccountFacts:
    """The account from inside; what cannot be read is said, and protects what is around it."""
    facts = _deployments(session, account)
    if facts.unread:
        return facts
    try:
        with open_client(account.endpoint) as client:
            found_jobs, found_files = jobs.list_all(client), files.list_all(client)
    except TuneopsError as error:
        return replace(facts, unread=error.message)
    since = now - policy.deployments.idle_after
    calls = _calls(session, facts.deployments, account, (since, now))
    return replace(facts, jobs=tuple(found_jobs), files=tuple(found_files), calls=calls)


def _deployments(session: Session, account: Account) -> AccountFacts:
    try:
        return AccountFacts(account, tuple(deployments.list_all(session, account)))
    except TuneopsError as error:
        return AccountFacts(account, unread=error.message, deployments_read=False)


def _configured(session: Session, config: Config) -> AccountFacts | None:
    """The account that a configuration names, in its subscription; None where there is none."""
    there = session.elsewhere(config.azure.subscription)
    group, name = config.azure.resource_group, account_name(config, there.subscription)
    try:
        account = resources.find_account(there, group, name)
    except TuneopsError as error:
        unseen = Account(f"{there.subscription}/{group}/{name}", group, name, "", "", "", "")
        return AccountFacts(unseen, unread=error.message, deployments_read=False)
    return _deployments(there, account) if account else None


def _calls(
    session: Session,
    found: Iterable[Deployment],
    account: Account,
    span: tuple[datetime, datetime],
) -> dict[str, float] | None:
    """Asked only where an answer matters: for fine-tuned deployments without an expiry."""
    if not any(is_fine_tuned(d) and not is_candidate(d) for d in found):
        return None
    try:
        return dict(usage.calls(session, account, *span))
    except TuneopsError:
        return None


def _accounts(
    session: Session,
    policy: Policy,
    now: datetime,
    group: ResourceGroup,
    inside: Sequence[Resource],
) -> tuple[AccountFacts, ...]:
    if not any(r.type.lower() == _ACCOUNT_TYPE and tags.is_ours(r.tags) for r in inside):
        return ()
    found = resources.list_accounts(session, group.name)
    ours = (account for account in found if tags.is_ours(account.tags))
    return tuple(read_account(session, policy, now, account) for account in ours)


def _facts(
    locks_now: Locks,
    group: ResourceGroup,
    inside: Sequence[Resource],
    accounts: tuple[AccountFacts, ...],
) -> GroupFacts:
    return GroupFacts(group, locks_now.holding(group.name), tuple(inside), accounts)


def _by_group(found: Iterable[Resource]) -> defaultdict[str, list[Resource]]:
    grouped: defaultdict[str, list[Resource]] = defaultdict(list)
    for resource in found:
        grouped[resource.group.lower()].append(resource)
    return grouped


def _read_locks(session: Session) -> Locks:
    above: list[Lock] = []
    grouped: defaultdict[str, list[Lock]] = defaultdict(list)
    for lock in locks.list_locks(session):
        parts = lock.scope.lower().split("/")
        if "resourcegroups" in parts:
            grouped[parts[parts.index("resourcegroups") + 1]].append(lock)
        else:
            above.append(lock)
    return Locks(tuple(above), grouped)


def _key(group: ResourceGroup) -> str:
    return group.name.lower()
