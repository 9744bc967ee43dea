"""Examples that are there more than once: 700 to 799."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault, rule
from tuneops.dataset.grouping import distinct, first_of
from tuneops.dataset.rules.texts import normalise

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

MANY_QUESTIONS = 5
CANNED_LENGTH = 20  # characters; shorter answers are labels, which are meant to repeat

EXACT = rule(
    "W701",
    "duplicate",
    what="The same line is there already.",
    why="A repeated example counts twice in training and is billed twice.",
    bad="the same line twice",
    good="each line once",
    fix="Delete one of the two.",
)
CANONICAL = rule(
    "W702",
    "duplicate-json",
    what="The same example with other spacing, key order or escapes.",
    why="It is the same to the model: it counts and is billed twice.",
    bad='{"a": 1, "b": 2} and {"b": 2, "a": 1}',
    good="each example once",
    fix="Delete one of the two.",
)
NORMALISED = rule(
    "W703",
    "duplicate-text",
    what="The same conversation but for case, accents or punctuation.",
    why="It teaches next to nothing new and is billed again.",
    bad="'¿Qué ver en Lima?' and 'que ver en lima'",
    good="questions that differ",
    fix="Keep the better one, or make them differ.",
)
CONFLICT = rule(
    "W704",
    "conflicting-answers",
    what="The same prompt with another answer.",
    why="The model learns a mixture of both; if they contradict each other, it learns to waver.",
    bad="'¿Hay playa en Quito?' answered with 'Sí' and with 'No'",
    good="one answer for each prompt",
    fix="Keep the better answer.",
)
SAME_ANSWER = rule(
    "W705",
    "canned-answer",
    what=f"{MANY_QUESTIONS} or more different prompts share one answer word for word.",
    why="The model learns to give the canned answer to everything.",
    bad="six questions answered with 'Gracias por tu consulta, te respondemos pronto.'",
    good="answers that take up the question",
    fix="Write an answer for each, or keep one of the examples.",
)
REPEATED_TURN = rule(
    "W706",
    "repeated-turn",
    what="The same question and answer, however spelt, appear twice in one conversation.",
    why="It is usually a slip of an export, and teaches the model to repeat itself.",
    bad="Hola · ¡Hola! · Hola · ¡Hola!",
    good="a conversation that moves on",
    fix="Delete the repeated turn.",
)

NEAR = rule(
    "W707",
    "near-duplicate",
    what="A conversation that differs from another in a few words only.",
    why="It teaches little new, is billed in full, and weighs one case more than the others.",
    bad="the same answer of sixty words with three of them changed",
    good="conversations in words of their own",
    fix="Keep the better one, or rewrite one of them.",
)

ANSWERED, CANNED = 1, 2  # flags of a row: it ends in an answer, and in a long one
REPEATS = (EXACT, CANONICAL, NORMALISED, CONFLICT)
_BATCH = 500
_Digests = NDArray[np.uint64]
_Positions = NDArray[np.int64]
_Read = Callable[[_Positions], "Rows"]


def examine(table: NDArray[np.void], read: _Read) -> Iterator[tuple[int, Fault]]:
    """What one file's rows repeat of one another, each fault with the position of its row."""
    first = first_of(table["normalised"])
    alone = first == np.arange(len(table))
    yield from _repeated(table, first, np.flatnonzero(~alone), read)
    answered = np.flatnonzero(alone & (table["flags"] & ANSWERED != 0))
    yield from _conflicts(table, answered)
    yield from _canned(table, answered[table["flags"][answered] & CANNED != 0])


def _repeated(
    table: NDArray[np.void], first: _Positions, again: _Positions, read: _Read
) -> Iterator[tuple[int, Fault]]:
    exact = first_of(table["low"] ^ table["high"])
    spelt = again[exact[again] == again]
    involved = distinct(np.concatenate([spelt, first[spelt]]))
    forms = dict(zip(involved.tolist(), _canonical(involved, read), strict=True))
    for position in again.tolist():
        original = int(exact[position])
        head = int(first[position])
        if original != position:
            yield position, Fault(EXACT, f"The same as line {table['line'][original]}.")
        elif forms[position] == forms[head]:
            yield position, Fault(CANONICAL, f"The same JSON as line {table['line'][head]}.")
        else:
            text = f"The same text as line {table['line'][head]}, but for its spelling."
            yield position, Fault(NORMALISED, text)


def _canonical(positions: _Positions, read: _Read) -> Iterator[int]:
    for start in range(0, len(positions), _BATCH):
        rows = read(positions[start : start + _BATCH])
        for at in range(len(rows)):
            value = json.dumps(rows.example(at).document.value, sort_keys=True)
            yield xxh3_64_intdigest(value.encode())


def _conflicts(table: NDArray[np.void], answered: _Positions) -> Iterator[tuple[int, Fault]]:
    prompts, answers = table["prompt"][answered], table["answer"][answered]
    first = first_of(prompts)
    for at in np.flatnonzero(answers != answers[first]).tolist():
        before = table["line"][answered[first[at]]]
        text = f"The prompt of line {before} has another answer here."
        yield int(answered[at]), Fault(CONFLICT, text)


def _canned(table: NDArray[np.void], answered: _Positions) -> Iterator[tuple[int, Fault]]:
    answers = table["answer"][answered]
    order = np.argsort(answers, kind="stable")
    rank = np.arange(len(order)) - np.searchsorted(answers, answers[order], sorter=order)
    for at in order[rank == MANY_QUESTIONS - 1].tolist():
        text = f"This is prompt number {MANY_QUESTIONS} with the same answer."
        yield int(answered[at]), Fault(SAME_ANSWER, text)


def repeated_turns(example: Example) -> Iterator[Fault]:
    pairs: set[tuple[str, str]] = set()
    for before, after in zip(example.messages, example.messages[1:], strict=False):
        if (before.role, after.role) != ("user", "assistant") or after.acts:
            continue
        pair = (normalise(before.text), normalise(after.text))
        if pair in pairs:
            text = "The same question and answer are in this conversation already."
            yield Fault(REPEATED_TURN, text, before.at)
        pairs.add(pair)
