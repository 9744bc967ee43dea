"""What is in a packed file.

Nothing is trusted: what a file unpacks to is bounded, whatever the file says.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from gzip import GzipFile
from io import BufferedReader, RawIOBase
from typing import IO, Any

from tunelint.errors import InputError
from tunelint.escaping import quote
from tunelint.foreign.magic import binary_kind
from tunelint.limits import MAX_FILE_BYTES

MAX_UNPACKED = 2 * MAX_FILE_BYTES  # ours: other formats need more bytes for the same rows
_DIRECTORY_END, _DIRECTORY_END_64 = b"PK\x05\x06", b"PK\x06\x07"
_MAX_DIRECTORY = 10**6  # bytes; some ten thousand names
_BUFFER = 1 << 18
_BY_HAND = "Unpack it by hand."
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError)


@contextmanager
def unpacked(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """What is in a gzip or zip file; any other file as it is.

    Raises:
        InputError: It is damaged, holds several files, or unpacks to more than the limit. Reading
            raises it too.
    """
    kind = binary_kind(stream.read(8))
    stream.seek(0)
    if kind == "gzip":
        with GzipFile(fileobj=stream) as packed:
            yield BufferedReader(_Bounded(packed), _BUFFER)
    elif kind == "zip":
        with _only_entry(stream) as entry:
            yield BufferedReader(_Bounded(entry), _BUFFER)
    else:
        yield stream


class _Bounded(RawIOBase):
    """An unpacked stream up to the limit; damage is an InputError."""

    def __init__(self, source: IO[bytes] | GzipFile) -> None:
        self._source = source
        self._read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any writable buffer
        try:
            data = self._source.read(len(buffer))
        except _DAMAGE as error:
            raise InputError(
                f"The packed file is damaged: {error or type(error).__name__}.",
                remedy="Restore it from a good copy.",
            ) from error
        self._read += len(data)
        if self._read > MAX_UNPACKED:
            raise InputError(
                f"The file unpacks to more than {MAX_UNPACKED:,} bytes.",
                remedy="Azure takes no training file of half of that: unpack and cut it by hand.",
            )
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._read = self._source.seek(offset, whence)
        return self._read


@contextmanager
def _only_entry(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """The one data file of an archive."""
    _check_directory(stream)
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(stream))
            entries = [one for one in archive.infolist() if _is_data(one)]
            opened = [stack.enter_context(archive.open(one)) for one in entries[:1]]
        except (*_DAMAGE, RuntimeError) as error:  # the last: it wants a password
            message = "The archive is damaged, or wants a password."
            raise InputError(message, remedy=_BY_HAND) from error
        if len(entries) != 1:
            names = quote(", ".join(one.filename for one in entries[:5]) or "nothing")
            raise InputError(
                f"The archive holds {len(entries)} files, not one: {names}.",
                remedy="Unpack it, and convert the file you mean.",
            )
        yield opened[0]


def _is_data(entry: zipfile.ZipInfo) -> bool:
    hidden = entry.filename.startswith("__MACOSX/") or "/." in f"/{entry.filename}"
    return not entry.is_dir() and not hidden


def _check_directory(stream: IO[bytes]) -> None:
    """Refuse an archive with so many names that listing them would fill the memory.

    Raises:
        InputError: It has (APPNOTE 4.3.16: the directory's size stands 12 bytes into its end).
    """
    stream.seek(max(0, stream.seek(0, 2) - 22 - 0xFFFF))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_DIRECTORY_END)
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and (size > _MAX_DIRECTORY or _DIRECTORY_END_64 in tail):
        raise InputError("The archive holds too many files.", remedy=_BY_HAND)
