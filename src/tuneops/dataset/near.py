"""Conversations that are nearly the same: MinHash with bands, then a look at the candidates.

Each conversation is a set of three-word shingles. One permutation of their hashes, cut in bins,
gives a signature (Li, Owen and Zhang 2012; empty bins borrow from their neighbour), and only
conversations that agree on a whole band of it are compared. Work and memory grow linearly:
a line keeps 16 numbers, and is read again only when it has a partner.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from tuneops.dataset import jsontext
from tuneops.dataset.examples import PROMPT_ROLES, Document, Example
from tuneops.dataset.fingerprints import normalise
from tuneops.dataset.reading import BOM, MAX_LINE_BYTES, decode, open_regular

SHINGLE_WORDS = 3
MIN_SHINGLES = 12  # shorter conversations are alike by chance
SIMILAR = 0.7  # Jaccard
BANDS = 16
ROWS = 4
PARTNERS = 4  # candidates that are looked at for one line

_BINS = BANDS * ROWS
_EMPTY = 1 << 32


@dataclass(frozen=True, slots=True)
class Place:
    path: Path
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines whose conversations share this much (Jaccard, under 1), in order of reading."""

    earlier: Place
    later: Place
    similarity: float


class NearDuplicates:
    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._file = array("L")
        self._line = array("L")
        self._offset = array("Q")
        self._bands = [array("Q") for _ in range(BANDS)]

    def add(self, path: Path, example: Example) -> None:
        """Remember a conversation, if it is long enough to be compared."""
        found = shingles(example)
        if len(found) < MIN_SHINGLES or not example.document.exact:
            return
        if not self._paths or self._paths[-1] != path:
            self._paths.append(path)
        self._file.append(len(self._paths) - 1)
        self._line.append(example.document.line)
        self._offset.append(example.document.offset)
        for band, value in zip(self._bands, _band_hashes(found), strict=True):
            band.append(value)

    def pairs(self) -> Iterator[Pair]:
        """For each line, the earlier line most like it, where they are similar."""
        for later, partners in sorted(self._candidates().items()):
            here = self._read(later)
            compared = [(_jaccard(here, self._read(partner)), partner) for partner in partners]
            similar = [one for one in compared if SIMILAR <= one[0] < 1]
            if similar:
                similarity, earlier = max(similar)
                yield Pair(self._place(earlier), self._place(later), similarity)

    def _candidates(self) -> dict[int, set[int]]:
        candidates: dict[int, set[int]] = {}
        for band in self._bands:
            last: dict[int, int] = {}
            for position, value in enumerate(band):
                partner = last.get(value)
                last[value] = position
                if partner is None:
                    continue
                partners = candidates.setdefault(position, set())
                if len(partners) < PARTNERS:
                    partners.add(partner)
        return candidates

    def _place(self, position: int) -> Place:
        path = self._paths[self._file[position]]
        return Place(path, self._line[position], self._offset[position])

    def _read(self, position: int) -> frozenset[int]:
        place = self._place(position)
        with open_regular(place.path) as stream:
            stream.seek(place.offset)
            text = decode(stream.readline(MAX_LINE_BYTES + 2).removeprefix(BOM))
        value = jsontext.parse(text)
        return shingles(Example(Document(str(place.path), place.line, 0, text, value)))


def shingles(example: Example) -> frozenset[int]:
    """Hashes of all runs of three words, system messages left out."""
    said = [message.text for message in example.messages if message.role not in PROMPT_ROLES]
    words = normalise(" ".join(said)).split()
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def _band_hashes(found: frozenset[int]) -> list[int]:
    bins = [_EMPTY] * _BINS
    for value in found:
        mixed = value * 0x9E3779B1 & 0xFFFFFFFF
        place = mixed % _BINS
        bins[place] = min(bins[place], mixed)
    for place in range(2 * _BINS - 1, -1, -1):
        if bins[place % _BINS] == _EMPTY:
            bins[place % _BINS] = bins[(place + 1) % _BINS]
    return [_hash(bins[start : start + ROWS]) for start in range(0, _BINS, ROWS)]


def _hash(values: list[int]) -> int:
    return int.from_bytes(blake2b(array("Q", values).tobytes(), digest_size=8).digest(), "big")


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)
