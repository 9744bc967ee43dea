"""Rows of clean lines, kept from one run to the next.

A line is known by a keyed digest of its bytes, wherever it stands; the key is drawn when the
cache is made, so that nobody can prepare a line that passes for another. A cache of other rules
or settings is ignored, and one that is damaged or gone is no loss.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64

from tuneops.dataset.rowtable import CLEAN, ROW, Table, empty

MAX_ROWS = 10**6
FILE_NAME = "lines.cache"
_PACKAGES = ("msgspec", "numpy", "toktok-rs", "google-re2", "xxhash")
_HEAD = np.dtype([("version", "S32"), ("seed", np.uint64), ("digest", np.uint64)])


@dataclass(frozen=True)
class Cache:
    """Rows of lines, each found by the lower half of its line's digest."""

    seed: int = 0
    rows: Table = field(default_factory=empty)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.rows["low"], kind="stable")

    @cached_property
    def _ordered(self) -> NDArray[np.uint64]:
        return self.rows["low"][self._order]

    def find(self, low: NDArray[np.uint64], high: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where each line's row is, or -1."""
        if not len(self.rows):
            return np.full(len(low), -1)
        at = np.minimum(np.searchsorted(self._ordered, low), len(self.rows) - 1)
        same = (self._ordered[at] == low) & (self.rows["high"][self._order[at]] == high)
        found: NDArray[np.int64] = np.where(same, self._order[at], -1)
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
    rows = np.frombuffer(content, ROW, offset=_HEAD.itemsize)
    if head["version"] != wanted or head["digest"] != _digest(rows):
        return fresh
    return Cache(int(head["seed"]), rows)


def save(folder: Path, wanted: bytes, cache: Cache, tables: Iterable[Table]) -> None:
    """Keep the clean rows of this run, and of earlier ones as far as there is room."""
    new = np.concatenate([empty(), *(_new(table, cache) for table in tables)])[-MAX_ROWS:]
    kept = cache.rows[max(0, len(cache.rows) + len(new) - MAX_ROWS) :]
    head = np.array([(wanted, cache.seed, _digest(kept, new))], _HEAD)
    if len(new) and len(kept) == len(cache.rows) > 0:
        _append(folder / FILE_NAME, head, kept.nbytes, new)
    elif len(new):
        _write(folder, head, kept, new)


def _write(folder: Path, *parts: NDArray[np.void]) -> None:
    from tempfile import NamedTemporaryFile

    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        for part in parts:
            file.write(part.view(np.uint8).data)
    os.replace(file.name, folder / FILE_NAME)  # noqa: PTH105 - NamedTemporaryFile gives a name


def _append(path: Path, head: NDArray[np.void], size: int, new: Table) -> None:
    """Add to the file that was read; if it is another by now, its digest tells the next run."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.seek(head.nbytes + size)
        file.write(new.view(np.uint8).data)
        file.truncate()
        file.seek(0)
        file.write(head.view(np.uint8).data)


def _new(table: Table, cache: Cache) -> Table:
    """The clean rows that the cache does not have, one for each line."""
    found = cache.find(table["low"], table["high"])
    clean = np.flatnonzero((found < 0) & (table["flags"] & CLEAN != 0))
    _, first = np.unique(table["low"][clean], return_index=True)
    return table.take(clean[first])


def _digest(*parts: Table) -> int:
    state = xxh3_64()
    for part in parts:
        state.update(part.view(np.uint8).data)
    return state.intdigest()
