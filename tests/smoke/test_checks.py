"""The checks of one answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tuneops.checks.base import Check, Planted, ToolCall, judge
from tuneops.checks.kinds import (
    AnyCheck,
    AsksQuestion,
    ContentFilter,
    FinishReason,
    Language,
    Length,
    Own,
    ends_with_question,
)
from tuneops.config import Config, SmokeTest
from tuneops.errors import ConfigError
from tuneops.smoke.answer import Answer
from tuneops.smoke.planted_answers import configured

Answered = Callable[..., Answer]

SPANISH = (
    "Sevilla en abril huele a azahar y suena a guitarra, y sus patios se llenan de flores.",
    "¡Qué lindo viaje! Si vos querés caminar, los senderos de El Chaltén están re buenos en enero.",
    "Dicen que quien prueba el mole negro de Oaxaca termina por volver; ¿te animas tú también?",
    "Id a Granada con calma: la Alhambra pide horas, agua fresca y los ojos bien abiertos.",
    "De Roma, Florencia, Venecia y Nápoles, ¿qué ciudad italiana os tienta más este otoño?",
)
FOREIGN = {
    "en": "Lisbon is a city of light and hills, where yellow trams climb slowly to the castle.",
    "pt": "Lisboa é uma cidade de luz e colinas, onde os elétricos amarelos sobem até ao castelo.",
    "it": "Roma è una città meravigliosa, piena di storia, di fontane e di piazze luminose.",
    "fr": "Paris se découvre à pied, le long des quais, entre les bouquinistes et les ponts.",
    "ca": "La ciutat de Barcelona té platges, museus i mercats que et faran somiar cada dia.",
    "gl": "Sevilla en abril cheira a flor de laranxeira e soa a guitarra, e os patios énchense.",
    "de": "Berlin entdeckt man am besten zu Fuß, von Viertel zu Viertel und ganz ohne Eile.",
}


@pytest.mark.parametrize("text", SPANISH)
def test_spanish_of_every_country_is_spanish(text: str, answered: Answered) -> None:
    assert Language(language="es").judge(answered(text=text)).passed


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_named_and_quoted(language: str, answered: Answered) -> None:
    judgement = Language(language="es").judge(answered(text=FOREIGN[language]))
    assert not judgement.passed
    assert f"'{language}'" in judgement.reason
    assert judgement.quote == FOREIGN[language]


def test_a_foreign_paragraph_among_spanish_ones_is_found(answered: Answered) -> None:
    judgement = Language(language="es").judge(answered(text=f"{SPANISH[0]}\n\n{FOREIGN['en']}"))
    assert judgement.quote == FOREIGN["en"]


@pytest.mark.parametrize("text", ["", "OK!", "Of course.", "Buongiorno, grazie mille"])
def test_too_little_text_is_not_judged(text: str, answered: Answered) -> None:
    assert Language(language="es").judge(answered(text=text)).passed


def test_foreign_words_in_a_spanish_list_are_spanish(answered: Answered) -> None:
    phrases = "- *Buongiorno*: buenos días\n- *Grazie mille*: muchas gracias\n- *Dov'è?*: ¿dónde?"
    assert Language(language="es").judge(answered(text=phrases)).passed


@pytest.mark.parametrize(
    "text",
    ["¿Vamos?", "¿Vamos? 😊✈️", "**¿Vamos?**", "(¿O prefieres el mar?)", "¿Vamos?!", "¿Vamos?\n\n"],
)
def test_a_closing_question_may_wear_decoration(text: str) -> None:
    assert ends_with_question(text)


@pytest.mark.parametrize("text", ["", "Vamos.", "¿Vamos? Cuéntame.", "¿Te gusta? 100", "¡Vamos!"])
def test_anything_said_after_the_question_counts(text: str, answered: Answered) -> None:
    judgement = AsksQuestion().judge(answered(text=text))
    assert not judgement.passed
    assert judgement.quote == text


@given(st.text(), st.text(alphabet=" .!*_)😊\n"))
def test_only_letters_and_digits_after_the_mark_end_a_question(start: str, end: str) -> None:
    assert ends_with_question(f"{start}?{end}")
    assert not ends_with_question(f"{start}?{end}x")


@given(st.integers(0, 40), st.integers(0, 20), st.integers(20, 40))
def test_length_counts_words(words: int, low: int, high: int) -> None:
    answer = Answer("p", "candidate", 0, "d", text=" palabra\n" * words)
    assert Length(min_words=low, max_words=high).judge(answer).passed == (low <= words <= high)
    assert Length(min_words=low).judge(answer).passed == (low <= words)


def test_a_cut_or_filtered_answer_fails(answered: Answered) -> None:
    assert FinishReason().judge(answered(finish_reason="stop")).passed
    assert "length" in FinishReason().judge(answered(finish_reason="length")).reason
    assert ContentFilter().judge(answered()).passed
    assert not ContentFilter().judge(answered(filtered=True)).passed


def test_the_shipped_configuration_asks_for_every_check(config: Config, answered: Answered) -> None:
    checks = configured(config.smoke_test)
    names = [check.title for check in checks]
    assert names == [
        "language",
        "ends_with_question",
        "length",
        "finish_reason",
        "content_filter",
        "no_competitor",
    ]
    assert all(judgement.passed for judgement in judge(answered(), checks))


def test_what_is_not_configured_is_not_checked() -> None:
    names = {check.title for check in configured(SmokeTest(system_message="none"))}
    assert names == {"length", "finish_reason", "content_filter"}


def test_checks_of_prose_say_nothing_of_an_answer_that_calls_a_tool(answered: Answered) -> None:
    calls = (ToolCall("get_order", "{}"),)
    silent = answered(text="", finish_reason="tool_calls", tool_calls=calls)
    checks = [Length(min_words=3), FinishReason(), AsksQuestion()]
    assert [each.check for each in judge(silent, checks)] == ["finish_reason"]
    speaking = answered(text="One moment.", finish_reason="tool_calls", tool_calls=calls)
    assert len(judge(speaking, checks)) == len(checks)


CHECKS: TypeAdapter[AnyCheck] = TypeAdapter(AnyCheck)
FIXTURES: Any = yaml.safe_load(
    (Path(__file__).parent / "fixtures" / "checks.yaml").read_text(encoding="utf-8")
)
CASES = [
    pytest.param(one["check"], side, answer, id=f"{place}-{one['check']['check']}-{side}-{number}")
    for place, one in enumerate(FIXTURES)
    for side in ("accept", "reject")
    for number, answer in enumerate(one[side])
]


def planted(answer: str | dict[str, Any]) -> Planted:
    if isinstance(answer, str):
        return Planted(answer)
    calls = tuple(ToolCall(**call) for call in answer.get("tool_calls", ()))
    return Planted(**{**answer, "tool_calls": calls})


@pytest.mark.parametrize(("check", "side", "answer"), CASES)
def test_each_check_accepts_and_rejects_its_fixtures(
    check: dict[str, Any], side: str, answer: str | dict[str, Any]
) -> None:
    judgement = CHECKS.validate_python(check).judge(planted(answer))
    assert judgement.passed == (side == "accept"), judgement
    assert bool(judgement.reason) != judgement.passed


def test_every_kind_of_check_has_fixtures_on_both_sides() -> None:
    kinds = {kind.__name__ for kind in Check.__subclasses__()}
    tried = {type(CHECKS.validate_python(one["check"])).__name__ for one in FIXTURES}
    assert tried == kinds
    assert all(one["accept"] and one["reject"] for one in FIXTURES)


@pytest.mark.parametrize("one", FIXTURES, ids=range(len(FIXTURES)))
def test_every_check_rejects_what_it_plants(one: dict[str, Any]) -> None:
    check = CHECKS.validate_python(one["check"])
    assert all(not check.judge(bad).passed for bad in check.planted())


@pytest.mark.parametrize(
    "broken",
    [
        {"check": "languages"},
        {"check": "regex", "pattern": "("},
        {"check": "regex", "pattern": "(?=a)"},
        {"check": "contains", "texts": []},
        {"check": "length", "max_word": 3},
        {"check": "latency", "max_seconds": 0},
    ],
)
def test_a_check_that_cannot_work_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CHECKS.validate_python(broken)


def no_shouting(answer: Planted, *, most: int) -> str | None:
    """A team's own check, as an installed package registers it."""
    return "shouts" if answer.text.count("!") > most else None


