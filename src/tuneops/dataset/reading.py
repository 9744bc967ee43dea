"""Bytes in, lines out: what must hold before anything is parsed.

The file may come from a stranger's pull request: nothing is opened but a regular file inside the
tree, nothing is read beyond the limits, and nothing is guessed about bytes that are not UTF-8.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tuneops.dataset.findings import Rule, quote
from tuneops.dataset.rules import encoding
from tuneops.dataset.rules.json_syntax import ARRAY_WRAPPER
from tuneops.errors import ConfigError
from tuneops.escaping import visible

BOM = b"\xef\xbb\xbf"
Identity = tuple[int, int, int, int]
MAX_LINE_BYTES = 10**7  # ours: 65,536 tokens are well under 1 MB of text
HEAD_BYTES = 64 * 1024

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
    b"SQLite format 3\x00": "SQLite",
    b"%PDF": "PDF",
    b"\x78\x01": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file's",
    b"ARROW1": "Arrow",
    b"\x80\x04\x95": "pickle",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CR_BETWEEN_EXAMPLES = re.compile(rb"\}\r\s*\{")
_OBJECT_LINE = re.compile(rb"^\s*(?:\xef\xbb\xbf)?[{\[]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line without its end; a line that is too long is cut."""

    number: int
    offset: int
    raw: bytes
    end: bytes

    @property
    def too_long(self) -> bool:
        return len(self.raw) > MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class WrongKind:
    """Why a file as a whole is no JSON Lines file."""

    rule: Rule
    message: str
    line: int = 1
    column: int = 0


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """A regular file for reading.

    A symbolic link may not lead out of the working tree, or out of its own folder when the file
    lies elsewhere; a named pipe never blocks.

    Raises:
        ConfigError: The path is no such file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(_inside(path), flags)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unreadable(path, OSError(errno.EINVAL, "it is not a regular file"))
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


def size_of(stream: BinaryIO) -> int:
    return os.fstat(stream.fileno()).st_size


def identity_of(stream: BinaryIO) -> Identity:
    """What changes when the file does."""
    about = os.fstat(stream.fileno())
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


@contextmanager
def open_same(path: Path, identity: Identity) -> Iterator[BinaryIO]:
    """The file for reading, which must be as it was.

    Raises:
        ConfigError: It is not.
    """
    with open_regular(path) as stream:
        check_same(stream, path, identity)
        yield stream
        check_same(stream, path, identity)


def check_same(stream: BinaryIO, path: Path, identity: Identity) -> None:
    if identity_of(stream) != identity:
        raise ConfigError(
            f"{visible(str(path))} changed while it was read.",
            remedy="Run again when nothing writes to it.",
        )


def read_lines(stream: BinaryIO, end: int | None = None) -> Iterator[Line]:
    """The lines of a stream, never holding more than one, nor more than the limit of it.

    Lines are numbered, and their offsets counted, from where the stream stands; none is read
    that starts at ``end`` of the file or later.
    """
    first = stream.tell()
    number = offset = 0
    while end is None or first + offset < end:
        raw = stream.readline(MAX_LINE_BYTES + 2)
        if not raw:
            return
        number += 1
        start, offset = offset, offset + len(raw)
        while not raw.endswith(b"\n") and (rest := stream.readline(MAX_LINE_BYTES)):
            offset += len(rest)
            raw = raw[: MAX_LINE_BYTES + 1] + rest[-2:]
        body = raw.removesuffix(b"\n").removesuffix(b"\r") if raw.endswith(b"\n") else raw
        yield Line(number, start, body, raw[len(body) :])


def wrong_kind(head: bytes) -> WrongKind | None:
    """What the first bytes of a file give it away as, if not as JSON Lines."""
    for look in (_binary, _wide, _pointer, _carriage_returns, _array, _other_text):
        if (found := look(head.removeprefix(BOM))) is not None:
            return found
    return None


def decode(raw: bytes) -> str:
    """Strict UTF-8.

    Raises:
        UnicodeDecodeError: With the offset of the first wrong byte.
    """
    return raw.decode("utf-8", "strict")


def explain_bytes(error: UnicodeDecodeError) -> str:
    """What the wrong bytes probably are."""
    byte = error.object[error.start]
    if byte == 0xED:  # noqa: PLR2004 - where surrogates would start
        return "The byte 0xED starts an encoded surrogate, which UTF-8 forbids (CESU-8)."
    if "unexpected end" in error.reason:
        return "The line ends in the middle of a character: the file was cut."
    as_latin = bytes([byte]).decode("cp1252", "replace")
    return f"The byte 0x{byte:02X} is not UTF-8; in Windows-1252 it is {quote(as_latin)}."


def _inside(path: Path) -> Path:
    here = Path.cwd()
    given = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link in question
    root = here if given.is_relative_to(here) else given.parent
    target = given.resolve(strict=True)
    if not target.is_relative_to(root.resolve()):
        raise PermissionError(errno.EPERM, "a symbolic link leads out of the tree")
    return target


def _unreadable(path: Path, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or str(error)
    return ConfigError(
        f"{visible(str(path))} cannot be read: {visible(reason)}.",
        remedy="Name a regular file of JSON Lines, such as data/travel/training.jsonl.",
    )


def _binary(head: bytes) -> WrongKind | None:
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return WrongKind(encoding.COMPRESSED, f"The file is {name} data, not text.")
    return None


def _wide(head: bytes) -> WrongKind | None:
    if head.startswith(_WIDE_MARKS) or _half_is_zero(head):
        return WrongKind(encoding.UTF16, "The file is UTF-16 or UTF-32, not UTF-8.")
    return None


def _half_is_zero(head: bytes) -> bool:
    sample = head[:512]
    even, odd = sample[0::2], sample[1::2]
    halves = (even.count(0) * 2 > len(even), odd.count(0) * 2 > len(odd))
    return len(sample) > 1 and halves[0] != halves[1]


def _pointer(head: bytes) -> WrongKind | None:
    if head.startswith(b"version https://") and b"\noid sha256:" in head[:200]:
        return WrongKind(
            encoding.LFS_POINTER, "The file is a Git LFS pointer; the data is elsewhere."
        )
    return None


def _carriage_returns(head: bytes) -> WrongKind | None:
    if b"\n" not in head and _CR_BETWEEN_EXAMPLES.search(head):
        return WrongKind(
            encoding.CR_LINE_ENDS, "Lines end in carriage returns: all examples are on one line."
        )
    return None


def _array(head: bytes) -> WrongKind | None:
    text = head.lstrip()
    first = text.split(b"\n", 1)[0]
    if not text.startswith(b"[") or re.match(rb'\[\s*\{\s*"(?:role|from)"', first):
        return None
    before = head[: head.index(b"[")]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    what = "The file is one JSON array, not one JSON object a line."
    return WrongKind(ARRAY_WRAPPER, what, line, column)


def _other_text(head: bytes) -> WrongKind | None:
    if not head.strip() or b"\x00" in head[:1] or _OBJECT_LINE.search(head):
        return None
    if len(head) == HEAD_BYTES and b"\n" not in head:
        return None
    first = head.strip().splitlines()[0].decode("utf-8", "replace")
    looks = "This looks like CSV: " if re.search(r"[,;\t]", first) else ""
    return WrongKind(
        encoding.NOT_JSONL, f"{looks}no line starts with '{{'; the file starts with {quote(first)}."
    )
