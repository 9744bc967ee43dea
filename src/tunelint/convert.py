"""A file of another format as JSON Lines of training rows, streamed from the one to the other."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tunelint.errors import InputError, UsageError
from tunelint.example import Format, format_of
from tunelint.foreign.arrow import arrow_rows
from tunelint.foreign.conversation import LeftOutError, Row
from tunelint.foreign.encodings import UNKNOWN, detect_encoding
from tunelint.foreign.magic import binary_kind
from tunelint.foreign.packing import unpacked
from tunelint.foreign.recognise import NAME_ENCODING, recognise
from tunelint.foreign.rows import rows_of
from tunelint.foreign.shapes import converted
from tunelint.source import HEAD_BYTES, check_same, identity_of, open_regular
from tunelint.writing import put_in_place, taken, written_beside

SHOWN_ROWS = 20
_MAX_REASONS = 50
_OTHER = "for other reasons"


@dataclass
class Conversion:
    """What became of the rows.

    Attributes:
        target: Where they were written. The file does not exist when no row could be.
        written: How many were written.
        formats: How many of them had which format.
        dropped: Keys that a training row has no place for, and how many rows had them.
        reasons: Why rows were left out, and how many.
        left_out: The first of them, by number (of a line, where there are lines), and why.
    """

    target: Path
    written: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: list[tuple[int, str]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return bool(self.written) and not self.reasons

    def leave_out(self, number: int, reason: str) -> None:
        if len(self.left_out) < SHOWN_ROWS:
            self.left_out.append((number, reason))
        known = reason in self.reasons or len(self.reasons) < _MAX_REASONS
        self.reasons[reason if known else _OTHER] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "target": str(self.target) if self.written else None,
            "written": self.written,
            "left_out": self.reasons.total(),
            "formats": dict(self.formats),
            "dropped_keys": dict(self.dropped),
            "reasons": dict(self.reasons),
            "rows": [{"row": number, "reason": reason} for number, reason in self.left_out],
        }


def convert(path: Path, target: Path, encoding: str | None = None) -> Conversion:
    """Convert a file, all of it or nothing; an encoding that is not given is found out.

    Raises:
        InputError: The file cannot be read, or is of a kind that cannot be converted.
        UsageError: The target is there already or cannot be written, or no encoding has the name.
    """
    _check_encoding(encoding)
    if os.path.lexists(target):
        raise taken(target)
    found = Conversion(target)
    with open_regular(path) as stream, written_beside(target) as (part, written):
        identity = identity_of(stream)
        for row in _training_rows(_rows(stream, encoding), found):
            written.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        written.close()
        check_same(stream, path, identity)
        if found.written:
            put_in_place(part, target)
    return found


def _rows(stream: IO[bytes], encoding: str | None) -> Iterator[tuple[int, object]]:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    kind = binary_kind(head)
    if kind in {"Parquet", "Arrow"}:
        yield from arrow_rows(stream, kind)
        return
    foreign = recognise(head, ()) if encoding is None else None
    if foreign is not None and not foreign.convertible:
        raise InputError(foreign.message, remedy=foreign.remedy)
    with unpacked(stream) as source:
        chosen = encoding or detect_encoding(source)
        if chosen == UNKNOWN:
            raise InputError(
                "The text is neither UTF-8 nor Windows-1252.",
                remedy=NAME_ENCODING,
            )
        yield from rows_of(source, chosen)


def _training_rows(rows: Iterator[tuple[int, object]], found: Conversion) -> Iterator[Row]:
    """The rows that can be converted, all of the format of the first."""
    first = None
    for number, value in rows:
        try:
            if isinstance(value, LeftOutError):
                raise value
            name, row, dropped = converted(value)
            first = first or format_of(row)
            _check_format(row, first)
        except LeftOutError as reason:
            found.leave_out(number, str(reason))
            continue
        found.written += 1
        found.formats[name] += 1
        found.dropped.update(dropped)
        yield row


def _check_format(row: Row, first: Format | None) -> None:
    found = format_of(row)
    if found is not first:
        raise LeftOutError(f"it is a row for {found}, and the first is one for {first}")


def _check_encoding(encoding: str | None) -> None:
    try:
        "".encode(encoding or "utf-8")
    except (LookupError, ValueError) as error:
        raise UsageError(
            f"There is no encoding {encoding!r:.60}.",
            remedy="Name one such as cp1251 or shift_jis.",
        ) from error
