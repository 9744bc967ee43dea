"""What a product's own checks find in the answers that are trained on: 1800 to 1899."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tunelint.example import Example
from tunelint.rule import Violation, rule

ANSWER_CHECK = rule("""E1800 answer-check
    An answer does not pass a check that the product's configuration names.
    The model learns what the configuration does not tolerate, and fails the smoke test.
    Fix: Rewrite the answer, or delete the row.
    Bad: an answer in English, where the configuration wants Spanish""")


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """A product's check of one answer; it must be picklable.

    `complain` takes the question (the last user message, or "") and the answer, and says in a
    sentence what is wrong, or nothing.
    """

    name: str
    complain: Callable[[str, str], str | None]


def check_answers(example: Example, checks: Iterable[AnswerCheck]) -> Iterator[Violation]:
    """What the checks say of every answer that is trained on and holds text."""
    for check in checks:
        for message in example.messages:
            if not message.is_trained or not message.text:
                continue
            question = example.question_before(message)
            complaint = check.complain(question.text if question else "", message.text)
            if complaint:
                path = (*message.path, "content")
                yield Violation(ANSWER_CHECK, f"{check.name}: {complaint}", path)
