"""Rows that a model reads: what of its answers counts, what it may cost, and what is kept."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tuneops.azure.chat import Message, Reply
from tuneops.config import Review, TokenPrices
from tuneops.dataset.examples import Document, Example
from tuneops.dataset.jsontext import parse
from tuneops.dataset.review import FILE_NAME, KINDS, faults, review
from tuneops.errors import TuneopsError

Lines = Callable[..., list[str]]

SETTINGS = Review(
    deployment="reader", max_cost_usd=1, prices=TokenPrices(input=1_000, output=1_000)
)


def _reply(text: str) -> Reply:
    return Reply(text, "stop", "a model", None, 100, 20, 0.1, filtered=False)


class Reader:
    """A model that says one thing of each row, and counts how often it is asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self, messages: Sequence[Message]) -> Reply:
        assert messages[0]["role"] == "system"
        self.asked += 1
        if not self.answer:
            raise TuneopsError("No answer.", remedy="Run again.")
        return _reply(self.answer)


def _says(kind: str, words: str) -> str:
    return json.dumps({"findings": [{"kind": kind, "quote": words}]})


@pytest.fixture
def rows(lines: Lines) -> list[Example]:
    return [Example(Document("f", at, 0, line, parse(line))) for at, line in enumerate(lines(12))]


def test_words_that_stand_in_the_row_are_a_finding(rows: list[Example]) -> None:
    """A quote gives the place; one that the row does not hold proves nothing."""
    [fault] = faults(rows[0], (("off_topic", "dan para 0 historias"), ("insult", "idiota")))
    assert (fault.rule.code, fault.path) == ("I1911", ("messages", 2, "content"))
    assert "A model says" in fault.message


@pytest.mark.parametrize("answer", ["", "no", "[]", '{"findings": 7}', '{"findings": [{"a": 1}]}'])
def test_an_answer_that_cannot_be_read_counts_as_none(answer: str, rows: list[Example]) -> None:
    """Nonsense and refusals are counted, and the run goes on."""
    found = review(rows, Reader(answer), SETTINGS, most=100)
    assert (found.unusable, found.read, found.faults) == (12, 0, [])


def test_kinds_that_nobody_asked_for_are_dropped(rows: list[Example]) -> None:
    """A model cannot make up rules."""
    assert not review(rows, Reader(_says("mood", "historias")), SETTINGS, most=100).faults


def test_the_cost_is_never_passed(rows: list[Example]) -> None:
    """What could cost more than is left is left out, and counted."""
    reader = Reader('{"findings": []}')
    found = review(rows, reader, SETTINGS, most=2)
    assert found.cost_usd <= 2
    assert found.skipped + found.read == 12
    assert 0 < found.read < 12
    assert review(rows, reader, SETTINGS, most=0).skipped == 12


def test_a_line_is_asked_about_once(rows: list[Example], tmp_path: Path) -> None:
    """Verdicts are kept by the line's digest, for the same model and question alone."""
    reader = Reader(_says("off_topic", "historias"))
    first = review(rows[:8], reader, SETTINGS, most=100, folder=tmp_path)
    again = review(rows, reader, SETTINGS, most=100, folder=tmp_path)
    assert (first.read, again.read, again.remembered, reader.asked) == (8, 4, 8, 12)
    assert len(again.faults) == 12
    other = SETTINGS.model_copy(update={"deployment": "another"})
    assert review(rows[:1], reader, other, most=100, folder=tmp_path).remembered == 0


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 1}', '{"version": null}'])
def test_a_damaged_memory_is_no_loss(damage: str, rows: list[Example], tmp_path: Path) -> None:
    """Whatever stands there, the run goes on as if it were empty."""
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    found = review(rows, Reader('{"findings": []}'), SETTINGS, most=100, folder=tmp_path)
    assert (found.read, found.remembered) == (12, 0)


def test_every_kind_is_a_rule() -> None:
    """What a model may name has a page of its own."""
    assert len({rule.code for rule, _ in KINDS.values()}) == len(KINDS) == 12
