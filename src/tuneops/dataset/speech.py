"""What the messages of a chunk say, as tokens: made once, counted, compared and screened."""

import unicodedata
from collections.abc import Callable
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tuneops.dataset.rows import ROLE_CODES, TALK_CODE, Rows
from tuneops.dataset.tokens import encode, tokenizer

Positions = NDArray[np.int64]
_UNSEEN = np.uint32(0xFFFFFFFF)
_FACTORS = tuple(np.uint64(f) for f in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


class TokenTable:
    """A number for each token of the vocabulary, found out when the token is first seen."""

    def __init__(self, number_of: Callable[[str], int]) -> None:
        self._numbers = np.full(tokenizer().n_vocab + 1, _UNSEEN, np.uint32)
        self._number_of = number_of

    def __call__(self, ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
        found = self._numbers[ids]
        new = found == _UNSEEN
        if new.any():
            for token in np.unique(ids[new]).tolist():
                text = tokenizer().decode_single_token_bytes(token).decode("utf-8", "replace")
                self._numbers[token] = self._number_of(text)
            found = self._numbers[ids]
        return found


@cache
def _vocabulary() -> TokenTable:
    return TokenTable(_class)


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
        orders = np.frombuffer(self.rows.orders, np.uint8)
        return orders[orders >= TALK_CODE]

    @cached_property
    def answers(self) -> Positions:
        return np.flatnonzero(self.roles == ROLE_CODES["assistant"])

    @cached_property
    def questions(self) -> Positions:
        """For each answer the user's text that it follows, or -1."""
        texts = np.arange(len(self.roles))
        asked = np.maximum.accumulate(np.where(self.roles == ROLE_CODES["user"], texts, -1))
        ends = np.array(self.rows.talk_ends, np.int64)
        starts = np.concatenate([[0], ends[:-1]])
        first = starts[np.searchsorted(ends, self.answers, side="right")]
        found = asked[self.answers]
        return np.where(found >= first, found, -1)

    @cached_property
    def shingles(self) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        """Hashes of all runs of three tokens, and the example that each belongs to."""
        ends = self.offsets[np.array(self.rows.talk_ends, np.int64)]
        classes = _vocabulary()(self.ids)
        owners = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=0))
        kept = classes != 0
        values, owners = classes[kept].astype(np.uint64), owners[kept]
        mixed = values[:-2] * _FACTORS[0] + values[1:-1] * _FACTORS[1] + values[2:] * _FACTORS[2]
        mixed = (mixed ^ (mixed >> np.uint64(32))) * _FACTORS[0]
        whole = owners[:-2] == owners[2:]
        return mixed[whole], owners[:-2][whole]
