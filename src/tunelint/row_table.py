"""The rows of a file in numbers: what rules on whole files compare."""

from array import array
from collections.abc import Iterator, Sequence

from tunelint.digests import digests_of
from tunelint.example import Example
from tunelint.source import Line
from tunelint.tokens import ExampleTokens

CANNED_LENGTH = 20  # characters; shorter answers are labels, which are meant to repeat
ANSWERED, CANNED = 1, 2  # flags of a row: it ends in an answer, and in a long one

LABEL = 4  # flag of a row whose answer is a word or two
_LABEL_LENGTH, _LABEL_WORDS = 32, 3
_DIGESTS = (
    "exact",
    "canonical",
    "text",
    "talk",
    "prompt",
    "question",
    "answer",
    "system",
    "tools",
    "other",
)
_KINDS = {
    "line": "I",
    "offset": "Q",
    "length": "I",
    "tokens": "I",
    "messages": "I",
    "answers": "I",
    "images": "I",
    "flags": "B",
    "exact": "Q",
    "canonical": "Q",
    "text": "Q",
    "talk": "Q",
    "prompt": "Q",
    "question": "Q",
    "answer": "Q",
    "system": "Q",
    "tools": "Q",
    "other": "Q",
    "asked": "Q",
    "asked_row": "I",
    "sketches": "I",
    "sketch_end": "Q",
}


class RowTable:
    """Columns of equal length, a row of the file each, in the order of lines.

    The columns of digests are described in tunelint.digests. `asked` has the digests of all
    user messages on end, and `asked_row` the row of each; `sketches` has those of all rows on end,
    if rows are searched for near duplicates.
    """

    __slots__ = tuple(_KINDS)

    line: "array[int]"
    offset: "array[int]"
    length: "array[int]"
    tokens: "array[int]"
    messages: "array[int]"
    answers: "array[int]"
    images: "array[int]"
    flags: "array[int]"
    exact: "array[int]"
    canonical: "array[int]"
    text: "array[int]"
    talk: "array[int]"
    prompt: "array[int]"
    question: "array[int]"
    answer: "array[int]"
    system: "array[int]"
    tools: "array[int]"
    other: "array[int]"
    asked: "array[int]"
    asked_row: "array[int]"
    sketches: "array[int]"
    sketch_end: "array[int]"

    def __init__(self) -> None:
        for name, kind in _KINDS.items():
            setattr(self, name, array(kind))

    def __len__(self) -> int:
        return len(self.line)

    def append(
        self, line: Line, example: Example, tokens: ExampleTokens, sketch: Sequence[int] = ()
    ) -> None:
        messages = example.messages
        self.line.append(line.number)
        self.offset.append(line.offset)
        self.length.append(len(line.raw) if example.raw else 0)
        self.tokens.append(tokens.total)
        self.messages.append(len(messages))
        self.answers.append(sum(message.role == "assistant" for message in messages))
        self.images.append(sum(_images(example)))
        self.flags.append(_flags(example))
        digests = digests_of(example)
        for name, digest in zip(_DIGESTS, digests, strict=False):
            getattr(self, name).append(digest)
        self.asked_row.extend([len(self) - 1] * len(digests.asked))
        self.asked.extend(digests.asked)
        self.sketches.extend(sketch)
        self.sketch_end.append(len(self.sketches))

    def sketch(self, row: int) -> "array[int]":
        """The sketch of a row's words (tunelint.sketch)."""
        return self.sketches[self.sketch_end[row - 1] if row else 0 : self.sketch_end[row]]

    def extend(self, other: "RowTable", lines: int) -> None:
        """Add the rows of a table whose lines count from so many lines before."""
        rows, sketched = len(self), len(self.sketches)
        self.line.extend(number + lines for number in other.line)
        self.asked_row.extend(row + rows for row in other.asked_row)
        self.sketch_end.extend(end + sketched for end in other.sketch_end)
        for name in _KINDS:
            if name not in ("line", "asked_row", "sketch_end"):
                getattr(self, name).extend(getattr(other, name))


def _images(example: Example) -> Iterator[int]:
    for message in example.messages:
        content = message.content
        if isinstance(content, list):
            yield sum(isinstance(one, dict) and one.get("type") == "image_url" for one in content)


def _flags(example: Example) -> int:
    last = example.messages[-1] if example.messages else None
    if last is None or last.role != "assistant" or last.calls_function:
        return 0
    text = last.text
    canned = CANNED if len(text) >= CANNED_LENGTH else 0
    is_label = len(text) <= _LABEL_LENGTH and len(text.split()) <= _LABEL_WORDS
    return ANSWERED | canned | (LABEL if is_label else 0)
