"""The checks of one answer."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.config import Checks, Config
from tuneops.smoke.checks import (
    ContentFilter,
    EndsWithQuestion,
    FinishReason,
    Language,
    Length,
    NoRecommendation,
    configured,
    ends_with_question,
    judge,
)
from tuneops.smoke.sampling import Answer

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
    assert Language("es").judge(answered(text=text)).passed


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_named_and_quoted(language: str, answered: Answered) -> None:
    judgement = Language("es").judge(answered(text=FOREIGN[language]))
    assert not judgement.passed
    assert f"'{language}'" in judgement.reason
    assert judgement.quote == FOREIGN[language]


def test_a_foreign_paragraph_among_spanish_ones_is_found(answered: Answered) -> None:
    judgement = Language("es").judge(answered(text=f"{SPANISH[0]}\n\n{FOREIGN['en']}"))
    assert judgement.quote == FOREIGN["en"]


@pytest.mark.parametrize("text", ["", "OK!", "Of course.", "Buongiorno, grazie mille"])
def test_too_little_text_is_not_judged(text: str, answered: Answered) -> None:
    assert Language("es").judge(answered(text=text)).passed


def test_foreign_words_in_a_spanish_list_are_spanish(answered: Answered) -> None:
    phrases = "- *Buongiorno*: buenos días\n- *Grazie mille*: muchas gracias\n- *Dov'è?*: ¿dónde?"
    assert Language("es").judge(answered(text=phrases)).passed


@pytest.mark.parametrize(
    "text",
    ["¿Vamos?", "¿Vamos? 😊✈️", "**¿Vamos?**", "(¿O prefieres el mar?)", "¿Vamos?!", "¿Vamos?\n\n"],
)
def test_a_closing_question_may_wear_decoration(text: str) -> None:
    assert ends_with_question(text)


@pytest.mark.parametrize("text", ["", "Vamos.", "¿Vamos? Cuéntame.", "¿Te gusta? 100", "¡Vamos!"])
def test_anything_said_after_the_question_counts(text: str, answered: Answered) -> None:
    judgement = EndsWithQuestion().judge(answered(text=text))
    assert not judgement.passed
    assert judgement.quote == text


@given(st.text(), st.text(alphabet=" .!*_)😊\n"))
def test_only_letters_and_digits_after_the_mark_end_a_question(start: str, end: str) -> None:
    assert ends_with_question(f"{start}?{end}")
    assert not ends_with_question(f"{start}?{end}x")


@given(st.integers(0, 40), st.integers(0, 20), st.integers(20, 40))
def test_length_counts_words(words: int, low: int, high: int) -> None:
    answer = Answer("p", "candidate", 0, "d", text=" palabra\n" * words)
    assert Length(low, high).judge(answer).passed == (low <= words <= high)
    assert Length(low, None).judge(answer).passed == (low <= words)


def test_a_cut_or_filtered_answer_fails(answered: Answered) -> None:
    assert FinishReason().judge(answered(finish_reason="stop")).passed
    assert "length" in FinishReason().judge(answered(finish_reason="length")).reason
    assert ContentFilter().judge(answered()).passed
    assert not ContentFilter().judge(answered(filtered=True)).passed


def test_a_recommendation_is_named_with_its_sentence(answered: Answered) -> None:
    text = "Madrid te espera. Cena en Casa Lucio. Vuela con Iberia. ¿Cuándo vas?"
    judgement = NoRecommendation(("restaurant", "flight")).judge(answered(text=text))
    assert judgement.reason == "recommends a restaurant and a flight"
    assert judgement.quote == "Cena en Casa Lucio."


def test_the_shipped_configuration_asks_for_every_check(config: Config, answered: Answered) -> None:
    checks = configured(config.smoke_test.checks)
    names = [check.name for check in checks]
    assert names == [
        "language",
        "no_recommendation",
        "ends_with_question",
        "length",
        "finish_reason",
        "content_filter",
    ]
    assert all(judgement.passed for judgement in judge(answered(), checks))


def test_what_is_not_configured_is_not_checked() -> None:
    names = {check.name for check in configured(Checks(min_words=1))}
    assert names == {"length", "finish_reason", "content_filter"}
