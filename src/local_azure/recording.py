"""Keeps what was asked and answered, one JSON object a line: `serve --record FOLDER`."""

import json
import os
import time
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_azure.faults import ADMIN_PREFIX

FOLDER = "LOCAL_AZURE_RECORD"  # the environment's name for the folder
_LARGEST = 4_000_000  # bytes of a body that are kept


class Recording:
    """Innermost middleware: an injected fault is not the server's answer.

    The same exchange is kept once. Bodies other than JSON and event streams are left out.
    """

    def __init__(self, app: ASGIApp, *, folder: Path) -> None:
        self._app = app
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}-{time.time_ns()}.jsonl"
        self._lines = path.open("a", encoding="utf-8", buffering=1)
        self._kept: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(ADMIN_PREFIX):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            self._keep(exchange.described() | {"failed": f"{type(error).__name__}: {error}"})
            raise
        self._keep(exchange.described())

    def _keep(self, described: dict[str, Any]) -> None:
        line = json.dumps(described)
        if hash(line) not in self._kept:
            self._kept.add(hash(line))
            self._lines.write(f"{line}\n")


class _Exchange:
    """A request and its answer, read along while they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._readable = _is_text(Headers(scope=scope).get("content-type", ""))
        self._asked = bytearray()
        self._answered = bytearray()
        self._type = ""
        self._status = 500

    async def receive(self) -> Message:
        message = await self._receive()
        if self._readable and len(self._asked) < _LARGEST:
            self._asked += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._type = Headers(raw=message["headers"]).get("content-type", "")
        elif _is_text(self._type) and len(self._answered) < _LARGEST:
            self._answered += message.get("body", b"")
        await self._send(message)

    def described(self) -> dict[str, Any]:
        return {
            "method": self._scope["method"],
            "path": self._scope["path"],
            "query": self._scope["query_string"].decode("latin-1"),
            "asked": self._asked.decode(errors="replace"),
            "status": self._status,
            "type": self._type,
            "answered": self._answered.decode(errors="replace"),
        }


def _is_text(content_type: str) -> bool:
    return content_type.startswith(("application/json", "text/event-stream"))
