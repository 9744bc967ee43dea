"""One line of JSON: msgspec decodes it, and a scanner explains what it refuses.

The scanner knows where everything stands and why it is wrong. It is slow, so that only a line
that was refused, or that needs a column, goes to it.
"""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from tunelint.escaping import quote
from tunelint.example import JsonPath
from tunelint.limits import MAX_DEPTH
from tunelint.rule import Rule
from tunelint.rules import json_syntax as rules

EXPLAINED_LENGTH = 2 * 10**6  # characters; the scanner is slow, and longer lines can wait for jq

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_+-][A-Za-z0-9_]*")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}|\\.|[^\"\\]",
    re.DOTALL,
)
_HIGH_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")
_LOW_HALF = re.compile(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SPACED_COLON = re.compile(rb'"[ \t\r]+:')
_NESTING = (dict, list)
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[\[\]{}]', re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}
_NOT_FINITE = {"NaN", "Infinity", "-Infinity", "+Infinity", "nan", "inf", "-inf"}
_OTHER_QUOTES = "'`\xb4\u2018\u2019\u201c\u201d\u201e\xab\xbb"


class JsonProblem(Exception):  # noqa: N818 - a verdict on data, not an error of this program
    """Where a line stops being JSON (`offset` in characters from zero), and why."""

    def __init__(self, rule: Rule, offset: int, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.offset = offset
        self.message = message


@dataclass(slots=True)
class Node:
    """A value and where it starts; the keys of an object have places of their own."""

    start: int
    value: Any = None
    children: dict[str | int, "Node"] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)


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
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH or not _keys_are_unique(raw, value):
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


def explain(text: str, error: Exception) -> JsonProblem:
    """Why the fast parser refused a line."""
    if len(text) <= EXPLAINED_LENGTH:
        try:
            scan(text)
        except JsonProblem as fault:
            return fault
    return JsonProblem(rules.SYNTAX, 0, f"Not valid JSON: {error}.")


def scan(text: str) -> Node:
    """The tree of a line's values with their places.

    Raises:
        JsonProblem: The line is not strict JSON.
    """
    return _Scanner(text).document()


def column(text: str, path: JsonPath, *, at_key: bool = False, offset: int = 0) -> int:
    """The column, from one, of the value at a path, or of its key; of the deepest part there is.

    `offset` counts characters into a string. Zero, which is no column, for a line too long to
    search; the line has been parsed before.
    """
    if len(text) > EXPLAINED_LENGTH:
        return 0
    node = _last_tree(text)
    for step in path[:-1] if at_key else path:
        if step not in node.children:
            break
        node = node.children[step]
    start = node.keys.get(str(path[-1]), node.start) if at_key else node.start
    return start + 1 + (_written_length(text, start + 1, offset) + 1 if offset else 0)


def _written_length(text: str, start: int, characters: int) -> int:
    """How long so many characters of a string are as JSON writes them from `start` on."""
    at = start
    for _ in range(characters):
        found = _CHARACTER.match(text, at)
        if found is None:
            break
        at = found.end()
    return at - start


@lru_cache(maxsize=1)
def _last_tree(text: str) -> Node:
    return scan(text)


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

    def document(self) -> Node:
        self._skip()
        node = self._value()
        self._skip()
        if self._at < len(self._text):
            raise self._extra()
        return node

    def _extra(self) -> JsonProblem:
        rest = self._text[self._at :]
        if rest.startswith("{"):
            return self._fault(rules.GLUED, "A second object starts here, without a line break.")
        return self._fault(rules.EXTRA_DATA, f"{quote(rest)} follows the end of the value.")

    def _value(self) -> Node:
        start = self._at
        first = self._peek("a value")
        if first in "{[":
            return self._container(first)
        if first == '"':
            return Node(start, self._string())
        if number := _NUMBER.match(self._text, start):
            self._at = number.end()
            return Node(start, number[0])
        return Node(start, self._literal())

    def _container(self, opening: str) -> Node:
        node = Node(self._at)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(rules.TOO_DEEP, f"Nested more than {MAX_DEPTH} brackets deep.")
        self._step()
        if opening == "{":
            self._object(node)
        else:
            self._array(node)
        self._depth -= 1
        return node

    def _object(self, node: Node) -> None:
        while self._peek("a key or '}'") != "}":
            key_at = self._at
            key = self._key()
            if key in node.keys:
                raise JsonProblem(
                    rules.DUPLICATE_KEY, key_at, f"The key {quote(key)} is there twice."
                )
            self._skip()
            if self._peek("':'") != ":":
                raise self._fault(rules.SYNTAX, f"A ':' is missing after the key {quote(key)}.")
            self._step()
            node.keys[key] = key_at
            node.children[key] = self._value()
            self._separator("}")
        self._at += 1

    def _array(self, node: Node) -> None:
        while self._peek("a value or ']'") != "]":
            node.children[len(node.children)] = self._value()
            self._separator("]")
        self._at += 1

    def _separator(self, closing: str) -> None:
        self._skip()
        found = self._peek(f"',' or '{closing}'")
        if found == closing:
            return
        if found != ",":
            raise self._fault(
                rules.SYNTAX, f"',' or '{closing}' expected, {quote(self._rest())} found."
            )
        comma = self._at
        self._step()
        if self._peek("a value") in "]}":
            raise JsonProblem(
                rules.TRAILING_COMMA, comma, f"A comma stands before the closing '{closing}'."
            )

    def _key(self) -> str:
        if self._text[self._at] == '"':
            return self._string()
        if self._text[self._at] in _OTHER_QUOTES:
            raise self._wrong_quotes()
        raise self._fault(
            rules.SYNTAX, f"A key in double quotes expected, {quote(self._rest())} found."
        )

    def _literal(self) -> object:
        word = _WORD.match(self._text, self._at)
        name = word[0] if word else self._text[self._at]
        if name in _LITERALS:
            self._at += len(name)
            return _LITERALS[name]
        if name in _NOT_FINITE:
            raise self._fault(rules.NOT_FINITE, f"{name} is not JSON.")
        if name in _OTHER_QUOTES:
            raise self._wrong_quotes()
        if name.lower() in {"none", *_LITERALS}:
            said = "null" if name.lower() == "none" else name.lower()
            raise self._fault(rules.SYNTAX, f"JSON writes {said}, not {name}.")
        raise self._fault(rules.SYNTAX, f"A value expected, {quote(self._rest())} found.")

    def _string(self) -> str:
        start = self._at
        self._at += 1
        while True:
            self._at = _PLAIN.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at >= len(self._text):
                raise self._fault(rules.TRUNCATED, "The line ends inside a string.")
            if self._text[self._at] == '"':
                self._at += 1
                return str(json.loads(self._text[start : self._at]))
            self._escape()

    def _escape(self) -> None:
        if self._text[self._at] != "\\":
            raise self._fault(
                rules.CONTROL_CHARACTER,
                f"A raw {quote(self._text[self._at])} inside a string.",
            )
        escape = _ESCAPE.match(self._text, self._at)
        if escape is None:
            cut = self._at + 1 >= len(self._text)
            found = quote(self._text[self._at : self._at + 2])
            raise self._fault(
                rules.TRUNCATED if cut else rules.BAD_ESCAPE,
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
        raise self._fault(rules.LONE_SURROGATE, f"{escape[0]} is half a character.")

    def _wrong_quotes(self) -> JsonProblem:
        return self._fault(
            rules.WRONG_QUOTES, f"{quote(self._text[self._at])} is not JSON's quotation mark."
        )

    def _peek(self, expected: str) -> str:
        if self._at >= len(self._text):
            raise self._fault(rules.TRUNCATED, f"The line ends where {expected} should follow.")
        return self._text[self._at]

    def _step(self) -> None:
        self._at += 1
        self._skip()

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _rest(self) -> str:
        return self._text[self._at : self._at + 20]

    def _fault(self, rule: Rule, message: str) -> JsonProblem:
        return JsonProblem(rule, self._at, message)
