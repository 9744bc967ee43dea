"""The lines that no range can judge alone: from there to JSON documents, or to findings."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset import jsontext
from tuneops.dataset.examples import Document, format_of
from tuneops.dataset.findings import Findings, Rule, Severity, quote
from tuneops.dataset.jsontext import Balance, JsonFault
from tuneops.dataset.reading import BOM, Line, decode, explain_bytes, read_lines
from tuneops.dataset.rules import encoding, json_syntax

JOINED_LINES = 2_000  # a pretty-printed example is searched for its end this far
JOINED_CHARACTERS = 10**6
FUTILE_JOINS = 20  # so often may the search fail in one file
_CONFLICT = (b"<<<<<<< ", b"||||||| ", b">>>>>>> ")


class RunReader:
    """Reads stretches of a file's lines, and beyond them where an example runs on.

    ``runs`` are rows of (first line, its offset, last line), in order. ``broken`` tells after
    the reading whether a line was an error.
    """

    def __init__(
        self, path: Path, stream: BinaryIO, runs: NDArray[np.int64], findings: Findings
    ) -> None:
        self._file = str(path)
        self._stream = stream
        self._runs = runs
        self._findings = findings
        self._lines: Iterator[Line] = iter(())
        self._shift = (0, 0)
        self._read = 0  # lines, from the start of the file
        self._waiting: list[tuple[Line, str]] = []  # read ahead, the next one last
        self._in_conflict = False
        self._futile_joins = 0
        self.broken = False

    def documents(self) -> Iterator[Document]:
        while (found := self._next_of_runs()) is not None:
            document = self._document(*found)
            if document is not None:
                yield document

    def _next_of_runs(self) -> tuple[Line, str] | None:
        """The next line with text in a run; what was read beyond is not looked at again."""
        while True:
            while self._waiting:
                found = self._waiting.pop()
                if self._in_run(found[0].number):
                    return found
            if not self._go_to_run():
                return None
            following = self._next()
            if following is not None and self._in_run(following[0].number):
                return following

    def _in_run(self, number: int) -> bool:
        at = bisect_left(self._runs[:, 2], number)
        return at < len(self._runs) and self._runs[at, 0] <= number

    def _go_to_run(self) -> bool:
        at = bisect_left(self._runs[:, 2], self._read + 1)
        if at == len(self._runs):
            return False
        first, offset, _ = self._runs[at].tolist()
        if first > self._read + 1 or not self._read:
            self._stream.seek(offset)
            self._shift = (first - 1, offset)
            self._read = first - 1
            self._lines = read_lines(self._stream)
        return True

    def _next(self) -> tuple[Line, str] | None:
        """The next line that has text in it; what else there is becomes a finding."""
        if self._waiting:
            return self._waiting.pop()
        for read in self._lines:
            lines, offset = self._shift
            line = Line(read.number + lines, read.offset + offset, read.raw, read.end)
            self._read = line.number
            raw = self._without_mark(line)
            if raw.strip() and (text := self._text(line, raw)) is not None:
                return line, text
        return None

    def _without_mark(self, line: Line) -> bytes:
        if not line.raw.startswith(BOM):
            return line.raw
        raw = line.raw.removeprefix(BOM)
        if line.offset or raw.startswith(BOM):
            text = "The line starts with a byte-order mark."
            self._add(encoding.BOM_INSIDE, text, line.number, 1)
        while raw.startswith(BOM):
            raw = raw.removeprefix(BOM)
        return raw

    def _text(self, line: Line, raw: bytes) -> str | None:
        if line.too_long:
            self._add(encoding.LINE_TOO_LONG, "The line has more than 10 MB.", line.number)
        elif b"\x00" in raw:
            where = len(raw[: raw.index(b"\x00")].decode("utf-8", "replace")) + 1
            self._add(encoding.NUL_BYTES, "The line holds zero bytes.", line.number, where)
        elif not self._is_marker(line.number, raw):
            return self._decoded(line.number, raw)
        return None

    def _is_marker(self, number: int, raw: bytes) -> bool:
        if raw.lstrip().startswith((b"```", b"~~~")):
            self._add(
                encoding.MARKDOWN_FENCE,
                f"A code fence: {quote(raw.decode('utf-8', 'replace'))}.",
                number,
                1,
            )
            return True
        if not raw.startswith(_CONFLICT) and raw != b"=======":
            return False
        if not self._in_conflict:
            self._add(encoding.MERGE_CONFLICT, "A merge conflict starts here.", number, 1)
        self._in_conflict = not raw.startswith(b">>>>>>> ")
        return True

    def _decoded(self, number: int, raw: bytes) -> str | None:
        try:
            return decode(raw)
        except UnicodeDecodeError as error:
            before = raw[: error.start].decode("utf-8")
            self._add(encoding.NOT_UTF8, explain_bytes(error), number, len(before) + 1)
            return None

    def _document(self, line: Line, text: str) -> Document | None:
        try:
            offset = line.offset + (len(BOM) if line.raw.startswith(BOM) else 0)
            return Document(self._file, line.number, offset, text, jsontext.parse(text))
        except JsonFault as fault:
            if fault.rule is json_syntax.TRUNCATED and (joined := self._joined(line, text)):
                return joined
            self._add(fault.rule, fault.message, line.number, fault.offset + 1)
            return None

    def _joined(self, line: Line, text: str) -> Document | None:
        """The example that starts on this line and ends on a later one."""
        if self._futile_joins >= FUTILE_JOINS:
            return None
        read, joined, broken_string = self._gather(text)
        try:
            value = jsontext.parse(joined)
        except JsonFault:
            self._futile_joins += 1
            self._waiting.extend(reversed(read))
            return None
        last = read[-1][0].number
        if broken_string:
            self._add(
                json_syntax.RAW_LINE_BREAK,
                f"A string runs on over the line's end; the example ends on line {last}.",
                line.number,
                len(text) + 1,
            )
        else:
            self._add(
                json_syntax.MULTI_LINE,
                f"The example is spread over lines {line.number} to {last}.",
                line.number,
                1,
            )
        return Document(self._file, line.number, line.offset, joined, value, exact=False)

    def _gather(self, text: str) -> tuple[list[tuple[Line, str]], str, bool]:
        balance, parts, read, broken_string = Balance(), [text], list[tuple[Line, str]](), False
        balance.feed(text)
        ahead = islice(iter(self._next, None), JOINED_LINES)
        length = len(text)
        while not balance.complete and length < JOINED_CHARACTERS:
            found = next(ahead, None)
            if found is None:
                break
            read.append(found)
            if _stands_alone(found[1]):
                break
            parts += ["\\n" if balance.in_string else "\n", found[1]]
            broken_string |= balance.in_string
            balance.feed(found[1])
            length += len(found[1])
        return read, "".join(parts), broken_string

    def _add(self, rule: Rule, message: str, line: int, column: int = 0) -> None:
        self.broken |= rule.severity is Severity.ERROR
        self._findings.add(rule, message, file=self._file, line=line, column=column)


def _stands_alone(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        value = jsontext.parse(text)
    except JsonFault:
        return False
    return format_of(value) is not None
