"""What every answer must hold to: plain judgements of a text, without I/O."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Protocol

from tuneops.smoke.recommendations import find_recommendations

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from tuneops.config import Checks
    from tuneops.smoke.recommendation_rules import Kind

# Neighbours that an answer could plausibly slip into; the full 97 only invite false alarms.
LANGUAGES = ("es", "en", "pt", "it", "fr", "ca", "gl", "eu", "de")
MIN_LETTERS = 40
MIN_CONFIDENCE = 0.8
_QUOTE_LENGTH = 240
_ENDING_LENGTH = 80
_KIND_NAMES = {
    "hotel": "a hotel",
    "flight": "a flight",
    "rental_car": "a rental car",
    "restaurant": "a restaurant",
}


@dataclass(frozen=True)
class Judgement:
    """``reason`` and ``quote`` are empty where the check passed."""

    check: str
    passed: bool
    reason: str = ""
    quote: str = ""


class Judged(Protocol):
    """What the checks read of an answer."""

    @property
    def text(self) -> str: ...
    @property
    def finish_reason(self) -> str: ...
    @property
    def filtered(self) -> bool: ...


class Check(Protocol):
    @property
    def name(self) -> str: ...
    def judge(self, answer: Judged) -> Judgement: ...


@dataclass(frozen=True)
class Language:
    """Every passage of at least 40 letters is in the language; shorter ones are not judged."""

    language: str
    name: ClassVar[str] = "language"

    def judge(self, answer: Judged) -> Judgement:
        for passage in passages(answer.text):
            found = language_of(passage, self.language)
            if found not in (None, self.language):
                return _failed(self, f"written in '{found}', not '{self.language}'", passage)
        return _passed(self)


@dataclass(frozen=True)
class NoRecommendation:
    kinds: tuple["Kind", ...]
    name: ClassVar[str] = "no_recommendation"

    def judge(self, answer: Judged) -> Judgement:
        found = find_recommendations(answer.text, self.kinds)
        if not found:
            return _passed(self)
        kinds = dict.fromkeys(_KIND_NAMES[recommendation.kind] for recommendation in found)
        return _failed(self, f"recommends {' and '.join(kinds)}", found[0].quote)


@dataclass(frozen=True)
class EndsWithQuestion:
    name: ClassVar[str] = "ends_with_question"

    def judge(self, answer: Judged) -> Judgement:
        if ends_with_question(answer.text):
            return _passed(self)
        *_, ending = answer.text.strip().split("\n")
        return _failed(self, "does not end with a question", ending[-_ENDING_LENGTH:])


@dataclass(frozen=True)
class Length:
    min_words: int
    max_words: int | None
    name: ClassVar[str] = "length"

    def judge(self, answer: Judged) -> Judgement:
        words = len(answer.text.split())
        if words < self.min_words:
            return _failed(self, f"{words} words, fewer than {self.min_words}")
        if self.max_words is not None and words > self.max_words:
            return _failed(self, f"{words} words, more than {self.max_words}")
        return _passed(self)


@dataclass(frozen=True)
class FinishReason:
    name: ClassVar[str] = "finish_reason"

    def judge(self, answer: Judged) -> Judgement:
        if answer.finish_reason == "stop":
            return _passed(self)
        return _failed(self, f"ended with '{answer.finish_reason}', not 'stop'")


@dataclass(frozen=True)
class ContentFilter:
    name: ClassVar[str] = "content_filter"

    def judge(self, answer: Judged) -> Judgement:
        if answer.filtered:
            return _failed(self, "the content filter took the answer")
        return _passed(self)


def configured(checks: "Checks") -> list[Check]:
    """The checks that a product's configuration asks for."""
    return [
        *([Language(checks.language)] if checks.language else []),
        *(
            [NoRecommendation(checks.forbidden_recommendations)]
            if checks.forbidden_recommendations
            else []
        ),
        *([EndsWithQuestion()] if checks.ends_with_question else []),
        Length(checks.min_words, checks.max_words),
        FinishReason(),
        ContentFilter(),
    ]


def judge(answer: Judged, checks: Sequence[Check]) -> tuple[Judgement, ...]:
    return tuple(check.judge(answer) for check in checks)


def language_of(text: str, expected: str) -> str | None:
    """The ISO 639-1 code, or nothing where the text is too short or the call too close."""
    if sum(character.isalpha() for character in text) < MIN_LETTERS:
        return None
    found, confidence = _identifier(expected).classify(text)
    return str(found) if confidence >= MIN_CONFIDENCE else None


def passages(text: str) -> Iterator[str]:
    """Paragraphs, each joined to the next until it is long enough to judge."""
    passage = ""
    for paragraph in re.split(r"\n+", text):
        passage = f"{passage}\n{paragraph}".strip()
        if sum(character.isalpha() for character in passage) >= MIN_LETTERS:
            yield passage
            passage = ""


def ends_with_question(text: str) -> bool:
    """Whether nothing but punctuation, Markdown or emoji follows the last question mark."""
    for character in reversed(text):
        if character in "?\uff1f":
            return True
        if character.isalnum():
            return False
    return False


@cache
def _identifier(expected: str) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages({*LANGUAGES, expected})
    return identifier


def _passed(check: Check) -> Judgement:
    return Judgement(check.name, passed=True)


def _failed(check: Check, reason: str, quote: str = "") -> Judgement:
    return Judgement(check.name, passed=False, reason=reason, quote=quote[:_QUOTE_LENGTH])
