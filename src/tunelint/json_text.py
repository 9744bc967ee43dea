"""One line of JSON: msgspec decodes it; Python's decoder tells where and why one is refused."""

import json
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from tunelint.escaping import quote
from tunelint.example import JsonPath
from tunelint.limits import MAX_DEPTH

_ESCAPED = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.")
_GAP = re.compile(rb"[ \t\r\n,]*")
_KEY = re.compile(rb'"(?:[^"\\]++|\\.)*+"[ \t\r\n]*:[ \t\r\n]*')
_SPACED_COLON = re.compile(rb'"[ \t\r]+:')
_TOKEN = re.compile(r'("(?:[^"\\]++|\\.)*+")([ \t\r]*:)?|[\[\]{}]|NaN|-?Infinity', re.DOTALL)
_HALF = re.compile(r"(?<!\\)(?:\\\\)*(\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F])|[c-fC-F]..))")
_WORD = re.compile(r"[A-Za-z]+")
_LITERALS = {"none": "null", "true": "true", "false": "false", "null": "null", "undefined": "null"}
_NOT_FINITE = ("nan", "inf", "infinity")
_NESTING = (dict, list)
_OTHER_QUOTES = "'`\xb4\u2018\u2019\u201c\u201d\u201e\xab\xbb"


class Problem(Enum):
    """What stops a line being JSON, by the name of the rule that says so."""

    BAD_ESCAPE = "bad-escape"
    CONTROL_CHARACTER = "control-character"
    DUPLICATE_KEY = "duplicate-key"
    EXTRA_DATA = "extra-data"
    GLUED = "two-on-a-line"
    LONE_SURROGATE = "lone-surrogate"
    NOT_FINITE = "not-finite"
    SYNTAX = "json-syntax"
    TOO_DEEP = "too-deep"
    TRAILING_COMMA = "trailing-comma"
    TRUNCATED = "truncated"
    WRONG_QUOTES = "wrong-quotes"


