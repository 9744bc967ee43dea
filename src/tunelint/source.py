"""Bytes in, lines out: what must hold before anything is parsed.

The file may come from a stranger's pull request: nothing is opened but a regular file inside the
tree, nothing is read beyond the limits, and nothing is guessed about bytes that are not UTF-8.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tunelint.errors import InputError
from tunelint.escaping import quote, visible
from tunelint.limits import MAX_LINE_BYTES

BOM = b"\xef\xbb\xbf"
Identity = tuple[int, int, int, int]
HEAD_BYTES = 64 * 1024


class Line(NamedTuple):
    """One physical line without its end; a line that is too long is cut."""

    number: int
    offset: int
    raw: bytes
    end: bytes

    @property
    def is_too_long(self) -> bool:
        return len(self.raw) > MAX_LINE_BYTES


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """A regular file for reading.

    A symbolic link may not lead out of the working tree, or out of its own folder when the file
    lies elsewhere; a named pipe never blocks.

    Raises:
        InputError: The path is no such file.
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
        InputError: It is not.
    """
    with open_regular(path) as stream:
        check_same(stream, path, identity)
        yield stream
        check_same(stream, path, identity)


def check_same(stream: BinaryIO, path: Path, identity: Identity) -> None:
    if identity_of(stream) != identity:
        raise InputError(
            f"{visible(str(path))} changed while it was read.",
            remedy="Run again when nothing writes to it.",
        )


def read_lines(stream: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """The lines of a stream from an offset on; it never holds more of a line than the limit.

    They are numbered from there; none is read that starts at `end` or later.
    """
    stream.seek(start)
    number, offset = 0, start
    while end is None or offset < end:
        raw = stream.readline(MAX_LINE_BYTES + 2)
        if not raw:
            return
        number += 1
        at, offset = offset, offset + len(raw)
        while not raw.endswith(b"\n") and (rest := stream.readline(MAX_LINE_BYTES)):
            offset += len(rest)
            raw = raw[: MAX_LINE_BYTES + 1] + rest[-2:]
        body = raw.removesuffix(b"\n").removesuffix(b"\r") if raw.endswith(b"\n") else raw
        yield Line(number, at, body, raw[len(body) :])


def decode(raw: bytes) -> str:
    """Strict UTF-8.

    Raises:
        UnicodeDecodeError: With the offset of the first wrong byte.
    """
    return raw.decode("utf-8", "strict")


def explain_bytes(raw: bytes, error: UnicodeDecodeError) -> str:
    """What the wrong bytes of a line probably are."""
    byte = raw[error.start]
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


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{visible(str(path))} cannot be read: {visible(reason)}.",
        remedy="Name a regular file of JSON Lines, such as training.jsonl.",
    )
