"""Mark and delete what is left over in accounts that stay; each is judged again just before."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from tuneops.azure import deployments, files, jobs, subscription
from tuneops.azure.cloud import Session
from tuneops.azure.data_plane import open_client
from tuneops.azure.resources import Account
from tuneops.cleanup import inventory, notices
from tuneops.cleanup.facts import tag
from tuneops.cleanup.inventory import SubscriptionContext
from tuneops.cleanup.item_guards import Item, judge_items
from tuneops.cleanup.outcomes import Clock, Narrate, Outcome
from tuneops.errors import TuneopsError
from tuneops.tags import timestamp

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Fresh:
    """An item as it is judged now, and the account that it is in."""

    item: Item
    account: Account


@dataclass(frozen=True)
class ItemRun:
    """One apply, and how it speaks."""

    context: SubscriptionContext
    narrate: Narrate
    clock: Clock
    dry_run: bool

    def items(self, planned: Sequence[Item]) -> list[Outcome]:
        """Groups side by side; within an account, ARM takes one write at a time."""
        by_group: defaultdict[str, list[Item]] = defaultdict(list)
        for item in planned:
            by_group[item.group].append(item)
        with ThreadPoolExecutor(inventory.WORKERS) as pool:
            return [done for found in pool.map(self._group, by_group.values()) for done in found]

    def _group(self, planned: Sequence[Item]) -> list[Outcome]:
        try:
            fresh = self._judged(planned[0].group)
        except TuneopsError as error:
            return [_of(item, "failed", error.message) for item in planned]
        due: defaultdict[str, list[Item]] = defaultdict(list)
        outcomes: list[Outcome] = []
        for item in planned:
            now = fresh.get(_key(item))
            why = self._skipped(item, now)
            if now is None or why:
                outcomes.append(_of(item, "skipped", why))
            elif item.action == "mark":
                due[item.account].append(now.item)
            else:
                outcomes.append(self._delete(item, now.account))
        marked = (done for found in due.values() for done in self._mark(found, fresh))
        return [*outcomes, *marked]

    def _judged(self, group: str) -> dict[_Key, _Fresh]:
        """Everything in the accounts of a group as it is now."""
        context = self.context
        facts = inventory.read_group(context, group)
        if facts is None:
            return {}
        releases, now = context.releases.get(), self.clock()
        return {
            _key(item): _Fresh(item, account.account)
            for account in facts.accounts
            for item in judge_items(facts, account, releases, context.policy, now)
        }

    def _skipped(self, planned: Item, fresh: _Fresh | None) -> str:
        if fresh is None:
            return "is gone already"
        if fresh.item.action != planned.action:
            return f"since the plan: {fresh.item.reason}"
        return f"dry run: would {planned.action} it" if self.dry_run else ""

    def _delete(self, item: Item, account: Account) -> Outcome:
        self.narrate(f"Deleting {item.kind} {item.label} of {item.account}: {item.reason}.")
        try:
            _DELETE[item.kind](self.context.session, account, item.name)
        except TuneopsError as error:
            return _of(item, "failed", error.message)
        return _of(item, "deleted", "")

    def _mark(self, due: Sequence[Item], fresh: Mapping[_Key, _Fresh]) -> list[Outcome]:
        """Notice of all that is due in one account, beside what had notice before and is there."""
        account, now = fresh[_key(due[0])].account, self.clock()
        there = {each.item.mark for each in fresh.values() if each.account == account}
        known = notices.read(tag(account.tags, notices.TAG))
        known = {mark: moment for mark, moment in known.items() if mark in there}
        text = notices.write(known | {item.mark: now for item in due})
        self.narrate(f"Marking {len(due)} leftovers of {account.name}.")
        try:
            subscription.merge_account_tags(self.context.session, account, {notices.TAG: text})
        except TuneopsError as error:
            return [_of(item, "failed", error.message) for item in due]
        after = timestamp(now + self.context.policy.groups.notice)
        fitting = notices.read(text)
        return [
            _of(item, "marked", f"goes after {after}")
            if item.mark in fitting
            else _of(item, "skipped", "the account's tag has no room: marked another night")
            for item in due
        ]


def _key(item: Item) -> _Key:
    return item.account, item.kind, item.name


def _of(
    item: Item, result: Literal["deleted", "failed", "marked", "skipped"], detail: str
) -> Outcome:
    return Outcome(item.kind, f"{item.account}/{item.label}", result, detail)


def _delete_deployment(session: Session, account: Account, name: str) -> None:
    deployments.delete(session, account, name)


def _delete_file(session: Session, account: Account, name: str) -> None:
    del session
    with open_client(account.endpoint) as client:
        files.delete(client, name)


def _delete_job(session: Session, account: Account, name: str) -> None:
    del session
    with open_client(account.endpoint) as client:
        jobs.delete(client, name)


_DELETE: dict[str, Callable[[Session, Account, str], None]] = {
    "deployment": _delete_deployment,
    "file": _delete_file,
    "job": _delete_job,
}
