"""Test questions that the model has seen in training: 800 to 899."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunelint.digests import text_digest
from tunelint.file_rule import RowFile
from tunelint.rule import Rule, rule

LEAK = rule(
    "E801",
    "leak",
    what="An example of the validation file is in the training file too.",
    why="The validation loss then measures memory, and over-fitting goes unseen.",
    bad="the same line in both files",
    good="a line in one of the files",
    fix="Delete it from one of the two files.",
)
LEAK_BUT_SYSTEM = rule(
    "W802",
    "leak-but-system",
    what="The training file has the same conversation under another system message.",
    why="The answer is known to the model all the same.",
    bad="the same conversation, once with 'Eres amable.' and once without",
    good="a conversation in one of the files",
    fix="Delete it from one of the two files.",
)
LEAK_PROMPT = rule(
    "W803",
    "leak-prompt",
    what="The training file has the same question with another answer.",
    why="The model has practised on the question it is validated with.",
    bad="'¿Qué ver en Lima?' in both files",
    good="questions that are in one of the files",
    fix="Ask another question in the validation file.",
)
LEAK_SMOKE = rule(
    "W804",
    "leak-smoke",
    what="A smoke prompt is a question of the training file.",
    why="The smoke test would pass on memory and say nothing about new questions.",
    bad="'¿Qué ver en Lima?' as a smoke prompt and in the training file",
    good="smoke prompts that are in neither file",
    fix="Write another smoke prompt.",
)
LEAK_NEAR = rule(
    "W805",
    "leak-near",
    what="A validation example differs from a training example in a few words only.",
    why="The model has practised on nearly the same words, and the validation loss flatters it.",
    bad="an answer of sixty words in both files, three of them changed",
    good="validation examples in words of their own",
    fix="Delete it from one of the two files, or rewrite it.",
    opt_in=True,
)

_SENSES: tuple[tuple[Rule, str, str], ...] = (
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
    known = [_places(name, training) for _, name, _ in _SENSES]
    table = validation.table
    for row in range(len(table)):
        for (broken, name, what), places in zip(_SENSES, known, strict=True):
            digest = getattr(table, name)[row]
            if digest and (found := places.get(digest)):
                yield Leak(broken, what, row, *found)
                break


def _places(name: str, training: Sequence[RowFile]) -> dict[int, tuple[int, int]]:
    """Where each digest is found first: the number of the file, and the row."""
    places = dict[int, tuple[int, int]]()
    for number, file in enumerate(training):
        for row, digest in enumerate(getattr(file.table, name)):
            places.setdefault(digest, (number, row))
    return places


def trained_prompt(prompt: str, file: RowFile) -> int | None:
    """The row of a training file that asks this, however it is spelt."""
    digest = text_digest(prompt)
    try:
        return file.table.asked_row[file.table.asked.index(digest)]
    except ValueError:
        return None
