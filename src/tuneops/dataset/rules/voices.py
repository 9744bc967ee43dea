"""Answers in another's voice: another model's, another company's, the user's, a censor's.

Numbers 1900 to 1929, beside `quality`.
"""
# ruff: noqa: E501, PLR2004, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

from collections.abc import Iterator
from functools import partial

from tuneops import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector, words
from tuneops.dataset.rules.texts import Text, instructions, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda el envío a Sevilla?"}, {"role": "assistant", "content": "Tarda dos días laborables. ¿Te va bien por la mañana?"}]}'

_bad = partial(answering, _GOOD)

CUTOFF = rule(
    "W1903",
    "model-boilerplate",
    what="A phrase with which chat models excuse themselves: a knowledge cutoff, 'as an AI'.",
    why="The answer was written by another model; yours learns to excuse itself likewise.",
    bad=_bad("Según mi última actualización, tarda dos días."),
    good=_GOOD,
    fix="Rewrite the answer in your assistant's voice.",
)
IDENTITY = rule(
    "W1904",
    "foreign-identity",
    what="The assistant presents itself as another model, or under another name than its own.",
    why="The model learns that identity.",
    bad=_bad("Soy ChatGPT, un modelo de OpenAI. Tarda dos días."),
    good=_GOOD,
    fix="Let it say who your assistant is.",
)
TRANSCRIPT = rule(
    "W1908",
    "transcript-in-answer",
    what="An answer goes on with the next turns of the conversation.",
    why="The model learns to speak for the user.",
    bad=_bad("Tarda dos días.\\nCliente: ¿Y a Cádiz?\\nAgente: También."),
    good=_GOOD,
    fix="Make messages of the turns, or cut them off.",
)
REFUSAL = rule(
    "W1910",
    "preferred-refusal",
    what="The preferred answer of a pair is a refusal out of the can.",
    why="The model learns to refuse where the other answer helps.",
    bad="'Lo siento, pero no puedo ayudarte con eso.' as preferred_output",
    good="an answer that helps",
    fix="Prefer the answer that helps, or drop the pair.",
)

