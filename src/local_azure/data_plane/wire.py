"""What every operation of the data plane shares: who calls, on which surface, in which form."""

import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from local_azure.address import base_url
from local_azure.auth import Account, account_scope
from local_azure.data_plane.background import Computations
from local_azure.data_plane.rate_limits import RateLimits
from local_azure.errors import AzureError, bad_request, missing_api_version, not_found
from local_azure.json_text import JSONResponse, parsed
from local_azure.settings import Listed
from local_azure.simulated_model.script import Script
from local_azure.state import State

if TYPE_CHECKING:
    from local_azure.simulated_model.dialogue import TrainedAnswers

AskModel = Callable[["Call", str, list["Json"], "Json"], Coroutine[Any, Any, "Json | None"]]

DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
ORDERED_PAGE = 20  # OpenAI's specification
V1_VERSIONS = ("v1", "preview")

Json = dict[str, Any]
Surface = Literal["dated", "v1", "project"]


@dataclass(frozen=True)
class DataPlane:
    """What the operations keep between requests; all of it can be made again from the store."""

    state: State
    computations: Computations
    ask_model: "AskModel"
    rate_limits: RateLimits = field(default_factory=RateLimits)
    answers: dict[str, "TrainedAnswers"] = field(default_factory=dict)
    script: Script = field(default_factory=Script)

    def forget(self) -> None:
        self.rate_limits.forget()
        self.answers.clear()
        self.script.rules = []


@dataclass(frozen=True)
class Call:
    """One authorised request; `scope` is under which the store keeps the account's things."""

    plane: DataPlane
    request: Request
    account: Account
    project: str | None
    surface: Surface
    params: Mapping[str, str]

    @property
    def v1(self) -> bool:
        return self.surface == "v1"

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
        return self.params[name]

    def integer(self, name: str, default: int) -> int:
        value = self.request.query_params.get(name)
        if value is None:
            return default
        if not value.isdecimal() or int(value) < 1:
            raise invalid_value(name, "must be a positive integer.")
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
    surfaces: tuple[Surface, ...] = ("dated", "v1")


def with_openai_errors(*operations: Operation) -> tuple[Operation, ...]:
    """The same operations, refusing in OpenAI's own form."""
    return tuple(one._replace(handler=_refusing(one.handler)) for one in operations)


def _refusing(handler: Handler) -> Handler:
    async def answer(call: Call) -> Response:
        try:
            return await handler(call)
        except AzureError as error:
            raise error.in_openai_form() from None

    return answer


def without_nulls(body: Mapping[str, Any]) -> Json:
    return {key: value for key, value in body.items() if value is not None}


def new_id(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex}"


def page(call: Call, items: Sequence[Json], *, default_limit: int) -> Response:
    data, has_more = paged(call, items, default_limit=default_limit)
    return JSONResponse({"object": "list", "data": data, "has_more": has_more})


def ordered_page(call: Call, oldest_first: Sequence[Json], *, default: str = "asc") -> Response:
    """A page with the ids of its ends, in the `order` that the request asks for."""
    order = call.request.query_params.get("order", default)
    if order not in ("asc", "desc"):
        raise invalid_value("order", "must be asc or desc.")
    items = oldest_first if order == "asc" else oldest_first[::-1]
    data, has_more = paged(call, items, default_limit=ORDERED_PAGE)
    ends = {"first_id": "", "last_id": ""}
    if data:
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
    return JSONResponse({"object": "list", "data": data, **ends, "has_more": has_more})


def paged(call: Call, items: Sequence[Json], *, default_limit: int) -> tuple[Sequence[Json], bool]:
    """The items that `after` and `limit` ask for, and whether there are more behind them.

    An unknown cursor gives none.
    """
    limit = call.integer("limit", default_limit)
    after = call.request.query_params.get("after")
    ids = [item["id"] for item in items]
    start = 0 if after is None else ids.index(after) + 1 if after in ids else len(ids)
    return items[start : start + limit], start + limit < len(items)


def invalid(message: str) -> AzureError:
    return bad_request("invalidPayload", message)


def invalid_value(param: str, reason: str) -> AzureError:
    return AzureError(400, "invalidPayload", f"'{param}' {reason}", param=param)


def wrong_state(message: str) -> AzureError:
    return bad_request("unexpectedEntityState", message)


def over_quota(message: str) -> AzureError:
    return bad_request("quotaExceeded", message)


def missing(what: str, name: str) -> AzureError:
    return not_found("notFound", f"The {what} '{name}' was not found.")


def require_version(version: str | None, surface: Surface) -> None:
    """The dated surface and the projects' own want an api-version, v1 takes its own only."""
    if surface == "v1":
        if version not in (None, *V1_VERSIONS):
            raise bad_request("BadRequest", "api-version query parameter is not allowed.")
    elif not version:
        raise missing_api_version()
    elif not DATED.fullmatch(version) and (surface == "dated" or version not in V1_VERSIONS):
        raise not_found("404", "Resource not found")
