"""From the lines of a file to rows, or to violations where a line is none."""

from collections.abc import Callable, Iterator

from tunelint.escaping import quote
from tunelint.example import Example, Format, format_of
from tunelint.json_text import Balance, JsonProblem, Problem, parse
from tunelint.rule import Rule
from tunelint.rules import encoding, json_syntax
from tunelint.source import BOM, Line, decode, explain_bytes

Note = Callable[[Rule, str, int, int], None]
"""Takes a rule, a message, a line and a column."""

MAX_JOINED_LINES = 1_000  # an example that runs over its line's end is searched this far
MAX_JOINED_BYTES = 10**6
MAX_FUTILE_JOINS = 20  # searches without success, in one range of lines
_CONFLICT = (b"<<<<<<< ", b"||||||| ", b">>>>>>> ")


class LineReader:
    """Reads rows from lines, and notes what is wrong with the lines themselves."""

    def __init__(self, lines: Iterator[Line], kind: Format, note: Note) -> None:
        self._lines = lines
        self._kind = kind
        self._note = note
        self._waiting: list[Line] = []  # read ahead, the next one last
        self._blanks = 0
        self._in_conflict = False
        self._futile_joins = 0
        self.last_line = 0

    def rows(self) -> Iterator[tuple[Line, Example]]:
        while (line := self._next()) is not None:
            raw = self._without_mark(line)
            if not self._is_blank(line, raw) and self._is_data(line, raw):
                example = self._example(line, raw)
                if example is not None:
                    yield line, example

    def _next(self) -> Line | None:
        if self._waiting:
            return self._waiting.pop()
        line = next(self._lines, None)
        if line is not None:
            self.last_line = line.number
        return line

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
            if problem.kind is Problem.TRUNCATED and (joined := self._joined(line, raw)):
                return joined
            rule = json_syntax.OF_PROBLEM[problem.kind]
            self._note(rule, problem.message, line.number, problem.offset + 1)
        return None

    def _joined(self, line: Line, raw: bytes) -> Example | None:
        """The example that starts on this line and ends on a later one."""
        if self._futile_joins >= MAX_FUTILE_JOINS:
            return None
        read, joined, breaks_string = self._gather(raw)
        try:
            value = parse(joined)
        except (JsonProblem, UnicodeDecodeError):
            self._futile_joins += 1
            self._waiting.extend(reversed(read))
            return None
        last = read[-1].number
        if breaks_string:
            text = f"A string runs on over the line's end; the example ends on line {last}."
            self._note(json_syntax.RAW_LINE_BREAK, text, line.number, len(decode(raw)) + 1)
        else:
            text = f"The example is spread over lines {line.number} to {last}."
            self._note(json_syntax.MULTI_LINE, text, line.number, 1)
        return Example(value, self._kind, line.number)

    def _gather(self, raw: bytes) -> tuple[list[Line], bytes, bool]:
        """The lines up to the end of the value, all joined, and whether a string was broken."""
        balance, parts, read, breaks_string = Balance(), [raw], list[Line](), False
        balance.feed(raw.decode("utf-8", "replace"))
        length = len(raw)
        while not balance.complete and len(read) < MAX_JOINED_LINES and length < MAX_JOINED_BYTES:
            line = self._next()
            if line is None:
                break
            read.append(line)
            if _stands_alone(line.raw):
                break
            breaks_string |= balance.in_string
            parts += [b"\\n" if balance.in_string else b"\n", line.raw]
            balance.feed(line.raw.decode("utf-8", "replace"))
            length += len(line.raw)
        return read, b"".join(parts), breaks_string


def _stands_alone(raw: bytes) -> bool:
    if not raw.lstrip().startswith(b"{"):
        return False
    try:
        return format_of(parse(raw)) is not None
    except (JsonProblem, UnicodeDecodeError):
        return False
