"""Examples that are there more than once: 700 to 799."""

from collections import Counter
from collections.abc import Iterator

from tunelint.file_rule import RowFile, RowViolation, on_file
from tunelint.row_table import ANSWERED, CANNED, RowTable
from tunelint.rule import Violation, rule

MANY_QUESTIONS = 5

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
    opt_in=True,
)


@on_file
def repeated(file: RowFile) -> Iterator[RowViolation]:
    """Rows that an earlier row of the file equals in one sense or another."""
    table = file.table
    exact, canonical, text = dict[int, int](), dict[int, int](), dict[int, int]()
    for row in range(len(table)):
        same = exact.setdefault(table.exact[row], row)
        equal = canonical.setdefault(table.canonical[row], row)
        alike = text.setdefault(table.text[row], row)
        if same != row:
            message = f"The same as line {table.line[same]}."
            yield RowViolation(row, Violation(EXACT, message), same)
        elif equal != row:
            message = f"The same JSON as line {table.line[equal]}."
            yield RowViolation(row, Violation(CANONICAL, message), equal)
        elif alike != row:
            message = f"The same conversation as line {table.line[alike]}, but for its spelling."
            yield RowViolation(row, Violation(NORMALISED, message), alike)


def first_rows(table: RowTable) -> Iterator[int]:
    """Rows whose text no earlier row has."""
    seen = set[int]()
    for row, digest in enumerate(table.text):
        if digest not in seen:
            seen.add(digest)
            yield row


@on_file
def conflicts(file: RowFile) -> Iterator[RowViolation]:
    table = file.table
    first = dict[int, int]()
    for row in first_rows(table):
        if not table.flags[row] & ANSWERED:
            continue
        before = first.setdefault(table.prompt[row], row)
        if table.answer[before] != table.answer[row]:
            message = f"The prompt of line {table.line[before]} has another answer here."
            yield RowViolation(row, Violation(CONFLICT, message), before)


@on_file
def canned(file: RowFile) -> Iterator[RowViolation]:
    table = file.table
    counts = Counter[int]()
    for row in first_rows(table):
        if not table.flags[row] & CANNED:
            continue
        counts[table.answer[row]] += 1
        if counts[table.answer[row]] == MANY_QUESTIONS:
            message = f"This is prompt number {MANY_QUESTIONS} with the same answer."
            yield RowViolation(row, Violation(SAME_ANSWER, message))
