"""Which language a text is in; the model is loaded when the first text asks for it."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_LETTERS = 40
MIN_CONFIDENCE = 0.8


def language_of(text: str, among: Iterable[str] = ()) -> str | None:
    """The ISO 639-1 code, or nothing where the text is too short or the call too close.

    Args:
        text: Of at least MIN_LETTERS letters.
        among: The languages to choose from; without any, all that the model knows.
    """
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        return None
    found, confidence = _identifier(frozenset(among)).classify(text)
    return str(found) if confidence >= MIN_CONFIDENCE else None


@cache
def _identifier(languages: frozenset[str]) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        identifier.set_languages(set(languages))
    return identifier
