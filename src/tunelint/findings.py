"""What a check reports: findings with their places, and a report that counts them."""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tunelint.escaping import visible
from tunelint.rule import Rule, Severity

Step = tuple[int, int, int]  # from, to (both included), examples

MAX_LISTED = 100_000  # findings of one rule in one file; more are counted only


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file, from one."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Line and column count from one, columns in characters; zero stands for the whole.

    `related` are other places that it speaks of: the line that this one repeats, or leaks from.
    Everything is safe to show on a terminal (`tunelint.escaping.visible`).
    """

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str
    related: tuple[Place, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line or None,
            "column": self.column or None,
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "hint": self.hint,
            "related": [asdict(place) for place in self.related],
        }


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """Which rules report, and with what severity if not their own.

    Attributes:
        select: Selectors (see Rule.matches); empty means all rules that are not opt-in.
        extend_select: Selectors of rules that report beside those.
        severities: Pairs of a code and a severity; None switches the rule off.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity | None], ...] = ()

    def severity_of(self, rule: Rule) -> Severity | None:
        """The severity of a rule's findings; None if it reports nothing."""
        named = any(rule.matches(one) for one in (*self.select, *self.extend_select))
        given = dict(self.severities)
        if self.select and not named:
            return None
        if rule.code in given:
            return given[rule.code]
        return None if rule.opt_in and not named else rule.severity


class Findings:
    """Collects findings; each rule lists MAX_LISTED a file, and counts the rest.

    Those that exceptions accept are apart.
    """

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self.accepted: list[Finding] = []
        self.counts: Counter[tuple[str, str, Severity]] = Counter()

    def add(self, finding: Finding) -> None:
        key = finding.file, finding.code, finding.severity
        self.counts[key] += 1
        if self.counts[key] <= MAX_LISTED:
            self.listed.append(finding)

    def take(self, others: "Findings", lines: int) -> None:
        """Add findings of the same file whose lines count from so many lines before."""
        for one in others.listed:
            key = one.file, one.code, one.severity
            if self.counts[key] < MAX_LISTED:
                self.listed.append(_moved(one, lines))
            self.counts[key] += 1
        self.accepted += [_moved(one, lines) for one in others.accepted]
        listed = Counter((one.file, one.code, one.severity) for one in others.listed)
        self.counts.update(others.counts - listed)

    def number_of(self, rule: Rule) -> int:
        return sum(number for (_, code, _), number in self.counts.items() if code == rule.code)

    def drop(self, rule: Rule) -> None:
        """Forget the findings of a rule."""
        self.listed = [one for one in self.listed if one.code != rule.code]
        self.counts = Counter({key: n for key, n in self.counts.items() if key[1] != rule.code})


def _moved(one: Finding, lines: int) -> Finding:
    return replace(one, line=one.line + lines) if lines and one.line else one


def finding(
    rule: Rule,
    severity: Severity,
    message: str,
    *,
    file: str,
    line: int = 0,
    column: int = 0,
    hint: str = "",
    related: tuple[Place, ...] = (),
) -> Finding:
    """A finding whose texts are made safe to show."""
    text, help_text = visible(message), visible(hint or rule.fix)
    return Finding(visible(file), line, column, rule.code, severity, text, help_text, related)


@dataclass(frozen=True, slots=True)
class Statistics:
    """One file in numbers; `answers` counts the assistant's messages, `images` image parts.

    The steps of `distribution` say how many examples have how many tokens. Images cost tokens that
    are not counted here: the service does not say how many.
    """

    examples: int = 0
    messages: int = 0
    answers: int = 0
    images: int = 0
    tokens: int = 0
    min_tokens: int = 0
    median_tokens: int = 0
    p95_tokens: int = 0
    max_tokens: int = 0
    distribution: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Report:
    """All findings of a run in the order of places, and each file in numbers.

    Attributes:
        findings: At most MAX_LISTED of a rule and file.
        statistics: By the path of the file.
        counts: How many findings a file, a code and a severity have, those not listed included.
        accepted: Findings that exceptions accept; their hint is the reason.
        extra: What the caller adds to the summary, by name; values that JSON can hold.
    """

    findings: tuple[Finding, ...]
    statistics: dict[str, Statistics]
    counts: dict[tuple[str, str, Severity], int]
    accepted: tuple[Finding, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.by_severity[Severity.ERROR]

    @property
    def by_severity(self) -> dict[Severity, int]:
        counts = dict.fromkeys(Severity, 0)
        for (_, _, severity), number in self.counts.items():
            counts[severity] += number
        return counts

    @property
    def by_rule(self) -> dict[str, int]:
        """How many findings each code has, in the order of codes' numbers."""
        counts: Counter[str] = Counter()
        for (_, code, _), number in self.counts.items():
            counts[code] += number
        return dict(sorted(counts.items(), key=lambda one: int(one[0][1:])))

    def as_dict(self) -> dict[str, Any]:
        return {
            "findings": [one.as_dict() for one in self.findings],
            "accepted": [one.as_dict() for one in self.accepted],
            "summary": {
                "passed": self.passed,
                **{f"{severity}s": number for severity, number in self.by_severity.items()},
                "by_rule": self.by_rule,
                "not_listed": sum(self.counts.values()) - len(self.findings),
                "files": {name: asdict(numbers) for name, numbers in self.statistics.items()},
                **self.extra,
            },
        }
