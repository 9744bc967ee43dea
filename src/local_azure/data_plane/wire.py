"""What every operation of the data plane shares: who calls, on which surface, in which form."""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_azure.auth import Account, account_scope, require_data_plane
from local_azure.data_plane.background import Computations
from local_azure.data_plane.rate_limits import RateLimits
from local_azure.errors import AzureError, bad_request, missing_api_version, not_found
from local_azure.json_text import parsed
from local_azure.settings import Listed
from local_azure.state import State, base_url

if TYPE_CHECKING:
    from local_azure.simulated_model.dialogue import TrainedAnswers

DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
V1_VERSIONS = ("v1", "preview")

Json = dict[str, Any]


@dataclass(frozen=True)
class DataPlane:
    """What the operations keep between requests; all of it can be made again from the store."""

    state: State
    computations: Computations
    rate_limits: RateLimits = field(default_factory=RateLimits)
    answers: dict[str, "TrainedAnswers"] = field(default_factory=dict)

    def forget(self) -> None:
        self.rate_limits.forget()
        self.answers.clear()


@dataclass(frozen=True)
class Call:
    """One authorised request; `scope` is under which the store keeps the account's things."""

    plane: DataPlane
    request: Request
    account: Account
    v1: bool

    @property
    def state(self) -> State:
        return self.plane.state

    @property
    def scope(self) -> str:
        return account_scope(self.account)

    @property
    def now(self) -> float:
        return self.state.clock.now()

    def path(self, name: str) -> str:
        value: str = self.request.path_params[name]
        return value

    def integer(self, name: str, default: int) -> int:
        value = self.request.query_params.get(name)
        if value is None:
            return default
        if not value.isdecimal() or int(value) < 1:
            raise invalid(f"The query parameter '{name}' must be a positive integer.")
        return int(value)

    async def json(self) -> Json:
        try:
            body = parsed(await self.request.body())
        except (ValueError, RecursionError):
            raise invalid("The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise invalid("The request body is not a JSON object.")
        return body

    def listed(self, kind: Listed, documents: list[Json]) -> list[Json]:
        """Those that a list shows by now: it may lag behind what was created."""
        lag = self.state.settings.list_lag_seconds.get(kind, 0.0)
        elapsed = self.state.clock.work_elapsed
        return [document for document in documents if elapsed(document["created"]) >= lag]

    def created(self, body: Json) -> Response:
        """201 with Location on the dated surface, 200 on v1."""
        if self.v1:
            return JSONResponse(body)
        url = self.request.url
        collection = url.path.removesuffix("/import")
        location = f"{base_url(self.request)}{collection}/{body['id']}?{url.query}"
        return JSONResponse(body, 201, {"Location": location})


Handler = Callable[[Call], Awaitable[Response]]


class Operation(NamedTuple):
    method: str
    path: str
    handler: Handler
    dated: bool = True
    v1: bool = True


def route(plane: DataPlane, operation: Operation, *, v1: bool) -> Route:
    async def endpoint(request: Request) -> Response:
        account = await require_data_plane(request)
        _require_version(request.query_params.get("api-version"), v1=v1)
        return await operation.handler(Call(plane, request, account, v1))

    prefix = "/v1" if v1 else ""
    return Route(prefix + operation.path, endpoint, methods=[operation.method])


def without_nulls(body: Mapping[str, Any]) -> Json:
    return {key: value for key, value in body.items() if value is not None}


def new_id(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex}"


def page(call: Call, newest_first: Sequence[Json], *, default_limit: int) -> Response:
    """The `after` and `limit` that the request asks for; an unknown cursor gives nothing."""
    limit = call.integer("limit", default_limit)
    after = call.request.query_params.get("after")
    ids = [item["id"] for item in newest_first]
    start = 0 if after is None else ids.index(after) + 1 if after in ids else len(ids)
    data = newest_first[start : start + limit]
    has_more = start + limit < len(newest_first)
    return JSONResponse({"object": "list", "data": data, "has_more": has_more})


def invalid(message: str) -> AzureError:
    return bad_request("invalidPayload", message)


def wrong_state(message: str) -> AzureError:
    return bad_request("unexpectedEntityState", message)


def over_quota(message: str) -> AzureError:
    return bad_request("quotaExceeded", message)


def missing(what: str, name: str) -> AzureError:
    return not_found("notFound", f"The {what} '{name}' was not found.")


def _require_version(version: str | None, *, v1: bool) -> None:
    if v1:
        if version not in (None, *V1_VERSIONS):
            raise bad_request("BadRequest", "api-version query parameter is not allowed.")
    elif not version:
        raise missing_api_version()
    elif not DATED.fullmatch(version):
        raise not_found("404", "Resource not found")
