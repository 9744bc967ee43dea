"""The rows of a file in whatever layout, one after the other; a row and a cell are bounded."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import IO, TextIO

from tunelint import json_text
from tunelint.errors import InputError
from tunelint.foreign.conversation import LeftOutError
from tunelint.foreign.layouts import Layout, delimiter_of, layout_of
from tunelint.limits import MAX_LINE_BYTES
from tunelint.source import HEAD_BYTES

Value = object  # what JSON can say, or a LeftOutError
_CHARACTERS = 1 << 18  # that are read at a time
_BETWEEN = re.compile(r"[^\s,:]")  # what is not between values
_DECODER = json.JSONDecoder(strict=False)
_LONGEST = 4  # times the limit of a line; longer values are not looked for an end
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_FENCES = ("```", "~~~")
_TOO_LONG = "it is longer than any example may be"


def rows_of(source: IO[bytes], encoding: str) -> Iterator[tuple[int, Value]]:
    """Each row with its number: the line where there are lines, else a count; both from one.

    Raises:
        InputError: Nothing in the text is known, or it is in another encoding.
    """
    utf8 = encoding == "utf-8"
    text = io.TextIOWrapper(
        source, "utf-8-sig" if utf8 else encoding, "surrogateescape" if utf8 else "strict"
    )
    try:
        head = text.read(HEAD_BYTES)
        text.seek(0)
        yield from _rows(text, head)
    except UnicodeError as error:
        raise InputError(
            f"The file is not all {encoding}: {error}.", remedy="Name its encoding with --encoding."
        ) from error
    finally:
        text.detach()


def _rows(text: TextIO, head: str) -> Iterator[tuple[int, Value]]:
    layout, pieces = layout_of(head), iter(lambda: text.read(_CHARACTERS), "")
    if layout is Layout.FENCE:
        head = "".join(_unfenced(head.splitlines(keepends=True)))
        layout, pieces = layout_of(head), _unfenced(_lines(text))
    elif layout in (Layout.LINES, Layout.TABLE):
        pieces = _lines(text)
    if layout is None:
        raise InputError(
            "Neither rows of JSON nor a table with a header is in the file.",
            remedy="Export the data as JSON Lines or CSV.",
        )
    if layout is Layout.LINES:
        return _from_lines(pieces)
    if layout is Layout.TABLE:
        return _from_table(pieces, delimiter_of(head) or ",")
    return enumerate(_Values(pieces).rows(layout), 1)


def _lines(text: TextIO) -> Iterator[str]:
    """Lines with their ends; of one that is too long enough to show that it is."""
    while line := text.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith("\n"):
            line = text.readline(MAX_LINE_BYTES + 1)


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


class _Values:
    """JSON values one after the other, in a text that is read as far as they need it."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._text = ""
        self._at = 0

    def rows(self, layout: Layout) -> Iterator[Value]:
        """The rows; behind one that is no JSON no other can be told."""
        read = {Layout.ARRAY: self._listed, Layout.WRAPPER: self._wrapped}.get(layout, self._spread)
        try:
            yield from read()
        except (ValueError, RecursionError):
            yield LeftOutError("it is no JSON; neither it nor what follows can be read")

    def _spread(self) -> Iterator[Value]:
        while self._next():
            yield _parsed(self._take())

    def _listed(self) -> Iterator[Value]:
        self._next()
        self._at += 1
        while self._next() != "]":
            yield _parsed(self._take())
        self._at += 1

    def _wrapped(self) -> Iterator[Value]:
        """The rows of the first list that has any; those of another are left out."""
        used = False
        self._next()
        self._at += 1
        while self._next() != "}":
            self._take()
            if self._next() != "[":
                self._take()
                continue
            found = False
            for row in self._listed():
                if isinstance(row, dict | list | LeftOutError):
                    found = True
                    yield LeftOutError("it is in a second list of the file") if used else row
            used |= found

    def _next(self) -> str:
        """The next character that begins or ends something; none at the end."""
        while True:
            rest = _BETWEEN.search(self._text, self._at)
            if rest:
                self._at = rest.start()
                return rest[0]
            self._text, self._at = "", 0
            if not self._read():
                return ""

    def _take(self) -> str:
        """The text of the value that stands here; as much again is read while it has no end."""
        while True:
            try:
                _, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                length = len(self._text) - self._at
                if length > _LONGEST * MAX_LINE_BYTES or not self._read(length):
                    raise
            else:
                if end < len(self._text) or not self._read():
                    found = self._text[self._at : end]
                    self._at = end
                    return found

    def _read(self, least: int = 1) -> bool:
        """Read at least so many characters more; False at the end."""
        read = []
        while least > 0 and (chunk := next(self._chunks, "")):
            read.append(chunk)
            least -= len(chunk)
        if read:
            self._text, self._at = self._text[self._at :] + "".join(read), 0
        return bool(read)
