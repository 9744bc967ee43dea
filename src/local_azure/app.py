"""All routes behind one door: what is done to every request, then who answers it."""

import uuid
from collections import deque
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_azure import admin, entra
from local_azure.address import AccountHosts
from local_azure.arm import deleted_accounts, operations, template_run
from local_azure.arm import routes as arm_routes
from local_azure.arm.routing import allowances
from local_azure.data_plane import grading
from local_azure.data_plane import routes as data_plane_routes
from local_azure.data_plane.background import Computations
from local_azure.data_plane.wire import DataPlane
from local_azure.errors import AzureError
from local_azure.faults import ADMIN_PREFIX, FAULTS, Drop, Faults
from local_azure.json_text import JSONResponse
from local_azure.path_tree import PathTree
from local_azure.recording import Recording
from local_azure.simulated_model.script import RULES
from local_azure.state import State

_REMEMBERED_REQUESTS = 1000
_CORRELATION, _CLIENT = b"x-ms-correlation-request-id", b"x-ms-client-request-id"


def create_app(
    state: State,
    *,
    drop: Drop,
    faults_file: Path | None = None,
    answers_file: Path | None = None,
    record: Path | None = None,
) -> Starlette:
    """`record` is a folder that keeps the exchanges."""
    plane = DataPlane(state, Computations(state.store), grading.ask)
    if answers_file is not None:
        plane.script.rules = RULES.validate_python(yaml.safe_load(answers_file.read_text("utf-8")))
    recording = [] if record is None else [Middleware(Recording, folder=record)]
    arm = arm_routes.routes()
    app = Starlette(
        routes=_routes(plane, arm),
        middleware=[Middleware(Envelope, state=state, arm=arm), *recording],
        exception_handlers={AzureError: _refuse, HTTPException: _no_such_route, Exception: _fault},
    )
    app.state.local_azure = state
    app.state.data_plane = plane
    app.state.requests = deque(maxlen=_REMEMBERED_REQUESTS)
    app.state.faults = []
    app.state.arm_allowances = allowances()
    if faults_file is not None:
        app.state.faults = FAULTS.validate_python(yaml.safe_load(faults_file.read_text("utf-8")))
    app.add_middleware(Faults, drop=drop, active=lambda: app.state.faults)
    app.add_middleware(Recorder, seen=app.state.requests)
    app.add_middleware(AccountHosts)
    return app


def _routes(plane: DataPlane, arm: list[Route]) -> list[BaseRoute]:
    tree = PathTree([*entra.routes(), *admin.routes(), *arm])
    return [*data_plane_routes.routes(plane), Mount("", tree)]


class Envelope:
    """Finishes the work that is due, and stamps what goes out with Azure's request ids."""

    def __init__(self, app: ASGIApp, *, state: State, arm: list[Route]) -> None:
        self._app = app
        self._state = state
        self._arm = arm

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operations.settle(self._state)
        deleted_accounts.purge_due(self._state)
        template_run.advance(self._state, self._arm)
        identifiers = _request_ids(scope)

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *identifiers]
            await send(message)

        await self._app(scope, receive, stamped)


class Recorder:
    """Remembers method, path, query and status of the latest requests, for tests to look at."""

    def __init__(self, app: ASGIApp, *, seen: deque[dict[str, Any]]) -> None:
        self._app = app
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(ADMIN_PREFIX):
            await self._app(scope, receive, send)
            return
        entry = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "status": None,
        }
        self._seen.append(entry)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        await self._app(scope, receive, noting)


def _request_ids(scope: Scope) -> list[tuple[bytes, bytes]]:
    """As headers of the answer: one of ours, and what the client has sent along."""
    fresh = str(uuid.uuid4()).encode()
    sent = dict(scope["headers"])
    identifiers = [
        (b"x-ms-request-id", fresh),
        (_CORRELATION, sent.get(_CORRELATION, fresh)),
    ]
    return identifiers + ([(_CLIENT, sent[_CLIENT])] if _CLIENT in sent else [])


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, AzureError)  # noqa: S101  Starlette gives it to no other
    return error.to_response()


async def _no_such_route(_: Request, error: Exception) -> Response:
    """The data plane's words for a path or a method that it does not have."""
    assert isinstance(error, HTTPException)  # noqa: S101  Starlette gives it to no other
    code = {404: "404", 405: "MethodNotAllowed"}.get(error.status_code, "BadRequest")
    message = {404: "Resource not found"}.get(error.status_code, error.detail)
    return JSONResponse({"error": {"code": code, "message": message}}, error.status_code)


async def _fault(_: Request, error: Exception) -> Response:
    message = f"The local Azure itself has failed: {type(error).__name__}. Its log says where."
    return AzureError(500, "InternalServerError", message).to_response()
