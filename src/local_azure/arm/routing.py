"""How an ARM operation is declared, and what ARM checks before any of them runs."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_azure.access import roles_of
from local_azure.address import base_url
from local_azure.auth import Principal, require_arm
from local_azure.errors import (
    AzureError,
    bad_request,
    conflict,
    missing_action,
    missing_api_version,
    not_found,
)
from local_azure.json_text import JSONResponse, parsed
from local_azure.roles import arm_action
from local_azure.state import State, state_of

NAMESPACE = "Microsoft.CognitiveServices"
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?", re.IGNORECASE)
_ENVELOPE = {
    **dict.fromkeys(("id", "name", "type", "location", "kind", "managedBy"), str),
    **dict.fromkeys(("sku", "identity", "tags", "properties"), dict),
}
# Operations' results, and lists that leave out what the caller may not see.
_FOR_EVERYBODY = re.compile(
    r"(?!/subscriptions/).*|/subscriptions/[^/]+(/locations|/resourcegroups|/resources)?|"
    r".*/operationresults/[^/]+|.*/providers/Microsoft.Authorization/permissions|"
    rf"/subscriptions/[^/]+/providers/{NAMESPACE}/accounts",
    re.IGNORECASE,
)
_WRITES = frozenset({"PUT", "PATCH", "POST", "DELETE"})


@dataclass(frozen=True)
class ArmRequest:
    """One request that has passed ARM's own checks."""

    state: State
    principal: Principal
    method: str
    path: str
    params: Mapping[str, str]
    query: QueryParams
    base: str  # the server's address, as the client wrote it
    body: dict[str, Any]

    @property
    def api_version(self) -> str:
        return self.query["api-version"]

    def with_params(self, params: Mapping[str, str]) -> "ArmRequest":
        return replace(self, params=params)

    def may_read(self, resource_id: str) -> bool:
        if self.state.settings.roles is None:
            return True
        action = arm_action("GET", resource_id)
        roles = roles_of(self.state, self.principal.object_id, resource_id)
        return any(role.allows(action) for role in roles)

    def section(self, name: str) -> dict[str, Any]:
        """An object of the body, empty where it is not there; raises InvalidRequestContent."""
        value = self.body.get(name)
        if not isinstance(value, dict | None):
            raise invalid_content(f"{name} must be an object")
        return value or {}

    def text(self, name: str) -> str:
        """A string of the body, in the same way."""
        value = self.body.get(name)
        if not isinstance(value, str | None):
            raise invalid_content(f"{name} must be a string")
        return value or ""


Handler = Callable[[ArmRequest], Response]


class ArmRoute(Route):
    """Its path has no case, and may end with a slash; the server itself may call `handlers`."""

    def __init__(
        self, path: str, endpoint: Callable[[Request], Any], handlers: Mapping[str, Handler]
    ) -> None:
        super().__init__(path, endpoint, methods=list(handlers))
        pattern = self.path_regex.pattern.removesuffix("$")
        self.path_regex = re.compile(f"{pattern}/?$", re.IGNORECASE)
        self.handlers = handlers

    def params_of(self, path: str) -> dict[str, str] | None:
        found = self.path_regex.fullmatch(path)
        return None if found is None else found.groupdict()


def arm_route(path: str, **handlers: Handler) -> ArmRoute:
    """With one handler for each method: `PUT=put_group`."""

    async def endpoint(request: Request) -> Response:
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(request.method, "writes")
        allowance = request.app.state.arm_allowances[kind]
        try:
            _require_allowance(state_of(request), allowance)
            response = await _answer(request, handlers)
        except AzureError as error:
            response = error.to_response()
        left = str(int(allowance.level))
        response.headers.setdefault(f"x-ms-ratelimit-remaining-subscription-{kind}", left)
        return response

    return ArmRoute(path, endpoint, handlers)


async def _answer(request: Request, handlers: Mapping[str, Handler]) -> Response:
    """Handlers do not wait, so no two run at the same time; each is one transaction."""
    principal = require_arm(request)
    state = state_of(request)
    _require_api_version(request)
    _require_subscription(state, request.path_params)
    arm = ArmRequest(
        state,
        principal,
        request.method,
        request.url.path,
        request.path_params,
        request.query_params,
        base_url(request),
        _parse(await request.body()),
    )
    require_allowed(arm)
    handler = handlers.get(request.method) or handlers["GET"]
    with state.store.transaction():
        return handler(arm)


