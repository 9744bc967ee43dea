"""Rules, what they report, and the register of both rules and the functions that check them.

A rule is a page (`rule`) and a function beside it in a module of `tunelint.rules`:

    HTML = rule("W1322", "html", what="…", why="…", bad="…", good="…", fix="…")

    @on_text(HTML, r"<br ?/?>")
    def html(text: Text, found: Match) -> str | None:
        return f"HTML in the text: {quote(found[0])}."
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Protocol

from tunelint.errors import UsageError
from tunelint.escaping import quote
from tunelint.example import Example, JsonPath
from tunelint.text import Text


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_LETTERS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's page; `bad` and `good` are lines of a training file, or describe one.

    A rule that is `opt_in` reports nothing until an option or a profile asks for it.
    """

    code: str
    name: str
    what: str
    why: str
    bad: str
    good: str
    fix: str
    opt_in: bool = False

    @property
    def severity(self) -> Severity:
        return _LETTERS[self.code[0]]

    @property
    def family(self) -> str:
        """The hundreds of the code: "15" of E1503."""
        return self.code[1:-2]

    def matches(self, selector: str) -> bool:
        """Whether a selector means this rule.

        "E101", "empty-file", "1" (the family), "E1" and "E" all mean E101.
        """
        letter, family = self.code[0], self.family
        return selector in {self.code, self.name, family, letter, letter + family}


RULES: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    *,
    what: str,
    why: str,
    bad: str,
    good: str,
    fix: str,
    opt_in: bool = False,
) -> Rule:
    """Put a rule in the register.

    Raises:
        ValueError: The code's number or the name is taken.
    """
    if any(code[1:] == one.code[1:] or name == one.name for one in RULES.values()):
        raise ValueError(f"rule {code} {name} is there already")
    RULES[code] = Rule(code, name, what, why, bad, good, fix, opt_in)
    return RULES[code]


def find_rule(code_or_name: str) -> Rule:
    """The rule of that code or name, in any case.

    Raises:
        UsageError: There is none.
    """
    for one in RULES.values():
        if code_or_name.upper() == one.code or code_or_name.lower() == one.name:
            return one
    names = [*RULES, *(one.name for one in RULES.values())]
    near = get_close_matches(code_or_name[:64], names, 1, cutoff=0.4)
    raise UsageError(
        f"There is no rule {quote(code_or_name)}.",
        remedy=f"Did you mean {near[0]}?" if near else "explain --all lists every rule.",
    )


def selectors(given: Iterable[str]) -> tuple[str, ...]:
    """Selectors as users write them, several parted by commas; each must mean a rule.

    Raises:
        UsageError: One means none.
    """
    parts = [part.strip() for one in given for part in one.split(",") if part.strip()]
    return tuple(
        one if any(rule.matches(one) for rule in RULES.values()) else find_rule(one).code
        for one in parts
    )


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken somewhere in a row; `path` leads to the value, `at_key` to the key itself.

    `offset` counts characters into the string at `path`. Without a path the whole line is meant.
    """

    rule: Rule
    message: str
    path: JsonPath | None = None
    hint: str = ""
    at_key: bool = False
    offset: int = 0


class Match(Protocol):
    """A match of a pattern, as `re` and RE2 have it."""

    @property
    def re(self) -> Any: ...  # noqa: ANN401 - the pattern
    def __getitem__(self, group: int, /) -> Any: ...  # noqa: ANN401 - text, or None
    def start(self, group: int = 0, /) -> int: ...
    def end(self, group: int = 0, /) -> int: ...


ExampleCheck = Callable[[Example], Iterator[Violation]]
TextCheck = Callable[[Text, Match], str | None]


@dataclass(frozen=True, slots=True)
class TextPattern:
    """A pattern (RE2 syntax) whose matches `check` judges: it says what is wrong, or nothing.

    `roles` are those of the texts that are searched; empty means all.
    """

    rule: Rule
    pattern: str
    roles: frozenset[str]
    check: TextCheck


EXAMPLE_CHECKS: list[ExampleCheck] = []
TEXT_PATTERNS: list[TextPattern] = []


def on_example(check: ExampleCheck) -> ExampleCheck:
    """Register a function that looks at each row of the file."""
    EXAMPLE_CHECKS.append(check)
    return check


def on_text(
    broken: Rule, *patterns: str, roles: tuple[str, ...] = ()
) -> Callable[[TextCheck], TextCheck]:
    """Register a function that looks at each match of the patterns in the texts of a row."""

    def register(check: TextCheck) -> TextCheck:
        TEXT_PATTERNS.extend(
            TextPattern(broken, pattern, frozenset(roles), check) for pattern in patterns
        )
        return check

    return register
