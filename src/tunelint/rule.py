r"""Rules, what they report, and the register of both rules and the functions that check them.

A rule is a page and a function in a module of `tunelint.rules`; most are both in one:

    @on_text("W1308 line-separator", r"[\x{2028}\x{2029}]")
    def line_separator(text: Text, found: Match) -> str | None:
        '''U+2028 or U+2029 in a text.

        Loaders that split lines as Python's splitlines does cut the example in two.
        Fix: Write \n.
        Bad: Dos días.\u2028¿Te va bien?
        '''
        return f"A line separator at {quote_around(text.text, found.start())}."

A function that looks at rows or at files (`on_example`, `on_file`) may report several rules; their
pages are written with `rule`. The first line of a page says what is wrong, the next ones why that
matters, and the last ones what to do and how it looks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from inspect import cleandoc
from pathlib import Path
from typing import Any, Protocol

from tunelint.errors import UsageError
from tunelint.escaping import quote
from tunelint.example import Example, JsonPath
from tunelint.row_facts import RowFacts
from tunelint.text import Text


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_LETTERS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}
_OPT_IN = "(opt-in)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's page; `bad` shows it broken: a row, messages, an answer, or in words.

    A rule that is `opt_in` reports nothing until an option or a profile asks for it.
    """

    code: str
    name: str
    what: str
    why: str
    fix: str
    bad: str
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


def rule(page: str) -> Rule:
    """Put a rule in the register, by its page: code and name, then lines as described above.

    Raises:
        ValueError: The code's number or the name is taken, or the page lacks a part.
    """
    head, what, *lines = cleandoc(page).split("\n")
    code, name, *marks = head.split()
    parts = {"Why": [""], "Fix": [""], "Bad": [""]}
    part = "Why"
    for line in lines:
        label, colon, rest = line.partition(": ")
        part, line = (label, rest) if colon and label in parts else (part, line)  # noqa: PLW2901
        parts[part].append(line.strip())
    if any(code[1:] == one.code[1:] or name == one.name for one in RULES.values()):
        raise ValueError(f"rule {code} {name} is there already")
    why, fix, bad = (" ".join(part).strip() for part in parts.values())
    if not fix or not bad:
        raise ValueError(f"the page of {code} {name} lacks what to do, or an example")
    RULES[code] = Rule(code, name, what, why, fix, bad, _OPT_IN in marks)
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


class RowFile(Protocol):
    """A file that has been read: facts about its rows, and each row again by its number."""

    @property
    def path(self) -> Path: ...
    @property
    def rows(self) -> Sequence[RowFacts]: ...
    def row(self, number: int, /) -> Example: ...


@dataclass(frozen=True, slots=True)
class RowViolation:
    """A rule broken by a row, by its number, and the earlier row that the message speaks of."""

    row: int
    rule: Rule
    message: str
    related: int | None = None


class Match(Protocol):
    """A match of a pattern, as `re` and RE2 have it."""

    @property
    def re(self) -> Any: ...  # noqa: ANN401 - the pattern
    def __getitem__(self, group: int, /) -> Any: ...  # noqa: ANN401 - text, or None
    def start(self, group: int = 0, /) -> int: ...
    def end(self, group: int = 0, /) -> int: ...


ExampleCheck = Callable[[Example], Iterator[Violation]]
FileCheck = Callable[[RowFile], Iterator[RowViolation]]
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
FILE_CHECKS: list[FileCheck] = []
TEXT_PATTERNS: list[TextPattern] = []


def on_example(check: ExampleCheck) -> ExampleCheck:
    """Register a function that looks at each row of the file."""
    EXAMPLE_CHECKS.append(check)
    return check


def on_file(check: FileCheck) -> FileCheck:
    """Register a function that looks at a whole file."""
    FILE_CHECKS.append(check)
    return check


def on_text(
    broken: Rule | str, *patterns: str, roles: tuple[str, ...] = ()
) -> Callable[[TextCheck], TextCheck]:
    """Register a function that looks at each match of the patterns in the texts of a row.

    Args:
        broken: The rule, or the code and name of one whose page is the function's docstring.
        patterns: In RE2's syntax; a match of any is looked at.
        roles: Those of the texts that are searched; none means all.
    """

    def register(check: TextCheck) -> TextCheck:
        page = "" if isinstance(broken, Rule) else f"{broken}\n{cleandoc(check.__doc__ or '')}"
        own = broken if isinstance(broken, Rule) else rule(page)
        TEXT_PATTERNS.extend(TextPattern(own, one, frozenset(roles), check) for one in patterns)
        return check

    return register
