"""Everything that clean-up knows, read from Azure: the whole subscription, or one group again."""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tuneops import tags
from tuneops.azure import deployments, files, jobs, locks, resources, subscription, usage
from tuneops.azure.cloud import Session
from tuneops.azure.data_plane import open_client
from tuneops.azure.deployments import Deployment
from tuneops.azure.locks import Lock
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import Resource
from tuneops.cleanup.facts import AccountFacts, GroupFacts, is_candidate, is_fine_tuned
from tuneops.cleanup.item_guards import History, history_of
from tuneops.cleanup.plan import Subscription
from tuneops.cleanup.policy import Policy
from tuneops.errors import PreconditionError, TuneopsError

MAX_CLOCK_SKEW = timedelta(minutes=5)
WORKERS = 16
_LOCKS_FRESH_SECONDS = 2
_ACCOUNT_TYPE = "microsoft.cognitiveservices/accounts"


class LockList:
    """All locks of the subscription, listed anew when the list is older than two seconds.

    One list serves the groups that are read at the same time; a lock that is younger still is
    Azure's own to honour, which refuses the deletion.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = threading.Lock()
        self._listed = -math.inf
        self._above: tuple[Lock, ...] = ()
        self._of: Mapping[str, Sequence[Lock]] = {}

    def holding(self, group: str) -> tuple[Lock, ...]:
        """The locks on the subscription, on the group and on what is in it."""
        with self._turn:
            if time.monotonic() - self._listed > _LOCKS_FRESH_SECONDS:
                self._above, self._of = _by_scope(locks.list_locks(self._session))
                self._listed = time.monotonic()
            return (*self._above, *self._of.get(group.lower(), ()))


@dataclass(frozen=True)
class Frame:
    """What one group's facts need from outside of it."""

    session: Session
    policy: Policy
    now: datetime
    locks: LockList
    history: History

    @property
    def previous_models(self) -> frozenset[str] | None:
        return self.history.previous_models if self.history.complete else None


def read_subscription(session: Session, policy: Policy, now: datetime) -> Subscription:
    """All groups with what is in them, and all deleted accounts; every page of every list.

    Raises:
        PreconditionError: The clocks disagree, or no group is listed at all.
    """
    groups = read_groups(session, now)
    inside = _by_group(subscription.list_resources(session))
    with ThreadPoolExecutor(WORKERS) as pool:
        opened = pool.map(lambda g: _accounts(session, policy, now, g, inside[_key(g)]), groups)
        accounts = dict(zip(map(_key, groups), opened, strict=True))
    history = history_of([account for found in accounts.values() for account in found])
    frame = Frame(session, policy, now, LockList(session), history)
    facts = (_facts(frame, g, inside[_key(g)], accounts[_key(g)]) for g in groups)
    deleted = tuple(subscription.list_deleted(session))
    return Subscription(session.subscription, tuple(facts), deleted)


def read_frame(session: Session, policy: Policy, now: datetime) -> Frame:
    """The release history of all accounts of ours, anew, and locks that stay fresh."""
    with ThreadPoolExecutor(WORKERS) as pool:
        ours = [a for a in resources.list_all_accounts(session) if tags.is_ours(a.tags)]
        found = list(pool.map(lambda account: _deployments(session, account), ours))
    return Frame(session, policy, now, LockList(session), history_of(found))


def read_group(frame: Frame, name: str) -> GroupFacts | None:
    """One group as it is now; None where it is gone."""
    group = resources.find_group(frame.session, name)
    if group is None:
        return None
    inside = list(subscription.list_resources(frame.session, name))
    accounts = _accounts(frame.session, frame.policy, frame.now, group, inside)
    return _facts(frame, group, inside, accounts)


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
    frame: Frame,
    group: ResourceGroup,
    inside: Sequence[Resource],
    accounts: tuple[AccountFacts, ...],
) -> GroupFacts:
    held = frame.locks.holding(group.name)
    return GroupFacts(group, held, tuple(inside), accounts, frame.previous_models)


def _by_group(found: Iterable[Resource]) -> defaultdict[str, list[Resource]]:
    grouped: defaultdict[str, list[Resource]] = defaultdict(list)
    for resource in found:
        grouped[resource.group.lower()].append(resource)
    return grouped


def _by_scope(found: Iterable[Lock]) -> tuple[tuple[Lock, ...], defaultdict[str, list[Lock]]]:
    """Locks on the subscription as a whole, and those of each group."""
    above: list[Lock] = []
    grouped: defaultdict[str, list[Lock]] = defaultdict(list)
    for lock in found:
        parts = lock.scope.lower().split("/")
        if "resourcegroups" in parts:
            grouped[parts[parts.index("resourcegroups") + 1]].append(lock)
        else:
            above.append(lock)
    return tuple(above), grouped


def _key(group: ResourceGroup) -> str:
    return group.name.lower()
