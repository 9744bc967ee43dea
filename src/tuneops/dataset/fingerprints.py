"""Digests that say in which sense two examples are the same; 64 bits each, to keep many.

Case, accents, punctuation and spaces are folded by a table over characters, for a whole chunk
of texts in a few passes.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tuneops.dataset.grouping import distinct

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

Digests = NDArray[np.uint64]
_UNSEEN = np.uint32(0xFFFFFFFF)
_CODE_POINTS = 0x110000
_SLICE = 10**6  # characters folded at a time
_MIX = np.uint64(0x9E3779B97F4A7C15)
_POSITION = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """One digest an example.

    `talk` leaves out system messages, `prompt` and `question` also the last message, which is
    `answer`; `prefix` is of the system messages alone. `asked` has the marks of all questions.
    """

    normalised: Digests
    talk: Digests
    prompt: Digests
    question: Digests
    answer: Digests
    prefix: Digests
    asked: Digests


class _Folding:
    def __init__(self) -> None:
        self._table = np.full(_CODE_POINTS, _UNSEEN, np.uint32)

    def fold(self, text: str) -> NDArray[np.uint32]:
        """The text's characters folded, zero for those that do not count."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        folded = self._table[points]
        new = folded == _UNSEEN
        if new.any():
            for point in distinct(points[new]).tolist():
                self._table[point] = _folded(chr(point))
            folded = self._table[points]
        return folded


@cache
def _folding() -> _Folding:
    return _Folding()


def _folded(character: str) -> int:
    plain = unicodedata.normalize("NFKD", character.casefold())
    kept = [c for c in plain if c.isalnum()]
    if not kept or character in "ªºµ":
        return 0
    return ord(kept[0])


def text_digests(texts: Sequence[str]) -> Digests:
    """A digest of each text, the same for texts that differ in spelling only."""
    table, dropped = _latin()
    digests: list[int] = []
    wide: list[int] = []
    for at, text in enumerate(texts):
        try:
            folded = text.encode("latin-1").translate(table, dropped)
        except UnicodeEncodeError:
            wide.append(at)
            folded = b""
        digests.append(xxh3_64_intdigest(folded or text.encode("utf-8", "surrogatepass")))
    found = np.array(digests, np.uint64)
    for part in _slices(wide, texts):
        found[part] = _wide_digests([texts[at] for at in part])
    return found


def _slices(wide: list[int], texts: Sequence[str]) -> Iterator[list[int]]:
    part: list[int] = []
    length = 0
    for at in wide:
        part.append(at)
        length += len(texts[at])
        if length >= _SLICE:
            yield part
            part, length = [], 0
    if part:
        yield part


@cache
def _latin() -> tuple[bytes, bytes]:
    """For bytes of Latin-1: what each is folded to, and which are dropped."""
    folded = [_folded(chr(code)) for code in range(256)]
    dropped = bytes(code for code in range(256) if not folded[code])
    return bytes(folded), dropped


def text_digest(text: str) -> int:
    return int(text_digests([text])[0])


def _wide_digests(texts: list[str]) -> list[int]:
    """As text_digests, for characters beyond Latin-1."""
    folded = _folding().fold("".join(texts))
    places = np.flatnonzero(folded)
    bounds = np.searchsorted(places, np.cumsum([0, *map(len, texts)])).tolist()
    kept = folded[places].tobytes().decode("utf-32-le", "surrogatepass")
    return [
        xxh3_64_intdigest(_packed(kept[start:end] or text))
        for text, start, end in zip(texts, bounds, bounds[1:], strict=False)
    ]


def _packed(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def fingerprints(rows: "Rows") -> Fingerprints:
    from tuneops.dataset.rows import ROLE_CODES, TALK_CODE

    orders = rows.orders
    said = orders >= TALK_CODE
    digests = np.empty(len(orders), np.uint64)
    digests[said] = rows.talk_digests
    prompts = text_digests(list(rows.prompts))
    digests[~said] = prompts[rows.prompt_of]
    asked = np.where(orders == ROLE_CODES["user"], marks(digests), np.uint64(0))
    _mix_strings(rows, digests)
    return _of_examples(rows, digests + orders * _MIX, said, asked)


def marks(digests: Digests) -> Digests:
    """Three bits of 64 for each digest: a set of them tells what it surely does not hold."""
    one, six, twelve, mask = (np.uint64(n) for n in (1, 6, 12, 63))
    bits: Digests = (
        one << (digests & mask) | one << (digests >> six & mask) | one << (digests >> twelve & mask)
    )
    return bits


def _mix_strings(rows: "Rows", digests: Digests) -> None:
    if not rows.strings:
        return
    extra = np.array([xxh3_64_intdigest(text.encode()) for _, text in rows.strings], np.uint64)
    order = np.arange(1, len(extra) + 1, dtype=np.uint64)
    owners = np.array([at for at, _ in rows.strings], np.int64)
    order -= order[np.searchsorted(owners, owners)]
    np.add.at(digests, owners, _mixed(extra + order))


def _of_examples(
    rows: "Rows", digests: Digests, said: NDArray[np.bool_], asked: Digests
) -> Fingerprints:
    """Sums over messages, weighted by the distance from the end: what leaves some out subtracts."""
    ends = np.array(rows.ends, np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    counts = ends - starts
    from_end = (np.repeat(ends, counts) - np.arange(len(digests))).astype(np.uint64)
    terms = _mixed(digests) * (from_end * _POSITION | np.uint64(1))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms)])
    heads = np.concatenate([np.zeros(1, np.uint64), np.cumsum(np.where(said, np.uint64(0), terms))])
    total = sums[ends] - sums[starts]
    prefix = heads[ends] - heads[starts]
    last = np.zeros(len(ends), np.uint64)
    answer = np.zeros(len(ends), np.uint64)
    full = counts > 0
    last[full], answer[full] = terms[ends[full] - 1], digests[ends[full] - 1]
    lone = ~full
    total[lone] = [xxh3_64_intdigest(rows.raws[at].strip()) for at in np.flatnonzero(lone)]
    questions = np.zeros(len(ends), np.uint64)
    questions[full] = np.bitwise_or.reduceat(asked, starts[full]) if full.any() else 0
    talk = total - prefix
    return Fingerprints(total, talk, total - last, talk - last, answer, prefix, questions)


def _mixed(values: Digests) -> Digests:
    values = (values ^ (values >> np.uint64(31))) * _MIX
    mixed: Digests = values ^ (values >> np.uint64(29))
    return mixed
