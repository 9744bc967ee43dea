"""Chat examples that are proven to keep every rule of schema and structure, many at a time.

A line that the typed decoder takes, with no key twice and its roles in a known good order, is
never looked at one by one. What is not proven may still be in order; it is examined in full.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, pairwise
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType
from numpy.typing import NDArray

from tuneops.dataset.examples import Document, Example
from tuneops.dataset.rules import structure

LONGEST_ORDER = 400  # messages; longer conversations are examined one by one
_LETTERS = {"system": "s", "developer": "d", "user": "u", "assistant": "a"}
_NAMES = {letter: role for role, letter in _LETTERS.items()}
_KEYS_QUOTES, _CHAT_QUOTES = 8, 2  # of "role", its value, "content" and its value; of "messages"


class Said(Struct, forbid_unknown_fields=True, gc=False):
    """A message of the plainest form."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str
    name: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")] | UnsetType = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET


class _Chat(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[Said]


_DECODER = msgspec.json.Decoder(_Chat)


def proven(raws: Sequence[bytes]) -> list[list[Said]]:
    """The messages of each line that is proven; of any other line, none."""
    chats = [_decoded(raw) for raw in raws]
    flat = [message for chat in chats for message in chat]
    ends = np.cumsum([len(chat) for chat in chats], dtype=np.int64)
    kept = _orderly(flat, ends) & _unique_keys(raws, flat, ends)
    texts = [message.content for message in flat]
    unusual = [at for at, text in enumerate(texts) if not text or text.isspace()]
    unusual += [at for at, message in enumerate(flat) if message.weight is not UNSET]
    for example in set(np.searchsorted(ends, unusual, side="right").tolist()):
        kept[example] &= _teaches(chats[example])
    for at in np.flatnonzero(~kept).tolist():
        chats[at] = []
    return chats


def _decoded(raw: bytes) -> list[Said]:
    if b"\\u0022" in raw:
        return []  # a quotation mark that is not one of the line's
    try:
        return _DECODER.decode(raw).messages
    except (ValueError, RecursionError):
        return []


def _orderly(flat: list[Said], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which chats have their roles in an order that breaks no rule."""
    letters = "".join([_LETTERS[message.role] for message in flat])
    bounds = [0, *ends.tolist()]
    orders = [letters[start:end] for start, end in pairwise(bounds)]
    good = {order for order in set(orders) if _keeps_order(order)}
    return np.array([order in good for order in orders], np.bool_)


def _unique_keys(
    raws: Sequence[bytes], flat: list[Said], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which lines have no key twice.

    A decoder drops the first of two values without a word, but not its quotation marks: there
    must be as many on the line as in what is decoded and in the keys. A line never has fewer, so
    that lines which have as many together have so each.
    """
    full = np.diff(ends, prepend=0) > 0
    joined = b"".join(compress(raws, full.tolist()))
    marks = np.count_nonzero(np.frombuffer(joined, np.uint8) == ord('"'))
    counts = [one.content.count('"') for one in flat]
    least = sum(counts) + _KEYS_QUOTES * len(flat) + _CHAT_QUOTES * int(np.count_nonzero(full))
    if marks == least:
        return full  # nor has any a name or a weight
    counts = [
        count + _KEYS_QUOTES + 4 * (one.name is not UNSET) + 2 * (one.weight is not UNSET)
        for count, one in zip(counts, flat, strict=True)
    ]
    sums = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])[ends]
    wanted = np.diff(sums, prepend=0) + _CHAT_QUOTES
    unique: NDArray[np.bool_] = wanted == [raw.count(b'"') for raw in raws]
    return unique


def _teaches(chat: list[Said]) -> bool:
    """Whether no message is blank, weights are on answers only, and one of those is trained on."""
    learnt = False
    for message in chat:
        if not message.content or message.content.isspace():
            return False
        answers = message.role == "assistant"
        if message.weight is not UNSET and not answers:
            return False
        learnt |= answers and message.weight != 0
    return learnt


@lru_cache(maxsize=4096)
def _keeps_order(order: str) -> bool:
    """Whether the rules of structure have nothing to say on messages of these roles."""
    if not order or len(order) > LONGEST_ORDER:
        return False
    messages = [{"role": _NAMES[letter], "content": "x"} for letter in order]
    return not any(structure.examine(Example(Document("", 0, 0, "", {"messages": messages}))))
