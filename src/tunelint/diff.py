"""What a change of a data file does: rows matched by content, so that a moved line is no change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

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


class Row(NamedTuple):
    """A row's question, its answers' languages and words, and its digests (see Digests)."""

    line: int
    question: str
    answers: tuple[tuple[str, int], ...]
    exact: int
    text: int
    asked: int
    answer: int

    def as_dict(self) -> dict[str, Any]:
        return {"line": self.line, "question": self.question}


@dataclass(frozen=True, slots=True)
class Diff:
    base: Side
    head: Side
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Row, ...]
    replaced: tuple[Row, ...]  # by those that changed, in their order
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
            "rows": {
                name: [one.as_dict() for one in found[:LISTED]] for name, found in rows.items()
            },
            "new_findings": [finding.as_dict() for finding in self.findings],
            "fixed_findings": self.fixed,
        }


def compare(base: Path, head: Path, options: Options | None = None) -> Diff:
    """Compare two states of a training file.

    Raises:
        InputError: One of them is no regular file inside the tree.
    """
    change = new_findings(base, head, options)
    before, after = ([_row(example) for example in examples_of(path)] for path in (base, head))
    _, gone, come = _matched(before, after, "exact")
    pairs: list[tuple[Row, Row]] = []
    for name in ("text", "asked", "answer"):
        found, gone, come = _matched(gone, come, name)
        pairs += found
    pairs.sort(key=lambda pair: pair[1])
    return Diff(
        _side(before, base, change.before),
        _side(after, head, change.after),
        tuple(come),
        tuple(sorted(gone)),
        tuple(new for _, new in pairs),
        tuple(old for old, _ in pairs),
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


def _side(rows: list[Row], path: Path, report: Report | None) -> Side:
    answers = [answer for row in rows for answer in row.answers]
    numbers = report.statistics.get(str(path), Statistics()) if report else Statistics()
    codes = [one.code for one in report.findings] if report else []
    return Side(
        len(rows),
        numbers.tokens,
        dict(Counter(language for language, _ in answers).most_common()),
        median(words for _, words in answers) if answers else 0,
        sum(RULES[code].family == POLICY_FAMILY for code in codes),
    )


def _row(example: Example) -> Row:
    found = digests_of(example)
    asked = next((one.text for one in example.messages if one.role == "user"), "")
    answers = (one.text for one in example.messages if one.role == "assistant" and one.text)
    return Row(
        example.line,
        quote(asked) if asked else "",
        tuple((language_of(text) or _UNKNOWN, len(text.split())) for text in answers),
        found.exact,
        found.text,
        found.question,
        found.answer,
    )


def _matched(
    before: Iterable[Row], after: Iterable[Row], name: str
) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """The pairs of rows that share a digest; what is left of both."""
    waiting: dict[int, list[Row]] = {}
    for row in before:
        waiting.setdefault(getattr(row, name), []).append(row)
    matched: list[tuple[Row, Row]] = []
    come: list[Row] = []
    for row in after:
        if same := waiting.get(getattr(row, name)):
            matched.append((same.pop(), row))
        else:
            come.append(row)
    return matched, [row for rows in waiting.values() for row in rows], come
