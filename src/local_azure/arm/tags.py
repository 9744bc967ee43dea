"""Microsoft.Resources/tags on resource groups: tags that are merged, replaced or taken away."""

from dataclasses import replace

from starlette.responses import Response
from starlette.routing import BaseRoute

from local_azure.arm.groups import require_living_group
from local_azure.arm.locks import require_writable
from local_azure.arm.resources import checked_tags
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.errors import bad_request

_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_TAGS = _GROUP + "/providers/Microsoft.Resources/tags/default"


def routes() -> list[BaseRoute]:
    return [arm_route(_TAGS, GET=_get, PATCH=_patch)]


def _get(arm: ArmRequest) -> Response:
    return _shown(arm, require_living_group(arm).get("tags", {}))


def _patch(arm: ArmRequest) -> Response:
    group = require_living_group(arm)
    require_writable(arm.state, group["id"])
    asked = checked_tags(replace(arm, body=arm.section("properties")))
    before = group.get("tags", {})
    named = {name.lower() for name in asked}
    others = {name: value for name, value in before.items() if name.lower() not in named}
    after = {"merge": others | asked, "replace": asked, "delete": others}
    operation = arm.text("operation").lower()
    if operation not in after:
        raise bad_request("InvalidTagsOperation", f"The operation must be one of {list(after)}.")
    group["tags"] = checked_tags(replace(arm, body={"tags": after[operation]}))
    arm.state.store.put("group", arm.state.subscription, group["name"], group)
    return _shown(arm, group["tags"])


def _shown(arm: ArmRequest, tags: dict[str, str]) -> Response:
    body = {"id": arm.path, "name": "default", "type": "Microsoft.Resources/tags"}
    return ok(body | {"properties": {"tags": tags}})
