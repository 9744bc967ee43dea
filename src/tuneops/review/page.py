"""The changed rows as one HTML file that loads nothing and interprets nothing of the data."""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Any

_ACTIVE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def render(rows: Sequence[dict[str, Any]]) -> str:
    style, script = _resource("page.css"), _resource("page.js")
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).translate(_ACTIVE)
    return Template(_resource("page.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        rows=data,
    )


def _resource(name: str) -> str:
    return files("tuneops.review").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
