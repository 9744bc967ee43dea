"""Facts about a row, which rules on whole files compare."""

from typing import NamedTuple

from tunelint.digests import Digests, digests_of
from tunelint.example import Example, Format
from tunelint.source import Line

_LABEL_LENGTH, _LABEL_WORDS = 32, 3


class RowFacts(NamedTuple):
    """Facts about one row of a file.

    Attributes:
        line: From one.
        offset: Where the line starts in the file, in bytes.
        length: The line's bytes; zero for an example that spans several lines.
        tokens: What the row costs.
        messages: How many there are with a known role.
        answers: How many of them are the assistant's.
        images: How many parts are images.
        has_answer: Whether it ends with an answer, or has a reference (reinforcement).
        answer_length: Characters of the last answer; zero without one.
        is_label: Whether that is a word or two.
        digests: In which senses it is the same as another.
    """

    line: int
    offset: int
    length: int
    tokens: int
    messages: int
    answers: int
    images: int
    has_answer: bool
    answer_length: int
    is_label: bool
    digests: Digests


def facts_of(line: Line, example: Example, tokens: int) -> RowFacts:
    answer, digests = _last_answer(example), digests_of(example)
    return RowFacts(
        line.number,
        line.offset,
        len(line.raw) if example.raw else 0,
        tokens,
        len(example.messages),
        sum(message.role == "assistant" for message in example.messages),
        0 if example.is_plain else sum(map(_images, (one.content for one in example.messages))),
        answer is not None or (example.format is Format.RFT and bool(digests.answer)),
        len(answer or ""),
        answer is not None and len(answer) <= _LABEL_LENGTH and len(answer.split()) <= _LABEL_WORDS,
        digests,
    )


def _last_answer(example: Example) -> str | None:
    last = example.messages[-1] if example.messages else None
    return last.text if last and last.role == "assistant" and not last.calls_function else None


def _images(content: object) -> int:
    parts = content if isinstance(content, list) else []
    return sum(isinstance(one, dict) and one.get("type") == "image_url" for one in parts)
