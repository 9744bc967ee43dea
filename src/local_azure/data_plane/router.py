"""Everything below /accounts/NAME: which operation a request is, who asks, and who answers it.

Three surfaces: `openai/v1`, the dated `openai`, and the project's own below `api/projects/NAME`;
a project has the other two as well.
"""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from local_azure.auth import require_account, require_caller
from local_azure.data_plane.wire import Call, DataPlane, Operation, Surface, require_version
from local_azure.roles import data_action

_Parts = tuple[str, ...]


class Address(NamedTuple):
    """A path taken apart; `rest` is what lies below the surface."""

    account: str
    project: str | None
    surface: Surface
    rest: _Parts


class Found(NamedTuple):
    operation: Operation
    params: dict[str, str]


def address_of(path: str) -> Address | None:
    """Of a path that begins behind /accounts."""
    account, *rest = path.strip("/").split("/")
    project = None
    if rest[:2] == ["api", "projects"] and len(rest) > 2:  # noqa: PLR2004  and the name
        project, rest = rest[2], rest[3:]
    if rest[:2] == ["openai", "v1"]:
        return Address(account, project, "v1", tuple(rest[2:]))
    if rest[:1] == ["openai"]:
        return Address(account, project, "dated", tuple(rest[1:]))
    return None if project is None else Address(account, project, "project", tuple(rest))


class Router:
    """An ASGI application."""

    def __init__(self, plane: DataPlane, operations: Iterable[Operation]) -> None:
        self._plane = plane
        self._table: dict[tuple[Surface, int], list[tuple[_Parts, Operation]]] = {}
        for operation in operations:
            parts = tuple(operation.path.strip("/").split("/"))
            for surface in operation.surfaces:
                self._table.setdefault((surface, len(parts)), []).append((parts, operation))
        for entries in self._table.values():
            entries.sort(key=lambda entry: [part.startswith("{") for part in entry[0]])

    def find(self, method: str, address: Address) -> Found | None:
        """Raises HTTPException 405 where the path has other methods only."""
        known = False
        for template, operation in self._table.get((address.surface, len(address.rest)), ()):
            params = _matched(template, address.rest)
            if params is not None:
                known = True
                if operation.method == method:
                    return Found(operation, params)
        if known:
            raise HTTPException(405, "Method Not Allowed")
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        address = address_of(scope["path"].removeprefix(scope["root_path"]))
        found = address and self.find(scope["method"], address)
        if address is None or not found:
            raise HTTPException(404)
        operation, params = found
        shown = f"{operation.method} {operation.path}"
        action = data_action(operation.method, operation.path)
        account = require_account(self._plane.state, address.account, address.project)
        require_caller(request, self._plane.state, account, action, shown)
        require_version(request.query_params.get("api-version"), address.surface)
        call = Call(self._plane, request, account, address.project, address.surface, params)
        response = await operation.handler(call)
        await response(scope, receive, send)


def _matched(template: _Parts, parts: _Parts) -> dict[str, str] | None:
    params = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            params[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return params
