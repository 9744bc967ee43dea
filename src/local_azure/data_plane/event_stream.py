"""Server-sent events: an answer in pieces."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

CHUNK_WORDS = 3
_TOGETHER = 8  # events that go out in one write, behind the first one


class EventStream(Response):
    media_type = "text/event-stream"

    def __init__(self, events: Iterable[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._events = iter(events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        written: list[bytes] = []
        first = True
        for each in self._events:
            written.append(each)
            if first or len(written) == _TOGETHER:
                await _write(send, written)
                first, written = False, []
        await _write(send, written)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def event(content: object, name: str | None = None) -> bytes:
    data = b"data: " + msgspec.json.encode(content) + b"\n\n"
    return data if name is None else b"event: " + name.encode() + b"\n" + data


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words, spaces and all."""
    words = text.split(" ")
    for start in range(0, len(words), CHUNK_WORDS):
        piece = " ".join(words[start : start + CHUNK_WORDS])
        yield f" {piece}" if start else piece


async def _write(send: Send, written: list[bytes]) -> None:
    await send({"type": "http.response.body", "body": b"".join(written), "more_body": True})
