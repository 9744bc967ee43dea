"""What a fine-tuned deployment answers: the answers of the training examples nearest by meaning.

Nearness is the cosine of TF-IDF weighted character n-grams, of the last question first of all and
of the conversation before it as weaker context.
"""

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import exp, log, sqrt
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from local_azure.simulated_model.training_file import Message, read_examples, text_of

GRAMS = (3, 4, 5)
TEXT_COMPARED = 2000  # characters at the end of a question or context
TURNS_KEPT = 10_000
CONTEXT_WEIGHT = 0.35
CANDIDATES = 4
WARMTH = 0.06  # difference in nearness that matters at temperature 1

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Turn:
    """One answer of a training example with what was said before it."""

    question: str
    context: str
    answer: str


class Index:
    """TF-IDF vectors of texts, as posting lists by character n-gram."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = [_grams(text) for text in texts]
        self._empty = np.array([not count for count in counts], dtype=np.float64)
        spread = Counter(gram for count in counts for gram in count)
        self._weights = {gram: log((1 + len(counts)) / n) for gram, n in spread.items()}
        self._documents = {gram: array("l") for gram in spread}
        self._values = {gram: array("d") for gram in spread}
        for number, count in enumerate(counts):
            for gram, value in self._vector(count).items():
                self._documents[gram].append(number)
                self._values[gram].append(value)

    def nearness(self, text: str) -> Scores:
        """Cosine with each text, 0 to 1; two empty texts are the same."""
        count = _grams(text)
        if not count:
            return self._empty.copy()
        scores = np.zeros(len(self._empty))
        for gram, value in self._vector(count).items():
            scores[np.frombuffer(self._documents[gram], dtype="l")] += value * np.frombuffer(
                self._values[gram]
            )
        return scores

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        raw = {
            gram: (1 + log(n)) * self._weights[gram]
            for gram, n in count.items()
            if gram in self._weights
        }
        length = sqrt(sum(value * value for value in raw.values()))
        return {gram: value / length for gram, value in raw.items()} if length else {}


class TrainedAnswers:
    def __init__(self, conversations: Iterable[list[Message]]) -> None:
        turns = islice((turn for c in conversations for turn in turns_of(c)), TURNS_KEPT)
        self._turns = list(turns)
        self._questions = Index(turn.question for turn in self._turns)
        self._contexts = Index(turn.context for turn in self._turns)

    @classmethod
    def of_file(cls, path: Path) -> "TrainedAnswers":
        return cls(example.messages for example in read_examples(path))

    def reply(self, messages: list[Message], *, temperature: float, chance: Random) -> str:
        """The nearest answer, or with temperature one of the few nearest; "" without training."""
        if not self._turns:
            return ""
        question, context = _asked(messages)
        scores = self._questions.nearness(question)
        scores += CONTEXT_WEIGHT * self._contexts.nearness(context)
        best = [int(i) for i in np.argsort(-scores, kind="stable")[:CANDIDATES]]
        if temperature <= 0:
            return self._turns[best[0]].answer
        top = scores[best[0]]
        odds = [exp((scores[i] - top) / (WARMTH * temperature)) for i in best]
        return self._turns[chance.choices(best, odds)[0]].answer


def turns_of(messages: list[Message]) -> list[Turn]:
    """Every answer in text with a weight other than 0, with the question it answers."""
    return [
        Turn(*_asked(messages[:position]), text_of(message))
        for position, message in enumerate(messages)
        if message["role"] == "assistant" and message.get("weight") != 0 and text_of(message)
    ]


def _asked(messages: list[Message]) -> tuple[str, str]:
    """The last question, and the conversation before it without the system messages."""
    users = [i for i, message in enumerate(messages) if message["role"] == "user"]
    last = users[-1] if users else len(messages)
    before = (m for m in messages[:last] if m["role"] in ("user", "assistant"))
    question = text_of(messages[last]) if users else ""
    return question, " ".join(map(text_of, before))


def _grams(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKD", text[-TEXT_COMPARED:].lower())
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    padded = f" {' '.join(words)} " if words else ""
    return Counter(padded[i : i + n] for n in GRAMS for i in range(len(padded) - n + 1))