def quoting(answer: Planted) -> tuple[str, str] | None:
    return ("is rude", answer.text) if "tonto" in answer.text else None


NO_FUNCTION = 7


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the team's, as an installer leaves it: its metadata names three checks."""
    metadata = tmp_path / "team_checks-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: team-checks\nVersion: 1.0\n")
    here = "tests.smoke.test_checks"
    (metadata / "entry_points.txt").write_text(
        f"[tuneops.checks]\nno_shouting = {here}:no_shouting\nquoting = {here}:quoting\n"
        f"no_function = {here}:NO_FUNCTION\nabsent_function = {here}:absent\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    "reference",
    [
        "absent",
        "pydoc:pipepager",
        "tuneops.errors:TuneopsError",
        "os.system",
        "tests.smoke.test_checks:no_shouting",
        "console_scripts",
        "",
    ],
)
@pytest.mark.attack
def test_only_a_check_that_an_installed_package_registered_can_be_named(reference: str) -> None:
    with pytest.raises(ValidationError, match="no installed package registers"):
        Own(entry_point=reference)


@pytest.mark.parametrize("name", ["no_function", "absent_function"])
def test_a_registered_check_that_is_broken_is_a_usage_error(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        Own(entry_point=name).judge(Planted("Hola"))


def test_a_check_of_the_team_may_quote_what_it_found() -> None:
    judgement = Own(entry_point="quoting").judge(Planted("¡tonto!"))
    assert (judgement.reason, judgement.quote) == ("is rude", "¡tonto!")
    assert Own(entry_point="quoting").judge(Planted("¡Hola!")).passed
