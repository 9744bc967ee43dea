"""What a check says about a place in a file, and the rule that it says it by."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from tuneops.escaping import visible

SHOWN_PER_RULE = 50
QUOTE_LENGTH = 60


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_LETTERS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's page; `bad` and `good` are lines of a training file, or describe one.

    What is `optional` is silent until a profile or the configuration gives it a severity.
    """

    code: str
    name: str
    what: str
    why: str
    bad: str
    good: str
    fix: str
    optional: bool = False

    @property
    def severity(self) -> Severity:
        return _LETTERS[self.code[0]]


RULES: dict[str, Rule] = {}
_REGISTERED: set[str] = set()  # numbers and names of rules


def rule(  # every part of a page
    code: str,
    name: str,
    *,
    what: str,
    why: str,
    bad: str,
    good: str,
    fix: str,
    optional: bool = False,
) -> Rule:
    """Put a rule in the register.

    Raises:
        ValueError: The code's number or the name is taken.
    """
    if code[1:] in _REGISTERED or name in _REGISTERED:
        raise ValueError(f"rule {code} {name} is there already")
    _REGISTERED.update((code[1:], name))
    RULES[code] = Rule(code, name, what, why, bad, good, fix, optional)
    return RULES[code]


JsonPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule broken somewhere in one example; `path` leads there, `at_key` to the key itself.

    Without a path the fault is the whole line's.
    """

    rule: Rule
    message: str
    path: JsonPath | None = None
    hint: str = ""
    at_key: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Line and column count from one, columns in characters; zero stands for the whole."""

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str

    def as_dict(self) -> dict[str, str | int | None]:
        return {
            "file": self.file,
            "line": self.line or None,
            "column": self.column or None,
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Ruling:
    """Which rules speak (all, or those selected), and with what severity if not their own.

    `severities` pairs codes with severities; none switches a rule off.
    """

    selection: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity | None], ...] = ()

    def severity_of(self, broken: Rule) -> Severity | None:
        for code, severity in self.severities:
            if code == broken.code:
                return severity
        return None if broken.optional else broken.severity

    def admits(self, broken: Rule) -> bool:
        selected = not self.selection or any(selects(one, broken) for one in self.selection)
        return selected and self.severity_of(broken) is not None


AS_WRITTEN = Ruling()


class Findings:
    """The findings of one run: each rule shows so many a file, and counts the rest."""

    def __init__(self, shown_per_rule: int = SHOWN_PER_RULE, ruling: Ruling = AS_WRITTEN) -> None:
        self._shown_per_rule = shown_per_rule
        self._ruling = ruling
        self._taken: Counter[tuple[str, str]] = Counter()
        self._shown: list[Finding] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._accepted: list[Finding] = []

    def add(  # every part of a finding
        self,
        broken: Rule,
        message: str,
        *,
        file: str,
        line: int = 0,
        column: int | Callable[[], int] = 0,
        hint: str = "",
        accepted: str | None = None,
    ) -> None:
        """Note a finding; a column that is costly to find comes as a function.

        One that somebody accepted, with the reason, counts apart.
        """
        severity = self._ruling.severity_of(broken)
        if severity is None or not self._ruling.admits(broken):
            return
        if accepted is None:
            self._counts[file, broken.code] += 1
            if self._counts[file, broken.code] > self._shown_per_rule:
                return
        found = column() if callable(column) else column
        text, help_text = visible(message), visible(accepted or hint or broken.fix)
        one = Finding(visible(file), line, found, broken.code, severity, text, help_text)
        (self._shown if accepted is None else self._accepted).append(one)

    def take(self, others: "Findings", before: int = 0) -> None:
        """Add findings of the same file whose lines count from so many lines before."""
        for finding in others._shown:  # noqa: SLF001 - of the same class
            key = finding.file, finding.code
            if self._taken[key] < self._shown_per_rule:
                self._taken[key] += 1
                line = finding.line + before if finding.line else 0
                self._shown.append(replace(finding, line=line) if before else finding)
        self._counts.update(others._counts)  # noqa: SLF001 - same
        for one in others._accepted:  # noqa: SLF001 - same
            self._accepted.append(replace(one, line=one.line + before) if one.line else one)

    def join(self, others: "Findings") -> None:
        """Add findings whose lines count as these do."""
        self._shown += others._shown  # noqa: SLF001 - of the same class
        self._counts.update(others._counts)  # noqa: SLF001 - same
        self._accepted += others._accepted  # noqa: SLF001 - same

    def count(self, broken: Rule, file: str, number: int) -> None:
        """Note that there are so many findings more, which are not shown."""
        if number and self._ruling.admits(broken):
            self._counts[file, broken.code] += number

    def ordered(self) -> tuple[Finding, ...]:
        """The first of each rule in each file, in the order of places."""
        seen: Counter[tuple[str, str]] = Counter()
        return tuple(
            finding
            for finding in sorted(self._shown)
            if not seen.update([(finding.file, finding.code)])
            and seen[finding.file, finding.code] <= self._shown_per_rule
        )

    def accepted(self) -> tuple[Finding, ...]:
        """The findings that exceptions accept, each with the reason in place of a hint."""
        return tuple(sorted(self._accepted))

    def counts(self) -> dict[Severity, int]:
        """All findings by severity, those not shown included."""
        counts = dict.fromkeys(Severity, 0)
        for (_, code), number in self._counts.items():
            counts[self._ruling.severity_of(RULES[code]) or RULES[code].severity] += number
        return counts

    def hidden(self) -> dict[str, int]:
        """How many findings of each code are counted only."""
        hidden: Counter[str] = Counter()
        for (_, code), number in self._counts.items():
            hidden[code] += max(0, number - self._shown_per_rule)
        return {code: number for code, number in sorted(hidden.items()) if number}


def selects(selector: str, one: Rule) -> bool:
    """Whether a selector means a rule: its code or name, its family's number, or its letter.

    "E101", "empty-file", "1" (the family), "E1" and "E" all mean E101.
    """
    letter, number = one.code[0], one.code[1:]
    family = number[:-2]
    return selector in {one.code, one.name, family, letter, letter + family}


def quote(value: object) -> str:
    """A piece of data in quotation marks, cut to a length that a message bears."""
    text = value if isinstance(value, str) else repr(value)
    cut = text[:QUOTE_LENGTH] + "…" if len(text) > QUOTE_LENGTH else text
    return f"'{visible(cut)}'"
