"""The findings of a report by rule, the gravest first, and what repeats itself as clusters."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tunelint.findings import Finding, Place, Report
from tunelint.rule import RULES, Rule, Severity

SHOWN_PLACES = 3
_SHOWN_LINES = 8


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule; `count` includes those that the report does not list."""

    rule: Rule
    severity: Severity
    count: int
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        return f"{self.rule.code} {self.rule.name}: {counted(self.count, self.severity)}"

    @property
    def hints(self) -> list[str]:
        """What to do, said once; never empty."""
        return list(dict.fromkeys(one.hint for one in self.findings)) or [self.rule.fix]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Findings that speak of the same lines, and those lines; one finding where it speaks alone."""

    findings: tuple[Finding, ...]
    places: tuple[Place, ...]

    @property
    def where(self) -> str:
        """The place of one finding, or the lines of all: "a.jsonl: lines 3, 17"."""
        if not self.places:
            return place(self.findings[0])
        files: dict[str, list[int]] = defaultdict(list)
        for one in self.places:
            files[one.file].append(one.line)
        return "; ".join(f"{file}: {_lines(numbers)}" for file, numbers in files.items())


def groups(report: Report) -> list[Group]:
    """Errors, warnings, information; of each the rules by number."""
    listed: dict[tuple[str, Severity], list[Finding]] = defaultdict(list)
    for one in report.findings:
        listed[one.code, one.severity].append(one)
    counts: dict[tuple[str, Severity], int] = defaultdict(int)
    for (_, code, severity), number in report.counts.items():
        counts[code, severity] += number
    order = list(Severity)
    found = sorted(counts, key=lambda key: (order.index(key[1]), int(key[0][1:])))
    return [
        Group(RULES[code], severity, counts[code, severity], tuple(listed[code, severity]))
        for code, severity in found
    ]


def clusters(findings: Sequence[Finding]) -> list[Cluster]:
    """Findings that name one another's lines, together, in the order of their first lines."""
    parent: dict[Place, Place] = {}
    for one in findings:
        for other in one.related:
            parent[_root(parent, Place(one.file, one.line))] = _root(parent, other)
    members: dict[object, list[Finding]] = defaultdict(list)
    for at, one in enumerate(findings):
        members[_root(parent, Place(one.file, one.line)) if one.related else at].append(one)
    return [Cluster(tuple(some), _places(some)) for some in members.values()]


def _root(parent: dict[Place, Place], node: Place) -> Place:
    while (above := parent.get(node, node)) != node:
        parent[node] = parent.get(above, above)
        node = above
    return node


def _places(findings: Iterable[Finding]) -> tuple[Place, ...]:
    related = [(one, Place(one.file, one.line)) for one in findings if one.related]
    return tuple(sorted({place for one, own in related for place in (own, *one.related)}))


def place(finding: Finding) -> str:
    """Where it is, as editors understand it: "a.jsonl:12:40"."""
    numbers = [str(number) for number in (finding.line, finding.column) if number]
    return ":".join([finding.file, *numbers])


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 error", "2 errors", "3 info"."""
    plural = "" if number == 1 or noun == Severity.INFO else "s"
    return f"{number:,} {noun}{plural}"


def headline(report: Report) -> str:
    """The result in a sentence."""
    found = [counted(number, level) for level, number in report.by_severity.items() if number]
    told = f"Found {', '.join(found)}." if found else "All checks passed."
    accepted = counted(len(report.accepted), "finding")
    return f"{told} {accepted} accepted by exceptions." if report.accepted else told


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN_LINES]))
    more = f" and {len(numbers) - _SHOWN_LINES:,} more" if len(numbers) > _SHOWN_LINES else ""
    return f"line{'s' * (len(numbers) > 1)} {shown}{more}"
