"""Examples that are there more than once: 700 to 799."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tunelint.digests import reference_of
from tunelint.escaping import quote
from tunelint.example import Example, Format
from tunelint.row_facts import RowFacts
from tunelint.rule import RowFile, RowViolation, on_file, rule

_MANY_QUESTIONS = 5
_CANNED_LENGTH = 20  # characters; shorter answers are labels, which are meant to repeat

EXACT = rule("""W701 duplicate
    The same line is there already.
    A repeated example counts twice in training and is billed twice.
    Fix: Delete one of the two.
    Bad: the same line twice""")
CANONICAL = rule("""W702 duplicate-json
    The same example with other spacing, key order or escapes.
    It is the same to the model: it counts and is billed twice.
    Fix: Delete one of the two.
    Bad: the same row, once with a space after each colon and once without""")
NORMALISED = rule("""W703 duplicate-text
    The same conversation but for case, accents or punctuation, or but for what stands beside it.
    It teaches next to nothing new and is billed again.
    Fix: Keep the better one, or make them differ.
    Bad: '¿Qué ver en Lima?' and 'que ver en lima', with one answer""")
CONFLICT = rule("""W704 conflicting-answers
    The same prompt with another answer, or the same question with another reference.
    The model learns a mixture of both; if they contradict each other, it learns to waver.
    Fix: Keep the better answer.
    Bad: '¿Hay playa en Quito?' answered with 'Sí' and with 'No'""")
SAME_ANSWER = rule("""W705 canned-answer (opt-in)
    Five or more different prompts share one answer word for word.
    The model learns to give the canned answer to everything.
    Fix: Write an answer for each, or keep one of the examples.
    Bad: six questions answered with 'Gracias por tu consulta, te respondemos pronto.'""")


@on_file
def repeated(file: RowFile) -> Iterator[RowViolation]:
    """Rows that an earlier row of the file equals in one sense or another."""
    first = dict[int, int]()
    for number, facts in enumerate(file.rows):
        before = first.setdefault(facts.digests.text, number)
        if before != number:
            same_line = facts.digests.exact == file.rows[before].digests.exact
            line = f"line {file.rows[before].line}"
            if same_line:
                yield RowViolation(number, EXACT, f"The same as {line}.", before)
            else:
                yield _nearly(number, before, line, file)


def _nearly(number: int, before: int, line: str, file: RowFile) -> RowViolation:
    one, other = file.row(number), file.row(before)
    if one.value == other.value and one.fields:
        return RowViolation(number, CANONICAL, f"The same JSON as {line}.", before)
    same = [message.fields for message in one.messages] == [each.fields for each in other.messages]
    differs = "only what stands beside it differs" if same else "but for its spelling"
    message = f"The same conversation as {line}, {differs}."
    return RowViolation(number, NORMALISED, message, before)


def across(files: Sequence[RowFile]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Rows that an earlier file has too, with the first such row: numbers of file and row."""
    first = dict[int, tuple[int, int]]()
    for number, file in enumerate(files):
        for row, facts in enumerate(file.rows):
            before = first.setdefault(facts.digests.text, (number, row))
            if before[0] != number:
                yield (number, row), before


def first_rows(rows: Sequence[RowFacts]) -> Iterator[int]:
    """Numbers of rows whose text no earlier row has."""
    seen = set[int]()
    for number, facts in enumerate(rows):
        if facts.digests.text not in seen:
            seen.add(facts.digests.text)
            yield number


@on_file
def conflicts(file: RowFile) -> Iterator[RowViolation]:
    first = dict[int, int]()
    for number in first_rows(file.rows):
        facts = file.rows[number]
        if not facts.has_answer or not facts.digests.prompt:
            continue
        before = first.setdefault(facts.digests.prompt, number)
        if file.rows[before].digests.answer != facts.digests.answer:
            line = f"line {file.rows[before].line}"
            what = _other_answer(file.row(number), file.row(before), line)
            yield RowViolation(number, CONFLICT, what, before)


def _other_answer(one: Example, other: Example, line: str) -> str:
    if one.format is not Format.RFT:
        return f"The prompt of {line} has another answer here."
    ours, theirs = reference_of(one), reference_of(other)
    keys = [key for key in ours if ours[key] != theirs.get(key)] or [*theirs]
    return f"The question of {line} has another {quote(keys[0])} here."


@on_file
def canned(file: RowFile) -> Iterator[RowViolation]:
    counts = Counter[int]()
    for number in first_rows(file.rows):
        facts = file.rows[number]
        if facts.answer_length < _CANNED_LENGTH:
            continue
        counts[facts.digests.answer] += 1
        if counts[facts.digests.answer] == _MANY_QUESTIONS:
            message = f"This is prompt number {_MANY_QUESTIONS} with the same answer."
            yield RowViolation(number, SAME_ANSWER, message)
