"""What every answer must hold to: small classes with parameters, each judging one answer.

A check is written in the configuration, or beside a prompt, as ``{check: <kind>, ...}``.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Neighbours that an answer could plausibly slip into; the full 97 only invite false alarms.
LANGUAGES = ("es", "en", "pt", "it", "fr", "ca", "gl", "eu", "de")
# The ISO 639-1 codes of py3langid's model.
KNOWN_LANGUAGES = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy "
    "ga gd gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo "
    "lt lv mg mk ml mn mr ms mt my ne nl nn no oc om or pa pl ps pt qu ro ru rw sa se si sk "
    "sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh yo zh zu"
)
MIN_LETTERS = 40
MIN_CONFIDENCE = 0.8
ENTRY_POINTS = "tuneops.checks"
_QUOTE_LENGTH = 240
_ENDING_LENGTH = 80
_GRAM = 3
_KIND_NAMES = {
    "hotel": "a hotel",
    "flight": "a flight",
    "rental_car": "a rental car",
    "restaurant": "a restaurant",
}
_REFUSAL = re.compile(
    r"\b(?:no (?:me (?:es posible|corresponde)|te puedo|le puedo|puedo|podemos|podria"
    r"|estoy en condiciones de|tengo permitido|esta entre mis funciones)"
    r"|lamento no poder|soy incapaz de|prefiero no"
    r"|queda fuera de lo que puedo|i (?:can(?:no|')t|am (?:not able|unable)|won't)"
    r"|i'm (?:not able|unable|sorry, but i can't)|i must decline)\b",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = {
    "en": "Lisboa enamora por su luz, por sus tranvías y por las colinas junto al castillo.",
    "": "Lisbon is a city of light and hills, where yellow trams climb slowly to the castle.",
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
    @property
    def seconds(self) -> float: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def tokens(self) -> int: ...


@dataclass(frozen=True)
class Planted:
    """An answer made up to be rejected, or accepted."""

    text: str = ""
    finish_reason: str = "stop"
    filtered: bool = False
    seconds: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0


class Rejection(Exception):  # noqa: N818 - a finding, not an error
    """Why an answer does not hold to a check."""

    def __init__(self, reason: str, quote: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.quote = quote


class Check(BaseModel):
    """``rejects`` and ``accepts`` are answers that prove the check; ``name`` tells two apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    name: str = ""
    rejects: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name or self.check

    def examine(self, answer: Judged) -> None:
        """Raises Rejection where the answer does not hold to the check."""
        raise NotImplementedError

    def bad_answers(self) -> tuple[Judged, ...]:
        """Answers that the check must reject, made from its parameters."""
        return ()

    def planted(self) -> tuple[Judged, ...]:
        return (*self.bad_answers(), *(Planted(text) for text in self.rejects))

    def judge(self, answer: Judged) -> Judgement:
        try:
            self.examine(answer)
        except Rejection as found:
            quote = found.quote[:_QUOTE_LENGTH]
            return Judgement(self.title, passed=False, reason=found.reason, quote=quote)
        return Judgement(self.title, passed=True)


def _known_language(code: str) -> str:
    if code not in KNOWN_LANGUAGES.split():
        raise ValueError(f"a language is one of {KNOWN_LANGUAGES}")
    return code


KnownLanguage = Annotated[str, AfterValidator(_known_language)]


class Language(Check):
    """Every passage of at least 40 letters is in the language; shorter ones are not judged."""

    check: Literal["language"] = "language"
    language: KnownLanguage

    def examine(self, answer: Judged) -> None:
        for passage in passages(answer.text):
            found = language_of(passage, self.language)
            if found not in (None, self.language):
                raise Rejection(f"written in '{found}', not '{self.language}'", passage)

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(_OTHER_LANGUAGE.get(self.language, _OTHER_LANGUAGE[""])),)


class NoRecommendation(Check):
    """Mentioning and declining is no recommendation."""

    check: Literal["no_recommendation"] = "no_recommendation"
    kinds: tuple[Literal["hotel", "flight", "rental_car", "restaurant"], ...]

    def examine(self, answer: Judged) -> None:
        from travel_checks.recommendations import find_recommendations

        if found := find_recommendations(answer.text, self.kinds):
            kinds = dict.fromkeys(_KIND_NAMES[one.kind] for one in found)
            raise Rejection(f"recommends {' and '.join(kinds)}", found[0].quote)

    def bad_answers(self) -> tuple[Judged, ...]:
        from travel_checks.recommendation_rules import RULES

        return tuple(Planted(RULES[kind][0].example) for kind in self.kinds)


