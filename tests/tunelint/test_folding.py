"""What counts as the same spelling, in whatever letters a text is written."""

import unicodedata

import pytest

from tunelint.digests import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¿Qué “tal”…?", "que tal"),
        ("ÑANDÚ — Øre", "nandu øre"),
        ("Œuvre n° 2", "œuvre n° 2"),
        ("ДОМ, милый дом", "дом милый ДОМ"),
        ("Žižek č. 3", "zizek c 3"),
        ("東京(神田)です。", "東京 神田 です"),
        ("Ünïcödé", unicodedata.normalize("NFD", "ünïcödé")),
    ],
)
def test_case_accents_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("año 2024", "año 2025"), ("東京", "京都"), ("дом", "дым"), ("ø", "o"), ("½ kg", "¼ kg")],
)
def test_other_letters_and_figures_do_count(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["!?", "…", "—", "\ud800"])
def test_text_of_marks_alone_is_itself(text: str) -> None:
    assert fold(text) == text.encode("utf-8", "surrogatepass")
