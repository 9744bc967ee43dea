"""A page on this machine on which base and fine-tuned are asked side by side.

It listens on 127.0.0.1 alone. Every request has to bring the token of the address that was printed,
and the host that it was printed for, so that no other page or user can ask anything.
"""

import json
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from itertools import chain
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tunelint.check import check
from tunelint.rule import Severity
from tuneops.azure.chat import Asked, ChatSession, Drawing
from tuneops.checks.base import Planted, judge
from tuneops.config import Config
from tuneops.errors import TuneopsError
from tuneops.linting.options import options
from tuneops.smoke.planted_answers import configured
from tuneops.smoke.prompts import read_prompts

HOST = "127.0.0.1"
MAX_BODY = 10**6
_QUESTIONS = 5
_TOO_FEW = "E601"  # a row alone is no file


class RefusedError(Exception):
    """A request that is not answered, with its HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Playground:
    """What the page asks and shows; rows are appended to ``rows``."""

    config: Config
    chat: ChatSession
    deployments: Sequence[str]
    rows: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def facts(self) -> dict[str, Any]:
        prompts = read_prompts(self.config.data.smoke_prompts)
        return {
            "product": self.config.product,
            "deployments": list(self.deployments),
            "systems": self.config.system_messages,
            "system": self.config.smoke_test.system_message,
            "questions": [prompt.question for prompt in prompts[:_QUESTIONS]],
        }

    def answer(self, body: Mapping[str, Any]) -> Iterator[str]:
        """The deployment's answer in pieces.

        Raises:
            RefusedError: The page does not ask that deployment.
        """
        if body.get("deployment") not in self.deployments:
            raise RefusedError(400, "There is no such deployment here.")
        test = self.config.smoke_test
        drawn = Drawing(test.temperature, test.max_tokens, test.seed)
        return self.chat.stream(body["deployment"], Asked(body["messages"]), drawn)

    def judged(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the product's checks say of an answer."""
        checks = [each for each in configured(self.config.smoke_test) if each.reads_text]
        found = judge(Planted(str(body.get("text", ""))), checks)
        return [{"check": j.check, "passed": j.passed, "reason": j.reason} for j in found]

    def keep(self, body: Mapping[str, Any]) -> str:
        """Append a conversation to the file of rows, unless the data check finds an error in it.

        Raises:
            RefusedError: It has one, or the file cannot be written.
        """
        line = json.dumps({"messages": body.get("messages")}, ensure_ascii=False) + "\n"
        if wrong := self._errors(line):
            raise RefusedError(400, f"Not kept: {wrong}")
        try:
            with self.rows.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise RefusedError(400, f"{self.rows} cannot be written: {error.strerror}.") from error
        return f"Kept in {self.rows}: move it into your training data when it is good."

    def _errors(self, line: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "row.jsonl"
            path.write_text(line, encoding="utf-8")
            found = check([path], options(self.config, exceptions=None)).findings
        errors = (each for each in found if each.severity is Severity.ERROR)
        return "; ".join(each.message for each in errors if each.code != _TOO_FEW)


def serve(playground: Playground, port: int, announce: Callable[[str], None]) -> None:
    """Answer until interrupted; port 0 takes a free one. The address is announced.

    Raises:
        OSError: The port is taken.
    """

    class Handler(_Handler):
        shown = playground

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        announce(f"http://{HOST}:{server.server_port}/?token={playground.token}")
        server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    shown: Playground
    protocol_version = "HTTP/1.0"  # an answer ends with its connection

    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's
        """Nothing: an address with the token would stand in a log."""

    def _guarded(self, act: Callable[[str], None]) -> None:
        try:
            url = urlsplit(self.path)
            self._authorise(parse_qs(url.query))
            act(url.path)
        except RefusedError as refused:
            self._send(str(refused).encode(), "text/plain", status=refused.status)
        except TuneopsError as error:
            self._send(f"{error.message} {error.remedy}".encode(), "text/plain", status=502)
        except (ValueError, KeyError, TypeError):
            self._send(b"That is no request of the page.", "text/plain", status=400)
        except (BrokenPipeError, ConnectionResetError):
            return

    def _authorise(self, query: Mapping[str, list[str]]) -> None:
        if self.headers.get("Host") != f"{HOST}:{self.connection.getsockname()[1]}":
            raise RefusedError(403, "This page is for this machine alone.")
        given = self.headers.get("X-Token") or query.get("token", [""])[0]
        if not compare_digest(given.encode(), self.shown.token.encode()):
            raise RefusedError(403, "The token is missing: open the address that was printed.")

    def _get(self, path: str) -> None:
        if path == "/":
            self._page()
        elif path == "/facts":
            self._send(json.dumps(self.shown.facts()).encode(), "application/json")
        else:
            raise RefusedError(404, "There is nothing here.")

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        page = (files("tuneops.playground") / "page.html").read_text(encoding="utf-8")
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        text = Template(page).safe_substitute(nonce=nonce).encode()
        self._send(text, "text/html; charset=utf-8", {"Content-Security-Policy": policy})

    def _post(self, path: str) -> None:
        body = self._body()
        if path == "/ask":
            self._stream(self.shown.answer(body))
        elif path == "/checks":
            self._send(json.dumps(self.shown.judged(body)).encode(), "application/json")
        elif path == "/row":
            self._send(self.shown.keep(body).encode(), "text/plain; charset=utf-8")
        else:
            raise RefusedError(404, "There is nothing here.")

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", "0"))
        if length > MAX_BODY:
            raise RefusedError(413, "That is too much.")
        body = json.loads(self.rfile.read(length))
        if not isinstance(body, dict):
            raise TypeError
        return body

    def _stream(self, pieces: Iterator[str]) -> None:
        """The first piece comes before the head, so that a refusal has a status of its own."""
        first = next(pieces, "")
        self._head("text/plain; charset=utf-8", {}, 200)
        for piece in chain([first], pieces):
            self.wfile.write(piece.encode())
            self.wfile.flush()

    def _send(
        self, content: bytes, kind: str, more: Mapping[str, str] | None = None, status: int = 200
    ) -> None:
        self._head(kind, {"Content-Length": str(len(content)), **(more or {})}, status)
        self.wfile.write(content)

    def _head(self, kind: str, more: Mapping[str, str], status: int) -> None:
        self.send_response(status)
        fixed = {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in {**fixed, **more}.items():
            self.send_header(name, value)
        self.end_headers()
