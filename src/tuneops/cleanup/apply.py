"""Delete what a plan file says, each group read again just before."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tuneops import ownership
from tuneops.azure import resources
from tuneops.azure.cloud import Session
from tuneops.azure.resources import Account
from tuneops.cleanup.plan import PLAN_VERSION, Plan, Row, judge, plan
from tuneops.errors import ConfigError, TuneopsError

MAX_PLAN_AGE = timedelta(hours=12)


@dataclass(frozen=True)
class Outcome:
    """What became of a group: ``deleted`` means that it was seen gone."""

    name: str
    result: Literal["deleted", "skipped", "failed"]
    detail: str = ""


def make_plan(session: Session) -> Plan:
    return plan(session.subscription, resources.list_groups(session), datetime.now(UTC))


def apply(session: Session, agreed: Plan, narrate: Callable[[str], None]) -> list[Outcome]:
    """Delete the plan's rows; a group that changed since is skipped, a failure stops nothing.

    Raises:
        ConfigError: The plan is for another subscription, or too old.
    """
    _check_fits(session, agreed, datetime.now(UTC))
    outcomes = []
    for row in agreed.deletions:
        narrate(f"Deleting resource group {row.name}: {row.reason}.")
        outcomes.append(_delete(session, row))
    return outcomes


def purgeable(session: Session) -> list[Account]:
    """Soft-deleted accounts that are ours."""
    deleted = resources.list_deleted_accounts(session)
    return [account for account in deleted if ownership.is_ours(account.tags)]


def purge(session: Session, narrate: Callable[[str], None]) -> list[str]:
    """Purge what is `purgeable`; the names of those that are gone."""
    purged = []
    for account in purgeable(session):
        narrate(f"Purging deleted account {account.name}.")
        resources.purge_account(session, account)
        purged.append(account.name)
    return purged


def read_plan(path: Path) -> Plan:
    """Raises: ConfigError where the file is no plan of this version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _plan(document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path} is not a clean-up plan of version {PLAN_VERSION}: {error}",
            remedy="Make one with 'cleanup.py plan --out FILE'.",
        ) from error


def _plan(document: Any) -> Plan:  # noqa: ANN401 - JSON
    if document["version"] != PLAN_VERSION:
        raise ValueError(f"version {document['version']}")
    created = ownership.read_timestamp(document["created"])
    if created is None:
        raise ValueError("no time of creation")
    rows = tuple(Row(**row) for row in document["groups"])
    return Plan(document["subscription"], created, rows)


def _check_fits(session: Session, agreed: Plan, now: datetime) -> None:
    if agreed.subscription.lower() != session.subscription.lower():
        raise ConfigError(
            f"The plan is for subscription {agreed.subscription}, not {session.subscription}.",
            remedy="Make a plan for this subscription.",
        )
    if not timedelta() <= now - agreed.created + timedelta(minutes=5) <= MAX_PLAN_AGE:
        raise ConfigError(
            f"The plan of {ownership.timestamp(agreed.created)} is not of the last 12 hours.",
            remedy="Make a new plan.",
        )


def _delete(session: Session, row: Row) -> Outcome:
    try:
        group = resources.find_group(session, row.name)
        if group is None:
            return Outcome(row.name, "skipped", "is gone already")
        now = judge(group, datetime.now(UTC))
        if now.action != "delete" or now.tags_digest != row.tags_digest:
            return Outcome(row.name, "skipped", f"changed since the plan: {now.reason}")
        resources.delete_group(session, row.name)
        if resources.find_group(session, row.name) is not None:
            return Outcome(row.name, "failed", "still there after the deletion ended")
    except TuneopsError as error:
        return Outcome(row.name, "failed", error.message)
    return Outcome(row.name, "deleted")
