"""Microsoft.Resources/tags on groups and accounts: merged, replaced or taken away."""

import re
from collections.abc import Callable
from dataclasses import replace

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.accounts import require_account
from local_azure.arm.groups import require_living_group
from local_azure.arm.locks import require_writable
from local_azure.arm.resources import checked_tags
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.errors import bad_request
from local_azure.store import Document

_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_ACCOUNT = _GROUP + "/providers/" + NAMESPACE + "/accounts/{account}"
_TAGS = "/providers/Microsoft.Resources/tags/default"


def routes() -> list[Route]:
    handlers = {"GET": _get, "PUT": _put, "PATCH": _patch, "DELETE": _delete}
    return [arm_route(scope + _TAGS, **handlers) for scope in (_GROUP, _ACCOUNT)]


def _get(arm: ArmRequest) -> Response:
    return _shown(arm, _resource(arm).get("tags", {}))


def _put(arm: ArmRequest) -> Response:
    return _changed(arm, lambda _: _asked(arm))


def _patch(arm: ArmRequest) -> Response:
    return _changed(arm, lambda before: _patched(arm, before))


def _delete(arm: ArmRequest) -> Response:
    _changed(arm, lambda _: {})
    return Response(status_code=200)


def _patched(arm: ArmRequest, before: dict[str, str]) -> dict[str, str]:
    asked = _asked(arm)
    named = {name.lower() for name in asked}
    others = {name: value for name, value in before.items() if name.lower() not in named}
    after = {"merge": others | asked, "replace": asked, "delete": others}
    operation = arm.text("operation").lower()
    if operation not in after:
        raise bad_request("InvalidTagsOperation", f"The operation must be one of {list(after)}.")
    return checked_tags(replace(arm, body={"tags": after[operation]}))


def _asked(arm: ArmRequest) -> dict[str, str]:
    return checked_tags(replace(arm, body=arm.section("properties")))


def _resource(arm: ArmRequest) -> Document:
    group = require_living_group(arm)
    return require_account(arm) if "account" in arm.params else group


def _changed(arm: ArmRequest, change: Callable[[dict[str, str]], dict[str, str]]) -> Response:
    resource = _resource(arm)
    require_writable(arm.state, resource["id"])
    resource["tags"] = change(resource.get("tags", {}))
    kind = "account" if "account" in arm.params else "group"
    arm.state.store.put(kind, resource["_scope"], resource["name"], resource)
    return _shown(arm, resource["tags"])


def _shown(arm: ArmRequest, tags: dict[str, str]) -> Response:
    scope = re.split(_TAGS, arm.path, flags=re.IGNORECASE)[0]
    body = {"id": scope + _TAGS, "name": "default", "type": "Microsoft.Resources/tags"}
    return ok(body | {"properties": {"tags": tags}})
