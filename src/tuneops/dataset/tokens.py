"""How many tokens an example costs, counted exactly in o200k_base.

The frame is that of Microsoft's tutorial: three tokens a message and three at the end, one for
a name. Nobody publishes how tool declarations are written out for the model; they are not counted,
and a call counts its function's name and its arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.distribution import Step, steps_of

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_EXAMPLE = 3
PER_NAME = 1
ROLE_TOKENS = 1

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExampleTokens:
    """Tokens of one example, and those before the first answer that is trained on."""

    total: int
    before_answer: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """One file in numbers; `turns` counts the assistant's messages.

    The steps of `distribution` say how many examples have how many tokens.
    """

    examples: int = 0
    messages: int = 0
    turns: int = 0
    tokens: int = 0
    min_tokens: int = 0
    median_tokens: int = 0
    p95_tokens: int = 0
    max_tokens: int = 0
    distribution: tuple[Step, ...] = ()


@cache
def tokenizer() -> Any:  # noqa: ANN401 - toktok ships no types
    """The tokenizer; loading it takes a third of a second and 50 MB."""
    from toktok._toktok import Tokenizer

    return Tokenizer(ENCODING, "")


def encode(texts: Sequence[str], threads: int = 1) -> tuple[NDArray[np.uint32], Integers]:
    """Token ids of all texts on end, and where each text's end (one more than texts)."""
    if not texts:
        return np.empty(0, np.uint32), np.zeros(1, np.int64)
    ids, offsets = tokenizer().encode_batch_to_numpy(list(texts), threads)
    return ids, offsets


def count_texts(texts: Sequence[str]) -> list[int]:
    """Tokens of each text alone; marks such as <|im_end|> count as the characters they are."""
    counts: list[int] = tokenizer().count_batch(list(texts), 1)
    return counts


def message_tokens(rows: "Rows", talk: Integers, prompts: Integers) -> Integers:
    """Tokens of each message, its frame included, from those of the texts."""
    from tuneops.dataset.rows import TALK_CODE

    orders = rows.orders
    costs = np.full(len(orders), PER_MESSAGE + ROLE_TOKENS, np.int64)
    said = orders >= TALK_CODE
    costs[said] += talk
    costs[~said] += prompts[rows.prompt_of]
    if rows.strings:
        owners, texts = zip(*rows.strings, strict=True)
        np.add.at(costs, list(owners), count_texts(texts))
    return costs


def example_tokens(rows: "Rows", costs: Integers) -> tuple[Integers, Integers]:
    """Each example's tokens, and those before its first answer that is trained on."""
    from tuneops.dataset.rows import ROLE_CODES

    sums = np.concatenate([[0], np.cumsum(costs)])
    ends = rows.ends
    starts = np.concatenate([[0], ends[:-1]])
    names = np.zeros(len(costs) + 1, np.int64)
    if rows.named:
        names[np.array(rows.named) + 1] = PER_NAME
    names = np.cumsum(names)
    totals = sums[ends] - sums[starts] + names[ends] - names[starts] + PER_EXAMPLE
    learnt = rows.orders == ROLE_CODES["assistant"]
    learnt[np.array(rows.untrained, np.int64)] = False
    answers = np.flatnonzero(learnt)
    following = np.searchsorted(answers, starts)
    first = np.append(answers, len(costs))[following]
    before = np.where(first < ends, sums[np.minimum(first, len(costs))] - sums[starts], 0)
    return totals, before


def summarise(tokens: Integers | Sequence[int], messages: int, turns: int) -> Statistics:
    if not len(tokens):
        return Statistics()
    ordered = np.sort(np.asarray(tokens, np.int64))
    count = len(ordered)
    return Statistics(
        examples=count,
        messages=messages,
        turns=turns,
        tokens=int(ordered.sum()),
        min_tokens=int(ordered[0]),
        median_tokens=int(ordered[(count - 1) // 2]),
        p95_tokens=int(ordered[-(-95 * count // 100) - 1]),
        max_tokens=int(ordered[-1]),
        distribution=steps_of(ordered),
    )
