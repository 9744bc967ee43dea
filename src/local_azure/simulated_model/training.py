"""The small model that a fine-tuning job really trains.

A character language model: a softmax over the alphabet whose logits are the sum of hashed context
rows for the last 0 to 4 characters, trained by stochastic gradient descent on the assistants'
texts. "Tokens" of its losses and accuracies are characters; losses are in nats.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_azure.simulated_model.hyperparameters import Hyperparameters, Step
from local_azure.simulated_model.training_file import Example, Message, read_examples, text_of

ORDERS = 4
BUCKETS = 4096
ALPHABET = 128
WINDOW = 256  # characters of an example that one step looks at
STEP_POSITIONS = 1024  # characters that one step looks at over all its examples
EXAMPLES_KEPT = 2000  # examples of a huge file that are kept in memory
TEXT_KEPT = 4000  # characters kept of each
VALIDATION_KEPT = 32
LEARNING_RATE = 0.06
VALIDATE_EVERY = 10  # steps

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class _Text:
    rows: Ints  # (ORDERS + 1, characters): the weight rows of each position's contexts
    characters: Ints

    def window(self, generator: np.random.Generator, width: int) -> "_Text":
        start = int(generator.integers(0, max(1, len(self.characters) - width + 1)))
        part = slice(start, start + width)
        return _Text(self.rows[:, part], self.characters[part])


@dataclass(frozen=True)
class _Score:
    loss: float
    accuracy: float


class LanguageModel:
    def __init__(self, texts: list[str], generator: np.random.Generator) -> None:
        common = Counter(character for text in texts for character in text)
        alphabet = [character for character, _ in common.most_common(ALPHABET - 1)]
        self._index = {character: i for i, character in enumerate(alphabet, 1)}
        shape = ((ORDERS + 1) * BUCKETS, len(alphabet) + 1)
        self._weights = (generator.standard_normal(shape, dtype=np.float32)) * np.float32(0.01)
        self._untrained = self._weights.copy()

    def encode(self, text: str) -> _Text:
        padded = "\n" * ORDERS + text
        ids = np.array([self._index.get(character, 0) for character in padded], dtype=np.int64)
        context = np.zeros(len(text), dtype=np.int64)
        rows = [context]
        for order in range(1, ORDERS + 1):
            before = ids[ORDERS - order : len(ids) - order]
            context = (context * 1_000_003 + before + order) & 0x7FFFFFFF
            rows.append(order * BUCKETS + (context * 2_654_435_761 >> 7) % BUCKETS)
        return _Text(np.stack(rows), ids[ORDERS:])

    def score(self, text: _Text) -> _Score:
        return _score(self._probabilities(text), text)

    def learn(self, text: _Text, rate: float) -> _Score:
        """One gradient step; the score is that of before the step."""
        probabilities = self._probabilities(text)
        score = _score(probabilities, text)
        self._descend(text, probabilities, rate)
        return score

    def prefer(self, wanted: _Text, other: _Text, rate: float, beta: float) -> _Score:
        """One step of direct preference optimisation against the untrained model.

        The loss is the preference's, the accuracy that of the wanted text.
        """
        likely, unlikely = self._probabilities(wanted), self._probabilities(other)
        margin = beta * (self._gain(likely, wanted) - self._gain(unlikely, other))
        score = _score(likely, wanted)
        push = 2 * rate / (1 + np.exp(min(margin, 50.0)))  # the whole rate where it is undecided
        self._descend(wanted, likely, push)
        self._descend(other, unlikely, -push)
        return _Score(round(float(np.logaddexp(0, -margin)), 6), score.accuracy)

    def _gain(self, probabilities: Floats, text: _Text) -> float:
        """How much likelier than to the untrained model the text is, in nats."""
        before = self._probabilities(text, self._untrained)
        return _log_likelihood(probabilities, text) - _log_likelihood(before, text)

    def _descend(self, text: _Text, probabilities: Floats, rate: float) -> None:
        probabilities[np.arange(len(text.characters)), text.characters] -= 1
        uses = np.bincount(text.rows.ravel(), minlength=len(self._weights))
        for rows in text.rows:
            damped = np.float32(rate) / np.sqrt(uses[rows], dtype=np.float32)
            np.subtract.at(self._weights, rows, probabilities * damped[:, None])

    def _probabilities(self, text: _Text, weights: Floats | None = None) -> Floats:
        weights = self._weights if weights is None else weights
        logits: Floats = weights[text.rows].sum(axis=0)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits


def _log_likelihood(probabilities: Floats, text: _Text) -> float:
    right = probabilities[np.arange(len(text.characters)), text.characters]
    return float(np.log(np.maximum(right, 1e-9)).sum(dtype=np.float64))


def _score(probabilities: Floats, text: _Text) -> _Score:
    right = probabilities[np.arange(len(text.characters)), text.characters]
    loss = -np.log(np.maximum(right, 1e-9)).mean(dtype=np.float64)
    accuracy = (probabilities.argmax(axis=1) == text.characters).mean()
    return _Score(round(float(loss), 6), round(float(accuracy), 6))


def wanted_text(example: Example) -> str:
    """What the model learns to say."""
    return _said(example.messages)


def _said(messages: list[Message]) -> str:
    """The assistant's texts whose weight is not 0."""
    answers = (
        text_of(message)
        for message in messages
        if message["role"] == "assistant" and message.get("weight") != 0
    )
    return "\n".join(answers)[:TEXT_KEPT]


