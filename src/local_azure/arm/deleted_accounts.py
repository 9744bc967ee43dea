"""Accounts between deletion and purge: 48 hours in which name, quota and content are kept."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.resources import timestamp, wire
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.catalog import normalize_region
from local_azure.errors import not_found
from local_azure.state import State
from local_azure.store import Document

KEPT_SECONDS = 48 * 3600  # recover-purge-resources
_KIND = "deleted_account"
_PROVIDER = "/subscriptions/{subscription}/providers/" + NAMESPACE
_ONE = _PROVIDER + "/locations/{location}/resourceGroups/{group}/deletedAccounts/{account}"


def routes() -> list[Route]:
    return [
        arm_route(_PROVIDER + "/deletedAccounts", GET=_list),
        arm_route(_ONE, GET=_get, DELETE=_purge),
    ]


def soft_delete(state: State, account: Document) -> None:
    deleted = account | {"_deleted": state.clock.now()}
    state.store.delete("account", account["_scope"], account["name"])
    for lock in state.store.list_under("lock", account["id"]):
        state.store.delete("lock", lock["_scope"], lock["name"])
    state.store.put(_KIND, state.subscription, account["id"], deleted)


def listed(state: State) -> list[Document]:
    return state.store.list_under(_KIND, state.subscription)


def purge_due(state: State) -> None:
    """Purge those whose time is up."""
    for deleted in state.store.watched(_KIND, state.subscription):
        if state.clock.now() >= deleted["_deleted"] + KEPT_SECONDS:
            with state.store.transaction():
                purge(state, deleted)


def find(state: State, account_id: str) -> Document | None:
    """Deleted accounts go by the id that they had."""
    return state.store.get(_KIND, state.subscription, account_id)


def forget(state: State, account_id: str) -> None:
    """Take an account off the list, because it is restored or gone for good."""
    state.store.delete(_KIND, state.subscription, account_id)


def purge(state: State, deleted: Document) -> None:
    """Free the name, and delete all that belonged to the account."""
    scope = deleted["id"]
    for file in state.store.list_under("file", scope):
        state.store.blob(file["id"]).unlink(missing_ok=True)
    state.store.delete_scope(scope)
    state.store.delete("domain", "", deleted["_domain"])
    forget(state, scope)


def _find(arm: ArmRequest) -> Document | None:
    group, name = arm.params["group"], arm.params["account"]
    account_id = (
        f"{arm.state.subscription}/resourceGroups/{group}/providers/{NAMESPACE}/accounts/{name}"
    )
    deleted = find(arm.state, account_id)
    elsewhere = deleted and deleted["location"] != normalize_region(arm.params["location"])
    return None if elsewhere else deleted


def _get(arm: ArmRequest) -> Response:
    deleted = _find(arm)
    if deleted is None:
        name = f"{NAMESPACE}/locations/resourceGroups/deletedAccounts/{arm.params['account']}"
        raise not_found("ResourceNotFound", f"The resource '{name}' was not found.")
    return ok(_shown(deleted, arm.state))


def _list(arm: ArmRequest) -> Response:
    return ok({"value": [_shown(deleted, arm.state) for deleted in listed(arm.state)]})


def _purge(arm: ArmRequest) -> Response:
    deleted = _find(arm)
    if deleted is None:
        return Response(status_code=204)
    purge(arm.state, deleted)
    return Response(status_code=200)


def _shown(deleted: Document, state: State) -> Document:
    group, name, location = deleted["_group"], deleted["name"], deleted["location"]
    dates = {
        "deletionDate": timestamp(deleted["_deleted"]),
        "scheduledPurgeDate": timestamp(deleted["_deleted"] + KEPT_SECONDS),
        "provisioningState": "Succeeded",
    }
    return wire(deleted) | {
        "id": f"{state.subscription}/providers/{NAMESPACE}/locations/{location}"
        f"/resourceGroups/{group}/deletedAccounts/{name}",
        "type": f"{NAMESPACE}/locations/resourceGroups/deletedAccounts",
        "properties": deleted["properties"] | dates,
    }
