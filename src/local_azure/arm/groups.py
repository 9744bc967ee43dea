"""Resource groups: their life, and the check that every resource in one begins with."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm import deleted_accounts, operations
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import (
    TAG_CONDITIONS,
    Page,
    checked_tags,
    conditions,
    has_tag,
    require_name,
    require_visible,
    visible,
    wire,
)
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.catalog import normalize_region
from local_azure.errors import bad_request, conflict, not_found
from local_azure.state import State
from local_azure.store import Document

_GROUPS = "/subscriptions/{subscription}/resourceGroups"
_DELETE = "delete resource group"
_CONTENTS = ("managed_identity", "kept_resource", "template_deployment")
_FORCEABLE = ("microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets")


def routes() -> list[Route]:
    return [
        arm_route(_GROUPS, GET=_list),
        arm_route(
            _GROUPS + "/{group}", PUT=_put, GET=_get, HEAD=_head, PATCH=_patch, DELETE=_delete
        ),
    ]


def require_group(arm: ArmRequest) -> Document:
    """The group that the path names; raises ResourceGroupNotFound."""
    name = arm.params["group"]
    group = arm.state.store.get("group", arm.state.subscription, name)
    if group is None:
        raise not_found("ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    return group


def require_living_group(arm: ArmRequest) -> Document:
    """As require_group, for a write into it: a group that is being deleted takes none."""
    group = require_group(arm)
    _require_living(group)
    return group


def _require_living(group: Document) -> None:
    if "_deleting" in group:
        raise conflict(
            "ResourceGroupBeingDeleted",
            f"The resource group '{group['name']}' is in deprovisioning state and cannot perform "
            "this operation.",
        )


def _put(arm: ArmRequest) -> Response:
    require_name(arm.params["group"], "InvalidResourceGroup")
    before = arm.state.store.get("group", arm.state.subscription, arm.params["group"])
    location = _location(arm)
    group = before or {
        "id": f"{arm.state.subscription}/resourceGroups/{arm.params['group']}",
        "name": arm.params["group"],
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "_scope": arm.state.subscription,
        "_made": arm.state.clock.now(),
    }
    _require_living(group)
    require_writable(arm.state, group["id"])
    if group["location"] != location:
        raise conflict(
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in "
            f"location '{group['location']}'.",
        )
    group["tags"] = checked_tags(arm)
    if arm.text("managedBy"):
        group["managedBy"] = arm.text("managedBy")
    _save(arm.state, group)
    return ok(shown(group), 201 if before is None else 200)


def _location(arm: ArmRequest) -> str:
    location = normalize_region(arm.text("location"))
    regions = arm.state.catalog.regions
    if not location:
        raise bad_request(
            "LocationRequired", "The location property is required for this definition."
        )
    if location not in regions:
        raise bad_request(
            "LocationNotAvailableForResourceGroup",
            f"The provided location '{location}' is not available for resource group. "
            f"List of available regions is '{','.join(regions)}'.",
        )
    return location


def _get(arm: ArmRequest) -> Response:
    group = require_group(arm)
    require_visible(arm, group["_made"])
    return ok(shown(group))


def _head(arm: ArmRequest) -> Response:
    name = arm.params["group"]
    exists = arm.state.store.get("group", arm.state.subscription, name) is not None
    return Response(status_code=204 if exists else 404)


def _patch(arm: ArmRequest) -> Response:
    group = require_living_group(arm)
    require_writable(arm.state, group["id"])
    if "tags" in arm.body:
        group["tags"] = checked_tags(arm)
    if "managedBy" in arm.body:
        group["managedBy"] = arm.text("managedBy")
    _save(arm.state, group)
    return ok(shown(group))


def _list(arm: ArmRequest) -> Response:
    wanted = conditions(arm, TAG_CONDITIONS)

    def keep(group: Document) -> bool:
        seen = visible(arm, group["_made"]) and arm.may_read(group["id"])
        return seen and has_tag(group, wanted)

    return ok(Page(["group"], arm.state.subscription, wanted, keep, shown).body(arm))


def _delete(arm: ArmRequest) -> Response:
    """A second DELETE of a group that is being deleted joins the first."""
    group = require_group(arm)
    _require_forceable(arm.query.get("forceDeletionTypes", ""))
    if "_deleting" not in group:
        require_deletable(arm.state, group["id"])
        seconds = arm.state.settings.group_delete_seconds
        operation = operations.start(arm, group, seconds, scope=group["id"], effect=_DELETE)
        group["_deleting"] = operation
        _save(arm.state, group)
    headers = operations.location_headers(arm, group["_deleting"])
    return Response(status_code=202, headers=headers)


def _require_forceable(types: str) -> None:
    """The SDK's documentation names two types; nothing of them exists here."""
    for kind in filter(None, types.split(",")):
        if kind.strip().lower() not in _FORCEABLE:
            raise bad_request(
                "InvalidForceDeletionTypes",
                f"The resource type '{kind}' does not support forced deletion.",
            )


@operations.effect(_DELETE)
def _finish_deletion(state: State, group_id: str) -> None:
    """Accounts go where soft-deleted ones wait; everything else goes for good."""
    for account in state.store.list("account", group_id):
        deleted_accounts.soft_delete(state, account)
    for kind in _CONTENTS:
        for resource in state.store.list_under(kind, group_id):
            state.store.delete_scope(resource["id"])
            state.store.delete(kind, resource["_scope"], resource["name"])
    state.store.delete("group", state.subscription, group_id.rpartition("/")[2])
    for lock in state.store.list_under("lock", group_id):
        state.store.delete("lock", lock["_scope"], lock["name"])


def _save(state: State, group: Document) -> None:
    state.store.put("group", state.subscription, group["name"], group)


def shown(group: Document) -> Document:
    state = "Deleting" if "_deleting" in group else "Succeeded"
    return wire(group) | {"properties": {"provisioningState": state}}
