"""Microsoft.Authorization/locks on groups and on the resources in them."""

import re

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.resources import require_name, stamp, wire
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.errors import bad_request, conflict, not_found
from local_azure.state import State
from local_azure.store import Document

_LOCKS = "/{scope:path}/providers/Microsoft.Authorization/locks"
_LEVELS = ("CanNotDelete", "ReadOnly")


def routes() -> list[Route]:
    return [
        arm_route(_LOCKS, GET=_list),
        arm_route(_LOCKS + "/{lock}", PUT=_put, GET=_get, DELETE=_delete),
    ]


def require_deletable(state: State, resource_id: str) -> None:
    """A lock counts for what lies below it, and keeps what lies above it from being deleted."""
    locks = _above(state, resource_id) + state.store.list_under("lock", resource_id)
    _refuse(resource_id, "delete", locks)


def require_writable(state: State, resource_id: str) -> None:
    locks = _above(state, resource_id) + state.store.list("lock", resource_id)
    read_only = [lock for lock in locks if lock["properties"]["level"] == "ReadOnly"]
    _refuse(resource_id, "write", read_only)


def _refuse(resource_id: str, action: str, locks: list[Document]) -> None:
    if locks:
        scopes = ",".join(lock["_locked"] for lock in locks)
        raise conflict(
            "ScopeLocked",
            f"The scope '{resource_id}' cannot perform {action} operation because following "
            f"scope(s) are locked: '{scopes}'. Please remove the lock and try again.",
        )


def _above(state: State, resource_id: str) -> list[Document]:
    """The locks on all that a resource lies in."""
    parts = resource_id.split("/")
    scopes = ["/".join(parts[:end]) for end in range(3, len(parts), 2)]
    return [lock for scope in scopes for lock in state.store.list("lock", scope)]


def scope_of(arm: ArmRequest) -> str:
    """The SDK leaves two slashes where a resource has no parent."""
    scope = "/" + re.sub("/+", "/", arm.params["scope"]).strip("/")
    subscription = scope.split("/")[2:3]
    if subscription != [arm.state.identity.subscription_id]:
        raise not_found(
            "SubscriptionNotFound",
            f"The subscription '{''.join(subscription)}' could not be found.",
        )
    return scope


def _put(arm: ArmRequest) -> Response:
    scope, name = scope_of(arm), arm.params["lock"]
    require_name(name, "InvalidLockName")
    properties = arm.section("properties")
    if properties.get("level") not in _LEVELS:
        raise bad_request("InvalidLockLevel", f"The lock level must be one of {_LEVELS}.")
    before = arm.state.store.get("lock", scope, name)
    lock = before or {
        "id": f"{scope}/providers/Microsoft.Authorization/locks/{name}",
        "type": "Microsoft.Authorization/locks",
        "name": name,
        "_scope": scope,
        "_locked": scope,
    }
    lock["properties"] = {key: properties[key] for key in ("level", "notes") if key in properties}
    stamp(lock, arm)
    arm.state.store.put("lock", scope, name, lock)
    return ok(_shown(lock), 201 if before is None else 200)


def _get(arm: ArmRequest) -> Response:
    name = arm.params["lock"]
    lock = arm.state.store.get("lock", scope_of(arm), name)
    if lock is None:
        raise not_found("LockNotFound", f"The lock '{name}' could not be found.")
    return ok(_shown(lock))


def _list(arm: ArmRequest) -> Response:
    scope = scope_of(arm)
    return ok({"value": [_shown(lock) for lock in arm.state.store.list_under("lock", scope)]})


def _delete(arm: ArmRequest) -> Response:
    deleted = arm.state.store.delete("lock", scope_of(arm), arm.params["lock"])
    return Response(status_code=200 if deleted else 204)


def _shown(lock: Document) -> Document:
    return {key: value for key, value in wire(lock).items() if key != "etag"}
