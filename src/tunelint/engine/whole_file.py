"""One data file from its first byte to its last."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from tunelint.engine.lines import LineReader
from tunelint.engine.notes import Notes
from tunelint.engine.worker import Range, RangeResult
from tunelint.example import Example, Format, detect_format, fits
from tunelint.foreign.encodings import detect_encoding
from tunelint.foreign.recognise import OF_ENCODINGS, recognise
from tunelint.json_text import parse
from tunelint.limits import MAX_FILE_BYTES, MAX_LINE_BYTES
from tunelint.row_facts import RowFacts
from tunelint.rules import encoding
from tunelint.rules.limits import FILE_TOO_BIG
from tunelint.rules.schema import OTHER_METHOD
from tunelint.source import (
    BOM,
    HEAD_BYTES,
    Identity,
    check_same,
    open_regular,
    read_lines,
    size_of,
)

RANGE_BYTES = 10**6
DETECTED_ROWS = 100  # of which the format is that of most
DETECTED_BYTES = 4 * 10**6

ReadRanges = Callable[[Iterable[Range]], Iterator[RangeResult]]


@dataclass(slots=True)
class File:
    """A file that has been read; `rows` are in the order of lines. The stream stays open."""

    path: Path
    stream: BinaryIO
    identity: Identity
    format: Format = Format.SFT
    rows: list[RowFacts] = field(default_factory=list)

    def row(self, number: int, /) -> Example:
        """A row again, by its number.

        Raises:
            InputError: The file has changed.
        """
        facts = self.rows[number]
        check_same(self.stream, self.path, self.identity)
        self.stream.seek(facts.offset)
        raw = self.stream.read(facts.length).removeprefix(BOM)
        return Example(parse(raw), self.format, facts.line, raw)


def read_file(file: File, kind: Format | None, notes: Notes, read_ranges: ReadRanges) -> None:
    """Read a file of training rows.

    Args:
        file: What is read goes there.
        kind: The format that the file must have, or None to detect it.
        notes: What is wrong goes there.
        read_ranges: Reads ranges of lines, in their order.

    Raises:
        InputError: It changes meanwhile.
    """
    if _is_too_big(file.stream, notes):
        return
    first = list(_first_values(file.stream))
    if not _is_ours(file.path, file.stream, first, notes):
        return
    file.format = kind or detect_format(first)
    if not _is_of_another_method(file.format, first, notes):
        _read(file, notes, read_ranges)


def read_documents(path: Path, notes: Notes) -> Iterator[Example]:
    """The JSON values of a file's lines, of whatever shape.

    Raises:
        InputError: As read_file.
    """
    with open_regular(path) as stream:
        if not _is_too_big(stream, notes) and _is_ours(path, stream, [], notes):
            reader = LineReader(read_lines(stream), Format.SFT, notes.add)
            yield from (example for _, example in reader.rows())


def _is_too_big(stream: BinaryIO, notes: Notes) -> bool:
    size = size_of(stream)
    if size > MAX_FILE_BYTES:
        notes.add(FILE_TOO_BIG, f"The file has {size:,} bytes; the limit is {MAX_FILE_BYTES:,}.")
    return size > MAX_FILE_BYTES


def _is_ours(path: Path, stream: BinaryIO, first: Sequence[object], notes: Notes) -> bool:
    """Whether it has no other format, which is named where it has."""
    stream.seek(0)
    if foreign := recognise(stream.read(HEAD_BYTES), first):
        notes.add(foreign.rule, foreign.message, hint=foreign.hint(path))
        return False
    return True


def _is_of_another_method(wanted: Format, first: Sequence[object], notes: Notes) -> bool:
    """Whether no row is of the wanted format, and some are of another."""
    found = detect_format(first)
    if found is wanted or any(fits(value, wanted) for value in first):
        return False
    if not any(fits(value, found) for value in first):
        return False
    notes.add(OTHER_METHOD, f"The file holds {found.rows}; {wanted.rows} are wanted.")
    return True


def _first_values(stream: BinaryIO) -> Iterator[object]:
    stream.seek(0)
    for line in read_lines(stream, 0, DETECTED_BYTES):
        if line.number > DETECTED_ROWS:
            return
        try:
            yield msgspec.json.decode(line.raw.removeprefix(BOM))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue


def _read(file: File, notes: Notes, read_ranges: ReadRanges) -> None:
    lines, errors = 0, len(notes.findings.listed)
    line_ends = dict[bytes, int]()
    for result in read_ranges(_ranges(file, file.stream)):
        file.rows += [facts._replace(line=facts.line + lines) for facts in result.rows]
        notes.take(result.findings, lines)
        for end, line in result.line_ends.items():
            line_ends.setdefault(end, line + lines)
        lines += result.lines
    _name_encoding(file.path, file.stream, notes)
    if not file.rows and len(notes.findings.listed) == errors:
        notes.add(encoding.EMPTY_FILE, "The file holds no example.")
    _look_at_layout(file.stream, notes, line_ends, lines)


def _name_encoding(path: Path, stream: BinaryIO, notes: Notes) -> None:
    """Where the whole file is in another encoding, say so once and not for each line."""
    if notes.findings.number_of(encoding.NOT_UTF8) < 2:  # noqa: PLR2004 - each line has its own
        return
    foreign = OF_ENCODINGS.get(detect_encoding(stream))
    if foreign is not None:
        notes.findings.drop(foreign.rule)
        notes.add(foreign.rule, foreign.message, hint=foreign.hint(path))


def _look_at_layout(
    stream: BinaryIO, notes: Notes, line_ends: dict[bytes, int], lines: int
) -> None:
    stream.seek(0)
    if stream.read(len(BOM)) == BOM:
        notes.add(encoding.BYTE_ORDER_MARK, "The file starts with a byte-order mark.", 1)
    if len(line_ends) > 1:
        line = max(line_ends.values())
        notes.add(encoding.MIXED_LINE_ENDS, "From here on line ends are mixed.", line)
    if size := size_of(stream):
        stream.seek(size - 1)
        if stream.read(1) != b"\n":
            notes.add(encoding.NO_FINAL_NEWLINE, "The last line has no line end.", lines)


def _ranges(file: File, stream: BinaryIO) -> Iterator[Range]:
    """Whole lines of about RANGE_BYTES; blank lines belong to the range before them."""
    size, start = size_of(stream), 0
    while start < size:
        stream.seek(min(start + RANGE_BYTES, size))
        while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
            pass
        end = stream.tell()
        while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.strip():
            end = stream.tell()
        yield Range(file.path, start, end, file.identity, file.format)
        start = end
