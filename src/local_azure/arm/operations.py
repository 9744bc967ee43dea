"""Long-running operations: begun with a deadline, finished by whichever request comes after it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.resources import timestamp
from local_azure.arm.routing import ArmRequest, Handler, arm_route, ok
from local_azure.errors import conflict, not_found
from local_azure.provisioning import begin, seconds_left
from local_azure.state import State
from local_azure.store import Document

_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices"
_POLL_MILLISECONDS = (50, 2000)  # least and most between two polls

Effect = Callable[[State, str], None]
_EFFECTS: dict[str, Effect] = {}
_READERS: dict[str, Handler] = {}


def routes() -> list[Route]:
    return [
        arm_route(_PROVIDER + "/locations/{location}/operationResults/{operation}", GET=_status),
        arm_route("/subscriptions/{subscription}/operationresults/{operation}", GET=_result),
    ]


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what is done to a resource when an operation of this name ends."""

    def register(function: Effect) -> Effect:
        _EFFECTS[name] = function
        return function

    return register


def reader(kind: str) -> Callable[[Handler], Handler]:
    """Register what answers the GET of a resource of this kind."""

    def register(function: Handler) -> Handler:
        _READERS[kind] = function
        return function

    return register


def start(
    arm: ArmRequest, resource: Document, seconds: float, *, scope: str, effect: str | None = None
) -> Document:
    """Begin `seconds` of work on a resource; until it ends, `scope` is busy."""
    state = arm.state
    operation = {
        "name": str(uuid.uuid4()),
        "resource": resource["id"],
        "effect": effect,
        "_scope": scope,
    }
    begin(operation, state.clock, seconds)
    state.store.put("operation", state.subscription, operation["name"], operation)
    state.store.put("pending", scope, operation["name"], operation)
    return operation


def settle(state: State) -> None:
    """End the operations whose time has come. Costs one look at an index where there are none."""
    for operation in state.store.watched("pending", state.subscription):
        if seconds_left(operation, state.clock) <= 0:
            with state.store.transaction():
                state.store.delete("pending", operation["_scope"], operation["name"])
                if operation["effect"] is not None:
                    _EFFECTS[operation["effect"]](state, operation["resource"])


def require_idle(state: State, scope: str) -> None:
    """Azure takes one write at a time below an account."""
    for operation in state.store.list("pending", scope, limit=1):
        parent = operation["resource"].partition("/deployments/")[0].partition("/projects/")[0]
        raise conflict(
            "RequestConflict",
            f"Another operation is being performed on the parent resource '{parent}'. "
            "Please try again later.",
        )


def async_headers(arm: ArmRequest, operation: Mapping[str, Any], location: str) -> dict[str, str]:
    """Where to ask for the operation's status, and when; the settings choose the form."""
    path = (
        f"{arm.state.subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
        f"/operationResults/{operation['name']}"
    )
    form = arm.state.settings.operation_form
    if form == "location":
        return location_headers(arm, operation)
    if form == "body":
        return _hint(arm.state, operation)
    url = f"{arm.base}{path}?api-version={arm.api_version}"
    return {"Azure-AsyncOperation": url, **_hint(arm.state, operation)}


def location_headers(arm: ArmRequest, operation: Mapping[str, Any]) -> dict[str, str]:
    path = f"{arm.state.subscription}/operationresults/{operation['name']}"
    url = f"{arm.base}{path}?api-version={arm.api_version}"
    return {"Location": url, **_hint(arm.state, operation)}


def _hint(state: State, operation: Mapping[str, Any]) -> dict[str, str]:
    return poll_hint(state, seconds_left(dict(operation), state.clock))


def poll_hint(state: State, seconds: float) -> dict[str, str]:
    """Whole seconds, where there are some, are too coarse for a clock that runs fast."""
    least, most = _POLL_MILLISECONDS
    left = 1000 * seconds / state.clock.speed
    wait = int(min(max(left, least), most))
    hint = {"x-ms-retry-after-ms": str(wait)}
    return hint | ({"Retry-After": str(wait // 1000)} if wait >= 1000 else {})  # noqa: PLR2004


def _find(arm: ArmRequest) -> Document:
    operation = arm.state.store.get("operation", arm.state.subscription, arm.params["operation"])
    if operation is None:
        raise not_found(
            "OperationNotFound", f"The operation '{arm.params['operation']}' could not be found."
        )
    return operation


def _status(arm: ArmRequest) -> Response:
    operation = _find(arm)
    work = operation["_work"]
    body = {
        "id": arm.path,
        "name": operation["name"],
        "startTime": timestamp(work["began"]),
        "properties": {},
    }
    left = seconds_left(operation, arm.state.clock)
    if left > 0:
        percent = 100 * (1 - left / work["seconds"])
        running = {"status": "InProgress", "percentComplete": int(percent)}
        return ok(body | running, 200, **_hint(arm.state, operation))
    end = timestamp(arm.state.clock.now() + left / arm.state.clock.speed)
    return ok(body | {"status": "Succeeded", "endTime": end, "percentComplete": 100})


def _result(arm: ArmRequest) -> Response:
    operation = _find(arm)
    if seconds_left(operation, arm.state.clock) > 0:
        return Response(status_code=202, headers=location_headers(arm, operation))
    if operation["effect"] is not None:
        return Response(status_code=200)
    return _read(arm, operation["resource"])


def _read(arm: ArmRequest, resource_id: str) -> Response:
    """The resource that an operation has made, as its own GET answers."""
    _, _, _, _, group, _, _, *named = resource_id.split("/")
    kinds = [kind.removesuffix("s") for kind in named[::2]]
    params = {"group": group, **dict(zip(kinds, named[1::2], strict=True))}
    return _READERS[kinds[-1]](replace(arm, params=params))
