"""How many tokens an example costs, counted exactly in o200k_base.

The frame is that of Microsoft's tutorial: three tokens a message and three at the end, one for
a name. Nobody publishes how tool declarations are written out for the model; they are not counted,
and a call counts its function's name and its arguments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median_low
from typing import Any

from tuneops.dataset.examples import Example, Message

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_EXAMPLE = 3
PER_NAME = 1
ROLE_TOKENS = 1


@dataclass(frozen=True, slots=True)
class ExampleTokens:
    """Tokens of one example, and those before the first answer that is trained on."""

    total: int
    before_answer: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """One file in numbers; `turns` counts the assistant's messages."""

    examples: int = 0
    messages: int = 0
    turns: int = 0
    tokens: int = 0
    min_tokens: int = 0
    median_tokens: int = 0
    p95_tokens: int = 0
    max_tokens: int = 0


def count_texts(texts: Sequence[str]) -> list[int]:
    """Tokens of each text alone; marks such as <|im_end|> count as the characters they are."""
    from toktok import batch_count

    counts: list[int] = batch_count(texts, ENCODING)
    return counts


def count_examples(examples: Sequence[Example]) -> list[ExampleTokens]:
    pieces = [
        (position, list(_pieces(message)))
        for position, example in enumerate(examples)
        for message in example.messages
    ]
    counts = iter(count_texts([text for _, texts in pieces for text in texts]))
    costs: list[list[int]] = [[] for _ in examples]
    for position, texts in pieces:
        costs[position].append(PER_MESSAGE + ROLE_TOKENS + sum(next(counts) for _ in texts))
    return [_example(*one) for one in zip(examples, costs, strict=True)]


def summarise(tokens: Sequence[int], messages: int, turns: int) -> Statistics:
    if not tokens:
        return Statistics()
    ordered = sorted(tokens)
    return Statistics(
        examples=len(ordered),
        messages=messages,
        turns=turns,
        tokens=sum(ordered),
        min_tokens=ordered[0],
        median_tokens=median_low(ordered),
        p95_tokens=ordered[-(-95 * len(ordered) // 100) - 1],
        max_tokens=ordered[-1],
    )


def _example(example: Example, costs: list[int]) -> ExampleTokens:
    named = sum(PER_NAME for message in example.messages if message.fields.get("name"))
    starts = accumulate(costs, initial=0)
    before = next(
        (s for s, message in zip(starts, example.messages, strict=False) if message.trained), 0
    )
    return ExampleTokens(PER_EXAMPLE + named + sum(costs), before)


def _pieces(message: Message) -> Iterator[str]:
    yield message.text
    if isinstance(name := message.fields.get("name"), str):
        yield name
    for call in message.calls:
        yield from _strings(call.get("function"))


def _strings(function: Any) -> Iterator[str]:  # noqa: ANN401 - whatever stands in the data
    if isinstance(function, dict):
        for key in ("name", "arguments"):
            if isinstance(function.get(key), str):
                yield function[key]
