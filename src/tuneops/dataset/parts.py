"""What one byte range of a file tells: its examples in numbers, and what is wrong with its lines.

A range starts where a line starts. Its result depends on nothing but its bytes, so that ranges
can be read in any process and in any size with the same outcome.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset import families, rowtable
from tuneops.dataset.cache import Cache
from tuneops.dataset.examples import Document, Format, format_of
from tuneops.dataset.exceptions import NO_EXCEPTIONS, Exceptions
from tuneops.dataset.findings import AS_WRITTEN, Fault, Findings, Ruling
from tuneops.dataset.jsontext import JsonFault, parse
from tuneops.dataset.proven import UNPROVEN, proven
from tuneops.dataset.reading import (
    BOM,
    MAX_LINE_BYTES,
    Identity,
    decode,
    open_same,
    read_lines,
    size_of,
)
from tuneops.dataset.rows import Rows
from tuneops.dataset.rowtable import CLEAN, Table
from tuneops.dataset.rules import limits
from tuneops.dataset.rules.policy import FREE, Policy
from tuneops.dataset.speech import Speech
from tuneops.dataset.tokens import ExampleTokens
from tuneops.limits import MAX_EXAMPLE_TOKENS

RANGE_BYTES = 2 * 10**6
_FEW_BYTES = RANGE_BYTES // 32  # new lines of no more, beside known ones, wait for others


@dataclass(frozen=True, slots=True)
class Settings:
    """What is looked for on a line, apart from what the line holds."""

    shown_per_rule: int
    ruling: Ruling = AS_WRITTEN
    max_example_tokens: int = MAX_EXAMPLE_TOKENS
    counts: bool = True
    compares: bool = True
    scans: bool = True
    policy: Policy = FREE
    exceptions: Exceptions = NO_EXCEPTIONS


@dataclass(frozen=True, slots=True)
class Range:
    path: Path
    start: int
    end: int
    identity: Identity
    format: Format


@dataclass(slots=True)
class Blank:
    """Blank lines: the first of them, and how many there are."""

    first: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, shown: int) -> None:
        self.count += 1
        if len(self.first) < shown:
            self.first.append(line)

    def extend(self, other: "Blank", before: int, shown: int) -> None:
        self.count += other.count
        self.first = [*self.first, *(line + before for line in other.first)][:shown]


@dataclass(slots=True)
class Part:
    """A range's result. Lines count from one at its start.

    ``runs`` are stretches of lines that only a reader of the whole file can judge, as rows of
    (first line, its offset, last line). ``late`` are proven lines with their numbers, too few
    to be judged alone; their rows hold only where they are. ``first_of_end`` is the first line
    with each line end.
    """

    lines: int = 0
    table: Table = field(default_factory=rowtable.empty)
    findings: Findings = field(default_factory=Findings)
    runs: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 3), np.int64))
    late: list[tuple[int, bytes]] = field(default_factory=list)
    blank: Blank = field(default_factory=Blank)
    trailing_blank: Blank = field(default_factory=Blank)
    has_text: bool = False
    has_mark: bool = False
    first_of_end: dict[bytes, int] = field(default_factory=dict)


def read_part(where: Range, settings: Settings, cache: Cache) -> Part:
    """Read a range and judge its lines.

    Raises:
        ConfigError: The file is not what it was when the check began.
    """
    part = Part(findings=Findings(settings.shown_per_rule, settings.ruling))
    reader = _PartReader(part, where, settings, cache)
    with open_same(where.path, where.identity) as stream:
        stream.seek(where.start)
        if where.end - where.start > RANGE_BYTES + MAX_LINE_BYTES:
            reader.survey(stream, where.end)
        else:
            reader.read(stream.read(where.end - where.start))
    return part


class Judge:
    """Looks at examples, notes what is wrong, and remembers which lines are clean."""

    def __init__(self, settings: Settings, findings: Findings) -> None:
        self._settings = settings
        self._findings = findings
        self._faulty: set[int] = set()  # lines

    def add(self, rows: Rows, document: Document, raw: bytes) -> None:
        """Add an example that is not proven."""
        for fault in families.examine_shape(rows.add(document, raw)):
            self._note(document, fault)

    def table(self, rows: Rows, digests: rowtable.Digests) -> Table:
        """The rows in numbers, after a look at what they say."""
        if not rows:
            return rowtable.empty()
        settings = self._settings
        speech = Speech(rows) if settings.counts or settings.scans else None
        if speech and settings.scans:
            faults = families.examine_rows(speech, settings.policy)
            for position, fault in sorted(faults, key=lambda one: one[0]):
                self._note(rows.example(position).document, fault)
        table, before = rowtable.table_of(rows, digests, speech, compares=settings.compares)
        limit = settings.max_example_tokens
        for position in np.flatnonzero((table["tokens"] > limit) | (before > limit)).tolist():
            tokens = ExampleTokens(int(table["tokens"][position]), int(before[position]))
            for fault in limits.examine_tokens(tokens, limit):
                self._note(rows.example(position).document, fault)
        clean = ~np.isin(table["line"], list(self._faulty))
        table["flags"] |= (clean * CLEAN).astype(np.uint8)
        return table

    def _note(self, document: Document, fault: Fault) -> None:
        self._faulty.add(document.line)
        self._findings.add(
            fault.rule,
            fault.message,
            file=document.file,
            line=document.line,
            column=partial(_column, document, fault),
            hint=fault.hint,
            accepted=self._settings.exceptions.reason(document.text, fault.rule),
        )


def _column(document: Document, fault: Fault) -> int:
    return 0 if fault.path is None else document.column(fault.path, at_key=fault.at_key)


def survey_part(stream: BinaryIO, shown_per_rule: int) -> Part:
    """All of a file as one part that leaves every line to the reader of the whole file."""
    part = Part()
    where = Range(Path(), 0, size_of(stream), (0, 0, 0, 0), Format.SFT)
    _PartReader(part, where, Settings(shown_per_rule), Cache()).survey(stream, where.end)
    return part


class _PartReader:
    def __init__(self, part: Part, where: Range, settings: Settings, cache: Cache) -> None:
        self._part = part
        self._where = where
        self._settings = settings
        self._cache = cache
        self._runs: list[list[int]] = []
        self._judge = Judge(settings, part.findings)

    def survey(self, stream: BinaryIO, end: int) -> None:
        """Leave all lines to the reader of the whole file, never holding more than one."""
        for line in read_lines(stream, end):
            self._end(line.number, line.end)
            self._part.has_mark |= self._where.start + line.offset == 0 and line.raw[:3] == BOM
            if line.raw.strip():
                self._text()
                self._leave(line.number, self._where.start + line.offset)
            else:
                self._blank(line.number)
            self._part.lines = line.number
        self._part.runs = np.array(self._runs, np.int64).reshape(-1, 3)

    def read(self, data: bytes) -> None:
        start = self._where.start
        if start == 0 and data.startswith(BOM):
            self._part.has_mark = True
            data, start = data.removeprefix(BOM), len(BOM)
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        self._part.lines = len(lines)
        self._ends(data, lines)
        offsets = start + np.cumsum([0, *map(len, lines)]) + np.arange(len(lines) + 1)
        if b"\r" in data:
            lines = [line.removesuffix(b"\r") for line in lines]
        digests = rowtable.line_digests(lines, self._cache.seed)
        new = np.flatnonzero(self._recall(digests, offsets) < 0)
        rows = self._rows([lines[at] for at in new.tolist()], new + 1, offsets[new])
        table = self._judge.table(rows, digests[np.array(rows.lines, np.int64) - 1])
        tables = (self._part.table, table, self._late(digests, offsets))
        self._part.table = rowtable.by_line([one for one in tables if len(one)])
        self._part.runs = np.array(self._runs, np.int64).reshape(-1, 3)

    def _late(self, digests: rowtable.Digests, offsets: NDArray[np.int64]) -> Table:
        """Rows that tell where the lines are that are judged later."""
        at = np.array([line - 1 for line, _ in self._part.late], np.int64)
        table = np.zeros(len(at), rowtable.ROW)
        table["line"], table["offset"] = at + 1, offsets[at]
        table["low"], table["high"] = digests[at].T
        return table

    def _recall(self, digests: rowtable.Digests, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take the rows of lines that are known; where each line is in the cache, or -1."""
        if not len(self._cache.rows):
            return np.full(len(digests), -1)
        found = self._cache.find(digests[:, 0], digests[:, 1])
        hits = np.flatnonzero(found >= 0)
        table = self._cache.rows.take(found[hits])
        table["line"], table["offset"] = hits + 1, offsets[hits]
        self._part.table = table
        return found

    def _rows(
        self, lines: list[bytes], numbers: NDArray[np.int64], offsets: NDArray[np.int64]
    ) -> Rows:
        """The examples among the lines; the rest is noted, or left to the file's reader."""
        rows = Rows(str(self._where.path), self._where.format)
        chats = self._where.format is Format.SFT
        proofs = proven(lines) if chats else [UNPROVEN for _ in lines]
        places = zip(numbers.tolist(), offsets.tolist(), strict=True)
        few = len(self._part.table) and sum(map(len, lines)) <= _FEW_BYTES
        blank = []
        for raw, chat, (number, offset) in zip(lines, proofs, places, strict=True):
            if chat.messages and few:
                self._part.late.append((number, raw))
            elif chat.messages:
                rows.take(raw, number, offset, chat)
            elif raw.strip():
                self._other(rows, raw, number, offset)
            else:
                blank.append(number)
        self._blanks(blank)
        return rows

    def _blanks(self, blank: list[int]) -> None:
        """Note blank lines, those after the last line with text apart."""
        last = self._part.lines
        for number in reversed(blank):
            last -= number == last
        for number in blank:
            one = self._part.blank if number < last else self._part.trailing_blank
            one.add(number, self._settings.shown_per_rule)
        self._part.has_text = last > 0

    def _other(self, rows: Rows, raw: bytes, line: int, offset: int) -> None:
        """A line that is not proven: an example of any shape, or left to the file's reader."""
        document = self._document(raw, line, offset)
        if document is None or format_of(document.value) is None:
            self._leave(line, offset)
            return
        self._judge.add(rows, document, raw)

    def _document(self, raw: bytes, line: int, offset: int) -> Document | None:
        try:
            text = decode(raw)
            return Document(str(self._where.path), line, offset, text, parse(text))
        except (UnicodeDecodeError, JsonFault):
            return None

    def _ends(self, data: bytes, lines: list[bytes]) -> None:
        ended = len(lines) - (not data.endswith(b"\n"))
        pairs = data.count(b"\r\n") if b"\r" in data else 0
        if pairs == 0 and ended:
            self._part.first_of_end[b"\n"] = 1
        elif pairs == ended and ended:
            self._part.first_of_end[b"\r\n"] = 1
        else:
            for number, line in enumerate(lines[:ended], 1):
                self._end(number, b"\r\n" if line.endswith(b"\r") else b"\n")

    def _end(self, number: int, end: bytes) -> None:
        if end:
            self._part.first_of_end.setdefault(end, number)

    def _text(self) -> None:
        self._part.has_text = True
        if self._part.trailing_blank.count:
            shown = self._settings.shown_per_rule
            self._part.blank.extend(self._part.trailing_blank, 0, shown)
            self._part.trailing_blank = Blank()

    def _blank(self, line: int) -> None:
        self._part.trailing_blank.add(line, self._settings.shown_per_rule)

    def _leave(self, line: int, offset: int) -> None:
        if self._runs and self._runs[-1][2] == line - 1:
            self._runs[-1][2] = line
        else:
            self._runs.append([line, offset, line])
