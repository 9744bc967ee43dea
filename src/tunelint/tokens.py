"""How many tokens an example costs, counted exactly in o200k_base.

The frame is that of Microsoft's tutorial: three tokens a message and three at the end, one for
a name. Nobody publishes how tool declarations are written out for the model, and what an image
costs depends on its size; neither is counted. A call counts its function's name and arguments.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tunelint.example import Example, Format, Message, texts_of_content
from tunelint.findings import Statistics, Step

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_EXAMPLE = 3
PER_NAME = 1
ROLE_TOKENS = 1

_PLAIN_KEYS = {"role", "content"}
STEPS = 10  # of the distribution
_NICE = (1, 2, 2.5, 5, 10)


class Tokenizer(Protocol):
    """Counts the tokens of each text alone; marks such as <|im_end|> count as characters."""

    def __call__(self, texts: Sequence[str]) -> list[int]: ...


def count_texts(texts: Sequence[str]) -> list[int]:
    """The tokenizer in use. Its first call takes a third of a second and 50 MB."""
    from toktok import batch_count

    counts: list[int] = batch_count(texts, ENCODING, threads=1)
    return counts


class ExampleTokens(NamedTuple):
    """Tokens of one example, and those before the first answer that is trained on."""

    total: int
    before_answer: int


def count_examples(
    examples: Sequence[Example], count: Tokenizer = count_texts
) -> Iterator[ExampleTokens]:
    """The tokens of each example; texts that several share are counted once."""
    rows = [[(one, _texts(one)) for one in _messages(example)] for example in examples]
    texts = {text: None for row in rows for _, own in row for text in own}
    counts = dict(zip(texts, count(list(texts)), strict=True))
    for row in rows:
        yield _example_tokens(row, counts)


def _messages(example: Example) -> tuple[Message, ...]:
    if example.format is Format.DPO:
        return (*example.messages, *example.rejected)
    return example.messages


def _texts(message: Message) -> list[str]:
    content = message.content
    texts = [content] if isinstance(content, str) else list(texts_of_content(content))
    if message.fields.keys() != _PLAIN_KEYS:
        texts += _other_texts(message.fields)
    return texts


def _other_texts(fields: dict[str, Any]) -> Iterator[str]:
    """The participant's name, and the names and arguments of calls."""
    calls = fields.get("tool_calls")
    functions = [one.get("function") for one in calls or () if isinstance(one, dict)]
    given = (fields.get("name"), fields.get("refusal"))
    yield from (one for one in given if isinstance(one, str))
    for function in (*functions, fields.get("function_call")):
        if isinstance(function, dict):
            parts = (function.get("name"), function.get("arguments"))
            yield from (one for one in parts if isinstance(one, str))


def _example_tokens(
    row: Iterable[tuple[Message, list[str]]], counts: dict[str, int]
) -> ExampleTokens:
    total, before_answer, answered = 0, 0, False
    for message, texts in row:
        if not answered and message.is_trained:
            before_answer, answered = total, True
        total += PER_MESSAGE + ROLE_TOKENS + sum([counts[text] for text in texts])
        if "name" in message.fields:
            total += PER_NAME
    return ExampleTokens(total + PER_EXAMPLE, before_answer)


def summarise(
    tokens: Sequence[int], *, messages: int = 0, answers: int = 0, images: int = 0
) -> Statistics:
    """A file in numbers; `tokens` are those of its examples."""
    if not tokens:
        return Statistics()
    ordered = sorted(tokens)
    count = len(ordered)
    return Statistics(
        examples=count,
        messages=messages,
        answers=answers,
        images=images,
        tokens=sum(ordered),
        min_tokens=ordered[0],
        median_tokens=ordered[(count - 1) // 2],
        p95_tokens=ordered[-(-95 * count // 100) - 1],
        max_tokens=ordered[-1],
        distribution=tuple(_steps(ordered)),
    )


def _steps(ordered: Sequence[int]) -> Iterator[Step]:
    """Token counts in steps of equal width; the last one holds the long tail."""
    usual = ordered[min(len(ordered) - 1, 95 * len(ordered) // 100)]
    width = _nice_width((usual - ordered[0]) / STEPS)
    start = ordered[0] // width * width
    bounds = range(start, usual + 1, width)
    counts = [0] * (len(bounds) + 1)
    for number in ordered:
        counts[min((number - start) // width, len(bounds))] += 1
    for low, count in zip(bounds, counts, strict=False):
        yield low, low + width - 1, count
    if counts[-1]:
        yield bounds[-1] + width, ordered[-1], counts[-1]


def _nice_width(width: float) -> int:
    """A round width that is no narrower."""
    power = 1
    while True:
        for factor in _NICE:
            if factor * power >= width and factor * power == int(factor * power):
                return int(factor * power)
        power *= 10