def require_allowed(arm: ArmRequest) -> None:
    """That the provider is registered, and that the caller's roles allow it; raises AzureError."""
    _require_registration(arm)
    _require_permission(arm)


def _require_api_version(request: Request) -> None:
    version = request.query_params.get("api-version")
    if not version:
        raise missing_api_version()
    if not _API_VERSION.fullmatch(version):
        raise bad_request(
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The value must be in the form YYYY-MM-DD, "
            "with -preview behind it for a preview.",
        )


def _require_subscription(state: State, params: Mapping[str, str]) -> None:
    subscription = params.get("subscription", state.identity.subscription_id)
    if subscription.lower() != state.identity.subscription_id:
        raise not_found(
            "SubscriptionNotFound", f"The subscription '{subscription}' could not be found."
        )


def _require_permission(arm: ArmRequest) -> None:
    if arm.state.settings.roles is None:
        return
    if arm.method == "GET" and _FOR_EVERYBODY.fullmatch(arm.path.rstrip("/")):
        return
    action = arm_action(arm.method, arm.path)
    roles = roles_of(arm.state, arm.principal.object_id, arm.path)
    if not any(role.allows(action) for role in roles):
        raise missing_action(arm.principal.app_id, arm.principal.object_id, action, arm.path)


def _require_registration(arm: ArmRequest) -> None:
    path = arm.path.lower()
    uses_provider = f"/providers/{NAMESPACE}/".lower() in path and not path.endswith("/register")
    if arm.state.settings.registered or not uses_provider or arm.method not in _WRITES:
        return
    message = (
        f"The subscription is not registered to use namespace '{NAMESPACE}'. See "
        "https://aka.ms/rps-not-found for how to register subscriptions."
    )
    error = conflict("MissingSubscriptionRegistration", message)
    error.details = [{"code": error.code, "target": NAMESPACE, "message": message}]
    raise error


def _parse(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        body = parsed(content, loose=True)
    except (ValueError, RecursionError) as error:
        raise invalid_content(str(error)) from None
    if not isinstance(body, dict):
        raise invalid_content("an object was expected")
    return checked_body(body)


def checked_body(body: dict[str, Any]) -> dict[str, Any]:
    """Without nulls; raises InvalidRequestContent."""
    for name, expected in _ENVELOPE.items():
        if not isinstance(body.get(name), expected | None):
            raise invalid_content(f"{name} is of the wrong type")
    sku = body.get("sku") or {}
    if re.fullmatch(r"[0-9]{1,9}", str(sku.get("capacity"))):
        sku["capacity"] = int(sku["capacity"])  # the Azure CLI sends a string
    names = isinstance(sku.get("name"), str | None)
    if not names or not isinstance(sku.get("capacity"), int | None):
        raise invalid_content("sku has values of the wrong type")
    return {name: value for name, value in body.items() if value is not None}


def invalid_content(reason: str) -> AzureError:
    return bad_request(
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{reason}'.",
    )


@dataclass
class Allowance:
    """A token bucket of ARM's (request-limits-and-throttling), filled by the wall clock."""

    size: float
    refill: float  # a second
    level: float
    filled: float = 0.0

    def take(self) -> bool:
        """Whether there was one left."""
        now = time.monotonic()
        self.level = min(self.size, self.level + (now - self.filled) * self.refill)
        self.filled = now
        granted = self.level >= 1
        self.level = max(0.0, self.level - 1)
        return granted


def _require_allowance(state: State, allowance: Allowance) -> None:
    if allowance.take() or not state.settings.throttle:
        return
    raise AzureError(
        429,
        "SubscriptionRequestsThrottled",
        f"The request for subscription '{state.identity.subscription_id}' could not be processed "
        "due to an excessive volume of traffic. Please try again later.",
        headers={"Retry-After": "1"},
    )


def allowances() -> dict[str, Allowance]:
    return {
        "reads": Allowance(250, 25, 250),
        "writes": Allowance(200, 10, 200),
        "deletes": Allowance(200, 10, 200),
    }


def ok(body: Mapping[str, Any], status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(body, status, headers)
