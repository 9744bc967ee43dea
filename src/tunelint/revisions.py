"""An earlier state of a data file: another file, or the same file at a revision of git."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tunelint.errors import UsageError
from tunelint.escaping import visible


@contextmanager
def at_base(base: str, path: Path) -> Iterator[Path]:
    """The file as it was; a file that did not exist then is an empty one.

    Raises:
        UsageError: The base is neither a file nor a revision.
    """
    if Path(base).exists():
        yield Path(base)
        return
    content = _shown(base, path)
    with TemporaryDirectory() as folder:
        earlier = Path(folder) / path.name
        earlier.write_bytes(content)
        yield earlier


def _shown(base: str, path: Path) -> bytes:
    folder = path.resolve().parent
    if base.startswith("-") or _git(folder, "rev-parse", "--verify", "--quiet", base) is None:
        raise UsageError(
            f"{visible(base)} is neither a file nor a revision of git.",
            remedy="Name an earlier copy of the file, or a commit such as origin/main.",
        )
    return _git(folder, "show", f"{base}:./{path.name}") or b""


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
