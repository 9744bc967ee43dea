"""JSON as it comes in, and as it goes out."""

import json
import re
from typing import Any

import msgspec
from starlette import responses

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# A text, a comment, or a name without quotes; each is read once, whatever stands in it.
_LOOSE = re.compile(
    r'"(?:\\.|[^"\\])*+(?:"|\Z)|//[^\n]*+|/\*.*?(?:\*/|\Z)|(?<![\w$])[A-Za-z_$][\w$]*+(?=\s*+:)',
    re.DOTALL,
)


def parsed(content: bytes, *, loose: bool = False) -> Any:  # noqa: ANN401
    """Raises ValueError, also for half a surrogate pair, which no answer could repeat.

    `loose` allows what ARM does, and az sends: comments, names without quotes, and line breaks in
    texts.
    """
    text = content.decode()
    try:
        value = json.loads(text)
    except ValueError:
        if not loose:
            raise
        value = json.loads(_LOOSE.sub(_tightened, text), strict=False)
    if _SURROGATE.search(content):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _tightened(found: re.Match[str]) -> str:
    if found[0].startswith('"'):
        return found[0]
    return " " if found[0].startswith("/") else f'"{found[0]}"'


class JSONResponse(responses.JSONResponse):
    """Starlette's, written several times as fast."""

    def render(self, content: object) -> bytes:
        return msgspec.json.encode(content)
