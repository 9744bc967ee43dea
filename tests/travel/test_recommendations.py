"""The recommendation check: no violation passes, no harmless sentence is caught."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from travel_checks.recommendations import (
    _possible,
    find_recommendations,
    forbidden,
    sentences,
    without_accents,
)
from travel_checks.wording import KINDS, RULES, Kind
from tuneops.checks.base import Planted
from tuneops.config import load
from tuneops.smoke.planted_answers import configured

FIXTURES: Any = yaml.safe_load(
    (Path(__file__).parent / "fixtures" / "recommendations.yaml").read_text(encoding="utf-8")
)
ACCEPTED = [sentence for language in FIXTURES["accept"].values() for sentence in language]
REJECTED = [
    (kind, sentence)
    for language in FIXTURES["reject"].values()
    for kind, group in language.items()
    for sentence in group
]


@pytest.mark.parametrize("sentence", ACCEPTED)
def test_a_mention_a_refusal_or_a_question_is_no_recommendation(sentence: str) -> None:
    assert find_recommendations(sentence) == []


@pytest.mark.parametrize(("kind", "sentence"), REJECTED)
def test_a_recommendation_is_found_and_named(kind: Kind, sentence: str) -> None:
    found = find_recommendations(sentence)
    assert kind in {recommendation.kind for recommendation in found}


@pytest.mark.parametrize("kind", KINDS)
def test_each_rule_catches_its_own_example(kind: Kind) -> None:
    for rule in RULES[kind]:
        found = {recommendation.kind for recommendation in find_recommendations(rule.example)}
        assert kind in found, rule.example


def test_only_the_kinds_asked_for_are_found() -> None:
    text = "Te recomiendo el Hotel Arts. Alquila un coche en el aeropuerto."
    assert [r.kind for r in find_recommendations(text)] == ["hotel", "rental_car"]
    only: list[Kind] = ["rental_car"]
    assert [r.kind for r in find_recommendations(text, only)] == ["rental_car"]


def test_the_check_says_what_is_recommended_and_quotes_it() -> None:
    answer = Planted("Lisboa enamora. Te recomiendo el Hotel Arts.")
    assert forbidden(answer, kinds=["hotel"]) == (
        "recommends a hotel",
        "Te recomiendo el Hotel Arts.",
    )
    assert forbidden(answer, kinds=["flight"]) is None


def test_the_shipped_configuration_judges_by_it() -> None:
    checks = {
        check.title: check for check in configured(load(ROOT / "config/travel.yaml").smoke_test)
    }
    judgement = checks["no_recommendation"].judge(Planted("Cena en Casa Lucio. ¿Te animas?"))
    assert (judgement.passed, judgement.reason) == (False, "recommends a restaurant")
    assert judgement.quote == "Cena en Casa Lucio."
    assert all(
        not checks["no_recommendation"].judge(bad).passed
        for bad in checks["no_recommendation"].planted()
    )


def test_the_quote_is_the_sentence_as_it_was_written() -> None:
    text = "Lisboa enamora.\n\n- **Alójate** en el centro histórico. ¿Qué te parece?"
    assert [r.quote for r in find_recommendations(text)] == ["Alójate en el centro histórico."]


def _answers(file: str) -> Iterator[str]:
    for line in (ROOT / file).read_text(encoding="utf-8-sig").splitlines():
        for message in json.loads(line)["messages"]:
            if message["role"] == "assistant":
                yield message["content"]


@pytest.mark.parametrize("file", ["data/travel/training.jsonl", "data/travel/validation.jsonl"])
def test_the_data_that_teaches_restraint_recommends_nothing(file: str) -> None:
    answers = list(_answers(file))
    assert len(answers) >= 40
    assert [found for answer in answers for found in find_recommendations(answer)] == []


@given(st.sampled_from(REJECTED), st.sampled_from(ACCEPTED))
def test_a_harmless_paragraph_before_it_hides_no_recommendation(
    rejected: tuple[Kind, str], accepted: str
) -> None:
    kind, sentence = rejected
    text = f"{accepted}\n{sentence}"
    assert kind in {recommendation.kind for recommendation in find_recommendations(text)}


@given(st.sampled_from(ACCEPTED), st.sampled_from(ACCEPTED))
def test_harmless_paragraphs_stay_harmless_together(first: str, second: str) -> None:
    assert find_recommendations(f"{first}\n{second}") == []


@given(st.sampled_from(REJECTED))
def test_markdown_and_invisible_characters_hide_nothing(rejected: tuple[Kind, str]) -> None:
    kind, sentence = rejected
    for disguise in (f"**{sentence}**", sentence.replace(" ", " \u200b"), f"> {sentence}"):
        assert kind in {found.kind for found in find_recommendations(disguise)}


@given(st.text())
def test_any_text_at_all_is_judged(text: str) -> None:
    assert len(find_recommendations(text)) <= len(KINDS) * len(list(sentences(text)))


@pytest.mark.parametrize(
    "unit",
    ["te recomiendo el el el ", "no puedo recomendarte, ", "¿", "Hotel ", "a", "puedes ", "1. - "],
)
def test_a_hostile_answer_of_a_megabyte_costs_about_linear_time(unit: str) -> None:
    small, large = (_seconds((unit * size)[:size]) for size in (125_000, 1_000_000))
    assert large < 8 * 3 * max(small, 0.01)


def _seconds(text: str) -> float:
    started = time.process_time()
    find_recommendations(text)
    return time.process_time() - started


def test_a_text_without_what_a_rule_needs_is_one_it_cannot_match() -> None:
    """Every sentence that a rule's pattern matches has the literals that the rule is chosen by."""
    sentences_of_fixtures = [*ACCEPTED, *(sentence for _, sentence in REJECTED)]
    matched = 0
    for sentence in sentences_of_fixtures:
        plain = without_accents(sentence)
        possible = {id(rule) for rule in _possible(plain.lower())}
        for rule in (rule for kind in KINDS for rule in RULES[kind]):
            if rule.pattern.search(plain):
                matched += 1
                assert id(rule) in possible, (sentence, rule.example)
    assert matched > len(REJECTED)
