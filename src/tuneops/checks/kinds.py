"""The kinds of checks, each a small class with parameters that judges one answer.

A check is written in the configuration, or beside a prompt, as ``{check: <kind>, ...}``.
"""

import json
import math
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from tunelint.language_id import MIN_LETTERS, language_of
from tuneops.checks import entry_points, json_schemas
from tuneops.checks.base import Check, Judged, Planted, Rejection, ToolCall
from tuneops.checks.patterns import compiled

# Neighbours that an answer could plausibly slip into; the full 97 only invite false alarms.
LANGUAGES = ("es", "en", "pt", "it", "fr", "ca", "gl", "eu", "de")
# The ISO 639-1 codes of py3langid's model.
KNOWN_LANGUAGES = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy "
    "ga gd gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo "
    "lt lv mg mk ml mn mr ms mt my ne nl nn no oc om or pa pl ps pt qu ro ru rw sa se si sk "
    "sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh yo zh zu"
)
_ENDING_LENGTH = 80
_GRAM = 3
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
            found = language_of(passage, {*LANGUAGES, self.language})
            if found not in (None, self.language):
                raise Rejection(f"written in '{found}', not '{self.language}'", passage)

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(_OTHER_LANGUAGE.get(self.language, _OTHER_LANGUAGE[""])),)


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
        return (Planted("Es fuentes y plazas."),)


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
        compiled(self.pattern)
        return self

    def examine(self, answer: Judged) -> None:
        found = compiled(self.pattern).search(answer.text)
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

    @model_validator(mode="after")
    def _is_within_bounds(self) -> "JsonSchema":
        json_schemas.require_bounded(self.json_schema)
        return self

    def examine(self, answer: Judged) -> None:
        if reason := complaint_of(answer.text, self.json_schema):
            raise Rejection(reason, answer.text)

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


class CallsTool(Check):
    """The answer calls the function, with arguments that the schema takes; or does not call it."""

    reads_text = False
    check: Literal["tool_call"] = "tool_call"
    function: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    expect: Literal["present", "absent"] = "present"

    @model_validator(mode="after")
    def _is_within_bounds(self) -> "CallsTool":
        json_schemas.require_bounded(self.arguments)
        return self

    def examine(self, answer: Judged) -> None:
        calls = [call for call in answer.tool_calls if call.name == self.function]
        if self.expect == "absent" and calls:
            raise Rejection(f"calls {self.function}", str(calls[0]))
        if self.expect == "present" and not calls:
            others = ", ".join(call.name for call in answer.tool_calls) or "nothing"
            raise Rejection(f"calls {others}, not {self.function}")
        complaints = [complaint_of(call.arguments, self.arguments) for call in calls]
        if calls and all(complaints):
            raise Rejection(complaints[0], str(calls[0]))

    def bad_answers(self) -> tuple[Judged, ...]:
        if self.expect == "present":
            return (Planted("OK"),)
        return (Planted(tool_calls=(ToolCall(self.function, "{}"),)),)


class FinishReason(Check):
    reads_text = False
    check: Literal["finish_reason"] = "finish_reason"

    def examine(self, answer: Judged) -> None:
        calls = answer.finish_reason == "tool_calls" and bool(answer.tool_calls)
        if answer.finish_reason != "stop" and not calls:
            raise Rejection(f"ended with '{answer.finish_reason}', not 'stop'")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted("La tienda es", finish_reason="length"),)


class ContentFilter(Check):
    reads_text = False
    check: Literal["content_filter"] = "content_filter"

    def examine(self, answer: Judged) -> None:
        if answer.filtered:
            raise Rejection("the content filter took the answer")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(filtered=True),)


class Latency(Check):
    """Seconds until the whole answer is there."""

    reads_text = False
    check: Literal["latency"] = "latency"
    max_seconds: float = Field(gt=0)

    def examine(self, answer: Judged) -> None:
        if answer.seconds > self.max_seconds:
            raise Rejection(f"took {answer.seconds:.1f} s, more than {self.max_seconds:g} s")

    def bad_answers(self) -> tuple[Judged, ...]:
        return (Planted(seconds=2 * self.max_seconds),)


class Cost(Check):
    """Dollars of one answer, at the given prices for a million tokens."""

    reads_text = False
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
    """A check of the team's own, by its name in the entry-point group ``tuneops.checks``.

    Only a configuration may name one: it runs code of an installed package.
    """

    check: Literal["own"] = "own"
    entry_point: str
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_installed(self) -> "Own":
        entry_points.require(self.entry_point)
        return self

    @property
    def title(self) -> str:
        return self.name or self.entry_point

    def examine(self, answer: Judged) -> None:
        found = self._function(answer, **self.parameters)
        if isinstance(found, str):
            raise Rejection(found)
        if found is not None:
            raise Rejection(*found)

    @cached_property
    def _function(self) -> entry_points.CheckFunction:
        return entry_points.load(self.entry_point)


_OfAnswer = (
    Language
    | AsksQuestion
    | Length
    | Regex
    | Contains
    | NotContains
    | JsonSchema
    | Similarity
    | Refusal
    | CallsTool
    | FinishReason
    | ContentFilter
    | Latency
    | Cost
)
PromptCheck = Annotated[_OfAnswer, Field(discriminator="check")]
AnyCheck = Annotated[_OfAnswer | Own, Field(discriminator="check")]


def complaint_of(text: str, schema: dict[str, Any]) -> str:
    """Why a text is no JSON that the schema takes; empty where it is."""
    try:
        return json_schemas.complaint(json.loads(text), schema)
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({error})"


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
