"""Expressions in ARM templates, such as [concat('a', parameters('b').c[0])].

template-expressions, Azure docs: names of functions have no case, and of an `if` only the branch
that is taken is worked out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

LONGEST = 24_576  # characters of an expression
LARGEST = 1_000_000  # characters and parts of a value; ours, against values that double each other
DEEPEST = 100  # objects and arrays in each other; ours too
_TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d{1,18})|(?P<name>[A-Za-z_]\w*)|(?P<mark>[()\[\],.]))"
)


class TemplateError(Exception):
    """What is wrong with a template, in a sentence without its full stop."""


@dataclass(frozen=True)
class Literal:
    value: str | int


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Access:
    of: "Node"
    key: "Node"


Node = Literal | Call | Access
Functions = Mapping[str, Callable[..., Any]]


def resolved(value: Any, functions: Functions) -> Any:  # noqa: ANN401
    """The value with every expression in it worked out; raises TemplateError."""
    if isinstance(value, str):
        return _resolved_text(value, functions)
    if isinstance(value, list):
        return [resolved(item, functions) for item in value]
    if isinstance(value, dict):
        return {key: resolved(item, functions) for key, item in value.items()}
    return value


def require_known(value: object, names: set[str]) -> None:
    """Raises TemplateError for an expression that cannot be read, or has an unknown function."""
    for text in _texts(value):
        if _is_expression(text):
            for call in _calls(parsed(text[1:-1])):
                if call.name.lower() not in names:
                    raise TemplateError(
                        f"The template function '{call.name}' is not valid. Please see "
                        "https://aka.ms/arm-functions for usage details"
                    )


def require_small(value: object) -> None:
    left, waiting = LARGEST, [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        left -= len(item) + 1 if isinstance(item, str | list | dict) else 1
        if left < 0 or depth > DEEPEST:
            raise too_large()
        parts = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting += [(part, depth + 1) for part in parts]


def too_large() -> TemplateError:
    return TemplateError(
        f"A value has more than {LARGEST} characters and parts, or more than {DEEPEST} levels"
    )


def _resolved_text(text: str, functions: Functions) -> Any:  # noqa: ANN401
    if text.startswith("[["):
        return text[1:]
    if not _is_expression(text):
        return text
    try:
        return _value(parsed(text[1:-1]), functions)
    except RecursionError:
        raise TemplateError("An expression refers to itself, or is nested too deeply") from None


def _is_expression(text: str) -> bool:
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def _value(node: Node, functions: Functions) -> Any:  # noqa: ANN401
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Access):
        return _item(_value(node.of, functions), _value(node.key, functions))
    name = node.name.lower()
    if name == "if" and len(node.arguments) == 3:  # noqa: PLR2004  condition, then, else
        condition = _value(node.arguments[0], functions)
        if not isinstance(condition, bool):
            raise TemplateError("The first argument of the template function 'if' must be a bool")
        return _value(node.arguments[1 if condition else 2], functions)
    if name not in functions:
        raise TemplateError(f"The template function '{node.name}' is not expected at this location")
    arguments = [_value(argument, functions) for argument in node.arguments]
    try:
        found = functions[name](*arguments)
    except (ValidationError, ValueError) as error:
        raise TemplateError(
            f"The arguments of the template function '{node.name}' are not valid: {_first(error)}"
        ) from None
    if isinstance(found, str | list | dict) and len(found) > LARGEST:
        raise too_large()
    return found


def _first(error: ValueError) -> str:
    return str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)


def _item(value: object, key: object) -> Any:  # noqa: ANN401
    if isinstance(value, dict) and isinstance(key, str):
        for name, item in value.items():
            if name.lower() == key.lower():
                return item
        known = ", ".join(value)
        raise TemplateError(
            f"The language expression property '{key}' doesn't exist, available properties are "
            f"'{known}'"
        )
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    raise TemplateError(f"The language expression property '{key}' can't be evaluated")


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        waiting += (
            item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        )


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Access):
        yield from _calls(node.of)
        yield from _calls(node.key)
    if isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from _calls(argument)


@lru_cache(maxsize=1024)
def parsed(text: str) -> Node:
    """Raises TemplateError."""
    if len(text) > LONGEST:
        raise TemplateError(f"An expression is longer than {LONGEST} characters")
    try:
        parser = _Parser(text)
        node = parser.expression()
        parser.end()
    except (RecursionError, IndexError):
        raise TemplateError(f"Unable to parse language expression '{text[:80]}'") from None
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._tokens = list(self._read())

    def expression(self) -> Node:
        node = self._primary()
        while self._peek() in (".", "["):
            if self._take() == ".":
                node = Access(node, Literal(self._name()))
            else:
                node = Access(node, self.expression())
                self._require("]")
        return node

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise IndexError

    def _read(self) -> Iterator[re.Match[str]]:
        at, text = 0, self._text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise IndexError
            at = found.end()
            yield found

    def _primary(self) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        if token["text"] is not None:
            return Literal(token["text"].replace("''", "'"))
        if token["number"] is not None:
            return Literal(int(token["number"]))
        if token["name"] is None:
            raise IndexError
        self._require("(")
        return Call(token["name"], tuple(self._arguments()))

    def _arguments(self) -> Iterator[Node]:
        if self._peek() == ")":
            self._at += 1
            return
        yield self.expression()
        while self._take() == ",":
            yield self.expression()
        if self._tokens[self._at - 1]["mark"] != ")":
            raise IndexError

    def _name(self) -> str:
        name = self._tokens[self._at]["name"]
        self._at += 1
        if name is None:
            raise IndexError
        return name

    def _peek(self) -> str | None:
        return self._tokens[self._at]["mark"] if self._at < len(self._tokens) else None

    def _take(self) -> str | None:
        mark = self._tokens[self._at]["mark"]
        self._at += 1
        return mark

    def _require(self, mark: str) -> None:
        if self._take() != mark:
            raise IndexError
