"""Microsoft.MachineLearningServices/workspaces, in Azure Resource Manager alone."""

import re
import uuid

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.groups import require_group, require_living_group
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import (
    checked_identity,
    checked_location,
    checked_tags,
    stamp,
    wire,
)
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.errors import bad_request, not_found
from local_azure.store import Document

TYPE = "Microsoft.MachineLearningServices/workspaces"
_KIND = "ml_workspace"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}")  # resource-name-rules, Azure docs
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}/providers/{TYPE}"
_ONE = _GROUP + "/{workspace}"


def routes() -> list[Route]:
    return [
        arm_route(f"{_SUBSCRIPTION}/providers/{TYPE}", GET=_list_all),
        arm_route(_GROUP, GET=_list),
        arm_route(_ONE, PUT=_put, PATCH=_patch, GET=_get, DELETE=_delete),
    ]


def _put(arm: ArmRequest) -> Response:
    """At once, and with 200 for a new one too: azure-ai-ml takes no 201."""
    group, name = require_living_group(arm), arm.params["workspace"]
    if not _NAME.fullmatch(name):
        raise bad_request("InvalidResourceName", f"The workspace name '{name}' is invalid.")
    before = arm.state.store.get(_KIND, group["id"], name)
    return _changed(arm, before or _new(arm, group, name))


def _new(arm: ArmRequest, group: Document, name: str) -> Document:
    return {
        "id": f"{group['id']}/providers/{TYPE}/{name}",
        "name": name,
        "type": TYPE,
        "kind": arm.text("kind") or "Default",
        "location": checked_location(arm, TYPE),
        "sku": {"name": "Basic", "tier": "Basic"},
        "properties": {},
        "_scope": group["id"],
        "_workspace_id": str(uuid.uuid4()),
    }


def _patch(arm: ArmRequest) -> Response:
    require_living_group(arm)
    return _changed(arm, _require(arm))


def _changed(arm: ArmRequest, workspace: Document) -> Response:
    require_writable(arm.state, workspace["id"])
    if "tags" in arm.body:
        workspace["tags"] = checked_tags(arm)
    if "identity" in arm.body:
        workspace["identity"] = checked_identity(arm, workspace.get("identity"))
    workspace["properties"] |= arm.section("properties")
    stamp(workspace, arm)
    arm.state.store.put(_KIND, workspace["_scope"], workspace["name"], workspace)
    return ok(_shown(arm, workspace))


def _require(arm: ArmRequest) -> Document:
    group, name = require_group(arm), arm.params["workspace"]
    workspace = arm.state.store.get(_KIND, group["id"], name)
    if workspace is None:
        raise not_found(
            "ResourceNotFound",
            f"The Resource '{TYPE}/{name}' under resource group '{group['name']}' was not found. "
            "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        )
    return workspace


def _get(arm: ArmRequest) -> Response:
    return ok(_shown(arm, _require(arm)))


def _list(arm: ArmRequest) -> Response:
    found = arm.state.store.list(_KIND, require_group(arm)["id"])
    return ok({"value": [_shown(arm, one) for one in found]})


def _list_all(arm: ArmRequest) -> Response:
    found = arm.state.store.list_under(_KIND, arm.state.subscription)
    return ok({"value": [_shown(arm, one) for one in found if arm.may_read(one["id"])]})


def _delete(arm: ArmRequest) -> Response:
    group, name = require_living_group(arm), arm.params["workspace"]
    if arm.state.store.get(_KIND, group["id"], name) is None:
        return Response(status_code=204)
    require_deletable(arm.state, f"{group['id']}/providers/{TYPE}/{name}")
    arm.state.store.delete(_KIND, group["id"], name)
    return Response(status_code=200)


def _shown(arm: ArmRequest, workspace: Document) -> Document:
    """Its addresses lead here, so that no client takes a token to the public cloud."""
    host = arm.base.removeprefix("https://")
    computed = {
        "workspaceId": workspace["_workspace_id"],
        "tenantId": arm.state.identity.tenant_id,
        "provisioningState": "Succeeded",
        "discoveryUrl": f"{arm.base}/discovery",
        "mlFlowTrackingUri": f"azureml://{host}/mlflow/v1.0{workspace['id']}",
    }
    return wire(workspace) | {"properties": workspace["properties"] | computed}
