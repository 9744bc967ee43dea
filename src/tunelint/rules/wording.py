"""What was left in answers and cannot be anything else: 1900 to 1929.

Only plain literals: what a text means is for a model to judge (tunelint.model_review).
"""

import re

from tunelint.escaping import quote
from tunelint.rule import Match, on_text
from tunelint.text import Text, is_in_code

_ANSWER = ("assistant",)
_TEMPLATE_ASKED = re.compile(
    r"(?i)template|plantilla|placeholder|letter|carta|e-?mail|correo|draft|borrador|write|escrib"
    r"|redact|form\b|formulario|contract|contrato|code|código|html|script"
)


@on_text(
    "W1901 annotator-note",
    r"\b(?:TODO|FIXME|TBD|TBC|WIP):|\bFIXME\b|\[(?:TODO|TBD|CITATION NEEDED|REVISAR|CHECK)\]",
    r"(?i)\b(?:internal note|nota interna|reviewer'?s? note|annotator'?s? note|note to self):",
    r"(?i)\bnota (?:del|para el) (?:revisor|anotador|editor|traductor):",
    roles=_ANSWER,
)
def note(text: Text, found: Match) -> str | None:
    """A note between the people who made the data was left in an answer.

    The model learns to write such notes to users.
    Fix: Delete the note, and do what it asks for.
    Bad: Tarda dos días. TODO: revisar con legal.
    """
    if text.is_rejected or is_in_code(text.text, found.start()):
        return None
    return f"A note of the people who made the data: {quote(found[0])}."


@on_text(
    "W1903 model-boilerplate",
    r"(?i)\bas an? (?:AI|artificial intelligence|large language|language) (?:language )?model\b",
    r"(?i)\bI(?:'m| am) (?:just |only )?an? (?:AI|large) language model|\bmy knowledge cut-?off\b",
    r"(?i)\bas of my last (?:knowledge |training )?update\b|\bmy training data (?:goes|ends)\b",
    r"(?i)\bcomo (?:un )?modelo de (?:lenguaje|IA)\b|\bal ser un modelo de (?:lenguaje|IA)\b",
    r"(?i)\bmi fecha de corte\b|\bmi última actualización de conocimiento",
    r"(?i)\ben tant que modèle de langage|\bals (?:KI-)?sprachmodell\b|\bcome modello linguistico",
    roles=_ANSWER,
)
def boilerplate(text: Text, found: Match) -> str | None:
    """A phrase with which chat models excuse themselves: 'as an AI language model'.

    The answer was written by another model; yours learns to excuse itself likewise.
    Fix: Rewrite the answer in your assistant's voice.
    Bad: Como modelo de lenguaje, no puedo saberlo.
    """
    if text.is_rejected:
        return None
    return f"A chat model excuses itself: {quote(found[0])}."


@on_text(
    "W1904 foreign-identity",
    r"\b(?:I am|I'm|[Mm]y name is|[Ss]oy|[Mm]e llamo) (?:ChatGPT|GPT-[345]|Claude|Gemini|Bard)\b",
    r"\b(?:I am|I'm|[Mm]y name is|[Ss]oy|[Mm]e llamo) (?:Llama|DeepSeek|Qwen|Mistral|Grok)\b",
    r"(?i)\b(?:trained|developed|created) by (?:OpenAI|Anthropic|DeepSeek|Alibaba Cloud|Meta AI)\b",
    r"(?i)\b(?:entrenado|desarrollado|creado) por (?:OpenAI|Anthropic|DeepSeek|Meta AI)\b",
    roles=_ANSWER,
)
def identity(text: Text, found: Match) -> str | None:
    """The assistant presents itself as a known model of another maker.

    The model learns that identity.
    Fix: Let it say who your assistant is.
    Bad: Soy ChatGPT, un modelo de OpenAI.
    """
    before = text.text[max(0, found.start() - 40) : found.start()]
    speaks = re.search(r"(?i)\b(?:I am|I'm|I was|soy|fui)\b", before + found[0])
    if text.is_rejected or not speaks:
        return None
    return f"The assistant speaks as another model: {quote(found[0])}."


@on_text(
    "W1906 placeholder",
    r"\[(?i:insert|enter|your|add|insertar|introduce|tu|su)(?: [A-Za-zÁ-ú']{1,20}){1,4}\]",
    r"\[(?:[A-ZÁÉÍÓÚÑ]+[ _])+(?:NAME|NOMBRE|DATE|FECHA|NUMBER|EMAIL|COMPANY|EMPRESA|ADDRESS)\]",
    r"\[X{2,}\]|\{\{ ?[a-z_]+ ?\}\}|\[(?:[A-Z][a-z]+ )+(?:Name|Company|Number|Date|Address)\]",
    r"(?i)\blorem ipsum\b",
    roles=_ANSWER,
)
def placeholder(text: Text, found: Match) -> str | None:
    """A placeholder was never filled in.

    The model learns to write it.
    Fix: Fill it in, or rewrite the sentence.
    Bad: Hola [INSERT NAME], tarda dos días.
    """
    if text.is_rejected or is_in_code(text.text, found.start()) or _asks_for_template(text):
        return None
    return f"A placeholder was left in: {quote(found[0])}."


def _asks_for_template(text: Text) -> bool:
    messages = [one for one in text.example.messages if one.path == text.path[:2]]
    question = text.example.question_before(messages[0]) if messages else None
    return question is not None and bool(_TEMPLATE_ASKED.search(question.text))
