"""Conversations that are nearly the same: MinHash with bands, then a look at the candidates.

Each conversation is a set of shingles of three tokens, whose spelling is folded by a table over
the vocabulary. One permutation of their hashes, cut in bins, gives a signature (Li, Owen and
Zhang 2012; empty bins borrow from their neighbour), and only conversations that agree on a whole
band of it are compared. Work and memory grow linearly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.grouping import distinct
from tuneops.dataset.speech import Speech

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

MIN_SHINGLES = 14  # shorter conversations are alike by chance
SIMILAR = 0.6  # Jaccard
UNLIKE, ALIKE = 0.35, 0.85  # estimates, each some four deviations from SIMILAR: no need to compare
ROWS_OF_BAND = 4
BINS = 64
BANDS = BINS // ROWS_OF_BAND
PARTNERS = 4  # candidates that are looked at for one line
COMPARED = 20_000  # pairs compared shingle by shingle; of more, the signature's estimate counts
BATCH = 1_000
_ESTIMATED = 100_000

Signatures = NDArray[np.uint8]
Positions = NDArray[np.int64]
_EMPTY = np.uint32(0xFFFFFFFF)
_BIN_SHIFT = np.uint32(26)  # leaves as many values as there are bins
_OWNER_SHIFT = np.uint64(32)
_PLACE = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows whose conversations share this much (Jaccard), in order of reading."""

    earlier: int
    later: int
    similarity: float


def signatures(speech: Speech) -> tuple[Signatures, NDArray[np.bool_]]:
    """One signature an example, and whether it is long enough to be compared."""
    hashes, owners, lengths = speech.shingles
    cells = owners.astype(np.int64)
    cells *= BINS
    cells += hashes >> _BIN_SHIFT
    least = np.full((len(speech.rows) + 1) * BINS, _EMPTY, np.uint32)
    np.minimum.at(least, cells, hashes)
    table = np.ascontiguousarray(least[:-BINS].reshape(-1, BINS).T)
    for place in range(2 * BINS - 1, -1, -1):
        column, donor = table[place % BINS], table[(place + 1) % BINS]
        np.copyto(column, donor, where=column == _EMPTY)
    return np.ascontiguousarray(table.T).astype(np.uint8), lengths >= MIN_SHINGLES


def candidates(found: Signatures, eligible: Positions) -> tuple[Positions, Positions]:
    """Pairs (earlier, later) of eligible rows that agree on a band, few for each later row."""
    keys = [
        _neighbours(np.ascontiguousarray(found[:, start : start + ROWS_OF_BAND]), eligible)
        for start in range(0, BINS, ROWS_OF_BAND)
    ]
    pairs = distinct(np.concatenate(keys))
    later, earlier = pairs >> 32, pairs & 0xFFFFFFFF
    rank = np.arange(len(pairs)) - np.searchsorted(later, later)
    few = rank < PARTNERS
    return earlier[few], later[few]


def _neighbours(band: Signatures, eligible: Positions) -> Positions:
    values = band.view(np.uint32).ravel()[eligible].astype(np.int64)
    placed = np.sort((values << 31) | eligible)  # numbers are sorted faster than their places
    pairs = np.flatnonzero(placed[1:] >> 31 == placed[:-1] >> 31)
    rows = placed & _PLACE
    keys: Positions = rows[pairs + 1] << 32 | rows[pairs]
    return keys


def similar_pairs(
    found: Signatures, eligible: Positions, read: Callable[[Positions], "Rows"]
) -> Iterator[Pair]:
    """For each row, the earlier row most like it, where they are similar.

    Args:
        found: Signatures of all rows.
        eligible: The rows to compare.
        read: Gives the examples of some rows again.
    """
    earlier, later = candidates(found, eligible)
    likeness = _estimated(found, earlier, later)
    unsure = np.flatnonzero((likeness > UNLIKE) & (likeness < ALIKE))[:COMPARED]
    for start in range(0, len(unsure), BATCH):
        part = unsure[start : start + BATCH]
        likeness[part] = _compare(earlier[part], later[part], read)
    order = np.lexsort((-likeness, later))
    first = np.flatnonzero(np.diff(later[order], prepend=-1))
    for at in order[first].tolist():
        if likeness[at] >= SIMILAR:
            yield Pair(int(earlier[at]), int(later[at]), float(likeness[at]))


def _estimated(found: Signatures, earlier: Positions, later: Positions) -> NDArray[np.float64]:
    likeness = np.zeros(len(later))
    for start in range(0, len(later), _ESTIMATED):
        part = slice(start, start + _ESTIMATED)
        likeness[part] = np.mean(found[earlier[part]] == found[later[part]], axis=1)
    return likeness


def _compare(
    earlier: Positions, later: Positions, read: Callable[[Positions], "Rows"]
) -> NDArray[np.float64]:
    """Jaccard of each pair's shingles."""
    involved = distinct(np.concatenate([earlier, later]))
    hashes, owners, _ = Speech(read(involved)).shingles
    keys = distinct(owners.astype(np.uint64) << _OWNER_SHIFT | hashes)
    bounds = np.searchsorted(keys, np.arange(len(involved) + 1, dtype=np.uint64) << _OWNER_SHIFT)
    sets = [keys[start:end] for start, end in pairwise(bounds)]
    ones, others = np.searchsorted(involved, earlier), np.searchsorted(involved, later)
    return np.array(
        [_jaccard(sets[a], sets[b]) for a, b in zip(ones.tolist(), others.tolist(), strict=True)]
    )


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(one.astype(np.uint32), other.astype(np.uint32), assume_unique=True))
    union = len(one) + len(other) - shared
    return shared / union if union else 0.0
