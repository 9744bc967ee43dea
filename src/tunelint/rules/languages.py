"""Answers in another language than the question: 1400 to 1499.

A few frequent words of each language tell cheaply which rows are worth a look; the language
model of py3langid must then agree on both texts.
"""

import re
from collections.abc import Iterator

from tunelint.example import PROMPT_ROLES, Example, Message
from tunelint.language_id import language_of
from tunelint.rule import Violation, on_example, rule
from tunelint.text import prose

MISMATCH = rule("""W1401 language-mismatch
    The answer is in another language than the question.
    The model learns to switch languages by itself.
    Fix: Translate one of the two; where another language is asked for, let the user say so.
    Bad: a question in Spanish, answered in English""")

_FREQUENT = {
    "es": "el los las una del que en por para con es como más pero qué cómo cuál está puedo",
    "en": "the of and to is that for it with you are this what how can do my your from",
    "fr": "le les des est une dans pour que avec vous je pas sur quel comment mon mes",
    "pt": "os um uma da em para com não que seu sua você como mais qual meu minha",
    "it": "il gli di una che per con non sono come più mio della nel quale posso",
    "de": "der die das und ist nicht ich ein eine mit für auf wie was kann mein zu",
}
_LANGUAGE = {  # of the words that only one of them has
    word: name
    for name, words in _FREQUENT.items()
    for word in words.split()
    if sum(word in other.split() for other in _FREQUENT.values()) == 1
}
_WORDS = frozenset(_LANGUAGE)
_READ = 300  # characters of each text
_ENOUGH, _LEAD = 3, 2  # frequent words of one language, and its lead over all others
_ABOUT_LANGUAGE = re.compile(
    r"(?i)tradu|translat|übersetz|idiom|lengua|language|sprache|langue|lingua|ingl|english|españ"
    r"|spanish|castellano|franc|french|alem|german|deutsch|portug|italian|multiling|biling"
)


@on_example
def mismatch(example: Example) -> Iterator[Violation]:
    """The first answer whose language is not that of the question before it."""
    question: Message | None = None
    for message in example.messages:
        if message.role == "user":
            question = message
        elif message.role == "assistant" and question and _differ(question.text, message.text):
            if _ABOUT_LANGUAGE.search(_told(example)):
                return
            if found := _confirmed(question.text, message.text):
                text = f"The question is in '{found[0]}', the answer in '{found[1]}'."
                yield Violation(MISMATCH, text, (*message.path, "content"))
                return


def _differ(question: str, answer: str) -> bool:
    asked = _guess(question)
    return asked != "" and _guess(answer) not in ("", asked)


def _guess(text: str) -> str:
    """The language of which a text has most of the frequent words; nothing if it is close."""
    words = _WORDS.intersection(text[:_READ].lower().split())
    if len(words) < _ENOUGH:
        return ""
    found = [_LANGUAGE[word] for word in words]
    name = max(found, key=found.count)
    most = found.count(name)
    return name if most >= max(_ENOUGH, _LEAD * (len(found) - most)) else ""


def _confirmed(question: str, answer: str) -> tuple[str, str] | None:
    asked, answered = (language_of(prose(text), _FREQUENT) for text in (question, answer))
    if asked is None or answered is None or asked == answered:
        return None
    return asked, answered


def _told(example: Example) -> str:
    """What the instructions and questions say."""
    roles = (*PROMPT_ROLES, "user")
    return "\n".join(one.text for one in example.messages if one.role in roles)
