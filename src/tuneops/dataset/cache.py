"""Rows of clean lines, kept from one run to the next.

A line is known by a keyed digest of its bytes, wherever it stands; the key is drawn when the
cache is made, so that nobody can prepare a line that passes for another. A cache of other rules
or settings is ignored, and one that is damaged or gone is no loss.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.rowtable import CLEAN, ROW, Table, empty

MAX_ROWS = 10**6
FILE_NAME = "lines.cache"
_PACKAGES = ("msgspec", "numpy", "toktok-rs", "google-re2", "xxhash")
_HEAD = np.dtype([("version", "S32"), ("seed", np.uint64), ("digest", np.uint64)])


@dataclass(frozen=True, slots=True)
class Cache:
    """Rows in the order of their digests' lower halves."""

    seed: int = 0
    rows: Table = field(default_factory=empty)

    def find(self, low: NDArray[np.uint64], high: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where each line's row is, or -1."""
        at = np.searchsorted(self.rows["low"], low)
        at = np.minimum(at, len(self.rows) - 1)
        same = (self.rows["low"][at] == low) & (self.rows["high"][at] == high)
        found: NDArray[np.int64] = np.where(same, at, -1)
        return found


def version_of(*settings: object) -> bytes:
    """What a row depends on, apart from its line: the rules, the libraries, the settings."""
    from importlib.metadata import version

    state = blake2b(repr(settings).encode(), digest_size=16)
    for name in _PACKAGES:
        state.update(version(name).encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        state.update(source.read_bytes())
    return state.hexdigest().encode()


def load(folder: Path, wanted: bytes) -> Cache:
    """The cache in the folder, if it is of this version and whole; else an empty one."""
    fresh = Cache(seed=int.from_bytes(os.urandom(8)))
    try:
        content = (folder / FILE_NAME).read_bytes()
    except OSError:
        return fresh
    size = len(content) - _HEAD.itemsize
    if size < 0 or size % ROW.itemsize:
        return fresh
    head = np.frombuffer(content, _HEAD, 1)[0]
    body = memoryview(content)[_HEAD.itemsize :]
    if head["version"] != wanted or head["digest"] != _digest(body):
        return fresh
    return Cache(int(head["seed"]), np.frombuffer(body, ROW))


def save(folder: Path, wanted: bytes, cache: Cache, tables: Iterable[Table]) -> None:
    """Keep the clean rows of this run, and of earlier ones as far as there is room."""
    clean = [table[table["flags"] & CLEAN != 0] for table in tables]
    rows = np.concatenate([*clean, cache.rows])[:MAX_ROWS]
    low, first = np.unique(rows["low"], return_index=True)
    rows = rows[first]
    if len(low) == len(cache.rows) and np.array_equal(low, cache.rows["low"]):
        return
    from tempfile import NamedTemporaryFile

    body = rows.tobytes()
    head = np.array([(wanted, cache.seed, _digest(memoryview(body)))], _HEAD)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(head.tobytes() + body)
    os.replace(file.name, folder / FILE_NAME)  # noqa: PTH105 - NamedTemporaryFile gives a name


def _digest(body: memoryview) -> int:
    from xxhash import xxh3_64_intdigest

    return xxh3_64_intdigest(body)
