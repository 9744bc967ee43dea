"""Rows that ask nearly the same, so that a split keeps them on one side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tunelint.example import Example, Format
from tunelint.json_text import parse
from tunelint.row_facts import RowFacts, facts_of
from tunelint.rules.near_duplicates import near_pairs
from tunelint.source import Line


@dataclass
class _Rows:
    """Rows in memory, as rules on whole files see them."""

    lines: Sequence[bytes]
    kind: Format
    path: Path = field(default_factory=Path)
    rows: list[RowFacts] = field(default_factory=list)

    def row(self, number: int, /) -> Example:
        return Example(parse(self.lines[number]), self.kind, number + 1, self.lines[number])


def twin_groups(lines: Sequence[bytes], kind: Format) -> list[int]:
    """For each row (a line of JSON), the number of the first row that it belongs with.

    Rows belong together where they ask the same question but for spelling, or are near duplicates.
    """
    file = _Rows(lines, kind)
    for number, raw in enumerate(lines):
        file.rows.append(facts_of(Line(number + 1, 0, raw, b"\n"), file.row(number), 0))
    groups = list(range(len(lines)))
    first: dict[int, int] = {}
    for number, facts in enumerate(file.rows):
        groups[number] = groups[first.setdefault(facts.digests.question, number)]
    for pair in near_pairs([file]):
        _join(groups, pair.earlier[1], pair.later[1])
    return groups


def _join(groups: list[int], one: int, other: int) -> None:
    kept, gone = sorted((groups[one], groups[other]))
    for number, group in enumerate(groups):
        if group == gone:
            groups[number] = kept
