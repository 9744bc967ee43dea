"""One data file from its first byte to its last: ranges in any process, then the rest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset import jsontext
from tuneops.dataset.documents import RunReader
from tuneops.dataset.examples import DETECTED_ON, Document, Format, detect_format
from tuneops.dataset.findings import Findings, Rule
from tuneops.dataset.parts import (
    RANGE_BYTES,
    Blank,
    Judge,
    Part,
    Range,
    Settings,
    survey_part,
)
from tuneops.dataset.proven import UNPROVEN, proven
from tuneops.dataset.reading import (
    BOM,
    HEAD_BYTES,
    MAX_LINE_BYTES,
    Identity,
    decode,
    identity_of,
    open_regular,
    open_same,
    size_of,
    wrong_kind,
)
from tuneops.dataset.rows import Rows
from tuneops.dataset.rowtable import BYTES, Table, empty, line_digests
from tuneops.dataset.rules import encoding
from tuneops.dataset.rules.limits import FILE_TOO_BIG
from tuneops.limits import MAX_TRAINING_FILE_BYTES

_BATCH_EXAMPLES = 512
_BATCH_CHARACTERS = 2 * 10**6
_NO_RUNS = np.empty((0, 3), np.int64)

ReadParts = Callable[[Iterable[Range]], Iterator[Part]]


@dataclass(slots=True)
class File:
    """A file that has been read; its rows are in the order of lines."""

    path: Path
    identity: Identity = (0, 0, 0, 0)
    format: Format = Format.SFT
    table: Table = field(default_factory=empty)

    def read(self, positions: NDArray[np.int64], rows: Rows | None = None) -> Rows:
        """The examples of some rows again, after those that are given.

        Raises:
            ConfigError: The file has changed.
        """
        rows = Rows(str(self.path), self.format) if rows is None else rows
        wanted = self.table[positions]
        with open_same(self.path, self.identity) as stream:
            raws = [_bytes_of(stream, row) for row in wanted]
        proofs = proven(raws) if self.format is Format.SFT else [UNPROVEN for _ in raws]
        for row, raw, chat in zip(wanted, raws, proofs, strict=True):
            line, offset = int(row["line"]), int(row["offset"])
            if chat.messages:
                rows.take(raw, line, offset, chat)
            else:
                rows.add(_document(rows.file, line, offset, raw), raw)
        return rows


def _bytes_of(stream: BinaryIO, row: np.void) -> bytes:
    stream.seek(int(row["offset"]))
    return stream.read(int(row["length"]))


def _document(file: str, line: int, offset: int, raw: bytes) -> Document:
    try:
        text = decode(raw)
        return Document(file, line, offset, text, jsontext.parse(text))
    except (UnicodeDecodeError, jsontext.JsonFault):
        return Document(file, line, offset, "", None, exact=False)


class Reading:
    """Reads a file: `file` has its rows, and the findings have what is wrong line by line."""

    def __init__(
        self, path: Path, findings: Findings, settings: Settings, kind: Format | None = None
    ) -> None:
        self.file = File(path)
        self._findings = findings
        self._settings = settings
        self._kind = kind
        self._line_findings = Findings(settings.shown_per_rule, settings.ruling)
        self._late_findings = Findings(settings.shown_per_rule, settings.ruling)
        self._run_findings = Findings(settings.shown_per_rule, settings.ruling)
        self._lines = 0
        self._tables: list[Table] = []
        self._runs: list[NDArray[np.int64]] = []
        self._late: list[tuple[int, bytes]] = []
        self._blank = Blank()
        self._trailing = Blank()
        self._first_of_end: dict[bytes, int] = {}

    def examples(self, read_parts: ReadParts) -> File:
        """Read a file of examples, in ranges.

        Raises:
            ConfigError: It is no regular file inside the tree, or changes meanwhile.
        """
        for stream in self._opened():
            self.file.format = self._kind or _detected(stream)
            for part in read_parts(self._ranges(stream)):
                self._take(part)
            judge = Judge(self._settings, self._run_findings)
            self._judge_documents(judge, stream)
            self._judge_late()
        return self.file

    def documents(self) -> Iterator[Document]:
        """Read a file of any JSON documents, one after the other.

        Raises:
            ConfigError: As examples.
        """
        for stream in self._opened():
            self._take(survey_part(stream, self._settings.shown_per_rule))
            yield from self._rest(stream)

    def _opened(self) -> Iterator[BinaryIO]:
        """The stream, unless the whole file is of another kind; at the end, what holds for all."""
        path = self.file.path
        with open_regular(path) as stream:
            self.file.identity = identity_of(stream)
            if self._is_readable(stream):
                yield stream
                self._finish(stream)

    def _is_readable(self, stream: BinaryIO) -> bool:
        size = size_of(stream)
        if size > MAX_TRAINING_FILE_BYTES:
            text = f"The file has {size:,} bytes; the limit is {MAX_TRAINING_FILE_BYTES:,}."
            self._findings.add(FILE_TOO_BIG, text, file=str(self.file.path))
            return False
        if kind := wrong_kind(stream.read(HEAD_BYTES)):
            self._findings.add(
                kind.rule,
                kind.message,
                file=str(self.file.path),
                line=kind.line,
                column=kind.column,
            )
            return False
        stream.seek(0)
        return True

    def _ranges(self, stream: BinaryIO) -> Iterator[Range]:
        file, size, start = self.file, size_of(stream), 0
        while start < size:
            stream.seek(min(start + RANGE_BYTES, size))
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            end = stream.tell()
            yield Range(file.path, start, end, file.identity, file.format)
            start = end

    def _take(self, part: Part) -> None:
        """Put a range's result after those before it."""
        before = self._lines
        self._lines += part.lines
        part.table["line"] += np.uint32(before)
        part.runs += np.array([before, 0, before])
        self._tables.append(part.table)
        self._runs.append(part.runs)
        self._late += [(line + before, raw) for line, raw in part.late]
        self._line_findings.take(part.findings, before)
        self._take_layout(part, before)

    def _take_layout(self, part: Part, before: int) -> None:
        shown = self._settings.shown_per_rule
        if part.has_mark:
            text = "The file starts with a byte-order mark."
            self._note(encoding.BYTE_ORDER_MARK, text, 1)
        if part.has_text:
            self._blank.extend(self._trailing, 0, shown)
            self._trailing = Blank()
        self._blank.extend(part.blank, before, shown)
        self._trailing.extend(part.trailing_blank, before, shown)
        for end, line in part.first_of_end.items():
            self._first_of_end.setdefault(end, line + before)

    def _rest(self, stream: BinaryIO) -> Iterator[Document]:
        runs = np.concatenate([_NO_RUNS, *self._runs])
        reader = RunReader(self.file.path, stream, runs, self._run_findings)
        found = False
        for document in reader.documents():
            found = True
            yield document
        if not (found or reader.broken or any(len(table) for table in self._tables)):
            self._note(encoding.EMPTY_FILE, "The file holds no example.", 0)

    def _judge_documents(self, judge: Judge, stream: BinaryIO) -> None:
        extra = False
        for batch in _batches(self._rest(stream)):
            rows = Rows(str(self.file.path), self.file.format)
            for document in batch:
                judge.add(rows, document, document.text.encode() if document.exact else b"")
            self._tables.append(judge.table(rows, line_digests(rows.raws)))
            extra = True
        self.file.table = _joined(self._tables)
        if extra:
            order = np.argsort(self.file.table["line"], kind="stable")
            self.file.table = self.file.table.take(order)

    def _judge_late(self) -> None:
        """Fill the rows of lines that were too few to be judged with their ranges."""
        judge, table = Judge(self._settings, self._late_findings), self.file.table
        for start in range(0, len(self._late), _BATCH_EXAMPLES):
            lines, raws = zip(*self._late[start : start + _BATCH_EXAMPLES], strict=True)
            at = np.searchsorted(table["line"], lines)
            rows = Rows(str(self.file.path), self.file.format)
            for raw, chat, row in zip(raws, proven(raws), table[at], strict=True):
                rows.take(raw, int(row["line"]), int(row["offset"]), chat)
            table[at] = judge.table(rows, np.stack([table["low"][at], table["high"][at]], 1))

    def _finish(self, stream: BinaryIO) -> None:
        for found in (self._line_findings, self._late_findings, self._run_findings):
            self._findings.join(found)
        blank = self._blank
        for line in blank.first:
            self._note(encoding.BLANK_LINE, "The line is empty.", line)
        self._findings.count(
            encoding.BLANK_LINE, str(self.file.path), blank.count - len(blank.first)
        )
        if len(self._first_of_end) > 1:
            line = max(self._first_of_end.values())
            self._note(encoding.MIXED_LINE_ENDS, "From here on line ends are mixed.", line)
        if size := size_of(stream):
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                text = "The last line has no line end."
                self._note(encoding.NO_FINAL_NEWLINE, text, self._lines)

    def _note(self, broken: Rule, message: str, line: int) -> None:
        self._findings.add(broken, message, file=str(self.file.path), line=line)


def _detected(stream: BinaryIO) -> Format:
    """The format that the first lines speak of."""
    head = stream.read(HEAD_BYTES).removeprefix(BOM)
    stream.seek(0)
    values = []
    for raw in head.split(b"\n")[:DETECTED_ON]:
        try:
            values.append(jsontext.parse(decode(raw)))
        except (UnicodeDecodeError, jsontext.JsonFault):
            continue
    return detect_format(values)


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if len(batch) >= _BATCH_EXAMPLES or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _joined(tables: list[Table]) -> Table:
    """One table of all, which frees each of them as it goes."""
    joined = np.empty(sum(map(len, tables)), tables[0].dtype) if tables else empty()
    start = 0
    while tables:
        table = tables.pop(0)
        joined.view(BYTES)[start : start + len(table)] = table.view(BYTES)
        start += len(table)
    return joined
