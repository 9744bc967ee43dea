"""What a base deployment answers: sentences of a small grammar about the words of the question.

It has no knowledge. It talks as an unspecialised model does: it follows the language of the
question, names hotels, restaurants, cars and flights freely, and heeds the system message only
some of the time.
"""

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from local_azure.simulated_model.training_file import Message, text_of

INTENTS = {
    "lodging": r"hotel|aloj|hosped|dormir|hostal|posada|lodging|accommodation|hostel|\bstay",
    "food": r"restaurant|comer|cena|almorz|comida|gastronom|plato|\beat|dinner|lunch|food|cuisine",
    "car": r"coche|carro|\bauto\b|alquil|conducir|rent|\bcar\b|\bdriv",
    "flight": r"vuelo|aerol|avi[oó]n|volar|aeropuerto|flight|airline|\bfly|airport",
    "visa": r"visa|pasaporte|requisito|embajada|passport|entry requirement|embassy",
    "weather": r"clima|tiempo|lluvia|temperatura|pron[oó]stico|weather|rain|season|forecast",
}
SPANISH = re.compile(r"[¿¡ñáéíóú]|\b(el|la|los|las|de|que|en|un|una|para|por|con|es|hola)\b")
ENGLISH = re.compile(r"\b(the|of|to|in|is|are|what|how|a|an|for|with|do|can|i|you|hello)\b")
FORBIDS = re.compile(
    r"\b(no debes|nunca|no recomiendes|evita|never|do not|don't|must not)\b", re.IGNORECASE
)
WANTS_QUESTIONS = re.compile(r"\b(preguntas?|questions?)\b", re.IGNORECASE)
PLACE = re.compile(r"(?<![.?!] )(?<!^)(?<![¿¡])\b[A-ZÁÉÍÓÚÑ]\w+(?: [A-ZÁÉÍÓÚÑ]\w+)*")
HEEDED = 0.5  # how often a base model follows an instruction of the system message
UNASKED = 0.25  # how often it recommends a hotel, or asks back, unasked
KEYWORDS = 3

Phrases = dict[str, Any]


def reply(messages: list[Message], chance: Random) -> str:
    """An answer to the last user message; `chance` is the only source of variety."""
    system = " ".join(text_of(m) for m in messages if m["role"] in ("system", "developer"))
    users = [text_of(m) for m in messages if m["role"] == "user"]
    question = users[-1] if users else system
    phrases = _language(question)
    found = _place(question) or _place(" ".join(users))
    place = found or phrases["somewhere"]
    intents = [name for name, words in INTENTS.items() if re.search(words, question.lower())]
    sentences = [
        chance.choice(phrases["opening"]),
        *_body(phrases, intents, chance),
        *_recommendations(phrases, intents, system, chance),
        _ending(phrases, system, chance),
    ]
    return " ".join(sentences).format(
        subject=found or _keywords(question) or place,
        place=place,
        name=found or phrases["nameless"],
    )


@cache
def _grammar() -> Phrases:
    path = Path(__file__).with_name("base_phrases.yaml")
    grammar: Phrases = yaml.safe_load(path.read_text(encoding="utf-8"))
    return grammar


def _language(text: str) -> Phrases:
    lowered = text.lower()
    spanish = len(SPANISH.findall(lowered)) >= len(ENGLISH.findall(lowered))
    phrases: Phrases = _grammar()["es" if spanish else "en"]
    return phrases


def _body(phrases: Phrases, intents: list[str], chance: Random) -> list[str]:
    body: dict[str, list[str]] = phrases["body"]
    known = next((body[intent] for intent in intents if intent in body), [])
    return [*known, *chance.sample(body["general"], 2)]


def _recommendations(
    phrases: Phrases, intents: list[str], system: str, chance: Random
) -> list[str]:
    wanted = [intent for intent in intents if intent in phrases["recommendation"]]
    if not wanted and chance.random() < UNASKED:
        wanted = ["lodging"]
    if wanted and FORBIDS.search(system) and chance.random() < HEEDED:
        return [phrases["refusal"]]
    return [chance.choice(phrases["recommendation"][intent]) for intent in wanted]


def _ending(phrases: Phrases, system: str, chance: Random) -> str:
    asks = HEEDED if WANTS_QUESTIONS.search(system) else UNASKED
    endings: list[str] = phrases["question" if chance.random() < asks else "closing"]
    return chance.choice(endings)


def _place(text: str) -> str | None:
    """The last run of capitalised words that does not open a sentence."""
    runs = PLACE.findall(text)
    return runs[-1] if runs else None


def _keywords(question: str) -> str:
    stop_words = _grammar()["stop_words"].split()
    words = dict.fromkeys(re.findall(r"[^\W\d_]{4,}", question.lower()))
    return " ".join([word for word in words if word not in stop_words][:KEYWORDS])