def train_files(
    training: Path,
    validation: Path | None,
    chosen: Hyperparameters,
    *,
    examples: int,
    seed: int,
    beta: float | None = None,
) -> list[Step]:
    """Trains on the files; `examples` is the number of lines, which fixes the number of steps.

    With `beta`, by preference.
    """
    kept = list(islice(read_examples(training), EXAMPLES_KEPT))
    if beta is not None:
        pairs = [(wanted_text(example), _said(example.rejected)) for example in kept]
        return train_by_preference(pairs, chosen, beta, examples=examples, seed=seed)
    return train(
        [wanted_text(example) for example in kept],
        _kept_texts(validation, VALIDATION_KEPT) if validation else [],
        chosen,
        examples=examples,
        seed=seed,
    )


def train(
    texts: list[str],
    validation: list[str],
    chosen: Hyperparameters,
    *,
    examples: int | None = None,
    seed: int,
) -> list[Step]:
    """One Step for each gradient step; the same arguments give the same steps."""
    generator = np.random.default_rng(abs(seed))
    model = LanguageModel(texts, generator)
    encoded = [model.encode(text) for text in texts if text] or [model.encode(" ")]
    held_out = [model.encode(text) for text in validation if text]
    rate = LEARNING_RATE * chosen.learning_rate_multiplier
    steps: list[Step] = []
    per_epoch = chosen.steps(examples or len(texts)) // chosen.n_epochs
    for _ in range(chosen.n_epochs):
        for batch in _batches(encoded, per_epoch, chosen.batch_size, generator):
            number = len(steps) + 1
            score = model.learn(batch, rate)
            ends = number % per_epoch == 0
            looks = ends or number % VALIDATE_EVERY == 0
            valid = _sampled(model, held_out, generator) if looks else {}
            full = _full(model, held_out) if ends else {}
            steps.append(Step(number, score.loss, score.accuracy, **valid, **full))
    return steps


def train_by_preference(
    pairs: list[tuple[str, str]],
    chosen: Hyperparameters,
    beta: float,
    *,
    examples: int | None = None,
    seed: int,
) -> list[Step]:
    """On pairs of a preferred and another text; the same arguments give the same steps."""
    generator = np.random.default_rng(abs(seed))
    model = LanguageModel([text for pair in pairs for text in pair], generator)
    encoded = [(model.encode(one or " "), model.encode(other or " ")) for one, other in pairs]
    rate = LEARNING_RATE * chosen.learning_rate_multiplier
    width, shown = _batch_shape(chosen.batch_size)
    order = _shuffled(len(encoded), generator)
    steps: list[Step] = []
    for number in range(1, chosen.steps(examples or len(pairs)) + 1):
        batch = [encoded[next(order)] for _ in range(shown)]
        wanted, other = (
            _joined([text.window(generator, width) for text in side])
            for side in zip(*batch, strict=True)
        )
        score = model.prefer(wanted, other, rate, beta)
        steps.append(Step(number, score.loss, score.accuracy))
    return steps


def _kept_texts(path: Path, limit: int) -> list[str]:
    return [wanted_text(example) for example in islice(read_examples(path), limit)]


def _batches(
    texts: list[_Text], count: int, size: int, generator: np.random.Generator
) -> Iterator[_Text]:
    width, shown = _batch_shape(size)
    order = _shuffled(len(texts), generator)
    for _ in range(count):
        parts = [texts[next(order)].window(generator, width) for _ in range(shown)]
        yield _joined(parts)


def _batch_shape(size: int) -> tuple[int, int]:
    """Characters of an example, and examples, that one step looks at."""
    width = max(16, min(WINDOW, STEP_POSITIONS // size))
    return width, min(size, STEP_POSITIONS // width)


def _shuffled(length: int, generator: np.random.Generator) -> Iterator[int]:
    while True:
        yield from (int(index) for index in generator.permutation(length))


def _joined(parts: list[_Text]) -> _Text:
    return _Text(
        np.concatenate([part.rows for part in parts], axis=1),
        np.concatenate([part.characters for part in parts]),
    )


def _sampled(
    model: LanguageModel, texts: list[_Text], generator: np.random.Generator
) -> dict[str, float]:
    if not texts:
        return {}
    text = texts[int(generator.integers(len(texts)))]
    score = model.score(text.window(generator, WINDOW))
    return {"valid_loss": score.loss, "valid_mean_token_accuracy": score.accuracy}


def _full(model: LanguageModel, texts: list[_Text]) -> dict[str, float]:
    if not texts:
        return {}
    score = model.score(_joined(texts))
    return {"full_valid_loss": score.loss, "full_valid_mean_token_accuracy": score.accuracy}
