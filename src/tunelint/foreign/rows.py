"""The rows of a file in whatever layout, one after the other; a row and a cell are bounded."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from tunelint import json_text
from tunelint.errors import InputError
from tunelint.foreign.conversation import LeftOutError
from tunelint.foreign.layouts import Layout, delimiter_of, layout_of
from tunelint.foreign.packing import Source
from tunelint.limits import MAX_LINE_BYTES
from tunelint.source import HEAD_BYTES

Value = object  # what JSON can say, or a LeftOutError
_BYTES = 1 << 18
_OUTSIDE = re.compile(r'["\[\]{}]')
_IN_STRING = re.compile(r'["\\]')
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_FENCES = ("```", "~~~")
_LEVELS = {Layout.SPREAD: 0, Layout.ARRAY: 1, Layout.WRAPPER: 2}
_TOO_LONG = "it is longer than any example may be"


def rows_of(source: Source, encoding: str) -> Iterator[tuple[int, Value]]:
    """Each row with its number: the line where there are lines, else a count; both from one.

    Raises:
        InputError: Nothing in the text is known, or it is in another encoding.
    """
    return _rows(_text(source, encoding))


def _rows(chunks: Iterator[str]) -> Iterator[tuple[int, Value]]:
    head, chunks = _peeked(chunks)
    layout = layout_of(head)
    if layout is Layout.LINES:
        return _from_lines(_lines(chunks))
    if layout is Layout.FENCE:
        return _rows(_unfenced(_lines(chunks)))
    if layout is Layout.TABLE:
        return _from_table(_lines(chunks), delimiter_of(head) or ",")
    if layout is None:
        raise InputError(
            "Neither rows of JSON nor a table with a header is in the file.",
            remedy="Export the data as JSON Lines or CSV.",
        )
    return enumerate(_Splitter(_LEVELS[layout]).values(chunks), 1)


def _peeked(chunks: Iterator[str]) -> tuple[str, Iterator[str]]:
    """The start of a text, and all of it again."""
    read: list[str] = []
    while sum(map(len, read)) < HEAD_BYTES and (chunk := next(chunks, "")):
        read.append(chunk)
    return "".join(read)[:HEAD_BYTES], chain(read, chunks)


def _text(source: Source, encoding: str) -> Iterator[str]:
    """The text in pieces, with line feeds as line ends; bytes that are not UTF-8 as surrogates."""
    utf8 = encoding == "utf-8"
    codec = codecs.getincrementaldecoder("utf-8-sig" if utf8 else encoding)
    decoder = io.IncrementalNewlineDecoder(
        codec("surrogateescape" if utf8 else "strict"), translate=True
    )
    try:
        while data := source.read(_BYTES):
            if text := decoder.decode(data):
                yield text
        if text := decoder.decode(b"", final=True):
            yield text
    except UnicodeError as error:
        raise InputError(
            f"The file is not all {encoding}: {error}.", remedy="Name its encoding with --encoding."
        ) from error


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Lines with their ends; of one that is too long enough is kept to show that it is."""
    pieces: list[str] = []
    length = 0
    for chunk in chunks:
        *ended, rest = chunk.split("\n")
        for piece in ended:
            yield "".join((*pieces, piece, "\n"))
            pieces, length = [], 0
        if length <= MAX_LINE_BYTES:
            pieces.append(rest)
            length += len(rest)
    if length:
        yield "".join(pieces)


def _from_lines(lines: Iterable[str]) -> Iterator[tuple[int, Value]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _parsed(line)


def _parsed(text: str) -> Value:
    if len(text) > MAX_LINE_BYTES:
        return LeftOutError(_TOO_LONG)
    if _NOT_UTF8.search(text):
        return LeftOutError("it is not UTF-8")
    try:
        return json_text.parse(text.encode())
    except json_text.JsonProblem as problem:
        return LeftOutError(f"it is no JSON ({problem.kind.value})")


def _unfenced(lines: Iterable[str]) -> Iterator[str]:
    """What stands between fences, and rows outside; of all other lines only the end."""
    inside = False
    for line in lines:
        start = line.lstrip()
        fence = start.startswith(_FENCES)
        inside ^= fence
        yield line if not fence and (inside or start.startswith("{")) else "\n"


def _from_table(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, Value]]:
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if any(cells):
                yield reader.line_num, _record(names, cells)
    except csv.Error as error:
        raise InputError(
            f"The table ends in the row before line {reader.line_num}: {error}.",
            remedy="Close the quotation mark of the cell that starts there.",
        ) from error


def _record(names: list[str], cells: list[str]) -> Value:
    if len(cells) != len(names):
        return LeftOutError(f"it has not {len(names)} cells, as the header has")
    if any(_NOT_UTF8.search(cell) for cell in cells):
        return LeftOutError("it is not UTF-8")
    return {name: cell for name, cell in zip(names, cells, strict=True) if name}


class _Splitter:
    """Cuts JSON text into the objects and lists that stand at a level of brackets.

    At the second level it takes what is in lists only, and of several lists the first with any.
    """

    def __init__(self, level: int) -> None:
        self._level = level
        self._depth = 0
        self._in_string = False
        self._skip = 0  # characters of the next chunk that an escape takes with it
        self._pieces: list[str] | None = None  # of the value that is open
        self._length = 0
        self._in_list = level < 2  # noqa: PLR2004 - the second level
        self._lists_used = 0
        self._used = False

    def values(self, chunks: Iterable[str]) -> Iterator[Value]:
        for chunk in chunks:
            yield from self._feed(chunk)
        if self._pieces is not None:
            yield LeftOutError("the file ends inside it")

    def _feed(self, chunk: str) -> Iterator[Value]:
        at, start = self._skip, 0
        while found := (_IN_STRING if self._in_string else _OUTSIDE).search(chunk, at):
            at = found.end()
            mark = found[0]
            if mark == "\\":
                at += 1
            elif mark == '"':
                self._in_string = not self._in_string
            elif mark in "[{":
                if self._opens_value(mark):
                    start = found.start()
                self._depth += 1
            elif self._closes_value():
                self._keep(chunk[start:at])
                yield self._value()
        self._skip = max(0, at - len(chunk))
        self._keep(chunk[start:])

    def _opens_value(self, mark: str) -> bool:
        if self._depth == 1 and self._level > 1:
            self._in_list, self._used = mark == "[", False
        if self._depth != self._level or not self._in_list:
            return False
        if not self._used:
            self._used = True
            self._lists_used += 1
        self._pieces, self._length = [], 0
        return True

    def _closes_value(self) -> bool:
        self._depth = max(0, self._depth - 1)
        return self._depth == self._level and self._pieces is not None

    def _keep(self, text: str) -> None:
        if self._pieces is None:
            return
        self._length += len(text)
        if self._length <= MAX_LINE_BYTES:
            self._pieces.append(text)

    def _value(self) -> Value:
        pieces, self._pieces = self._pieces or [], None
        if self._level > 1 and self._lists_used > 1:
            return LeftOutError("it is in a second list of the file")
        return (
            LeftOutError(_TOO_LONG) if self._length > MAX_LINE_BYTES else _parsed("".join(pieces))
        )