class AsksQuestion(Check):
    """``where: end`` wants nothing but decoration after the last question mark."""

    check: Literal["asks_question"] = "asks_question"
    where: Literal["end", "anywhere"] = "end"

    def examine(self, answer: Judged) -> None:
        if self.where == "anywhere":
            if not re.search(r"[?\uff1f]", answer.text):
                raise Rejection("asks no question")
        elif not ends_with_question(answer.text):
            *_, ending = answer.text.strip().split("\n")
            raise Rejection("does not end with a question", ending[-_ENDING_LENGTH:])

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted("Roma es fuentes y plazas."),)


class Length(Check):
    """Counts words."""

    check: Literal["length"] = "length"
    min_words: int = Field(1, ge=0)
    max_words: int | None = None

    def examine(self, answer: Judged) -> None:
        words = len(answer.text.split())
        if words < self.min_words:
            raise Rejection(f"{words} words, fewer than {self.min_words}")
        if self.max_words is not None and words > self.max_words:
            raise Rejection(f"{words} words, more than {self.max_words}")

    def bad_answers(self) -> tuple[Judged, ...]:
        short = [Planted("palabra " * (self.min_words - 1))] if self.min_words else []
        long = [Planted("palabra " * (self.max_words + 1))] if self.max_words is not None else []
        return (*short, *long)


class Regex(Check):
    """The pattern (RE2 syntax: linear in the text) is found, or with ``expect: absent`` is not."""

    check: Literal["regex"] = "regex"
    pattern: str
    expect: Literal["present", "absent"] = "present"

    @model_validator(mode="after")
    def _compiles(self) -> "Regex":
        _compiled(self.pattern)
        return self

    def examine(self, answer: Judged) -> None:
        found = _compiled(self.pattern).search(answer.text)
        if self.expect == "present" and not found:
            raise Rejection(f"nothing matches {self.pattern}")
        if self.expect == "absent" and found:
            raise Rejection(f"matches {self.pattern}", found[0])


class Contains(Check):
    """All of the texts; case and accents do not count."""

    check: Literal["contains"] = "contains"
    texts: tuple[str, ...] = Field(min_length=1)

    def examine(self, answer: Judged) -> None:
        said = folded(answer.text)
        if missing := [text for text in self.texts if folded(text) not in said]:
            raise Rejection(f"does not contain {', '.join(missing)}")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(""),)


class NotContains(Check):
    """None of the texts; case and accents do not count."""

    check: Literal["not_contains"] = "not_contains"
    texts: tuple[str, ...] = Field(min_length=1)

    def examine(self, answer: Judged) -> None:
        said = folded(answer.text)
        if found := [text for text in self.texts if folded(text) in said]:
            raise Rejection(f"contains {', '.join(found)}", found[0])

    def bad_answers(self) -> tuple[Judged, ...]:
        return tuple(Planted(text) for text in self.texts)


class JsonSchema(Check):
    """The whole answer is one JSON value that the schema takes."""

    check: Literal["json_schema"] = "json_schema"
    json_schema: dict[str, Any] = Field(alias="schema")

    def examine(self, answer: Judged) -> None:
        import json

        from jsonschema import Draft202012Validator

        try:
            value = json.loads(answer.text)
        except (ValueError, RecursionError) as error:
            raise Rejection(f"is not JSON ({error})", answer.text) from error
        for fault in Draft202012Validator(self.json_schema).iter_errors(value):
            raise Rejection(f"{fault.json_path}: {fault.message}")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted("Claro, aquí lo tienes."),)


class Similarity(Check):
    """Cosine of character trigrams with the reference, 0 to 1; case and accents do not count."""

    check: Literal["similarity"] = "similarity"
    reference: str = Field(min_length=_GRAM)
    at_least: float = Field(0.5, gt=0, le=1)

    def examine(self, answer: Judged) -> None:
        found = _cosine(_grams(answer.text), _grams(self.reference))
        if found < self.at_least:
            raise Rejection(f"{found:.2f} like the reference, less than {self.at_least:g}")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(""),)


