"""Purge our soft-deleted accounts: the only other command that deletes, with rights of its own."""

from tuneops.azure import resources, subscription
from tuneops.azure.subscription import DeletedAccount
from tuneops.cleanup import inventory
from tuneops.cleanup.inventory import SubscriptionContext
from tuneops.cleanup.outcomes import Narrate, Outcome
from tuneops.cleanup.plan import DeletedRow, judge_deleted
from tuneops.errors import TuneopsError, UndecidedError


def purgeable(context: SubscriptionContext) -> list[DeletedAccount]:
    """What `purge` would take now.

    Raises:
        ConfigError: The subscription is not the policy's.
        PreconditionError: The clocks disagree, or the identity sees nothing.
        UndecidedError: More would go than the policy lets go at a time.
    """
    policy, session = context.policy, context.session
    policy.check_subscription(session.subscription)
    inventory.check_clock(context.now, subscription.azure_time(session))
    listed = subscription.list_deleted(session)
    due = [found for found in listed if _judge(context, found).action == "purge"]
    if len(due) > policy.breakers.max_purges:
        raise UndecidedError(
            f"{len(due)} accounts would be purged, at most {policy.breakers.max_purges} may be.",
            remedy="If that is right, raise breakers.max_purges in the policy.",
        )
    return due


def purge(
    context: SubscriptionContext, due: list[DeletedAccount], narrate: Narrate
) -> list[Outcome]:
    """Purge each account, after a second look at it; a failure stops nothing else."""
    return [_purge(context, found, narrate) for found in due]


def _purge(context: SubscriptionContext, found: DeletedAccount, narrate: Narrate) -> Outcome:
    name, session = found.account.name, context.session
    try:
        fresh = subscription.find_deleted(session, found.account)
        if fresh is None:
            return Outcome("account", name, "skipped", "is gone already")
        row = _judge(context, fresh)
        if row.action == "keep":
            return Outcome("account", name, "skipped", row.reason)
        narrate(f"Purging deleted account {name}.")
        resources.purge_account(session, found.account)
        gone = subscription.find_deleted(session, found.account) is None
        return Outcome("account", name, "deleted" if gone else "requested")
    except TuneopsError as error:
        return Outcome("account", name, "failed", error.message)


def _judge(context: SubscriptionContext, found: DeletedAccount) -> DeletedRow:
    return judge_deleted(found, context.releases.get(), context.policy, context.now)
