"""From the lines of a file to rows, or to violations where a line is none."""

from collections.abc import Callable, Iterator

from tunelint.escaping import quote
from tunelint.example import Example, Format
from tunelint.json_text import JsonProblem, Problem, parse
from tunelint.rule import Rule
from tunelint.rules import encoding, json_syntax
from tunelint.source import BOM, Line, explain_bytes

Note = Callable[[Rule, str, int, int], None]
"""Takes a rule, a message, a line and a column."""

_CONFLICT = (b"<<<<<<< ", b"||||||| ", b">>>>>>> ")


class LineReader:
    """Reads rows from lines, and notes what is wrong with the lines themselves."""

    def __init__(self, lines: Iterator[Line], kind: Format, note: Note) -> None:
        self._lines = lines
        self._kind = kind
        self._note = note
        self._blanks = 0
        self._in_conflict = False
        self._in_cut_row = False  # whose other lines do not start with a brace
        self.last_line = 0

    def rows(self) -> Iterator[tuple[Line, Example]]:
        for line in self._lines:
            self.last_line = line.number
            raw = self._without_mark(line)
            self._in_cut_row &= not raw.startswith(b"{")
            if self._is_blank(line, raw) or self._in_cut_row or not self._is_data(line, raw):
                continue
            example = self._example(line, raw)
            if example is not None:
                yield line, example

    def _without_mark(self, line: Line) -> bytes:
        raw = line.raw
        if raw.startswith(BOM) and line.offset:
            text = "The line starts with a byte-order mark."
            self._note(encoding.BOM_INSIDE, text, line.number, 1)
        while raw.startswith(BOM):
            raw = raw.removeprefix(BOM)
        return raw

    def _is_blank(self, line: Line, raw: bytes) -> bool:
        """Whether the line is blank; blank lines are noted when a line with text follows."""
        if not raw.strip():
            self._blanks += 1
            return True
        if self._blanks:
            many = "The line is empty." if self._blanks == 1 else f"{self._blanks:,} empty lines."
            self._note(encoding.BLANK_LINE, many, line.number - self._blanks, 0)
            self._blanks = 0
        return False

    def _is_data(self, line: Line, raw: bytes) -> bool:
        if line.is_too_long:
            self._note(encoding.LINE_TOO_LONG, "The line has more than 10 MB.", line.number, 0)
        elif b"\x00" in raw:
            column = len(raw[: raw.index(b"\x00")].decode("utf-8", "replace")) + 1
            self._note(encoding.NUL_BYTES, "The line holds zero bytes.", line.number, column)
        elif raw.lstrip().startswith((b"```", b"~~~")):
            fence = quote(raw.decode("utf-8", "replace"))
            self._note(encoding.MARKDOWN_FENCE, f"A code fence: {fence}.", line.number, 1)
        else:
            return not self._is_conflict(line, raw)
        return False

    def _is_conflict(self, line: Line, raw: bytes) -> bool:
        if not raw.startswith(_CONFLICT) and raw != b"=======":
            return False
        if not self._in_conflict:
            text = "A merge conflict starts here."
            self._note(encoding.MERGE_CONFLICT, text, line.number, 1)
        self._in_conflict = not raw.startswith(b">>>>>>> ")
        return True

    def _example(self, line: Line, raw: bytes) -> Example | None:
        try:
            return Example(parse(raw), self._kind, line.number, raw)
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode("utf-8", "replace")) + 1
            self._note(encoding.NOT_UTF8, explain_bytes(raw, error), line.number, column)
        except JsonProblem as problem:
            self._in_cut_row = problem.kind is Problem.TRUNCATED
            rule = json_syntax.OF_PROBLEM[problem.kind]
            self._note(rule, problem.message, line.number, problem.offset + 1)
        return None
