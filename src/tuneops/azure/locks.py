"""Management locks: read, never written or removed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure import rest

if TYPE_CHECKING:
    from tuneops.azure.cloud import Session

_API = {"api-version": "2020-05-01"}
_LOCKS = "/providers/Microsoft.Authorization/locks"


@dataclass(frozen=True)
class Lock:
    """``scope`` is the id of what is locked: a subscription, a group or a resource."""

    scope: str
    name: str
    level: str


def list_locks(session: "Session") -> list[Lock]:
    """All locks of the subscription: on it, on its groups and on what is in them."""
    path = f"/subscriptions/{session.subscription}{_LOCKS}"
    listed = rest.listed(session, path, _API, doing="listing locks")
    return [_lock(item) for item in listed]


def _lock(item: dict[str, Any]) -> Lock:
    scope: str = item["id"].partition(_LOCKS)[0]
    return Lock(scope.replace("//", "/"), item["name"], item["properties"]["level"])
