"""How rows are laid out in a text: one a line, in an array, in a table, between fences."""

import csv
import json
import re
from enum import StrEnum

from tunelint.foreign.shapes import shape_of

_TALK_FIRST = re.compile(r'\[\s*\{\s*"(?:role|from|content|value)"')
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n\s*[{\[]", re.MULTILINE)
_SCALAR = r'"[^"\\]*+"\s*+:\s*+(?:"[^"\\]*+"|[\w.+-]++)\s*+,\s*+'
_WRAPPER = re.compile(rf'\{{\s*+(?:{_SCALAR})*+"([^"\\]*+)"\s*+:\s*+\[\s*+\{{')
_SPREAD = re.compile(r'\{[ \t\r]*\n\s*"')
LISTS_OF_A_ROW = {
    "messages", "conversations", "conversation", "dialogue", "dialog", "turns", "contents",
    "tools", "functions", "history", "system", "prompt", "completion", "chosen", "rejected",
    "input", "preferred_output", "non_preferred_output",
}  # fmt: skip
_DELIMITERS = ",;\t|"
_LONGEST_NAME = 64  # of a table's column


class Layout(StrEnum):
    LINES = "JSON Lines"
    ARRAY = "one JSON array"
    WRAPPER = "one JSON object around a list of rows"
    SPREAD = "pretty-printed JSON, spread over several lines"
    TABLE = "a table"
    FENCE = "Markdown with a fenced block"


def layout_of(head: str) -> Layout | None:
    """The layout by the start of a text, which may be cut anywhere; None when nothing fits."""
    text = head.lstrip("\ufeff \t\r\n")
    if text.startswith("["):
        return Layout.LINES if _TALK_FIRST.match(text.split("\n", 1)[0]) else Layout.ARRAY
    if text.startswith("{"):
        return _layout_of_objects(text)
    if _FENCE.search(text):
        return Layout.FENCE
    return Layout.TABLE if delimiter_of(text) else None


def _layout_of_objects(text: str) -> Layout:
    first, _, rest = text.partition("\n")
    value = _parsed(first)
    if value is not None and (rest.strip() or not _holds_rows(value)):
        return Layout.LINES
    wrapper = _WRAPPER.match(text)
    if value is not None or (wrapper and wrapper[1] not in LISTS_OF_A_ROW):
        return Layout.WRAPPER
    return Layout.SPREAD if _SPREAD.match(text) else Layout.LINES


def _parsed(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _holds_rows(value: dict[str, object]) -> bool:
    lists = [one for key, one in value.items() if key not in LISTS_OF_A_ROW]
    return any(isinstance(one, list) and one and isinstance(one[0], dict) for one in lists)


def delimiter_of(text: str) -> str | None:
    """What separates the columns of a table: that which gives known names, or else most names."""
    found = [(_is_known(names), len(names), one) for one in _DELIMITERS
             if (names := columns_of(text, one))]  # fmt: skip
    return max(found)[2] if found else None


def columns_of(text: str, delimiter: str) -> list[str]:
    """The names in a table's first row; none when they are unknown and its second does not fit.

    The first may be empty: pandas writes its index so. A single one must be known.
    """
    reader = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True), delimiter=delimiter)
    try:
        names = [one.strip() for one in next(reader)]
        fitting = _is_known(names) or len(next(reader)) == len(names)
    except (csv.Error, StopIteration):
        return []
    fitting &= len(names) > 1 or names[0].lower() in LISTS_OF_A_ROW
    return names if fitting and all(0 < len(one) <= _LONGEST_NAME for one in names[1:]) else []


def _is_known(names: list[str]) -> bool:
    return len(names) > 1 and shape_of(dict.fromkeys(names, "x")) is not None
