"""One line of JSON: msgspec decodes it, and a scanner explains what it refuses.

The scanner knows why a line is wrong, and where. It is slow, so that only a line that was refused
goes to it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from tunelint.escaping import quote
from tunelint.example import JsonPath
from tunelint.limits import MAX_DEPTH

EXPLAINED_LENGTH = 2 * 10**6  # characters; the scanner is slow, and longer lines can wait for jq

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_+-][A-Za-z0-9_]*")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_ESCAPED = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.")
_GAP = re.compile(rb"[ \t\r\n,]*")
_KEY = re.compile(rb'"(?:[^"\\]++|\\.)*+"[ \t\r\n]*:[ \t\r\n]*')
_HIGH_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")
_LOW_HALF = re.compile(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SPACED_COLON = re.compile(rb'"[ \t\r]+:')
_NESTING = (dict, list)
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[\[\]{}]', re.DOTALL)
_LITERALS = ("true", "false", "null")
_NOT_FINITE = {"NaN", "Infinity", "-Infinity", "+Infinity", "nan", "inf", "-inf"}
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
        raise explain(raw.decode("utf-8"), error) from None
    is_deep = raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH
    if is_deep or not _keys_are_unique(raw, value):
        scan(raw.decode("utf-8"))
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
    if isinstance(value, dict):
        return len(value) + sum(_count_keys(one) for one in value.values() if type(one) in _NESTING)
    if isinstance(value, list):
        return sum(_count_keys(one) for one in value if type(one) in _NESTING)
    return 0


def _values(value: Any) -> Iterable[object]:  # noqa: ANN401 - a dict or a list
    return value.values() if isinstance(value, dict) else value


def _depth(value: object) -> int:
    """How many brackets there are around the deepest value."""
    depth, level = 0, [value]
    while level := [one for one in level if type(one) in _NESTING]:
        depth += 1
        level = [inner for one in level for inner in _values(one)]
    return depth


def explain(text: str, error: Exception) -> JsonProblem:
    """Why the fast parser refused a line."""
    if len(text) <= EXPLAINED_LENGTH:
        try:
            scan(text)
        except JsonProblem as fault:
            return fault
    return JsonProblem(Problem.SYNTAX, 0, f"Not valid JSON: {error}.")


def scan(text: str) -> None:
    """Read a line slowly.

    Raises:
        JsonProblem: The line is not strict JSON.
    """
    _Scanner(text).document()


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


@dataclass(slots=True)
class Balance:
    """How many brackets are open, and whether a string is, after some lines of one value."""

    depth: int = 0
    in_string: bool = False

    def feed(self, text: str) -> None:
        source = f'"{text}' if self.in_string else text
        self.in_string = False
        for token in _STRING_OR_BRACKET.finditer(source):
            first = token[0][0]
            if first == '"':
                self.in_string = not token[1]
            else:
                self.depth += 1 if first in "[{" else -1

    @property
    def complete(self) -> bool:
        return self.depth <= 0 and not self.in_string


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def document(self) -> None:
        self._skip()
        self._value()
        self._skip()
        if self._at < len(self._text):
            raise self._extra()

    def _extra(self) -> JsonProblem:
        rest = self._text[self._at :]
        if rest.startswith("{"):
            return self._fault(Problem.GLUED, "A second object starts here, without a line break.")
        return self._fault(Problem.EXTRA_DATA, f"{quote(rest)} follows the end of the value.")

    def _value(self) -> None:
        first = self._peek("a value")
        if first in "{[":
            self._container(first)
        elif first == '"':
            self._string()
        elif number := _NUMBER.match(self._text, self._at):
            self._at = number.end()
        else:
            self._literal()

    def _container(self, opening: str) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(Problem.TOO_DEEP, f"Nested more than {MAX_DEPTH} brackets deep.")
        self._step()
        if opening == "{":
            self._object()
        else:
            self._array()
        self._depth -= 1

    def _object(self) -> None:
        keys = set[str]()
        while self._peek("a key or '}'") != "}":
            key_at = self._at
            key = self._key()
            if key in keys:
                raise JsonProblem(
                    Problem.DUPLICATE_KEY, key_at, f"The key {quote(key)} is there twice."
                )
            self._skip()
            if self._peek("':'") != ":":
                raise self._fault(Problem.SYNTAX, f"A ':' is missing after the key {quote(key)}.")
            self._step()
            keys.add(key)
            self._value()
            self._separator("}")
        self._at += 1

    def _array(self) -> None:
        while self._peek("a value or ']'") != "]":
            self._value()
            self._separator("]")
        self._at += 1

    def _separator(self, closing: str) -> None:
        self._skip()
        found = self._peek(f"',' or '{closing}'")
        if found == closing:
            return
        if found != ",":
            raise self._fault(
                Problem.SYNTAX, f"',' or '{closing}' expected, {quote(self._rest())} found."
            )
        comma = self._at
        self._step()
        if self._peek("a value") in "]}":
            raise JsonProblem(
                Problem.TRAILING_COMMA, comma, f"A comma stands before the closing '{closing}'."
            )

    def _key(self) -> str:
        if self._text[self._at] == '"':
            return self._string()
        if self._text[self._at] in _OTHER_QUOTES:
            raise self._wrong_quotes()
        raise self._fault(
            Problem.SYNTAX, f"A key in double quotes expected, {quote(self._rest())} found."
        )

    def _literal(self) -> None:
        word = _WORD.match(self._text, self._at)
        name = word[0] if word else self._text[self._at]
        if name in _LITERALS:
            self._at += len(name)
            return
        if name in _NOT_FINITE:
            raise self._fault(Problem.NOT_FINITE, f"{name} is not JSON.")
        if name in _OTHER_QUOTES:
            raise self._wrong_quotes()
        if name.lower() in {"none", *_LITERALS}:
            said = "null" if name.lower() == "none" else name.lower()
            raise self._fault(Problem.SYNTAX, f"JSON writes {said}, not {name}.")
        raise self._fault(Problem.SYNTAX, f"A value expected, {quote(self._rest())} found.")

    def _string(self) -> str:
        start = self._at
        self._at += 1
        while True:
            self._at = _PLAIN.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at >= len(self._text):
                raise self._fault(Problem.TRUNCATED, "The line ends inside a string.")
            if self._text[self._at] == '"':
                self._at += 1
                return str(json.loads(self._text[start : self._at]))
            self._escape()

    def _escape(self) -> None:
        if self._text[self._at] != "\\":
            raise self._fault(
                Problem.CONTROL_CHARACTER,
                f"A raw {quote(self._text[self._at])} inside a string.",
            )
        escape = _ESCAPE.match(self._text, self._at)
        if escape is None:
            cut = self._at + 1 >= len(self._text)
            found = quote(self._text[self._at : self._at + 2])
            raise self._fault(
                Problem.TRUNCATED if cut else Problem.BAD_ESCAPE,
                "The line ends inside an escape." if cut else f"{found} is no escape of JSON.",
            )
        self._at = self._whole_character(escape)

    def _whole_character(self, escape: re.Match[str]) -> int:
        if _HIGH_HALF.fullmatch(escape[0]):
            other = _LOW_HALF.match(self._text, escape.end())
            if other:
                return other.end()
        elif not _LOW_HALF.fullmatch(escape[0]):
            return escape.end()
        raise self._fault(Problem.LONE_SURROGATE, f"{escape[0]} is half a character.")

    def _wrong_quotes(self) -> JsonProblem:
        return self._fault(
            Problem.WRONG_QUOTES, f"{quote(self._text[self._at])} is not JSON's quotation mark."
        )

    def _peek(self, expected: str) -> str:
        if self._at >= len(self._text):
            raise self._fault(Problem.TRUNCATED, f"The line ends where {expected} should follow.")
        return self._text[self._at]

    def _step(self) -> None:
        self._at += 1
        self._skip()

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _rest(self) -> str:
        return self._text[self._at : self._at + 20]

    def _fault(self, kind: Problem, message: str) -> JsonProblem:
        return JsonProblem(kind, self._at, message)
