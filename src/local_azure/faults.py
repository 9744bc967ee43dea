"""Failures on demand: refuse, delay, drop or cut short the requests that match."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.datastructures import URL
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_azure.json_text import JSONResponse

Drop = Callable[[Scope], None]
ADMIN_PREFIX = "/_local/"


class Match(BaseModel):
    """`path` is searched in the path and query; `nth` is the first matching request to fail."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    path: re.Pattern[str] = re.compile("")
    nth: int = Field(1, ge=1)


class Action(BaseModel):
    """A delay goes before an answer or a drop, or stands alone."""

    model_config = ConfigDict(extra="forbid")

    status: int | None = None
    code: str = "InjectedFault"
    message: str = "This failure was asked for."
    headers: dict[str, str] = {}
    body: Any = None
    drop: Literal["before", "during", "after"] | None = None
    delay_seconds: float = 0.0

    def response(self) -> Response | None:
        if self.status is None:
            return None
        content = self.body or {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(content, self.status, self.headers)


class Fault(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: Match = Match()
    times: int | None = 1  # null: for ever
    action: Action
    seen: int = 0
    fired: int = 0

    def fires(self, method: str, target: str) -> bool:
        """Whether this request fails; counts it."""
        if self.match.method not in (None, method):
            return False
        if not re.search(self.match.path.pattern, target, re.IGNORECASE):
            return False
        self.seen += 1
        spent = self.times is not None and self.fired >= self.times
        if self.seen < self.match.nth or spent:
            return False
        self.fired += 1
        return True


FAULTS = TypeAdapter(list[Fault])


class Faults:
    """ASGI middleware; `drop` closes the connection that a request came on."""

    def __init__(self, app: ASGIApp, *, drop: Drop, active: Callable[[], list[Fault]]) -> None:
        self._app = app
        self._drop = drop
        self._active = active

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        action = self._action(scope) if scope["type"] == "http" else None
        if action is None:
            await self._app(scope, receive, send)
            return
        if action.delay_seconds:
            receive = await _received(receive)  # it takes effect also where nobody waits for it
            await asyncio.sleep(action.delay_seconds)
        response = action.response()
        if action.drop is not None:
            await self._drop_connection(scope, receive, send, action.drop)
        elif response is not None:
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _action(self, scope: Scope) -> Action | None:
        faults = self._active()
        if not faults or scope["path"].startswith(ADMIN_PREFIX):
            return None
        url = URL(scope=scope)
        target = f"{url.path}?{url.query}" if url.query else url.path
        fired = (fault.action for fault in faults if fault.fires(scope["method"], target))
        return next(fired, None)

    async def _drop_connection(self, scope: Scope, receive: Receive, send: Send, when: str) -> None:
        if when == "during":
            await self._app(scope, receive, Truncated(send))
        elif when == "after":
            await self._app(scope, receive, _discard)
        self._drop(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


class Truncated:
    """Lets the first half of the first piece of an answer's body through, and no more."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        body = message.get("body", b"")
        if self._start is not None and body:
            await self._send(self._start)
            half = {"body": body[: len(body) // 2], "more_body": True}
            await self._send({"type": "http.response.body", **half})
            self._start = None


async def _received(receive: Receive) -> Receive:
    """The whole request, so that it does not hang on its connection any more."""
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay


async def _discard(message: Message) -> None:
    """Take an answer that nobody is going to read."""