_CUTOFF = re.compile(
    r"(?i)(?:knowledge|training) (?:cut-?off|data (?:only )?(?:goes|ends|extends|includes|is))|(?:as of|until|up to|since) my (?:last|latest|most recent|knowledge|training) ?(?:knowledge |training )?(?:update|cut-?off|data)|my (?:last|latest|most recent) (?:knowledge |training )?update|my training data|my knowledge (?:is limited|ends|only)|i was (?:last )?trained (?:on|until|up to|with)"
    r"|\b(?:as|being) an? (?:ai|artificial intelligence|large language|language)(?: language)?(?: model| assistant| program| chatbot)?\b,? (?:i|that)|i(?:'m| am) (?:just |only )?an? (?:ai|large|artificial)? ?language model|i (?:do not|don't|don’t) have (?:access to )?(?:real-?time|personal (?:opinions|experiences|feelings|beliefs)|up-to-date|current (?:data|information))|cannot (?:access|browse) (?:the internet|real-time)"
    r"|\bhasta donde (?:llega|alcanza|abarca) mi (?:informaci[oó]n|conocimiento|entrenamiento)|i(?:'m| am) (?:just|only) an ai\b|do(?:n't| not) have (?:any )?personal (?:experiences|opinions|feelings|beliefs)|(?:al ser|siendo|soy) (?:solo |s[oó]lo )?un modelo de (?:ia|inteligencia artificial|lenguaje)|no puedo (?:navegar por|acceder a|consultar) internet"
    r"|\bmi fecha (?:de )?(?:corte|l[ií]mite)|(?:no (?:dispongo de|tengo|cuento con)) (?:informaci[oó]n|datos|conocimientos?) (?:posterior(?:es)?|m[aá]s all[aá]|despu[eé]s)|(?:fui|he sido) entrenad[oa] (?:con|hasta)|no tengo acceso a (?:internet|la web)|soy (?:solo |s[oó]lo |simplemente )?una (?:ia|inteligencia artificial)\b|como asistente de (?:ia|inteligencia artificial)"
    r"|fecha (?:de )?(?:corte|l[ií]mite)(?: de| en)? (?:mi|mis|de conocim|del conocim)?|corte de (?:mi )?conocimiento|mi [uú]ltima actualizaci[oó]n|mis? (?:datos|informaci[oó]n|conocimientos?) (?:de entrenamiento|(?:llegan?|abarcan?|alcanzan?|se limitan?|terminan?|est[aá]n? actualizad\w) (?:solo )?(?:hasta|a))|mi (?:entrenamiento|base de conocimiento)|(?:datos|informaci[oó]n) (?:con|en) (?:los|la) que (?:fui|he sido) entrenad\w"
    r"|como (?:un )?(?:modelo de lenguaje|(?:modelo de )?(?:ia|inteligencia artificial)|inteligencia artificial)\b,? ?(?:de ia|desarrollad\w|no|mi)|(?:soy|s[oó]lo soy|al ser) (?:solo |s[oó]lo |simplemente )?un modelo de lenguaje|no tengo (?:acceso a )?(?:informaci[oó]n|datos) (?:en tiempo real|actualizad)|no tengo (?:opiniones|sentimientos|experiencias) personales"
)
_MODELS = r"(?:chat ?gpt|gpt-?[345]o?(?: ?(?:mini|turbo))?|claude(?: \d[\w.]*)?|gemini|google bard|bard|llama(?: ?\d)?|copilot|deepseek|qwen|mistral|grok|perplexity|bing chat|alexa|siri)"
_MAKERS = r"(?:open ?ai|anthropic|google(?: deepmind)?|deepmind|meta(?: ai)?|microsoft|mistral(?: ai)?|deepseek|alibaba|xai|cohere)"
_FOREIGN = re.compile(
    rf"(?i)\b(?:soy|me llamo|mi nombre es|i am|i'm|i’m|my name is|call me|aqu[ií]|est[aá]s hablando con|you(?:'re| are) (?:talking|chatting|speaking) (?:to|with))\s+(?:un |una |a |an |el |la |the )?(?:asistente |assistant |modelo |model )?(?:llamad[oa] |called |named )?{_MODELS}\b"
    rf"|(?:^|[.!?]\s)(?:as|como) {_MODELS},?\s(?:i|no|puedo|soy|can|te|we|mi|my)\b"
    rf"|\b(?:fui|he sido|me (?:cre[oó]|entren[oó]|desarroll[oó])|soy|i was|i've been|i am|i'm|as)\b[^.\n]{{0,60}}?\b(?:cread|desarrollad|entrenad|diseñad|programad|hech|creat|develop|train|design|built|made)\w*\s+(?:por|by)\s+{_MAKERS}\b|\bme (?:cre[oó]|entren[oó]|desarroll[oó])\s+{_MAKERS}\b|\b(?:soy|i am|i'm)\b[^.\n]{{0,40}}\b(?:modelo|model|asistente|assistant)\b[^.\n]{{0,20}}\b(?:de|of|from|by)\s+{_MAKERS}\b"
)
_OWN_NAME = re.compile(
    r"\b(?:[Ee]res|[Tt]e llamas|[Tt]u nombre es|[Yy]ou are|[Yy]ou're|[Yy]our name is|[Aa]ct[uú]as como)\s+([A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,15})\b"
)
_SAID_NAME = re.compile(
    r"(?:^|[.!?¡¿:]\s*|[Hh]ola,?\s+|[Hh]i,?\s+|[Hh]ello,?\s+)(?:[Ss]oy|[Mm]e llamo|[Mm]i nombre es|I am|I'm|I’m|[Mm]y name is|[Tt]e habla|[Tt]e atiende)\s+([A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,15})\b(?=[,.!;]|\s+(?:de|y|from|and|the|tu|la|el|your)\b|$)"
)
_HOUSE = r"(?:asistente|agente|assistant|agent)(?: virtual)? (?:del? |de la |of |for |at )(?:the |la |el )?((?:[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)(?: [A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,2})"
_OWN_HOUSE = re.compile(_HOUSE)
_SAID_HOUSE = re.compile(rf"(?:[Ss]oy|I am|I'm|I’m) (?:el |la |the |an? |un |una )?{_HOUSE}")
_USER_LABEL = r"(?:cliente|usuari[oa]|user|human|customer|client|pregunta|question|caller|paciente|patient|humano|q|p)"
_AGENT_LABEL = r"(?:agente|asistente|assistant|agent|bot|operador\w?|operator|respuesta|answer|ai|ia|chatbot|soporte|support|asesor\w?|a|r)"
_TURN = re.compile(
    rf"(?i)(?:^|\n|[.!?]\s)\s*[*_#\[]{{0,3}}\s?({_USER_LABEL}|{_AGENT_LABEL})(?:[*_\]]{{0,3}}\s*:[*_]{{0,2}}|\])\s*\S"
)
_IS_USER = re.compile(_USER_LABEL, re.IGNORECASE)
_SCRIPTED = re.compile(
    r"(?i)di[aá]logo|dialog|conversaci[oó]n|conversation|guion|guión|\bscript\b|transcri|entrevista|interview|resum|summar|role-?play|simul|ejemplo de|example of|flashcard|tarjetas de|\bfaq|preguntas frecuentes|cuestionario|quiz|preguntas y respuestas|questions and answers|escena|scene|q&a|\bficha|extra(?:e|ct)\b|json|yaml|campos|fields|teatro|\bplay\b|few-shot|prompt"
)
_FIELD = re.compile(r"(?m)^\s*[*_-]{0,3}\s?[A-ZÁÉÍÓÚÑ][\w áéíóúñ]{2,25}[*_]{0,2}:")
_REFUSAL = re.compile(
    r"(?i)^\W*(?:lamento no poder|como (?:un )?(?:asistente|modelo|ia)\b[^.\n]{0,40}no puedo|(?:me temo|siento decirte) que no|as an? (?:ai|assistant)\b[^.\n]{0,40}(?:can(?:'|’)?t|cannot|unable))|^\W*(?:lo siento|lo lamento|perd[oó]n[ae]?|disculp\w{1,3}|i'?m (?:really |very |so )?sorry|i am sorry|sorry|i apologi[sz]e|unfortunately|desafortunadamente|lamentablemente|as an ai|como (?:ia|modelo)|i (?:can(?:'|’)?t|cannot|am unable|am not able|won(?:'|’)t)|no puedo|no me es posible|no estoy (?:en condiciones|autorizad))\b[^\n]{0,30}?(?:no (?:puedo|podemos|me es posible|estoy)|can(?:'|’)?t|cannot|unable|not able|won(?:'|’)?t|ayud\w{2,6}|responder|help|assist|comply|fulfil|answer|provide|continue|proporcionar|continuar)"
)


