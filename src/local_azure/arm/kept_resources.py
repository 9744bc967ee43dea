"""Resources that ARM keeps as they are described: Machine Learning workspaces and what they name.

There is nothing behind them, and they are made at once.
"""

import re
import uuid
from dataclasses import dataclass

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

_KIND = "kept_resource"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}"
# Names by resource-name-rules, Azure docs.
_NAMES = {
    "Microsoft.MachineLearningServices/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.KeyVault/vaults": r"[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    "Microsoft.OperationalInsights/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
    "Microsoft.Insights/components": r"[^%&\\?/]{0,259}[^%&\\?/. ]",
}


@dataclass(frozen=True)
class _Type:
    name: str
    pattern: str

    def routes(self) -> list[Route]:
        one = f"{_GROUP}/providers/{self.name}/{{resource}}"
        return [
            arm_route(f"{_SUBSCRIPTION}/providers/{self.name}", GET=self._list_all),
            arm_route(f"{_GROUP}/providers/{self.name}", GET=self._list),
            arm_route(one, PUT=self._put, PATCH=self._patch, GET=self._get, DELETE=self._delete),
        ]

    def _put(self, arm: ArmRequest) -> Response:
        """200 for a new one too: azure-ai-ml takes no 201."""
        group, name = require_living_group(arm), arm.params["resource"]
        if not re.fullmatch(self.pattern, name):
            raise bad_request(
                "InvalidResourceName", f"The name '{name}' of a resource '{self.name}' is invalid."
            )
        scope = f"{group['id']}/providers/{self.name}"
        before = arm.state.store.get(_KIND, scope, name)
        return _changed(arm, before or self._new(arm, scope, name))

    def _new(self, arm: ArmRequest, scope: str, name: str) -> Document:
        given: Document = {key: arm.body[key] for key in ("kind", "sku") if key in arm.body}
        return {
            "id": f"{scope}/{name}",
            "name": name,
            "type": self.name,
            "location": checked_location(arm, self.name),
            **given,
            "properties": {},
            "_scope": scope,
            "_unique": str(uuid.uuid4()),
        }

    def _patch(self, arm: ArmRequest) -> Response:
        require_living_group(arm)
        return _changed(arm, self._require(arm))

    def _find(self, arm: ArmRequest) -> Document | None:
        scope = f"{require_group(arm)['id']}/providers/{self.name}"
        return arm.state.store.get(_KIND, scope, arm.params["resource"])

    def _require(self, arm: ArmRequest) -> Document:
        resource = self._find(arm)
        if resource is None:
            raise not_found(
                "ResourceNotFound",
                f"The Resource '{self.name}/{arm.params['resource']}' under resource group "
                f"'{arm.params['group']}' was not found. For more details please go to "
                "https://aka.ms/ARMResourceNotFoundFix",
            )
        return resource

    def _get(self, arm: ArmRequest) -> Response:
        return ok(_shown(arm, self._require(arm)))

    def _list(self, arm: ArmRequest) -> Response:
        scope = f"{require_group(arm)['id']}/providers/{self.name}"
        return ok({"value": [_shown(arm, one) for one in arm.state.store.list(_KIND, scope)]})

    def _list_all(self, arm: ArmRequest) -> Response:
        found = arm.state.store.list_under(_KIND, arm.state.subscription)
        own = [one for one in found if one["type"] == self.name and arm.may_read(one["id"])]
        return ok({"value": [_shown(arm, one) for one in own]})

    def _delete(self, arm: ArmRequest) -> Response:
        require_living_group(arm)
        resource = self._find(arm)
        if resource is None:
            return Response(status_code=204)
        require_deletable(arm.state, resource["id"])
        arm.state.store.delete(_KIND, resource["_scope"], resource["name"])
        return Response(status_code=200)


def routes() -> list[Route]:
    return [route for item in _NAMES.items() for route in _Type(*item).routes()]


def _changed(arm: ArmRequest, resource: Document) -> Response:
    require_writable(arm.state, resource["id"])
    if "tags" in arm.body:
        resource["tags"] = checked_tags(arm)
    if "identity" in arm.body:
        resource["identity"] = checked_identity(arm, resource.get("identity"))
    resource["properties"] |= arm.section("properties")
    stamp(resource, arm)
    arm.state.store.put(_KIND, resource["_scope"], resource["name"], resource)
    return ok(_shown(arm, resource))


def _shown(arm: ArmRequest, resource: Document) -> Document:
    computed = {"provisioningState": "Succeeded"}
    if resource["type"] == "Microsoft.MachineLearningServices/workspaces":
        computed |= _of_workspace(arm, resource)
    return wire(resource) | {"properties": resource["properties"] | computed}


def _of_workspace(arm: ArmRequest, workspace: Document) -> dict[str, str]:
    """Its addresses lead here, so that no client takes a token to the public cloud."""
    host = arm.base.removeprefix("https://")
    return {
        "workspaceId": workspace["_unique"],
        "tenantId": arm.state.identity.tenant_id,
        "discoveryUrl": f"{arm.base}/discovery",
        "mlFlowTrackingUri": f"azureml://{host}/mlflow/v1.0{workspace['id']}",
    }
