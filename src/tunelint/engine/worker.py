"""A range of a file's lines, read and looked at in any process."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tunelint.engine.examine import Examiner
from tunelint.engine.lines import LineReader
from tunelint.engine.notes import Notes
from tunelint.example import Example, Format
from tunelint.exceptions import NO_EXCEPTIONS, Exceptions
from tunelint.findings import Findings
from tunelint.limits import MAX_EXAMPLE_TOKENS
from tunelint.row_facts import RowFacts, facts_of
from tunelint.rule import Severity
from tunelint.rules import limits
from tunelint.rules.answer_checks import AnswerCheck, check_answers
from tunelint.source import Identity, Line, open_same, read_lines
from tunelint.tokens import count_examples

BATCH_BYTES = 2 * 10**6  # of rows that are counted at a time


@dataclass(frozen=True)
class Settings:
    """How rows are looked at; `severities` are those of the rules that report, by code."""

    severities: Mapping[str, Severity]
    max_example_tokens: int = MAX_EXAMPLE_TOKENS
    answer_checks: tuple[AnswerCheck, ...] = ()
    exceptions: Exceptions = NO_EXCEPTIONS

    @cached_property
    def examiner(self) -> Examiner:
        return Examiner(self.severities)


@dataclass(frozen=True, slots=True)
class Range:
    """Whole lines of a file between two offsets in bytes."""

    path: Path
    start: int
    end: int
    identity: Identity
    format: Format


@dataclass(slots=True)
class RangeResult:
    """What a range holds; its lines count from one. `line_ends` has the first line of each."""

    findings: Findings
    rows: list[RowFacts] = field(default_factory=list)
    lines: int = 0
    line_ends: dict[bytes, int] = field(default_factory=dict)


def read_range(where: Range, settings: Settings) -> RangeResult:
    """Read a range and look at its rows.

    Raises:
        InputError: The file is not what it was when the check began.
    """
    notes = Notes(str(where.path), settings.severities, settings.exceptions)
    result = RangeResult(notes.findings)
    with _no_collection(), open_same(where.path, where.identity) as stream:
        lines = _with_ends(read_lines(stream, where.start, where.end), result)
        reader = LineReader(lines, where.format, notes.add)
        for rows in _batches(reader.rows()):
            _look_at(rows, settings, notes, result.rows)
        result.lines = reader.last_line
    return result


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows hold no cycles; to look for them among so many objects takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _with_ends(lines: Iterator[Line], result: RangeResult) -> Iterator[Line]:
    for line in lines:
        if line.end and line.end not in result.line_ends:
            result.line_ends[line.end] = line.number
        yield line


def _batches(rows: Iterator[tuple[Line, Example]]) -> Iterator[list[tuple[Line, Example]]]:
    batch, size = list[tuple[Line, Example]](), 0
    for line, example in rows:
        batch.append((line, example))
        size += len(line.raw)
        if size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _look_at(
    rows: list[tuple[Line, Example]], settings: Settings, notes: Notes, facts: list[RowFacts]
) -> None:
    counts = count_examples([example for _, example in rows])
    for (line, example), tokens in zip(rows, counts, strict=True):
        for violation in settings.examiner.violations(example):
            notes.violation(example, violation)
        for violation in check_answers(example, settings.answer_checks):
            notes.violation(example, violation)
        for violation in limits.examine_tokens(tokens, settings.max_example_tokens):
            notes.violation(example, violation)
        facts.append(facts_of(line, example, tokens.total))
