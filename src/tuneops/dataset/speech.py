"""What the messages of a chunk say, as tokens: made once, counted, compared and screened."""

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tuneops.dataset.rows import ROLE_CODES, Rows
from tuneops.dataset.tokens import encode, tokenizer

Positions = NDArray[np.int64]
_FACTORS = tuple(np.uint32(factor) for factor in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D))
_HALF = np.uint32(16)


class TokenTable:
    """A number for each token of the vocabulary, found out when the token is first seen."""

    def __init__(self, number_of: Callable[[str], int], kind: type[np.unsignedinteger]) -> None:
        self._unseen = np.iinfo(kind).max
        self._numbers = np.full(tokenizer().n_vocab + 1, self._unseen, kind)
        self._number_of = number_of

    def __call__(self, ids: NDArray[np.uint32]) -> NDArray[np.unsignedinteger]:
        found = self._numbers[ids]
        if len(found) and found.max() == self._unseen:
            for token in set(ids[found == self._unseen].tolist()):
                text = tokenizer().decode_single_token_bytes(token).decode("utf-8", "replace")
                self._numbers[token] = self._number_of(text)
            found = self._numbers[ids]
        return found


@cache
def _vocabulary() -> TokenTable:
    return TokenTable(_class, np.uint32)


def _class(token: str) -> int:
    """The same for tokens that differ in spelling only, zero for those without a letter."""
    text = unicodedata.normalize("NFKD", token.casefold())
    kept = "".join(c for c in text if c.isalnum() or c == "\ufffd")
    return xxh3_64_intdigest(kept.encode()) % 0xFFFFFFFD + 1 if kept else 0


class Speech:
    """The talk of some examples; texts and examples count from zero, as in Rows."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.ids, self.offsets = encode(rows.talk)

    @property
    def counts(self) -> Positions:
        """Tokens of each text."""
        return np.diff(self.offsets)

    @cached_property
    def roles(self) -> NDArray[np.uint8]:
        """The role code of each text."""
        return self.rows.orders[self.rows.talk_places]

    @cached_property
    def answers(self) -> Positions:
        return np.flatnonzero(self.roles == ROLE_CODES["assistant"])

    def answers_of(self, position: int) -> Iterator[str]:
        """What the assistant says in an example."""
        first, end = np.searchsorted(self.answers, self.rows.talk_of(position))
        return (self.rows.talk[at] for at in self.answers[first:end].tolist())

    @cached_property
    def questions(self) -> Positions:
        """For each answer the user's text that it follows, or -1."""
        texts = np.arange(len(self.roles))
        asked = np.maximum.accumulate(np.where(self.roles == ROLE_CODES["user"], texts, -1))
        ends = self.rows.talk_ends
        starts = np.concatenate([[0], ends[:-1]])
        first = starts[np.searchsorted(ends, self.answers, side="right")]
        found = asked[self.answers]
        return np.where(found >= first, found, -1)

    @cached_property
    def shingles(self) -> tuple[NDArray[np.uint32], NDArray[np.int32], Positions]:
        """Hashes of all runs of three tokens that have letters, and what examples they are of.

        A run over the end of an example belongs to one more than there are. The third part is
        the number of runs of each example.
        """
        classes = _vocabulary()(self.ids)
        kept = classes != 0
        before = np.concatenate([np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)])
        ends = before[self.offsets[self.rows.talk_ends]]
        lengths = np.diff(ends, prepend=0)
        owners = np.repeat(np.arange(len(ends), dtype=np.int32), lengths)
        owners[np.maximum(ends - 1, 0)[ends > 0]] = len(ends)
        owners[np.maximum(ends - 2, 0)[ends > 1]] = len(ends)
        hashes = _mixed(classes[kept].astype(np.uint32, copy=False))
        return hashes, owners[: len(hashes)], np.maximum(lengths - 2, 0).astype(np.int64)


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A hash of each three values that follow one another."""
    mixed: NDArray[np.uint32] = values[:-2] * _FACTORS[0]
    mixed += values[1:-1] * _FACTORS[1]
    mixed += values[2:] * _FACTORS[2]
    mixed ^= mixed >> _HALF
    mixed *= _FACTORS[1]
    mixed ^= mixed >> _HALF
    return mixed
