"""`python -m local_azure` with a witness: notes each operation, and what is wrong with it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.middleware import Middleware

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from local_azure import app, server  # noqa: E402  this file is run by its path
from local_azure.__main__ import main  # noqa: E402
from tests.local_azure import contract  # noqa: E402

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "LOCAL_AZURE_WITNESS"
_LARGEST = 4_000_000  # bytes of a body that is looked at


class Witness:
    """Innermost middleware: an injected fault is not the server's answer."""

    def __init__(self, app: ASGIApp, *, notes: Path) -> None:
        self._app = app
        self._notes = notes.open("a", encoding="utf-8", buffering=1)
        self._seen: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        version = query.get("api-version", [""])[0]
        operation = contract.find(scope["method"], scope["path"], version)
        if operation is None:
            await self._app(scope, receive, send)
            return
        exchange = Exchange(operation, receive, send)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            self._note(operation, 500, f"{type(error).__name__}: {error}")
            raise
        self._note(operation, exchange.status, exchange.violation())

    def _note(self, operation: contract.Operation, status: int, violation: str | None) -> None:
        note = {"file": operation.file, "operation": operation.name, "status": status}
        line = json.dumps(note | {"violation": violation})
        if line not in self._seen:
            self._seen.add(line)
            self._notes.write(f"{line}\n")


class Exchange:
    """A request and its answer, read along while they pass."""

    def __init__(self, operation: contract.Operation, receive: Receive, send: Send) -> None:
        self._operation = operation
        self._receive = receive
        self._send = send
        self._asked = bytearray()
        self._answered = bytearray()
        self._type = ""
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if len(self._asked) < _LARGEST:
            self._asked += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._type = dict(message["headers"]).get(b"content-type", b"").decode()
        elif len(self._answered) < _LARGEST:
            self._answered += message.get("body", b"")
        await self._send(message)

    def violation(self) -> str | None:
        if self._type.startswith("text/event-stream"):
            return next(filter(None, map(contract.chunk_violation, self._chunks())), None)
        answer = _parsed(self._answered) if self._type.startswith("application/json") else None
        wrong = contract.response_violation(self._operation, self.status, answer)
        if wrong or self.status >= 400:
            return wrong
        asked = _parsed(self._asked)
        wrong = None if asked is None else contract.request_violation(self._operation, asked)
        return f"accepted a request that is none: {wrong}" if wrong else None

    def _chunks(self) -> list[Any]:
        lines = self._answered.decode().split("\n\n")
        texts = [line.removeprefix("data: ") for line in lines if line]
        return [json.loads(text) for text in texts if text != "[DONE]"]


def _parsed(content: bytearray) -> Any:  # noqa: ANN401
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _witnessed() -> None:
    """Every application that this process makes gets a witness."""
    folder = os.environ.get(FOLDER)
    if folder is None or not contract.SPECS.is_dir():
        return
    notes = Path(folder) / f"{os.getpid()}.jsonl"
    create = app.create_app

    def create_witnessed(*arguments: Any, **options: Any) -> Starlette:  # noqa: ANN401
        made = create(*arguments, **options)
        made.user_middleware.append(Middleware(Witness, notes=notes))
        return made

    vars(server)["create_app"] = create_witnessed


if __name__ == "__main__":
    _witnessed()
    sys.exit(main())
