"""Files that are written as a whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tunelint.errors import UsageError
from tunelint.escaping import visible


@contextmanager
def written_beside(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file in the folder of the target, which is gone afterwards unless it was moved.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        written = part.open("xb")
    except (OSError, ValueError) as error:
        raise unwritable(target, error) from error
    try:
        with written:
            yield part, written
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def put_in_place(part: Path, target: Path) -> None:
    """Give a finished file its name.

    Raises:
        UsageError: Somebody else took the name meanwhile.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise taken(target) from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise taken(target) from None
        part.rename(target)


def taken(target: Path) -> UsageError:
    return UsageError(
        f"{visible(str(target))} exists already; nothing was written.",
        remedy="Name a file that does not exist.",
    )


def unwritable(target: Path, error: Exception) -> UsageError:
    return UsageError(
        f"{visible(str(target))} cannot be written: {getattr(error, 'strerror', error)}.",
        remedy="Nothing was changed. Name a file and a folder that you may write to.",
    )
