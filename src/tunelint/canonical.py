"""The one form of a data file that is hashed for a content key and uploaded."""

from hashlib import sha256
from pathlib import Path

from tunelint.errors import InputError
from tunelint.limits import MAX_FILE_BYTES
from tunelint.source import BOM, open_regular, size_of


def canonical_bytes(path: Path) -> bytes:
    """The file as UTF-8 without a byte-order mark or blank lines, each line ended by LF.

    Raises:
        InputError: The path is no regular file inside the tree, or is over Azure's limit.
    """
    with open_regular(path) as stream:
        if size_of(stream) > MAX_FILE_BYTES:
            raise InputError(
                f"{path} has more than {MAX_FILE_BYTES:,} bytes.",
                remedy="Azure takes no bigger training file: drop examples.",
            )
        return canonical(stream.read())


def canonical(content: bytes) -> bytes:
    """The canonical form of a file's bytes; of its own output, the same bytes."""
    lines = content.removeprefix(BOM).split(b"\n")
    kept = (line.rstrip(b"\r") for line in lines if line.strip())
    return b"".join(line + b"\n" for line in kept)


def digest(path: Path) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal digits.

    Raises:
        InputError: As canonical_bytes.
    """
    return sha256(canonical_bytes(path)).hexdigest()
