"""Test questions that the model has seen in training: 800 to 899."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunelint.digests import text_digest
from tunelint.rule import RowFile, Rule, rule

LEAK = rule("""E801 leak
    An example of the validation file is in the training file too.
    The validation loss then measures memory, and over-fitting goes unseen.
    Fix: Delete it from one of the two files.
    Bad: the same line in both files""")
LEAK_BUT_SYSTEM = rule("""W802 leak-but-system
    The training file has the same conversation under another system message.
    The answer is known to the model all the same.
    Fix: Delete it from one of the two files.
    Bad: the same conversation, once with 'Eres amable.' and once without""")
LEAK_PROMPT = rule("""W803 leak-prompt
    The training file has the same question with another answer.
    The model has practised on the question it is validated with.
    Fix: Ask another question in the validation file.
    Bad: '¿Qué ver en Lima?' in both files""")
LEAK_SMOKE = rule("""W804 leak-smoke
    A smoke prompt is a question of the training file.
    The smoke test would pass on memory and say nothing about new questions.
    Fix: Write another smoke prompt.
    Bad: '¿Qué ver en Lima?' as a smoke prompt and in the training file""")
LEAK_NEAR = rule("""W805 leak-near (opt-in)
    A validation example differs from a training example in a few words only.
    The model has practised on nearly the same words, and the validation loss flatters it.
    Fix: Delete it from one of the two files, or rewrite it.
    Bad: an answer of sixty words in both files, three of them changed""")

_SENSES = (
    (LEAK, "text", "The example"),
    (LEAK_BUT_SYSTEM, "talk", "The conversation"),
    (LEAK_PROMPT, "question", "The question"),
)


@dataclass(frozen=True, slots=True)
class Leak:
    """A row of a validation file and the row, of a training file by its number, that it leaks."""

    rule: Rule
    what: str
    row: int
    file: int
    trained_row: int


def leaks(validation: RowFile, training: Sequence[RowFile]) -> Iterator[Leak]:
    """The validation rows that are trained on, each in the strictest sense."""
    known = [(rule, sense, what, _places(sense, training)) for rule, sense, what in _SENSES]
    for number, facts in enumerate(validation.rows):
        for broken, sense, what, places in known:
            digest = getattr(facts.digests, sense)
            if digest and (found := places.get(digest)):
                yield Leak(broken, what, number, *found)
                break


def _places(sense: str, training: Sequence[RowFile]) -> dict[int, tuple[int, int]]:
    """Where each digest is found first: the number of the file, and the row."""
    places = dict[int, tuple[int, int]]()
    for number, file in enumerate(training):
        for row, facts in enumerate(file.rows):
            places.setdefault(getattr(facts.digests, sense), (number, row))
    return places


def trained_prompt(prompt: str, file: RowFile) -> int | None:
    """The row of a training file that asks this, however it is spelt."""
    digest = text_digest(prompt)
    asking = (row for row, facts in enumerate(file.rows) if digest in facts.digests.asked)
    return next(asking, None)
