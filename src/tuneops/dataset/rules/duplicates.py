"""Examples that are there more than once: 700 to 799."""

from collections import defaultdict
from collections.abc import Iterator

from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault, rule
from tuneops.dataset.fingerprints import Fingerprint, normalise

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
    what="The same question and answer appear twice in one conversation.",
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

REPEATS = (EXACT, CANONICAL, NORMALISED, CONFLICT)


class Duplicates:
    """What one file has shown so far; memory grows by some hundred bytes an example."""

    def __init__(self) -> None:
        self._seen: dict[int, list[tuple[int, Fingerprint]]] = {}
        self._answers: dict[int, tuple[int, int]] = {}
        self._canned: defaultdict[int, int] = defaultdict(int)

    def observe(self, example: Example, seen: Fingerprint) -> Iterator[Fault]:
        yield from _repeated_turns(example)
        line = example.document.line
        twins = self._seen.setdefault(seen.normalised, [])
        if twins:
            yield _nearest_twin(twins, seen)
        else:
            yield from self._answered_before(example, line, seen)
        if not any(twin.exact == seen.exact for _, twin in twins):
            twins.append((line, seen))

    def _answered_before(self, example: Example, line: int, seen: Fingerprint) -> Iterator[Fault]:
        if not example.whole or example.messages[-1].role != "assistant":
            return
        before, answer = self._answers.setdefault(seen.prompt, (line, seen.answer))
        if answer != seen.answer:
            yield Fault(CONFLICT, f"The prompt of line {before} has another answer here.")
        if len(normalise(example.messages[-1].text)) >= CANNED_LENGTH:
            self._canned[seen.answer] += 1
            if self._canned[seen.answer] == MANY_QUESTIONS:
                yield Fault(
                    SAME_ANSWER, f"This is prompt number {MANY_QUESTIONS} with the same answer."
                )


def _nearest_twin(twins: list[tuple[int, Fingerprint]], seen: Fingerprint) -> Fault:
    for line, twin in twins:
        if twin.exact == seen.exact:
            return Fault(EXACT, f"The same as line {line}.")
    for line, twin in twins:
        if twin.canonical == seen.canonical:
            return Fault(CANONICAL, f"The same JSON as line {line}.")
    return Fault(NORMALISED, f"The same text as line {twins[0][0]}, but for its spelling.")


def _repeated_turns(example: Example) -> Iterator[Fault]:
    pairs: set[tuple[str, str]] = set()
    for before, after in zip(example.messages, example.messages[1:], strict=False):
        if (before.role, after.role) != ("user", "assistant") or after.acts:
            continue
        pair = (before.text, after.text)
        if pair in pairs:
            text = "The same question and answer are in this conversation already."
            yield Fault(REPEATED_TURN, text, before.at)
        pairs.add(pair)
