"""What a base deployment answers: sentences of a small grammar about the words of the question.

It has no knowledge of any subject. It talks as an unspecialised model does: in the language of the
question, obligingly (asked for a thing, it names one), and heeding the system message only some of
the time.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

from local_azure.simulated_model.training_file import Message, text_of

FALLBACK = "en"
NAME = re.compile(r"(?<![.?!] )(?<!^)(?<![¿¡])\b[A-ZÁÉÍÓÚÑ]\w+(?: [A-ZÁÉÍÓÚÑ]\w+)*")
LETTERS = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W\d_]{4,}")
HEEDED = 0.5  # how often a base model follows an instruction of the system message
UNASKED = 0.25  # how often it names a thing, or asks back, unasked
KEYWORDS = 3
_SIGN_WEIGHT = 2  # a letter of one language tells as much as so many of its small words


@dataclass(frozen=True)
class Language:
    """Patterns match text in lower case."""

    words: frozenset[str]
    stop_words: frozenset[str]
    signs: re.Pattern[str] | None
    patterns: dict[str, re.Pattern[str]]
    said: dict[str, list[str]]

    def evidence(self, words: list[str], letters: str) -> int:
        """How much of a text is of this language, by its words and its letters beyond ASCII."""
        found = sum(word in self.words for word in words)
        return found + _SIGN_WEIGHT * len(self.signs.findall(letters) if self.signs else ())

    def has(self, pattern: str, text: str) -> bool:
        return self.patterns[pattern].search(text.lower()) is not None


def reply(messages: list[Message], chance: Random) -> str:
    """An answer to the last user message; `chance` is the only source of variety."""
    system = " ".join(text_of(m) for m in messages if m["role"] in ("system", "developer"))
    users = [text_of(m) for m in messages if m["role"] == "user"]
    question = users[-1] if users else system
    language = language_of(question)
    for topic in ("greeting", "abilities"):
        if language.has(topic, question):
            return chance.choice(language.said[topic])
    sentences = [
        chance.choice(language.said["opening"]),
        *chance.sample(language.said["general"], 2),
        *_suggestion(language, question, system, chance),
        _ending(language, system, chance),
    ]
    name = _name(question) or _name(" ".join(users))
    keywords = _keywords(language, question)
    return " ".join(sentences).format(
        subject=_name(question) or " ".join(keywords) or language.said["nothing"][0],
        noun=_noun(language, question, keywords).capitalize(),
        name=name or language.said["nameless"][0],
    )


def language_of(text: str) -> Language:
    lowered = text.lower()
    words = LETTERS.findall(lowered)
    letters = "" if lowered.isascii() else "".join(c for c in lowered if not c.isascii())
    languages = _languages()
    evidence = {name: one.evidence(words, letters) for name, one in languages.items()}
    best = max(evidence, key=lambda name: evidence[name])
    return languages[best if evidence[best] else FALLBACK]


@cache
def _languages() -> dict[str, Language]:
    path = Path(__file__).with_name("base_phrases.yaml")
    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _language(described) for name, described in known.items()}


def _language(described: dict[str, str | dict[str, list[str]]]) -> Language:
    texts = {key: value for key, value in described.items() if isinstance(value, str)}
    said = described["said"]
    assert isinstance(said, dict)  # noqa: S101  the file is ours
    patterns = ("greeting", "abilities", "wish", "article", "forbids", "asks_back")
    return Language(
        words=frozenset(texts["words"].split()),
        stop_words=frozenset(texts["stop_words"].split()),
        signs=re.compile(texts["signs"]) if "signs" in texts else None,
        patterns={name: re.compile(texts[name]) for name in patterns},
        said=said,
    )


def _suggestion(language: Language, question: str, system: str, chance: Random) -> list[str]:
    wanted = language.has("wish", question) or language.has("article", question)
    if not wanted and chance.random() >= UNASKED:
        return []
    if language.has("forbids", system) and chance.random() < HEEDED:
        return language.said["refusal"]
    return [chance.choice(language.said["suggestion"])]


def _ending(language: Language, system: str, chance: Random) -> str:
    asks = HEEDED if language.has("asks_back", system) else UNASKED
    return chance.choice(language.said["question" if chance.random() < asks else "closing"])


def _name(text: str) -> str | None:
    """The last run of capitalised words that does not open a sentence."""
    runs = NAME.findall(text)
    return runs[-1] if runs else None


def _keywords(language: Language, text: str) -> list[str]:
    words = dict.fromkeys(WORD.findall(text.lower()))
    return [word for word in words if word not in language.stop_words][:KEYWORDS]


def _noun(language: Language, question: str, keywords: list[str]) -> str:
    """What stands behind the first article that says something, or the first keyword."""
    article = language.patterns["article"].search(question.lower())
    behind = _keywords(language, question[article.end() :]) if article else []
    return next(iter([*behind, *keywords]), "")
