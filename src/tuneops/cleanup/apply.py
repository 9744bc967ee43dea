"""Do what a plan file says and nothing else; each row is read and judged again just before."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from tuneops import tags
from tuneops.azure import deletion, resources, subscription
from tuneops.azure.deletion import Deletion
from tuneops.cleanup import inventory
from tuneops.cleanup.apply_items import ItemRun
from tuneops.cleanup.facts import DELETE_AFTER, MARKED
from tuneops.cleanup.group_guards import rounded
from tuneops.cleanup.inventory import SubscriptionContext
from tuneops.cleanup.outcomes import Clock, Narrate, Outcome, utc_now
from tuneops.cleanup.plan import Plan, Row, check_breakers, judge
from tuneops.cleanup.policy import Policy
from tuneops.errors import ConfigError, TuneopsError
from tuneops.waiting import attempts

_LOOK_SECONDS = 5  # between two lists of all groups while deletions run


def apply(
    context: SubscriptionContext,
    agreed: Plan,
    narrate: Narrate,
    *,
    clock: Clock = utc_now,
    dry_run: bool = False,
) -> list[Outcome]:
    """Mark and delete what the plan names; what changed is skipped, a failure stops nothing else.

    Raises:
        ConfigError: The plan is too old, or for another subscription or policy.
        UndecidedError: More would go than the policy lets go at a time.
        PreconditionError: The clocks disagree, or no group is listed at all.
    """
    session, policy, now = context.session, context.policy, clock()
    admit(agreed, session.subscription, policy, now)
    check_breakers(agreed.groups, agreed.items, len(agreed.groups), policy)
    listed = {group.name.lower() for group in inventory.read_groups(session, now)}
    there = [row for row in agreed.groups if row.name.lower() in listed]
    check_breakers(there, agreed.items, len(listed), policy)
    groups = _GroupRun(context, narrate, clock, dry_run=dry_run)
    items = ItemRun(context, narrate, clock, dry_run=dry_run)
    return [
        *groups.groups(agreed.rows("mark") + agreed.rows("delete")),
        *items.items(agreed.leftovers("mark") + agreed.leftovers("delete")),
    ]


def admit(agreed: Plan, subscription: str, policy: Policy, now: datetime) -> None:
    """Raises: ConfigError where the plan is too old, or for another subscription or policy."""
    for check in ADMISSION:
        check(agreed, subscription, policy, now)


def check_subscription(agreed: Plan, subscription: str, policy: Policy, now: datetime) -> None:
    del now
    policy.check_subscription(subscription)
    if agreed.subscription.lower() != subscription.lower():
        raise ConfigError(
            f"The plan is for subscription {agreed.subscription}, not {subscription}.",
            remedy="Make a plan for this subscription.",
        )


def check_policy(agreed: Plan, subscription: str, policy: Policy, now: datetime) -> None:
    del subscription, now
    if agreed.policy != policy.digest:
        raise ConfigError(
            f"The plan was made under policy {agreed.policy}, this one is {policy.digest}.",
            remedy="Make a new plan.",
        )


def check_fresh(agreed: Plan, subscription: str, policy: Policy, now: datetime) -> None:
    del subscription
    age = now - agreed.created
    if not -inventory.MAX_CLOCK_SKEW <= age <= policy.apply.plan_fresh:
        raise ConfigError(
            f"The plan of {tags.timestamp(agreed.created)} is not of the last "
            f"{rounded(policy.apply.plan_fresh)}.",
            remedy="Make a new plan.",
        )


ADMISSION = (check_subscription, check_policy, check_fresh)


def tags_changed(planned: Row, fresh: Row) -> str | None:
    return "its tags changed" if planned.tags_digest != fresh.tags_digest else None


def locks_changed(planned: Row, fresh: Row) -> str | None:
    return "its locks changed" if planned.locks != fresh.locks else None


def manager_changed(planned: Row, fresh: Row) -> str | None:
    return "who manages it changed" if planned.managed_by != fresh.managed_by else None


def contents_changed(planned: Row, fresh: Row) -> str | None:
    """What is missing may be an earlier run's work; what is new or another is a change."""
    new = sorted(set(fresh.contents) - set(planned.contents))
    return f"something is new inside: {new[0]}" if new else None


def no_longer_due(planned: Row, fresh: Row) -> str | None:
    return fresh.reason if planned.action != fresh.action else None


CHANGES = (tags_changed, locks_changed, manager_changed, contents_changed, no_longer_due)


