"""Repairs that cannot change what a file teaches; doing them twice changes nothing more."""

import codecs
import errno
import json
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO

from xxhash import xxh3_128_digest

from tunelint.errors import InputError
from tunelint.escaping import visible
from tunelint.example import format_of
from tunelint.foreign.encodings import CP1252, narrow_encoding, wide_encoding
from tunelint.foreign.recognise import recognise
from tunelint.json_text import JsonProblem, parse
from tunelint.limits import MAX_FILE_BYTES, MAX_LINE_BYTES
from tunelint.source import (
    BOM,
    HEAD_BYTES,
    Line,
    check_same,
    identity_of,
    open_regular,
    read_lines,
    size_of,
)
from tunelint.writing import unwritable, written_beside

SHOWN_CHANGES = 20
_SHOWN_CHARACTERS = 160
_SHOWN_BEFORE = 60
_CHUNK = 1 << 20
_FIRST_LINES = 100  # from which the file's kind is told
_TALK = ("system", "developer", "user", "assistant")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line before and after; `after` is None for a line that goes."""

    line: int
    before: bytes
    after: bytes | None

    def diff(self) -> str:
        """The change as a hunk of a unified diff; of long lines what is around the difference."""
        head = f"@@ -{self.line} +{self.line} @@"
        before = self.before.decode("utf-8", "backslashreplace")
        if self.after is None:
            return f"{head}\n-{_shown(before.removesuffix(chr(10)), 0)}"
        after = self.after.decode()
        if before + "\n" != after:
            before, after = before.removesuffix("\n"), after.removesuffix("\n")
        pairs = enumerate(zip(before, after, strict=False))
        same = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(before), len(after)))
        start = max(0, same - _SHOWN_BEFORE)
        return f"{head}\n-{_shown(before, start)}\n+{_shown(after, start)}"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to change in a file.

    Attributes:
        path: The file.
        encoding: What it is in, if it is to be written as UTF-8 as a whole.
        changes: The first changes of lines.
        count: How many lines change, or the encoding does.
    """

    path: Path
    encoding: str | None
    changes: tuple[LineChange, ...]
    count: int

    def diff(self) -> str:
        if not self.count:
            return ""
        name = visible(str(self.path))
        recoded = [f"{self.encoding} becomes UTF-8."] if self.encoding else []
        hunks = [change.diff() for change in self.changes]
        left = self.count - len(self.changes) - len(recoded)
        rest = [f"… and {left:,} lines more."] if left else []
        return "\n".join([f"--- {name}", f"+++ {name}", *recoded, *hunks, *rest])


def plan(path: Path) -> Repair:
    """What would change.

    Raises:
        InputError: The file is no JSON Lines file, or cannot be read.
    """
    with open_regular(path) as stream:
        return _repair(path, stream, None)


def fix(path: Path) -> Repair:
    """Repair the file, all of it or nothing.

    Raises:
        InputError: As plan, or the file changes meanwhile.
        UsageError: The file cannot be written.
    """
    with open_regular(path) as stream:
        identity = identity_of(stream)
        target = path.resolve()
        mode = os.fstat(stream.fileno()).st_mode
        if not mode & _WRITABLE:
            raise unwritable(path, PermissionError(errno.EACCES, "it is read-only"))
        with written_beside(target) as (part, written):
            repair = _repair(path, stream, written)
            written.close()
            check_same(stream, path, identity)
            if repair.count:
                part.chmod(stat.S_IMODE(mode))
                part.replace(target)
    return repair


def _repair(path: Path, stream: BinaryIO, written: IO[bytes] | None) -> Repair:
    if size_of(stream) > MAX_FILE_BYTES:
        raise _refused(path, "The file has more than 512 MB.", "Azure takes no bigger file.")
    with _as_utf8(path, stream) as (source, encoding):
        _check_kind(path, source)
        changes: list[LineChange] = []
        count = int(encoding is not None)
        for change in _lines(path, source):
            if written is not None and change.after is not None:
                written.write(change.after)
            if change.after != change.before:
                count += 1
                if len(changes) < SHOWN_CHANGES:
                    changes.append(change)
    return Repair(path, encoding, tuple(changes), count)


