"""What a change of a data file does: rows matched by content, so that a moved line is no change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from xxhash import xxh3_64_intdigest

from tunelint.check import Options, check
from tunelint.digests import digests_of
from tunelint.escaping import quote
from tunelint.example import Example
from tunelint.findings import Finding, Report, Statistics
from tunelint.language_id import language_of
from tunelint.reading import examples_of
from tunelint.revisions import at_base
from tunelint.rule import RULES, Severity
from tunelint.source import open_regular, read_lines

LISTED = 20
POLICY_FAMILY = "18"
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Side:
    """One state of the file in numbers.

    Attributes:
        examples: Its rows.
        tokens: Of all of them.
        languages: How many answers are in which.
        answer_words: The median of an answer.
        policy_breaches: How many answers the product's own checks refuse.
    """

    examples: int
    tokens: int
    languages: dict[str, int]
    answer_words: float
    policy_breaches: int


@dataclass(frozen=True, slots=True)
class Change:
    """Findings that the head has and its base has not, how many are gone, and both reports."""

    new: tuple[Finding, ...]
    fixed: int
    before: Report | None
    after: Report


@dataclass(frozen=True, slots=True)
class Row:
    """A row that came, went or changed; the line of one that went is the base's."""

    line: int
    question: str


@dataclass(frozen=True, slots=True)
class Diff:
    base: Side
    head: Side
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Row, ...]
    findings: tuple[Finding, ...]
    fixed: int

    @property
    def passed(self) -> bool:
        return not any(one.severity is Severity.ERROR for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        rows = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return {
            "base": asdict(self.base),
            "head": asdict(self.head),
            **{name: len(found) for name, found in rows.items()},
            "rows": {name: [asdict(one) for one in found[:LISTED]] for name, found in rows.items()},
            "new_findings": [finding.as_dict() for finding in self.findings],
            "fixed_findings": self.fixed,
        }


def compare(base: Path, head: Path, options: Options | None = None) -> Diff:
    """Compare two states of a training file.

    Raises:
        InputError: One of them is no regular file inside the tree.
    """
    change = new_findings(base, head, options)
    before, after = _State(base), _State(head)
    gone, come = _unmatched(before.rows, after.rows)
    changed, gone, come = _changed(gone, come)
    return Diff(
        before.side(base, change.before),
        after.side(head, change.after),
        _shown(come),
        _shown(gone),
        _shown(changed),
        change.new,
        change.fixed,
    )


def new_findings(base: Path, head: Path, options: Options | None = None) -> Change:
    """What the findings of the head are beside those of its base.

    A finding is known by its rule and by what its line holds.
    """
    before = check([base], options) if base.stat().st_size else None
    after = check([head], options)
    old = Counter(_keys(before, base)) if before else Counter[tuple[str, int]]()
    gone = old.copy()
    new: list[Finding] = []
    here = [one for one in after.findings if one.file == str(head)]
    for finding, key in zip(here, _keys(after, head), strict=True):
        gone[key] -= 1
        if old[key] > 0:
            old[key] -= 1
        else:
            new.append(finding)
    return Change(tuple(new), (+gone).total(), before, after)


def only_new(
    report: Report, paths: Iterable[Path], base: str, options: Options | None = None
) -> Report:
    """The report without what the files have at a base too: a file, or a revision of git.

    Raises:
        UsageError: The base is neither.
    """
    changed = set(map(str, paths))
    findings = [one for one in report.findings if one.file not in changed]
    for path in map(Path, changed):
        with at_base(base, path) as earlier:
            findings += new_findings(earlier, path, options).new
    counts = Counter((one.file, one.code, one.severity) for one in findings)
    return replace(report, findings=tuple(sorted(findings)), counts=dict(counts))


def _keys(report: Report, path: Path) -> list[tuple[str, int]]:
    """The rule of each of the file's findings, and a digest of its line."""
    findings = [one for one in report.findings if one.file == str(path)]
    wanted = {finding.line for finding in findings}
    contents = {0: 0}
    with open_regular(path) as stream:
        for line in islice(read_lines(stream), max(wanted, default=0)):
            if line.number in wanted:
                contents[line.number] = xxh3_64_intdigest(line.raw.strip())
    return [(finding.code, contents.get(finding.line, 0)) for finding in findings]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a row."""

    line: int
    content: int
    text: int
    question: int
    answer: int
    asked: str


class _State:
    """The rows of a file, its answers' languages, and their lengths in words."""

    def __init__(self, path: Path) -> None:
        self.languages: Counter[str] = Counter()
        self.words: list[int] = []
        self.rows = [self._known(example) for example in examples_of(path)]

    def side(self, path: Path, report: Report | None) -> Side:
        numbers = report.statistics.get(str(path), Statistics()) if report else Statistics()
        codes = [one.code for one in report.findings] if report else []
        return Side(
            len(self.rows),
            numbers.tokens,
            dict(self.languages.most_common()),
            median(self.words) if self.words else 0,
            sum(RULES[code].family == POLICY_FAMILY for code in codes),
        )

    def _known(self, example: Example) -> _Known:
        for message in example.messages:
            if message.role == "assistant" and message.text:
                self.languages[language_of(message.text) or _UNKNOWN] += 1
                self.words.append(len(message.text.split()))
        asked = next((one.text for one in example.messages if one.role == "user"), "")
        found = digests_of(example)
        return _Known(
            example.line, found.exact, found.text, found.question, found.answer, asked[:200]
        )


def _unmatched(before: list[_Known], after: list[_Known]) -> tuple[list[_Known], list[_Known]]:
    """Rows of each side whose line the other has not, as often."""
    old, new = (Counter(row.content for row in rows) for rows in (before, after))
    return _left(before, new), _left(after, old)


def _left(rows: Iterable[_Known], others: Counter[int]) -> list[_Known]:
    left = []
    for row in rows:
        if others[row.content] > 0:
            others[row.content] -= 1
        else:
            left.append(row)
    return left


def _changed(
    gone: list[_Known], come: list[_Known]
) -> tuple[list[_Known], list[_Known], list[_Known]]:
    """Rows that share the text, the question or the answer with one that went are changes of it."""
    changed: list[_Known] = []
    for name in ("text", "question", "answer"):
        waiting: dict[int, list[_Known]] = {}
        for row in gone:
            waiting.setdefault(getattr(row, name), []).append(row)
        kept = []
        for row in come:
            if candidates := waiting.get(getattr(row, name)):
                candidates.pop(0)
                changed.append(row)
            else:
                kept.append(row)
        come, gone = kept, [row for rows in waiting.values() for row in rows]
    return changed, gone, come


def _shown(rows: list[_Known]) -> tuple[Row, ...]:
    ordered = sorted(rows, key=lambda row: row.line)
    return tuple(Row(row.line, quote(row.asked) if row.asked else "") for row in ordered)
