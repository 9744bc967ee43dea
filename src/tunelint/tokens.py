"""How many tokens an example costs, counted exactly in o200k_base.

The frame is that of Microsoft's tutorial: three tokens a message and three at the end, one for
a name. Nobody publishes how tool declarations are written out for the model, and what an image
costs depends on its size; neither is counted. A call counts its function's name and arguments.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tunelint.example import Example, Format, Message, texts_of_content
from tunelint.findings import Statistics, Step
from tunelint.row_facts import RowFacts

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_EXAMPLE = 3
PER_NAME = 1
ROLE_TOKENS = 1

_PLAIN_KEYS = {"role", "content"}
_STEPS = 10  # of the distribution
# What tiktoken calls the vocabulary in its cache (the SHA-1 of its address), and its SHA-256.
_CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_VOCABULARY = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_FEW_BYTES = 10**6  # up to which tiktoken, which loads faster and counts slower, costs less


class Tokenizer(Protocol):
    """Counts the tokens of each text alone; marks such as <|im_end|> count as characters."""

    def __call__(self, texts: Sequence[str]) -> list[int]: ...


def tokenizer_for(size: int) -> Tokenizer:
    """The quicker one: for few bytes tiktoken, where it is installed with the same vocabulary."""
    return count_with_tiktoken if size <= _FEW_BYTES and _tiktoken() else count_texts


def count_texts(texts: Sequence[str]) -> list[int]:
    """Count with toktok, whose first call loads its vocabulary: half a second and 50 MB."""
    from toktok import batch_count

    counts: list[int] = batch_count(texts, ENCODING, threads=1)
    return counts


def count_with_tiktoken(texts: Sequence[str]) -> list[int]:
    encoding = _tiktoken()
    assert encoding is not None  # noqa: S101 - tokenizer_for has looked
    return [len(encoding.encode_ordinary(text)) for text in texts]


@cache
def _tiktoken() -> "Encoding | None":
    """Nothing is downloaded: the vocabulary must lie where TIKTOKEN_CACHE_DIR says."""
    try:
        import tiktoken

        vocabulary = Path(os.environ["TIKTOKEN_CACHE_DIR"], _CACHED_AS).read_bytes()
    except (ImportError, KeyError, OSError):
        return None
    same = sha256(vocabulary).hexdigest() == _VOCABULARY
    return tiktoken.get_encoding(ENCODING) if same else None


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


def _texts(message: Message) -> Sequence[str]:
    if message.fields.keys() == _PLAIN_KEYS and isinstance(message.content, str):
        return (message.content,)
    return [*texts_of_content(message.content), *_other_texts(message)]


def _other_texts(message: Message) -> Iterator[str]:
    """The participant's name, and the names and arguments of calls."""
    functions = [call.get("function") for call in message.calls]
    called = [one for one in (*functions, message.fields.get("function_call")) if one]
    given = [message.fields.get("name"), message.fields.get("refusal")]
    for one in called:
        given += [one.get("name"), one.get("arguments")] if isinstance(one, dict) else []
    yield from (one for one in given if isinstance(one, str))


def _example_tokens(
    row: Iterable[tuple[Message, Sequence[str]]], counts: dict[str, int]
) -> ExampleTokens:
    total, before_answer, answered = 0, 0, False
    for message, texts in row:
        if not answered and message.is_trained:
            before_answer, answered = total, True
        total += PER_MESSAGE + ROLE_TOKENS + sum([counts[text] for text in texts])
        total += PER_NAME if "name" in message.fields else 0
    return ExampleTokens(total + PER_EXAMPLE, before_answer)


def summarise(rows: Sequence[RowFacts]) -> Statistics:
    """A file in numbers."""
    if not rows:
        return Statistics()
    ordered = sorted(facts.tokens for facts in rows)
    count = len(ordered)
    usual = ordered[-(-95 * count // 100) - 1]
    return Statistics(
        examples=count,
        messages=sum(facts.messages for facts in rows),
        answers=sum(facts.answers for facts in rows),
        images=sum(facts.images for facts in rows),
        tokens=sum(ordered),
        min_tokens=ordered[0],
        median_tokens=ordered[(count - 1) // 2],
        p95_tokens=usual,
        max_tokens=ordered[-1],
        distribution=tuple(_steps(ordered, usual)),
    )


def _steps(ordered: Sequence[int], usual: int) -> Iterator[Step]:
    """Token counts in steps of equal width; the last one holds what is longer than usual."""
    width = _rounded_up((usual - ordered[0]) // _STEPS + 1)
    start = ordered[0] // width * width
    bounds = range(start, usual + 1, width)
    counts = [0] * (len(bounds) + 1)
    for number in ordered:
        counts[min((number - start) // width, len(bounds))] += 1
    for low, count in zip(bounds, counts, strict=False):
        yield low, low + width - 1, count
    if counts[-1]:
        yield bounds[-1] + width, ordered[-1], counts[-1]


def _rounded_up(width: int) -> int:
    """A width of one digit and noughts that is no narrower."""
    power: int = 10 ** (len(str(width)) - 1)
    return -(-width // power) * power