@contextmanager
def _as_utf8(path: Path, stream: BinaryIO) -> Iterator[tuple[BinaryIO, str | None]]:
    """The file, or where it is UTF-16 or UTF-32 a copy in UTF-8 and the name of that."""
    wide = wide_encoding(stream.read(HEAD_BYTES))
    stream.seek(0)
    if wide is None:
        yield stream, None
        return
    with TemporaryFile() as copy:
        decoder = codecs.getincrementaldecoder(wide)()
        try:
            while data := stream.read(_CHUNK):
                copy.write(decoder.decode(data).encode())
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            why = f"It is not all {wide.upper()}: {error}."
            raise _refused(path, why, "Restore the file from a good copy.") from error
        copy.seek(0)
        yield copy, wide.upper()


def _check_kind(path: Path, source: BinaryIO) -> None:
    first = [
        _parsed(line.raw.removeprefix(BOM)) for line in islice(read_lines(source), _FIRST_LINES)
    ]
    source.seek(0)
    foreign = recognise(_western(source.read(HEAD_BYTES)), first)
    source.seek(0)
    if foreign is not None:
        raise _refused(path, foreign.message, foreign.hint(path))


def _western(raw: bytes) -> bytes:
    """Bytes of Windows-1252 as UTF-8, others as they are."""
    if narrow_encoding([raw]) != CP1252:
        return raw
    return raw.decode(CP1252).encode()


def _lines(path: Path, source: BinaryIO) -> Iterator[LineChange]:
    seen: set[bytes] = set()
    for line in read_lines(source):
        _check_line(path, line)
        before = line.raw + line.end
        after = _line(line)
        if after is not None:
            digest = xxh3_128_digest(after)
            if digest in seen and format_of(_parsed(after)) is not None:
                after = None
            seen.add(digest)
        yield LineChange(line.number, before, None if after is None else after + b"\n")


def _check_line(path: Path, line: Line) -> None:
    where = f"Line {line.number}"
    if line.is_too_long:
        why = f"{where} has more than {MAX_LINE_BYTES:,} bytes."
        raise _refused(path, why, "Put each example on a line of its own.")
    if b"\x00" in line.raw:
        why = f"{where} holds zero bytes."
        raise _refused(path, why, "Restore the file from a good copy.")


def _line(line: Line) -> bytes | None:
    raw = _western(line.raw.removesuffix(b"\r").removeprefix(BOM))
    if not raw.strip():
        return None
    value = _parsed(raw)
    if not isinstance(value, dict) or format_of(value) is None:
        return raw
    return json.dumps(value, ensure_ascii=False).encode() if _mend(value) else raw.strip()


def _parsed(raw: bytes) -> object:
    try:
        return parse(raw)
    except (UnicodeDecodeError, JsonProblem):
        return None


def _mend(row: dict[str, Any]) -> bool:
    """Mend the texts of a row in place, and say whether any changed."""
    changed = False
    for message in _messages(row):
        content = message.get("content")
        if message.get("role") in _TALK and isinstance(content, str):
            message["content"] = unicodedata.normalize("NFC", content).strip() or content
            changed |= message["content"] != content
    return changed


def _messages(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    asked = row.get("input")
    lists = [row.get(key) for key in ("messages", "preferred_output", "non_preferred_output")]
    for one in (*lists, asked.get("messages") if isinstance(asked, dict) else None):
        yield from (message for message in _list(one) if isinstance(message, dict))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(text: str, start: int) -> str:
    end = start + _SHOWN_CHARACTERS
    return f"{'…' if start else ''}{visible(text[start:end])}{'…' if end < len(text) else ''}"


def _refused(path: Path, why: str, remedy: str) -> InputError:
    return InputError(f"{visible(str(path))} cannot be repaired. {why}", remedy=remedy)
