"""What a change of a data file does: rows matched by content, so that a moved line is no change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tuneops.dataset.examples import Example
from tuneops.dataset.files import File
from tuneops.dataset.findings import Finding, Severity, quote
from tuneops.dataset.reading import open_regular, read_lines
from tuneops.dataset.rules.languages import language
from tuneops.dataset.scan import Options, Report, read_file
from tuneops.dataset.scan import check as check_files

LISTED = 20
ALL_FINDINGS = 10_000  # of each rule, so that old ones can be told from new ones
_BATCH = 500
_UNKNOWN = "unknown"
POLICY_FAMILY = "18"
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Side:
    """One state of the file in numbers; `answer_words` is the median.

    `policy_breaches` are answers that break the system message's demands, or the product's.
    """

    examples: int
    tokens: int
    languages: dict[str, int]
    answer_words: float
    policy_breaches: int


@dataclass(frozen=True, slots=True)
class Change:
    """Findings that the head has and its base has not, how many are gone, and breaches of both."""

    new: tuple[Finding, ...]
    fixed: int
    breaches: tuple[int, int]


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

    def as_dict(self, price_per_million: float | None = None, epochs: int = 1) -> dict[str, Any]:
        sides = {"base": self.base, "head": self.head}
        facts: dict[str, Any] = {
            name: {
                "examples": side.examples,
                "tokens": side.tokens,
                "languages": side.languages,
                "answer_words": side.answer_words,
                "policy_breaches": side.policy_breaches,
                **_cost(side, price_per_million, epochs),
            }
            for name, side in sides.items()
        }
        rows = {"added": self.added, "removed": self.removed, "changed": self.changed}
        facts |= {name: len(found) for name, found in rows.items()}
        facts["rows"] = {
            name: [{"line": row.line, "question": row.question} for row in found[:LISTED]]
            for name, found in rows.items()
        }
        facts["new_findings"] = [finding.as_dict() for finding in self.findings]
        facts["fixed_findings"] = self.fixed
        return facts


def compare(base: Path, head: Path, **options: Any) -> Diff:  # noqa: ANN401 - the fields of Options
    """Compare two states of a training file.

    Raises:
        ConfigError: One of them is no regular file inside the tree.
    """
    before, after = read_file(base, Options(**options)), read_file(head, Options(**options))
    gone, come = _unmatched(before, after)
    changed, gone, come = _changed(before, after, gone, come)
    change = new_findings(base, head, **options)
    return Diff(
        _side(before, change.breaches[0]),
        _side(after, change.breaches[1]),
        _rows(after, come),
        _rows(before, gone),
        _rows(after, changed),
        change.new,
        change.fixed,
    )


def new_findings(
    base: Path,
    head: Path,
    validation: Path | None = None,
    **options: Any,  # noqa: ANN401 - same
) -> Change:
    """What the findings of the head are beside those of its base.

    A finding is known by its rule and by what its line holds.
    """
    options["shown_per_rule"] = ALL_FINDINGS
    before = check_files(base, validation, **options) if base.stat().st_size else None
    after = check_files(head, validation, **options)
    old = _keys(before, base) if before else Counter[tuple[str, int]]()
    fixed = Counter(old)
    new: list[Finding] = []
    here = [one for one in after.findings if one.file == str(head)]
    for finding, key in zip(here, _keyed(here, head), strict=True):
        fixed[key] -= 1
        if old[key] > 0:
            old[key] -= 1
        else:
            new.append(finding)
    gone = sum(number for number in fixed.values() if number > 0)
    return Change(tuple(new), gone, (_breaches(before), _breaches(after)))


def _breaches(report: Report | None) -> int:
    codes = [one.code for one in report.findings] if report else []
    return sum(code[1:-2] == POLICY_FAMILY for code in codes)


def _keys(report: Report, path: Path) -> Counter[tuple[str, int]]:
    return Counter(_keyed([one for one in report.findings if one.file == str(path)], path))


def _keyed(findings: list[Finding], path: Path) -> list[tuple[str, int]]:
    wanted = {finding.line for finding in findings}
    contents = {0: 0}
    with open_regular(path) as stream:
        for line in islice(read_lines(stream), max(wanted, default=0)):
            if line.number in wanted:
                contents[line.number] = xxh3_64_intdigest(line.raw.strip())
    return [(finding.code, contents.get(finding.line, 0)) for finding in findings]


def _unmatched(before: File, after: File) -> tuple[Positions, Positions]:
    """Rows of each side whose line the other has not, as often."""
    old, new = _contents(before), _contents(after)
    return _left(old, Counter(new)), _left(new, Counter(old))


def _contents(file: File) -> list[int]:
    table = file.table
    digests: list[int] = (table["low"] ^ table["high"]).tolist()
    return digests


def _left(digests: list[int], others: Counter[int]) -> Positions:
    left = []
    for position, digest in enumerate(digests):
        if others[digest] > 0:
            others[digest] -= 1
        else:
            left.append(position)
    return np.array(left, np.int64)


def _changed(
    before: File, after: File, gone: Positions, come: Positions
) -> tuple[Positions, Positions, Positions]:
    """Rows that share the question or the answer with one that went are changes of it."""
    changed: list[int] = []
    for name in ("normalised", "question", "answer"):
        waiting: dict[int, list[int]] = {}
        for position in gone.tolist():
            waiting.setdefault(int(before.table[name][position]), []).append(position)
        matched: set[int] = set()
        for position in come.tolist():
            if candidates := waiting.get(int(after.table[name][position])):
                matched.add(candidates.pop(0))
                changed.append(position)
        gone = np.array([one for one in gone.tolist() if one not in matched], np.int64)
        come = np.array([one for one in come.tolist() if one not in set(changed)], np.int64)
    return np.array(sorted(changed), np.int64), gone, come


def _rows(file: File, positions: Positions) -> tuple[Row, ...]:
    lines = file.table["line"][positions].tolist()
    shown = [_question(example) for example in _examples(file, positions[:LISTED])]
    return tuple(Row(line, shown[at] if at < LISTED else "") for at, line in enumerate(lines))


def _question(example: Example) -> str:
    asked = [message.text for message in example.messages if message.role == "user"]
    return quote(asked[0]) if asked else ""


def _side(file: File, breaches: int) -> Side:
    languages: Counter[str] = Counter()
    lengths: list[int] = []
    for example in _examples(file, np.arange(len(file.table))):
        for message in example.messages:
            if message.role == "assistant" and message.text:
                languages[language(message.text) or _UNKNOWN] += 1
                lengths.append(len(message.text.split()))
    return Side(
        len(file.table),
        int(file.table["tokens"].sum()),
        dict(languages.most_common()),
        median(lengths) if lengths else 0,
        breaches,
    )


def _examples(file: File, positions: Positions) -> Iterable[Example]:
    for start in range(0, len(positions), _BATCH):
        rows = file.read(positions[start : start + _BATCH])
        yield from map(rows.example, range(len(rows)))


def _cost(side: Side, price_per_million: float | None, epochs: int) -> dict[str, float]:
    if price_per_million is None:
        return {}
    return {"training_cost": round(side.tokens * epochs * price_per_million / 10**6, 2)}
