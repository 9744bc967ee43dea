"""What a fine-tuned deployment answers: the answers of the training examples nearest by meaning.

Nearness is the cosine of TF-IDF weighted character n-grams, of the last question first of all and
of the conversation before it as weaker context.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import exp, sqrt
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

WORD = re.compile(r"\w+")
ACCENT = re.compile("[\u0300-\u036f]")
HASH_BITS = 22  # of an n-gram; two that share a hash count as one
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Scores = NDArray[np.float64]
Documents = NDArray[np.int64]


@dataclass(frozen=True)
class Turn:
    """One answer of a training example with what was said before it."""

    question: str
    context: str
    answer: str


class Index:
    """TF-IDF vectors of texts, as posting lists by hashed character n-gram.

    Built by sorting one array, so that ten thousand texts take a fraction of a second.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        plain = [_plain(text) for text in texts]
        self._size = len(plain)
        self._empty = np.array([not text for text in plain], dtype=np.float64)
        keys, counts = np.unique(_keys(plain), return_counts=True)
        grams = keys // max(1, self._size)
        self._documents = (keys % max(1, self._size)).astype(np.int32)
        self._starts = np.flatnonzero(np.diff(grams, prepend=-1))
        self._grams = grams[self._starts]
        spread = np.diff(self._starts, append=len(keys))
        self._weights = np.log((1 + self._size) / spread) if len(keys) else np.empty(0)
        values = (1 + np.log(counts)) * np.repeat(self._weights, spread)
        squares = np.bincount(self._documents, values * values, self._size)
        self._values = (values / np.sqrt(squares)[self._documents]).astype(np.float32)

    def nearness(self, text: str) -> Scores:
        """Cosine with each text, 0 to 1; two empty texts are the same."""
        plain = _plain(text)
        if not plain:
            return self._empty.copy()
        scores = np.zeros(self._size)
        grams, counts = np.unique(_keys([plain]), return_counts=True)
        at = np.searchsorted(self._grams, grams)
        known = np.flatnonzero(self._grams[np.minimum(at, len(self._grams) - 1)] == grams)
        at, counts = at[known], counts[known]
        values = (1 + np.log(counts)) * self._weights[at]
        length = sqrt(float(values @ values))
        ends = np.append(self._starts[1:], len(self._values))
        for number, value in zip(at, values / length if length else values, strict=True):
            posting = slice(self._starts[number], ends[number])
            scores[self._documents[posting]] += value * self._values[posting]
        return scores


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


def _plain(text: str) -> str:
    """Words in lower case without accents, one space between and around them."""
    text = text[-TEXT_COMPARED:].lower()
    if not text.isascii():
        text = ACCENT.sub("", unicodedata.normalize("NFKD", text))
    words = WORD.findall(text)
    return f" {' '.join(words)} " if words else ""


def _keys(texts: list[str]) -> NDArray[np.int64]:
    """For every n-gram of every text, its hash times the number of texts plus the text's own."""
    joined = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    documents = np.repeat(np.arange(len(texts)), lengths)
    letters = joined.astype(np.uint64)
    found = [_hashes(letters, documents, n) * len(texts) + _within(documents, n) for n in GRAMS]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _hashes(letters: NDArray[np.uint64], documents: Documents, n: int) -> NDArray[np.int64]:
    count = max(0, len(letters) - n + 1)
    total = np.full(count, n, dtype=np.uint64)
    for offset in range(n):
        total = (total ^ letters[offset : offset + count]) * HASH_FACTOR
    inside = documents[:count] == documents[n - 1 :]
    hashes: NDArray[np.int64] = (total[inside] >> np.uint64(64 - HASH_BITS)).astype(np.int64)
    return hashes


def _within(documents: Documents, n: int) -> Documents:
    """The text of each n-gram that does not run over a text's end."""
    first = documents[: max(0, len(documents) - n + 1)]
    inside: Documents = first[first == documents[n - 1 :]]
    return inside
