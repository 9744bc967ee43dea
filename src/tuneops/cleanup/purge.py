"""Purge our soft-deleted accounts: the only other command that deletes, with rights of its own."""

from datetime import datetime

from tuneops.azure import resources, subscription
from tuneops.azure.cloud import Session
from tuneops.azure.subscription import DeletedAccount
from tuneops.cleanup import inventory
from tuneops.cleanup.apply import Narrate, Outcome
from tuneops.cleanup.plan import judge_deleted
from tuneops.cleanup.policy import Policy
from tuneops.errors import TuneopsError, UndecidedError


def purgeable(session: Session, policy: Policy, now: datetime) -> list[DeletedAccount]:
    """What `purge` would take now.

    Raises:
        ConfigError: The subscription is not the policy's.
        PreconditionError: The clocks disagree, or the identity sees nothing.
        UndecidedError: More would go than the policy lets go at a time.
    """
    policy.check_subscription(session.subscription)
    inventory.check_clock(now, subscription.azure_time(session))
    listed = subscription.list_deleted(session)
    due = [found for found in listed if judge_deleted(found, policy, now).action == "purge"]
    if len(due) > policy.breakers.max_purges:
        raise UndecidedError(
            f"{len(due)} accounts would be purged, at most {policy.breakers.max_purges} may be.",
            remedy="If that is right, raise breakers.max_purges in the policy.",
        )
    return due


def purge(
    session: Session, policy: Policy, due: list[DeletedAccount], now: datetime, narrate: Narrate
) -> list[Outcome]:
    """Purge each account, after a second look at it; a failure stops nothing else."""
    return [_purge(session, policy, found, now, narrate) for found in due]


def _purge(
    session: Session, policy: Policy, found: DeletedAccount, now: datetime, narrate: Narrate
) -> Outcome:
    name = found.account.name
    try:
        fresh = subscription.find_deleted(session, found.account)
        if fresh is None:
            return Outcome("account", name, "skipped", "is gone already")
        row = judge_deleted(fresh, policy, now)
        if row.action == "keep":
            return Outcome("account", name, "skipped", row.reason)
        narrate(f"Purging deleted account {name}.")
        resources.purge_account(session, found.account)
        gone = subscription.find_deleted(session, found.account) is None
        return Outcome("account", name, "deleted" if gone else "requested")
    except TuneopsError as error:
        return Outcome("account", name, "failed", error.message)
