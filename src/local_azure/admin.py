"""/_local: what a test or a rehearsal may ask of the server itself. No sign-in."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.routing import Route

from local_azure.arm import deleted_accounts, deployments
from local_azure.arm.routing import allowances
from local_azure.errors import bad_request
from local_azure.faults import FAULTS
from local_azure.json_text import JSONResponse
from local_azure.simulated_model.script import RULES
from local_azure.state import State, state_of
from local_azure.store import Document

_T = TypeVar("_T")


def routes() -> list[Route]:
    return [
        Route("/_local/health", _health),
        Route("/_local/state", _state),
        Route("/_local/settings", _settings, methods=["GET", "PATCH"]),
        Route("/_local/clock", _clock, methods=["GET", "POST"]),
        Route("/_local/faults", _faults, methods=["GET", "PUT", "DELETE"]),
        Route("/_local/answers", _answers, methods=["GET", "PUT", "DELETE"]),
        Route("/_local/requests", _requests, methods=["GET", "DELETE"]),
        Route("/_local/reset", _reset, methods=["POST"]),
        Route("/_local/shutdown", _shutdown, methods=["POST"]),
    ]


class ClockChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    step_seconds: float = 0.0
    freeze: bool | None = None


async def _health(request: Request) -> JSONResponse:
    state = state_of(request)
    return JSONResponse({"status": "ok", "identity": asdict(state.identity)})


async def _state(request: Request) -> JSONResponse:
    """Counts; with `details` also names."""
    state, scope = state_of(request), _scope(request)
    if request.query_params.get("details", "").lower() not in ("", "0", "false"):
        kinds = {kind: sorted(names) for kind, names in _names(state, scope).items()}
        shown: Any = {k: {"count": len(names), "names": names} for k, names in kinds.items()}
    else:
        shown = {kind: {"count": count} for kind, count in _counts(state, scope).items()}
    return JSONResponse(shown)


def _counts(state: State, scope: str) -> dict[str, int]:
    """A document's id begins with its scope's, but for what lies in a deleted account."""
    store, accounts = state.store, _accounts(state, scope)
    ids = [account["id"] for account in accounts]
    everything = scope.lower() == state.subscription.lower()
    groups = store.count_under("group", scope) if everything else len(_within_groups(state, scope))
    return {
        "groups": groups,
        "accounts": len(ids),
        "deleted_accounts": len(_within(deleted_accounts.listed(state), scope)),
        "deployments": sum(len(deployments.live(state, at)) for at in ids),
        "files": sum(store.count("file", at) for at in ids),
        "jobs": sum(store.count("job", at) for at in ids),
    }


def _accounts(state: State, scope: str) -> list[Document]:
    return _within(state.store.list_under("account", state.subscription), scope)


def _within_groups(state: State, scope: str) -> list[Document]:
    """The one group that a scope below the subscription names, or none."""
    name = scope.split("/")[4:5]
    group = state.store.get("group", state.subscription, name[0]) if name else None
    return _within([group] if group else [], scope)


def _scope(request: Request) -> str:
    """`scope` of the query: a resource group's name, or an ARM id of a group or an account."""
    subscription = state_of(request).subscription
    scope = request.query_params.get("scope", subscription).rstrip("/")
    return scope if scope.startswith("/") else f"{subscription}/resourceGroups/{scope}"


def _names(state: State, scope: str) -> dict[str, list[str]]:
    """What a deleted account still keeps is not counted."""

    def within(kind: str) -> list[Document]:
        return _within(state.store.list_under(kind, state.subscription), scope)

    accounts = _accounts(state, scope)
    scopes = [account["id"] for account in accounts]
    return {
        "groups": _named(within("group")),
        "accounts": _named(accounts),
        "deleted_accounts": _named(_within(deleted_accounts.listed(state), scope)),
        "deployments": [name for at in scopes for name in _named(deployments.live(state, at))],
        "files": [file["id"] for at in scopes for file in state.store.list("file", at)],
        "jobs": [job["id"] for at in scopes for job in state.store.list("job", at)],
    }


def _within(documents: list[Document], scope: str) -> list[Document]:
    inside = f"{scope}/".lower()
    return [document for document in documents if f"{document['id']}/".lower().startswith(inside)]


def _named(documents: list[Document]) -> list[str]:
    return [document["name"] for document in documents]


async def _settings(request: Request) -> JSONResponse:
    state = state_of(request)
    if request.method == "PATCH":
        _checked(state.change_settings, await request.json())
    return JSONResponse(state.settings.model_dump())


async def _clock(request: Request) -> JSONResponse:
    clock = state_of(request).clock
    if request.method == "POST":
        change = _checked(ClockChange.model_validate, await request.json())
        clock.step(change.step_seconds)
        if change.freeze is not None:
            (clock.freeze if change.freeze else clock.thaw)()
    body = {"now": clock.now(), "offset": clock.offset, "frozen": clock.frozen}
    return JSONResponse(body)


async def _faults(request: Request) -> JSONResponse:
    if request.method == "PUT":
        request.app.state.faults = _checked(FAULTS.validate_python, await request.json())
    if request.method == "DELETE":
        request.app.state.faults = []
    return JSONResponse([fault.model_dump(mode="json") for fault in request.app.state.faults])


async def _answers(request: Request) -> JSONResponse:
    script = request.app.state.data_plane.script
    if request.method == "PUT":
        script.rules = _checked(RULES.validate_python, await request.json())
    if request.method == "DELETE":
        script.rules = []
    return JSONResponse([rule.model_dump(mode="json", by_alias=True) for rule in script.rules])


async def _requests(request: Request) -> JSONResponse:
    seen = request.app.state.requests
    body = list(seen)
    if request.method == "DELETE":
        seen.clear()
    return JSONResponse(body)


async def _reset(request: Request) -> JSONResponse:
    """Everything as at the first start, in a moment; tokens and certificates stay good."""
    state_of(request).reset()
    request.app.state.data_plane.forget()
    request.app.state.faults = []
    request.app.state.requests.clear()
    request.app.state.arm_allowances = allowances()
    return JSONResponse({"status": "ok"})


async def _shutdown(request: Request) -> JSONResponse:
    request.app.state.shutdown()
    return JSONResponse({"status": "stopping"})


def _checked(validate: Callable[[Any], _T], content: object) -> _T:
    try:
        return validate(content)
    except ValidationError as error:
        raise bad_request("InvalidContent", str(error)) from None