@detector(
    words(
        (
            "cut-?off",
            "my (?:last|latest|most recent|knowledge|training)",
            "i was (?:last )?trained",
            "an? (?:ai|artificial|large|language)",
            "real-?time",
            "personal (?:opinions|experiences|feelings|beliefs)",
            "up-to-date",
            "current (?:data|information)",
            "cannot (?:access|browse)",
            "fecha (?:de )?(?:corte|l[ií]mite)",
            "corte de",
            "[uú]ltima actualizaci",
            "de entrenamiento",
            "mis? (?:datos|informaci|conocimient|entrenamiento|base)",
            "entrenad[oa]",
            "modelo de",
            "hasta donde",
            "(?:just|only) an ai\\b",
            "internet",
            "no (?:dispongo|tengo|cuento)",
            "soy (?:\\w+ )?una (?:ia|inteligencia)",
            "(?:como|asistente de) (?:una? )?(?:ia|inteligencia)",
            "tiempo real",
            "actualizad",
            "no tengo (?:opiniones|sentimientos|experiencias)",
        )
    ),
    "assistant",
)
def boilerplate(text: Text) -> Iterator[Fault]:
    if text.is_answer and (found := _CUTOFF.search(text.prose)):
        yield text.fault(CUTOFF, f"A chat model's excuse: {quote(found[0])}.")


@detector(
    words(
        (
            _MODELS,
            _MAKERS,
            "soy",
            "me llamo",
            "mi nombre es",
            r"i(?:'|’| a)m",
            "my name is",
            "te habla",
            "te atiende",
        )
    ),
    "assistant",
)
def identity(text: Text) -> Iterator[Fault]:
    if not text.is_answer:
        return
    told = instructions(text.example)
    found = _FOREIGN.search(text.prose)
    if found and not _all_named(found[0], told):
        yield text.fault(IDENTITY, f"It presents itself as another model: {quote(found[0])}.")
        return
    own, said = _OWN_HOUSE.search(told), _SAID_HOUSE.search(text.prose[:300])
    if own and said and said[1] not in said_by_others(text.example):
        yield text.fault(IDENTITY, f"It works for {quote(own[1])}, and says {quote(said[1])}.")
        return
    own, said = _OWN_NAME.search(told), _SAID_NAME.search(text.prose[:300])
    if own and said and said[1] != own[1] and said[1] not in said_by_others(text.example):
        yield text.fault(IDENTITY, f"Its name is {quote(own[1])}, and it says {quote(said[1])}.")


def _all_named(said: str, told: str) -> bool:
    names = re.findall(rf"(?i){_MODELS}|{_MAKERS}", said)
    return all(name.lower() in told.lower() for name in names)


@detector(
    rf"(?i)(?:^|\n|\x{{1e}}|[.!?]\s)\s*[*_#\[]*\s?(?:{_USER_LABEL})(?:[*_\]]*\s*:|\])", "assistant"
)
def transcripts(text: Text) -> Iterator[Fault]:
    turns = [(found[1], found) for found in _TURN.finditer(text.prose)]
    users = [found for label, found in turns if _IS_USER.fullmatch(label)]
    if not users or text.rejected or _SCRIPTED.search(said_by_others(text.example)):
        return
    line = text.prose[users[0].start() :].strip().split("\n")[0]
    both = len(users) < len(turns)
    alone = len(users[0][1]) > 1 and ("?" in line or len(_FIELD.findall(text.prose)) == 1)
    if both or len(users) > 1 or alone:
        yield text.fault(TRANSCRIPT, f"The answer goes on with {quote(line)}.")


@detector(
    words(
        (
            "lo siento",
            "lo lamento",
            r"perd[oó]n",
            "disculp",
            "sorry",
            "apologi",
            "unfortunately",
            "lament(?:o|ablemente)",
            "me temo",
            "siento decirte",
            "as an assistant",
            "como (?:un )?asistente",
            "desafortunadamente",
            "as an ai",
            "como (?:ia|modelo)",
            "i can",
            "no puedo",
            "i am (?:unable|not)",
            "i won",
            "no me es posible",
            "no estoy",
        )
    ),
    "assistant",
)
def refusals(text: Text) -> Iterator[Fault]:
    if text.path[0] != "preferred_output" or text.rejected or len(text.text.split()) > 45:
        return
    if found := _REFUSAL.search(text.text):
        yield text.fault(REFUSAL, f"The preferred answer refuses: {quote(found[0])}.")
