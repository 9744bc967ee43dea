"""From lines to JSON documents; what stands in the way becomes a finding."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tuneops.dataset import jsontext
from tuneops.dataset.examples import Document
from tuneops.dataset.findings import Findings, Rule, Severity, quote
from tuneops.dataset.jsontext import Balance, JsonFault
from tuneops.dataset.reading import (
    BOM,
    HEAD_BYTES,
    Line,
    decode,
    explain_bytes,
    open_regular,
    read_lines,
    size_of,
    wrong_kind,
)
from tuneops.dataset.rules import encoding, json_syntax
from tuneops.dataset.rules.limits import FILE_TOO_BIG
from tuneops.limits import MAX_TRAINING_FILE_BYTES

JOINED_LINES = 2_000  # a pretty-printed example is searched for its end this far
JOINED_CHARACTERS = 10**6
FUTILE_JOINS = 20  # so often may the search fail in one file
_CONFLICT = (b"<<<<<<< ", b"||||||| ", b">>>>>>> ")


def read_documents(path: Path, findings: Findings) -> Iterator[Document]:
    """The file's documents in order.

    Raises:
        ConfigError: The path is no regular file inside the tree.
    """
    with open_regular(path) as stream:
        if size_of(stream) > MAX_TRAINING_FILE_BYTES:
            findings.add(
                FILE_TOO_BIG,
                f"The file has {size_of(stream):,} bytes; the limit is "
                f"{MAX_TRAINING_FILE_BYTES:,}.",
                file=str(path),
            )
            return
        head = stream.read(HEAD_BYTES)
        if kind := wrong_kind(head):
            findings.add(kind.rule, kind.message, file=str(path), line=1)
            return
        stream.seek(0)
        yield from _Reader(str(path), read_lines(stream), findings).documents()


class _Reader:
    def __init__(self, file: str, lines: Iterator[Line], findings: Findings) -> None:
        self._file = file
        self._lines = lines
        self._findings = findings
        self._waiting: list[tuple[Line, str]] = []  # read ahead, the next one last
        self._blank: list[int] = []
        self._first_end = b""
        self._ends_differ = self._in_conflict = self._broken = False
        self._futile_joins = 0

    def documents(self) -> Iterator[Document]:
        count = 0
        while (found := self._next()) is not None:
            document = self._document(*found)
            count += 1
            if document is not None:
                yield document
        if not count and not self._broken:
            self._add(encoding.EMPTY_FILE, "The file holds no example.", 0)

    def _next(self) -> tuple[Line, str] | None:
        """The next line that has text in it; what else there is becomes a finding."""
        if self._waiting:
            return self._waiting.pop()
        for line in self._lines:
            self._watch_ends(line)
            raw = self._without_mark(line)
            if not raw.strip():
                self._blank.append(line.number)
            elif (text := self._text(line, raw)) is not None:
                return line, text
        return None

    def _watch_ends(self, line: Line) -> None:
        if not line.end:
            self._add(encoding.NO_FINAL_NEWLINE, "The last line has no line end.", line.number)
            return
        self._first_end = self._first_end or line.end
        if line.end != self._first_end and not self._ends_differ:
            self._ends_differ = True
            self._add(encoding.MIXED_LINE_ENDS, "From here on line ends are mixed.", line.number)

    def _without_mark(self, line: Line) -> bytes:
        if not line.raw.startswith(BOM):
            return line.raw
        if line.number == 1:
            self._add(encoding.BYTE_ORDER_MARK, "The file starts with a byte-order mark.", 1)
        else:
            self._add(
                encoding.BOM_INSIDE, "The line starts with a byte-order mark.", line.number, 1
            )
        return line.raw.removeprefix(BOM)

    def _text(self, line: Line, raw: bytes) -> str | None:
        for number in self._blank:
            self._add(encoding.BLANK_LINE, "The line is empty.", number)
        self._blank.clear()
        if line.too_long:
            self._add(encoding.LINE_TOO_LONG, "The line has more than 10 MB.", line.number)
        elif b"\x00" in raw:
            where = len(raw[: raw.index(b"\x00")].decode("utf-8", "replace")) + 1
            self._add(encoding.NUL_BYTES, "The line holds zero bytes.", line.number, where)
        elif not self._is_marker(line.number, raw):
            return self._decoded(line.number, raw)
        return None

    def _is_marker(self, number: int, raw: bytes) -> bool:
        if raw.startswith(b"```"):
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
            return Document(self._file, line.number, line.offset, text, jsontext.parse(text))
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
        self._broken |= rule.severity is Severity.ERROR
        self._findings.add(rule, message, file=self._file, line=line, column=column)


def _stands_alone(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        value = jsontext.parse(text)
    except JsonFault:
        return False
    return isinstance(value, dict) and "messages" in value
