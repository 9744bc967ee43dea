"""Rows that a model reads: what of its answers counts, what it may cost, and what is kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tunelint.foreign_files import ROWS, lines
from tunelint.check import Options, check
from tunelint.example import Example
from tunelint.model_review import (
    FILE_NAME,
    FORM,
    Reader,
    Reply,
    review,
    reviewed,
    violations,
)
from tunelint.rule import RULES
from tunelint.rules.reviewed import KINDS

ONE_OF_EACH = [
    Example(json.loads(line), line=at, raw=line)
    for at, line in enumerate(
        lines(*({**ROWS[at % 3], "n": at} for at in range(12))).splitlines(), 1
    )
]


@dataclass
class Answer:
    text: str
    prompt_tokens: int = 100
    completion_tokens: int = 20


class Model:
    """Says one thing of each row, and counts how often it is asked."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self, messages: Sequence[dict[str, str]]) -> Reply | None:
        assert messages[0]["role"] == "system"
        self.asked += 1
        return None if self.answer is None else Answer(self.answer)


def reader(model: Model, name: str = "reader") -> Reader:
    return Reader(name, model, input_price=1_000, output_price=1_000)


def says(kind: str, words: str) -> str:
    return json.dumps({"findings": [{"kind": kind, "quote": words}]})


def test_words_that_stand_in_the_row_are_a_finding() -> None:
    """A quote gives the place; one that the row does not hold proves nothing."""
    verdict = (("off_topic", "caminar"), ("tone", "idiota"), ("off_topic", "malecón"))
    (one,) = violations(ONE_OF_EACH[0], verdict)
    assert (one.rule.code, one.path) == ("W2201", ("messages", 1, "content"))
    assert ROWS[0]["messages"][1]["content"][one.offset :].startswith("caminar")
    assert "A model says" in one.message


@pytest.mark.parametrize("answer", [None, "no", "[]", '{"findings": 7}', '{"findings": [{}]}'])
def test_an_answer_that_cannot_be_read_counts_as_none(answer: str | None) -> None:
    """Nonsense and refusals are counted, and the run goes on."""
    found = review(ONE_OF_EACH, reader(Model(answer)), most=100)
    assert (found.unusable, found.read, found.violations) == (12, 0, [])


def test_kinds_that_nobody_asked_for_are_dropped() -> None:
    """A model cannot make up rules."""
    assert not review(ONE_OF_EACH, reader(Model(says("mood", "caminar"))), most=100).violations


def test_the_cost_is_never_passed() -> None:
    """What could cost more than is left is left out, and counted."""
    model = reader(Model('{"findings": []}'))
    found = review(ONE_OF_EACH, model, most=2)
    assert found.cost_usd <= 2
    assert found.skipped + found.read == 12
    assert 0 < found.read < 12
    assert review(ONE_OF_EACH, model, most=0).skipped == 12


def test_a_line_is_asked_about_once(tmp_path: Path) -> None:
    """Verdicts are kept by the line's digest, for the same model and question alone."""
    model = Model(says("off_topic", "e"))
    first = review(ONE_OF_EACH[:2], reader(model), most=100, folder=tmp_path)
    again = review(ONE_OF_EACH[:3], reader(model), most=100, folder=tmp_path)
    assert (first.read, again.read, again.remembered, model.asked) == (2, 1, 2, 3)
    assert len(again.violations) == 3
    other = reader(model, "another")
    assert review(ONE_OF_EACH[:1], other, most=100, folder=tmp_path).remembered == 0


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 1}', '{"version": null}'])
def test_a_damaged_memory_is_no_loss(damage: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    found = review(ONE_OF_EACH, reader(Model('{"findings": []}')), most=100, folder=tmp_path)
    assert (found.read, found.remembered) == (12, 0)


def test_a_report_is_joined_with_what_the_model_found(tmp_path: Path) -> None:
    """At the quoted words; rows that a base has too are not asked about."""
    path, base = tmp_path / "rows.jsonl", tmp_path / "base.jsonl"
    path.write_bytes(lines(*ROWS))
    base.write_bytes(lines(ROWS[0]))
    model = Model(says("off_topic", "Dom"))
    report = check([path])
    found = reviewed(report, [path], reader(model), Options(), most=100, known=[base])
    (new,) = set(found.findings) - set(report.findings)
    assert (new.line, new.code) == (2, "W2201")
    assert lines(ROWS[1]).decode()[new.column - 1 :].startswith("Dom")
    assert found.by_rule["W2201"] == 1
    assert (model.asked, found.extra["review"][0]["read"]) == (2, 2)
    json.dumps(found.as_dict())


def test_a_rule_that_is_off_reports_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines(*ROWS))
    options = Options(severities=(("W2201", None),))
    report = check([path], options)
    model = reader(Model(says("off_topic", "Dom")))
    assert reviewed(report, [path], model, options, most=100).findings == report.findings


def test_the_budget_holds_for_all_files_together(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in paths:
        path.write_bytes(lines(*ROWS))
    model = reader(Model('{"findings": []}'))
    found = reviewed(check(paths), paths, model, Options(), most=1).extra["review"]
    assert sum(one["cost_usd"] for one in found) <= 1
    assert sum(one["skipped"] for one in found) > 0


def test_every_kind_is_a_rule_that_the_form_lists() -> None:
    """What a model may name has a page of its own."""
    items = FORM["json_schema"]["schema"]["properties"]["findings"]["items"]
    assert items["properties"]["kind"]["enum"] == list(KINDS)
    assert {rule.code for rule in KINDS.values()} <= RULES.keys()