class JsonProblem(Exception):  # noqa: N818 - a verdict on data, not an error of this program
    """Where a line stops being JSON (`offset` in characters from zero), and why."""

    def __init__(self, kind: Problem, offset: int, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.offset = offset
        self.message = message


def parse(raw: bytes) -> object:
    """The value of a line of UTF-8.

    Raises:
        UnicodeDecodeError: The line is not UTF-8.
        JsonProblem: The line is not strict JSON, or more than the limit deep.
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(raw.decode("utf-8"), error) from None
    is_deep = raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH
    if (is_deep or not _keys_are_unique(raw, value)) and (found := _walk(raw.decode("utf-8"))):
        raise found
    return value


def _keys_are_unique(raw: bytes, value: object) -> bool:
    """Whether as many keys are written as were decoded; False also where that cannot be told.

    A quotation mark before a colon ends a key, unless a backslash stands before it.
    """
    if _SPACED_COLON.search(raw) or b'\\\\":' in raw:
        return False
    return raw.count(b'":') - raw.count(b'\\":') == _count_keys(value)


def _count_keys(value: object) -> int:
    """The number of keys of all objects in a value."""
    own = len(value) if isinstance(value, dict) else 0
    return own + sum([_count_keys(one) for one in _values(value) if type(one) in _NESTING])


def _values(value: Any) -> Any:  # noqa: ANN401 - the values of a dict or a list
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _depth(value: object) -> int:
    """How many brackets there are around the deepest value."""
    depth, level = 0, [value]
    while level := [one for one in level if type(one) in _NESTING]:
        depth += 1
        level = [inner for one in level for inner in _values(one)]
    return depth


def _explain(text: str, error: Exception) -> JsonProblem:
    """Why msgspec refused a line."""
    try:
        json.loads(text)
    except json.JSONDecodeError as refusal:
        return _refused(text, refusal)
    except (RecursionError, ValueError):  # the latter for a number of thousands of digits
        pass
    if found := _walk(text):
        return found
    if half := _HALF.search(text):
        return JsonProblem(Problem.LONE_SURROGATE, half.start(1), f"{half[1]} is half a character.")
    return JsonProblem(Problem.SYNTAX, 0, f"Not valid JSON: {error}.")


def _walk(text: str) -> JsonProblem | None:
    """The first thing that strict JSON forbids in what Python's decoder takes."""
    open_keys: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "[{":
            open_keys.append(set())
            if len(open_keys) > MAX_DEPTH:
                message = f"Nested more than {MAX_DEPTH} brackets deep."
                return JsonProblem(Problem.TOO_DEEP, token.start(), message)
        elif first in "]}":
            open_keys = open_keys[:-1]
        elif first in "NI-":
            return JsonProblem(Problem.NOT_FINITE, token.start(), f"{token[0]} is not JSON.")
        elif token[2] and open_keys:
            key = json.loads(token[1])
            if key in open_keys[-1]:
                message = f"The key {quote(key)} is there twice."
                return JsonProblem(Problem.DUPLICATE_KEY, token.start(), message)
            open_keys[-1].add(key)
    return None


def _refused(text: str, refusal: json.JSONDecodeError) -> JsonProblem:
    """What Python's decoder says, in our words."""
    at, said = refusal.pos, refusal.msg
    if said.startswith("Unterminated") or not text[at:].strip():
        return JsonProblem(Problem.TRUNCATED, len(text), "The line ends before its JSON does.")
    if "escape" in said:
        return _wrong_escape(text, text.rindex("\\", 0, at + 1))
    found = quote(text[at])
    if "control" in said:
        return JsonProblem(Problem.CONTROL_CHARACTER, at, f"A raw {found} inside a string.")
    if text[at] in _OTHER_QUOTES:
        return JsonProblem(Problem.WRONG_QUOTES, at, f"{found} is not JSON's quotation mark.")
    if said.startswith("Extra data"):
        return _extra(text, at)
    return _unexpected(text, at, said)


def _wrong_escape(text: str, at: int) -> JsonProblem:
    if text[at + 1 : at + 2] in ("u", "") and len(text) - at < len("\\uXXXX"):
        return JsonProblem(Problem.TRUNCATED, len(text), "The line ends inside an escape.")
    message = f"{quote(text[at : at + 2])} is no escape of JSON."
    return JsonProblem(Problem.BAD_ESCAPE, at, message)


def _extra(text: str, at: int) -> JsonProblem:
    if text[at] == "{":
        message = "A second object starts here, without a line break."
        return JsonProblem(Problem.GLUED, at, message)
    message = f"{quote(text[at:])} follows the end of the value."
    return JsonProblem(Problem.EXTRA_DATA, at, message)


def _unexpected(text: str, at: int, said: str) -> JsonProblem:
    """Something else where a key, a value or a mark is wanted."""
    before = text[:at].rstrip()
    if "trailing comma" in said or (before.endswith(",") and text[at] in "]}"):
        comma = at if text[at] == "," else len(before) - 1
        return JsonProblem(Problem.TRAILING_COMMA, comma, "A comma before a closing bracket.")
    rest = quote(text[at : at + 20])
    word = _WORD.match(text, at + (text[at] in "+-"))
    name = word[0] if word else ""
    if name.lower() in _NOT_FINITE:
        return JsonProblem(Problem.NOT_FINITE, at, f"{rest} is not JSON.")
    if name.lower() in _LITERALS:
        message = f"JSON writes {_LITERALS[name.lower()]}, not {name}."
        return JsonProblem(Problem.SYNTAX, at, message)
    wanted = said.removeprefix("Expecting ")
    return JsonProblem(Problem.SYNTAX, at, f"{rest} stands where JSON wants {wanted}.")


def column(raw: bytes, path: JsonPath, *, at_key: bool = False, offset: int = 0) -> int:
    """The column, from one, of the value at a path, or of its key; of the deepest part there is.

    `offset` counts characters into a string. The line has been parsed before.
    """
    place = _root(raw)
    for step in path:
        found = next((one for one in _children(raw, place) if one.step == step), None)
        if found is None:
            at_key = False
            break
        place = found
    start = len(raw[: place.key if at_key else place.start].decode())
    if not offset:
        return start + 1
    return start + 2 + _written_length(raw[place.start + 1 : place.end].decode(), offset)


class _Place(NamedTuple):
    """Where a value and its key stand in a line, in bytes."""

    step: str | int
    key: int
    start: int
    end: int


def _root(raw: bytes) -> _Place:
    start = _after(_GAP, raw, 0)
    return _Place("", start, start, len(raw))


def _children(raw: bytes, parent: _Place) -> Iterator[_Place]:
    """The places of an object's or array's values, in their order."""
    opening, at = raw[parent.start : parent.start + 1], parent.start + 1
    if opening not in (b"{", b"["):
        return
    kind: Any = dict[str, msgspec.Raw] if opening == b"{" else list[msgspec.Raw]
    values = msgspec.json.decode(raw[parent.start : parent.end], type=kind)
    for step, value in values.items() if opening == b"{" else enumerate(values):
        key = start = _after(_GAP, raw, at)
        if opening == b"{":
            start = _after(_KEY, raw, key)
        at = start + len(bytes(value))
        yield _Place(step, key, start, at)


def _after(pattern: re.Pattern[bytes], raw: bytes, at: int) -> int:
    found = pattern.match(raw, at)
    return found.end() if found else at


def _written_length(text: str, characters: int) -> int:
    """How long so many characters of a string are as JSON writes them."""
    more = 0
    for found in _ESCAPED.finditer(text):
        if found.start() - more >= characters:
            break
        more += len(found[0]) - 1
    return characters + more
