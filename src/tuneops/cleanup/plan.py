"""Which resource groups go, decided from what was read; no I/O."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tuneops import ownership
from tuneops.azure.resources import ResourceGroup

PLAN_VERSION = 1


@dataclass(frozen=True)
class Row:
    """What happens to one resource group, and why."""

    name: str
    action: Literal["keep", "delete"]
    reason: str
    tags_digest: str
    expires: str | None = None


@dataclass(frozen=True)
class Plan:
    """The only thing that `apply` follows; ``created`` is UTC."""

    subscription: str
    created: datetime
    rows: tuple[Row, ...]

    @property
    def deletions(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.action == "delete")

    def to_json(self) -> dict[str, Any]:
        return {
            "version": PLAN_VERSION,
            "subscription": self.subscription,
            "created": ownership.timestamp(self.created),
            "groups": [vars(row) for row in self.rows],
        }


def plan(subscription: str, groups: Sequence[ResourceGroup], now: datetime) -> Plan:
    """One row for each group; only what is ours and past its expiry goes."""
    rows = (judge(group, now) for group in sorted(groups, key=lambda group: group.name))
    return Plan(subscription, now, tuple(rows))


def judge(group: ResourceGroup, now: datetime) -> Row:
    """Closed by default: every way out of "keep" is spelled out here, for plan and apply alike."""
    digest = tags_digest(group.tags)
    expires = group.tags.get(ownership.EXPIRES)

    def keep(reason: str) -> Row:
        return Row(group.name, "keep", reason, digest, expires)

    if not ownership.is_ours(group.tags):
        return keep(f"not ours: no tag {ownership.MANAGED_BY}={ownership.owner()}")
    if group.managed_by:
        return keep("managed by another Azure resource")
    if expires is None:
        return keep(f"no tag {ownership.EXPIRES}: meant to stay")
    moment = ownership.read_timestamp(expires)
    if moment is None:
        return keep(f"tag {ownership.EXPIRES} is not a time: unknown age means keep")
    if moment > now:
        return keep(f"expires in {_rounded(moment - now)}")
    return Row(group.name, "delete", f"expired {_rounded(now - moment)} ago", digest, expires)


def tags_digest(tags: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(tags), sort_keys=True).encode()).hexdigest()


def _rounded(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