class Refusal(Check):
    """Declines to answer, in Spanish or English: wanted, or not."""

    check: Literal["refusal"] = "refusal"
    expect: Literal["present", "absent"] = "absent"

    def examine(self, answer: Judged) -> None:
        found = _REFUSAL.search(folded(answer.text).replace("\u2019", "'"))
        if self.expect == "absent" and found:
            raise Rejection("declines to answer", found[0])
        if self.expect == "present" and not found:
            raise Rejection("does not decline")

    def bad_answers(self) -> tuple[Judged, ...]:
        absent = self.expect == "absent"
        return (Planted("Lo siento, no puedo ayudarte con eso." if absent else "Claro que sí."),)


class FinishReason(Check):
    check: Literal["finish_reason"] = "finish_reason"

    def examine(self, answer: Judged) -> None:
        if answer.finish_reason != "stop":
            raise Rejection(f"ended with '{answer.finish_reason}', not 'stop'")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted("Roma es", finish_reason="length"),)


class ContentFilter(Check):
    check: Literal["content_filter"] = "content_filter"

    def examine(self, answer: Judged) -> None:
        if answer.filtered:
            raise Rejection("the content filter took the answer")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(filtered=True),)


class Latency(Check):
    """Seconds until the whole answer is there."""

    check: Literal["latency"] = "latency"
    max_seconds: float = Field(gt=0)

    def examine(self, answer: Judged) -> None:
        if answer.seconds > self.max_seconds:
            raise Rejection(f"took {answer.seconds:.1f} s, more than {self.max_seconds:g} s")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(seconds=2 * self.max_seconds),)


class Cost(Check):
    """Dollars of one answer, at the given prices for a million tokens."""

    check: Literal["cost"] = "cost"
    max_usd: float = Field(gt=0)
    usd_per_million_input: float = Field(ge=0)
    usd_per_million_output: float = Field(gt=0)

    def examine(self, answer: Judged) -> None:
        usd = self.usd(answer)
        if usd > self.max_usd:
            raise Rejection(f"cost ${usd:.4f}, more than ${self.max_usd:g}")

    def usd(self, answer: Judged) -> float:
        prices = self.usd_per_million_input, self.usd_per_million_output
        return (answer.prompt_tokens * prices[0] + answer.tokens * prices[1]) / 1e6

    def bad_answers(self) -> tuple[Judged, ...]:
        tokens = int(2e6 * self.max_usd / self.usd_per_million_output) + 1
        return (Planted(tokens=tokens),)


class Own(Check):
    """A check of the team's own: a function of an answer and the parameters.

    It returns why it rejects the answer, or None. ``entry_point`` is a name in the group
    ``tuneops.checks``, or ``package.module:function``.
    """

    check: Literal["own"] = "own"
    entry_point: str
    parameters: dict[str, Any] = {}

    @property
    def title(self) -> str:
        return self.name or self.entry_point.rpartition(":")[2]

    def examine(self, answer: Judged) -> None:
        if reason := self._function(answer, **self.parameters):
            raise Rejection(reason)

    @cached_property
    def _function(self) -> Callable[..., str | None]:
        from tuneops.checks.entry_points import load

        return load(self.entry_point)


AnyCheck = Annotated[
    Language
    | NoRecommendation
    | AsksQuestion
    | Length
    | Regex
    | Contains
    | NotContains
    | JsonSchema
    | Similarity
    | Refusal
    | FinishReason
    | ContentFilter
    | Latency
    | Cost
    | Own,
    Field(discriminator="check"),
]


def judge(answer: Judged, checks: Sequence[Check]) -> tuple[Judgement, ...]:
    return tuple(check.judge(answer) for check in checks)


def language_of(text: str, expected: str) -> str | None:
    """The ISO 639-1 code, or nothing where the text is too short or the call too close."""
    if sum(character.isalpha() for character in text) < MIN_LETTERS:
        return None
    found, confidence = _identifier(frozenset({*LANGUAGES, expected})).classify(text)
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
def _identifier(languages: frozenset[str]) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(set(languages))
    return identifier


@cache
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the pattern is not RE2: {error}") from error


def folded(text: str) -> str:
    import unicodedata

    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _grams(text: str) -> dict[str, int]:
    words = " ".join(folded(text).split())
    counts: dict[str, int] = {}
    for start in range(len(words) - _GRAM + 1):
        gram = words[start : start + _GRAM]
        counts[gram] = counts.get(gram, 0) + 1
    return counts


def _cosine(one: dict[str, int], other: dict[str, int]) -> float:
    def norm(counts: dict[str, int]) -> float:
        return math.sqrt(sum(count * count for count in counts.values()))

    shared = sum(count * other.get(gram, 0) for gram, count in one.items())
    lengths: float = norm(one) * norm(other)
    return shared / lengths if lengths else 0.0