class _GroupRun:
    """One apply: what it knows of the subscription, and how it speaks."""

    def __init__(
        self, context: SubscriptionContext, narrate: Narrate, clock: Clock, *, dry_run: bool
    ) -> None:
        self._context = context
        self._session = context.session
        self._narrate = narrate
        self._clock = clock
        self._dry_run = dry_run

    def groups(self, rows: Sequence[Row]) -> list[Outcome]:
        with ThreadPoolExecutor(inventory.WORKERS) as pool:
            begun = list(pool.map(self._begin, rows))
        outcomes = {done.name: done for done in begun if isinstance(done, Outcome)}
        going = [done for done in begun if isinstance(done, Deletion)]
        outcomes |= {done.name: done for done in self._watch(going)}
        return [outcomes[row.name] for row in rows]

    def _begin(self, planned: Row) -> Outcome | Deletion:
        try:
            return self._act(planned)
        except TuneopsError as error:
            return Outcome("group", planned.name, "failed", error.message)

    def _act(self, planned: Row) -> Outcome | Deletion:
        facts = inventory.read_group(self._context, planned.name)
        if facts is None:
            return Outcome("group", planned.name, "skipped", "is gone already")
        if planned.action == "delete" and facts.group.state.lower() == "deleting":
            return Deletion(planned.name, None)
        now = self._clock()
        fresh = judge(facts, self._context.releases.get(), self._context.policy, now)
        reason = next((r for change in CHANGES if (r := change(planned, fresh))), None)
        if reason is not None:
            return Outcome("group", planned.name, "skipped", f"since the plan: {reason}")
        if self._dry_run:
            return Outcome("group", planned.name, "skipped", f"dry run: would {fresh.action} it")
        return self._mark(planned, now) if fresh.action == "mark" else self._delete(planned)

    def _mark(self, planned: Row, now: datetime) -> Outcome:
        after = tags.timestamp(now + self._context.policy.groups.notice)
        marks = {MARKED: tags.timestamp(now), DELETE_AFTER: after}
        self._narrate(f"Marking resource group {planned.name}: {planned.reason}.")
        subscription.merge_tags(self._session, planned.name, marks)
        return Outcome("group", planned.name, "marked", f"goes after {after}")

    def _delete(self, planned: Row) -> Deletion:
        self._narrate(f"Deleting resource group {planned.name}: {planned.reason}.")
        return deletion.begin(self._session, planned.name)

    def _watch(self, going: Sequence[Deletion]) -> Iterator[Outcome]:
        """One list tells of all deletions at once; a group is asked for only when it is missing."""
        pending = {begun.group.lower(): begun for begun in going}
        states: dict[str, str] = {}
        wait = self._context.policy.apply.wait
        with ThreadPoolExecutor(inventory.WORKERS) as pool:
            for _ in attempts(wait.total_seconds(), longest_pause=_LOOK_SECONDS):
                if not pending:
                    return
                fresh = self._states()
                states = states if fresh is None else fresh
                seen = [states.get(key) for key in pending]
                for done in list(pool.map(self._look, pending.values(), seen)):
                    if done:
                        del pending[done.name.lower()]
                        yield done
        for key, begun in pending.items():
            yield _unfinished(begun, states.get(key, "deleting"), wait)

    def _states(self) -> dict[str, str] | None:
        """The provisioning state of every group; None where Azure does not tell this time."""
        try:
            found = subscription.list_groups(self._session).groups
        except TuneopsError as error:
            self._narrate(f"Looking again later: {error.message}")
            return None
        return {group.name.lower(): group.state.lower() for group in found}

    def _look(self, begun: Deletion, state: str | None) -> Outcome | None:
        try:
            return self._seen(begun, state)
        except TuneopsError as error:
            self._narrate(f"Looking again later: {error.message}")
            return None

    def _seen(self, begun: Deletion, state: str | None) -> Outcome | None:
        if state is None:
            gone = resources.find_group(self._session, begun.group) is None
            return Outcome("group", begun.group, "deleted") if gone else None
        if state == "deleting":
            return None
        why = deletion.failure(self._session, begun)
        return Outcome("group", begun.group, "failed", why) if why else None


def _unfinished(begun: Deletion, state: str, wait: timedelta) -> Outcome:
    if state == "deleting":
        return Outcome("group", begun.group, "requested", f"still going after {rounded(wait)}")
    detail = f"still there after {rounded(wait)}, and Azure gives no reason"
    return Outcome("group", begun.group, "failed", detail)
