"""Smoke prompts that the model has practised on: the test would measure memory."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tuneops.checks.kinds import folded
from tuneops.errors import ConfigError
from tuneops.smoke.prompts import Prompt

MIN_PAIRS = 5  # shorter questions are alike by chance; they leak only word for word
SIMILAR = 0.7  # Jaccard of the pairs of neighbouring words
_NEARLY = 0.99
_WORD = re.compile(r"\w+")

Question = tuple[int, str]


def leaks(prompts: Sequence[Prompt], training: Sequence[Path]) -> list[str]:
    """Which prompts occur in the training files, exactly or nearly, each with its line.

    The last message of a prompt is looked for among the users' messages.

    Raises:
        ConfigError: The training file cannot be read.
    """
    search = _Search(prompts)
    found: dict[str, str] = {}
    for file in training:
        for prompt, line, likeness in search.among(questions(file)):
            how = "is" if likeness == 1 else f"is {likeness:.0%} the same as"
            text = f"prompt '{prompt}' {how} a question on line {line} of {file}"
            found.setdefault(prompt, text)
    return list(found.values())


def questions(training: Path) -> Iterator[Question]:
    """The users' messages with their line; what is no example is left to the validator."""
    try:
        with training.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                yield from ((number, text) for text in _asked(line))
    except OSError as error:
        raise ConfigError(
            f"The training file {training} cannot be read: {error.strerror}.",
            remedy="Prompts are compared with it: name it under data.training.",
        ) from error


def _asked(line: str) -> Iterator[str]:
    try:
        row = json.loads(line)
        messages = row.get("input", row)["messages"]  # a pair of answers has its question there
        contents = [m["content"] for m in messages if m["role"] == "user"]
        yield from (content for content in contents if isinstance(content, str))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


class _Search:
    def __init__(self, prompts: Sequence[Prompt]) -> None:
        self._prompts = [(p.id, _Wording(p.question)) for p in prompts]

    def among(self, asked: Iterable[Question]) -> Iterator[tuple[str, int, float]]:
        for line, text in asked:
            known = _Wording(text)
            for prompt, wanted in self._prompts:
                if (likeness := wanted.likeness(known)) >= SIMILAR:
                    yield prompt, line, likeness


class _Wording:
    """A question as its words, without case, accents and punctuation."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text)
        self.words = tuple(folded(word) for word in words)
        self.pairs = frozenset(pairwise(self.words))
        # The same question about another city is another question.
        self.names = {folded(word) for word in words[1:] if word[0].isupper() or word.isdigit()}

    def likeness(self, other: "_Wording") -> float:
        if self.words == other.words:
            return 1.0
        if len(self.pairs) < MIN_PAIRS or self.pairs.isdisjoint(other.pairs):
            return 0.0
        if self.names != other.names:
            return 0.0
        shared = len(self.pairs & other.pairs)
        return min(_NEARLY, shared / (len(self.pairs) + len(other.pairs) - shared))
