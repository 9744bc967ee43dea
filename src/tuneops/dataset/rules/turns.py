"""Answers beside their questions: 1930 to 1949."""
# ruff: noqa: E501, PLR2004, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from travel_checks import lazyre as re
from tuneops.dataset.examples import Example, Message
from tuneops.dataset.findings import Fault, JsonPath, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector
from tuneops.dataset.rules.texts import (
    Text,
    asked_before,
    code_lines,
    normalise,
    prose,
    said_by_others,
)

_GOOD = '{"messages": [{"role": "user", "content": "¿Por qué tarda tanto el envío a Sevilla?"}, {"role": "assistant", "content": "Porque sale dos veces por semana. ¿Te va bien el viernes?"}]}'

_bad = partial(answering, _GOOD)

ECHO = rule(
    "W1931",
    "echo",
    what="An answer only repeats the question.",
    why="The model learns to repeat instead of answering.",
    bad=_bad("¿Por qué tarda tanto el envío a Sevilla?"),
    good=_GOOD,
    fix="Write an answer.",
)
REPETITION = rule(
    "W1932",
    "repetition",
    what="An answer repeats the same words over and over.",
    why="It is what a model says that has lost its way; yours would learn it.",
    bad=_bad("El envío tarda mucho. " * 6),
    good=_GOOD,
    fix="Write it once.",
)
SHOUTING = rule(
    "W1933",
    "shouting",
    what="An answer in capitals, or with rows of exclamation marks.",
    why="The model learns to shout.",
    bad=_bad("¡¡¡SALE DOS VECES POR SEMANA Y NO ANTES!!!"),
    good=_GOOD,
    fix="Write it in sentence case.",
)
SWAPPED = rule(
    "W1934",
    "swapped-roles",
    what="The user speaks as the agent, and the assistant as the customer.",
    why="The model learns the wrong side of the conversation.",
    bad=_GOOD.replace(
        "¿Por qué tarda tanto el envío a Sevilla?",
        "Hola, soy del servicio de atención al cliente, ¿en qué puedo ayudarle?",
    ).replace(
        "Porque sale dos veces por semana. ¿Te va bien el viernes?",
        "Quiero saber por qué tarda mi envío.",
    ),
    good=_GOOD,
    fix="Swap the roles.",
)
TOO_SHORT = rule(
    "W1935",
    "answer-too-short",
    what="A word or two in answer to an open question, in a file of longer answers.",
    why="The model learns to be curt.",
    bad=_bad("Depende."),
    good=_GOOD,
    fix="Write a full answer.",
)
TRUNCATED = rule(
    "W1936",
    "answer-cut-off",
    what="An answer stops in the middle of a sentence.",
    why="The model learns to stop there.",
    bad=_bad("Porque sale dos veces por semana y además el"),
    good=_GOOD,
    fix="Complete the answer.",
)

_MAY_ECHO = re.compile(
    r"(?i)corrig|correct|repit|repeat|copia|copy|reescrib|rewrite|rephras|parafrase|paraphras|normali|transcri|proofread|translat|traduc|formate|format|\becho\b|\bfix\b|arregl|extra(?:e|ct)|frase|sentence|ortogra|spell|gram[aá]|puntu|punctuat|lowercase|min[uú]scul|may[uú]scul|titul|title|verso|verse|json|sql|\bcode\b|c[oó]digo|select|classif|clasific"
)
_MAY_REPEAT = re.compile(
    r"(?i)repit|repet|repeat|mantra|letra|lyrics|canci[oó]n|song|poema|poem|verso|verse|oraci[oó]n\b|prayer|estribillo|chorus|\b\d+ (?:veces|times)\b|ascii|rima|rhyme|nana|lullaby|trabalenguas|tongue"
)
_MAY_SHOUT = re.compile(
    r"(?i)may[uú]scul|upper ?case|capital|all caps|\bcaps\b|\bsql\b|acr[oó]n|grita|shout|cartel|poster|titular|headline|eslogan|slogan|c[oó]digo|\bcode\b|morse|cobol|fortran|assembl|telegrama|rótulo"
)
_FUNCTION_WORDS = frozenset(
    "después then además mientras el la los las un una unos unas de del al y e o u que en con por para sin sobre entre hasta desde según como si pero porque cuando donde aunque su sus mi tu nuestro nuestra este esta ese se lo le más muy es son está the a an of to in on at for with and or but that which from by as is are was were your our my their this these because when if while into than very it's".split()  # noqa: SIM905 - a word list reads best so
)
_SIGN_OFF = re.compile(
    r"(?i)(?:saludos?|atentamente|cordialmente|abrazos?|besos?|regards|sincerely|yours|best|cheers|thanks|gracias|wishes|faithfully|truly|love|afectuosamente|respectfully|respetuosamente)\b[^\n]{0,30},$"
)
_LIST = re.compile(r"\s*(?:[-*+•–—>|#]|\d{1,3}[.)]|[a-zA-Z][.)]\s|\W{0,3}\*\*)")
_ENDED = re.compile(r"[.!?…。！？؟।][\"'”’»)\]*_`]{0,4}\s+\S")
_OPEN_QUESTION = re.compile(
    r"(?i)(?:\bpor qu[eé]\b|\bexpl[ií]ca\w{0,4}|\bdescr[ií]be\w{0,3}|\bc[oó]mo (?!se (?:llama|dice|escribe|traduce)|te llamas|est[aá]s)|\bqu[eé] (?:diferencia|opin|ventaja|pasos|debo|tengo que|hago|pasa|ocurre|significa|me recomiend|consej)\w*|\bcu[eé]nta\w*|\bayuda\w{0,4} (?:a|con)|\bwhy\b|\bhow (?!many|much|old|long|far|tall|often|big|are you)\w+|\bexplain\b|\bdescribe\b|\btell me (?:about|how|why)|\bwhat (?:is the difference|are the|should|happens|do i)\b)"
)
_TERSE = re.compile(
    r"(?i)una (?:sola )?palabra|one[- ]word|single word|s[ií] o no|yes or no|yes/no|s[ií]/no|etiqueta|label|clasific|classif|categor|(?:solo|only|únicamente|just)\b[^.]{0,40}(?:palabra|word|letra|letter|n[uú]mero|number|nombre|name|opci|option)|breve|brief|concis|short|corta|true or false|verdadero o falso|cu[aá]l de|which of|\ba\)|opciones|options|json|intenci[oó]n|intent|sentim"
)
_AGENT = re.compile(
    r"(?i)(?:en qu[eé] (?:puedo|podemos|le puedo|te puedo) (?:ayudar|servir)\w*|c[oó]mo (?:puedo|podemos|le puedo|te puedo) ayudar\w*|how (?:can|may) (?:i|we) (?:help|assist)|gracias por (?:contactar|llamar|comunicarse|ponerse en contacto)|thank(?:s| you) for (?:contacting|calling|reaching)|\b(?:le|te) atiende\b|bienvenid[oa]s? a [^.?!\n]{2,40}[,.] ?d[ií]ga?me|\bsoy (?:el|la) (?:asistente|agente|operador\w?) (?:virtual )?de\b|(?:can|may|could) i have your (?:name|order|account)|what can (?:i|we) (?:do|help)|en qu[eé] (?:le|te|os) (?:ayudo|atiendo|ayudamos)|you(?:'re|'ve come) through to|le confirmo que su|bienvenid[oa] a [^.?!\n]{2,40}\. ¿?tiene)"
)
_ROLE_PLAY = re.compile(
    r"(?i)role-?play|simul|pract|act(?:úa|ua) como|act as|finge|pretend|cliente ficticio|eres un cliente|you are a customer|entren|train(?:ing|ee)|haz de|personaje|traduc|translat|clasific|classif|corrig|correct|resum|summar|reescrib|rewrite"
)
_CUSTOMER = re.compile(
    r"(?i)^\W*(?:(?:hola|hi|hello|buenas|perd[oó]n\w*|disculp\w+|oye|vale|ok|ah|perfecto|genial|gracias|great|thanks|y|and)\W+){0,4}(?:c[oó]mo|d[oó]nde|cu[aá]ndo|cu[aá]nto|qu[eé]|y si|si|what if|puedo|podr[ií]a|se puede|how|where|when|can|could|what|do|does|is|me)\b[^?]{0,160}\b(?:puedo|devuelvo|hago|tengo|cancelo|cambio|mi|mis|me|pago|recupero|activo|devuelvo|pido|compro|renuevo|consigo|solicito|env[ií]o|borro|accedo|entro|contrato|reclamo|reservo|modifico|sé|he|my|can i|do i|should i|could i|i)\b[^?]{0,160}\?\W*$"
)
_ADVICE = re.compile(
    r"(?i)\b(?:puedes?|debes?|tiene[s]? que|entr[ae] en|ve a|vaya a|haz(?: clic)?|haga(?: clic)?|pulse|pulsa|seleccion[ae]|env[ií][ae](?:nos)?|rellen[ae]|(?:te|le) (?:lo |la )?(?:mandamos|enviamos|devolvemos|llamamos)|dispone[s]? de|le |nuestr[oa]s?|you can|you should|you need|you have|go to|click|select|log in|please|our|simply|your)\b"
)
_NEED = re.compile(
    r"(?i)^\W*(?:(?:(?:hola|hi|hello)(?: (?-i:[A-ZÁÉÍÓÚ])\w{1,12})?|hey|buenas|buenos d[ií]as|buenas tardes|s[ií]|yes|pues|mire|mira|ver[aá]s?|es que|well|so|the thing is)\W+){0,4}(?:que |vengo (?:porque|por|a) |quiero|se me|no hay manera|llamo (?:para|por|porque)|llevo|busco|sigo sin|i'm calling|i am calling|i'm looking|i keep|quiero|quer[ií]a|quisiera|necesito|no puedo|no me|no funciona|me gustar[ií]a|tengo un problema|mi |mis |me ha|i want|i need|i'd like|i would like|i can'?t|my |i have|i ordered|i bought|compr[eé]|ped[ií]|he (?:pedido|comprado|recibido))"
)
STOPS = frozenset(".!?…。！？؟।")
FRAME_LENGTH = 30  # characters that an echo puts around the question
_PERIODS = 16  # words of the longest unit that is looked for
_LONG_RUN = re.compile(r"([^\W\d_xX])\1{19}|([^\W\d_]{2,4})\2{9}")
_SCANNED_WORDS = 20_000


def suspicious(question: str, answer: str) -> bool:
    """Whether a closer look is due; the cheap half of `examine`."""
    if question == answer or answer.isupper() or "!!!" in answer:
        return True
    words = answer.split()
    return (
        len(words) < 3
        or (len(words) > 9 and len(set(words)) < 0.6 * len(words))
        or answer[-1:] in ",(-–—"
        or (answer[-1:].isalnum() and words[-1].lower() in _FUNCTION_WORDS)
        or (
            len(answer) < 1.6 * len(question) + FRAME_LENGTH
            and len(words) > 3
            and _covers(question, answer)
        )
        or (answer[-1:] == "?" and len(answer) < len(question) and "?" not in question)
        or len(max(words, key=len)) > 19
        or words[-1].rstrip(".)").isdigit()
        or answer.rfind("(") > answer.rfind(")")
    )


def _covers(question: str, answer: str) -> bool:
    asked = {word.strip("¿?¡!.,;:\"'") for word in question.lower().split()}
    said = answer.lower()
    return sum(word in said for word in asked) >= 0.5 * len(asked)


def examine(example: Example) -> Iterator[Fault]:
    given = ""
    for answer in example.messages:
        if (
            answer.role != "assistant"
            or not answer.text.strip()
            or not isinstance(answer.content, str)
        ):
            continue
        given = given or said_by_others(example)
        question = asked_before(example, answer)
        yield from _alone(answer, given)
        if question:
            yield from _beside(question.text, answer, given)


def _alone(answer: Message, given: str) -> Iterator[Fault]:
    text, at = answer.text, (*answer.at, "content")
    if (again := repeated(text)) and not _MAY_REPEAT.search(given):
        yield Fault(REPETITION, f"Over and over: {quote(again)}.", at)
    elif shouts(text) and not _MAY_SHOUT.search(given):
        yield Fault(SHOUTING, f"Shouted: {quote(text)}.", at)
    if not answer.acts and (end := cut_off(text)):
        yield Fault(TRUNCATED, f"The answer stops at {quote(end)}.", at)


def _beside(question: str, answer: Message, given: str) -> Iterator[Fault]:
    text, at = answer.text, (*answer.at, "content")
    if _echoes(question, text) and not _MAY_ECHO.search(given):
        yield Fault(ECHO, f"The answer repeats the question: {quote(text)}.", at)
    elif _asks_back(question, text) and not _ROLE_PLAY.search(given):
        yield _swapped(question, at)


@detector(_AGENT.pattern, "user")
def agents(text: Text) -> Iterator[Fault]:
    """Questions of an agent, with the answers of a customer."""
    if _ROLE_PLAY.search(said_by_others(text.example)):
        return
    for answer in text.example.messages:
        question = asked_before(text.example, answer) if answer.role == "assistant" else None
        if (
            question
            and question.at == text.path[: len(question.at)]
            and _is_served(question.text, answer.text)
            and not _echoes(question.text, answer.text)
        ):
            yield _swapped(question.text, (*answer.at, "content"))


def _is_served(question: str, answer: str) -> bool:
    """Whether an agent asks, and somebody in need answers."""
    return bool(_AGENT.search(question) and not _AGENT.search(answer) and _NEED.search(answer))


def _swapped(question: str, at: JsonPath) -> Fault:
    return Fault(SWAPPED, f"The user speaks as the agent: {quote(question)}.", at)


def short_answer(question: str, answer: str, given: str) -> bool:
    """Whether a word or two answer a question that asks for more."""
    few = len(answer.split()) <= 2 and len(answer) <= 24
    return bool(
        few
        and not answer.strip("*_ ").isdigit()
        and _OPEN_QUESTION.search(question)
        and not _TERSE.search(given)
    )


def repeated(text: str) -> str:
    """The unit that a text repeats without end, if it does."""
    spoken = "\n".join(
        line
        for line, inside in code_lines(text)
        if not inside and not line.lstrip().startswith("|")
    )
    if run := _LONG_RUN.search(spoken):
        return run[0][:20]
    words = spoken.lower().split()[:_SCANNED_WORDS]
    longest = min(_PERIODS, len(words) // 3) if recurs(spoken) else 0
    for period in range(1, longest + 1):
        run_length, end = _longest_run(words, period)
        times = run_length // period + 1
        unit = " ".join(words[end - period + 1 : end + 1])
        if (
            times >= (6 if period == 1 else 4)
            and sum(c.isalpha() for c in unit) > 2
            and (period > 1 or len(unit) > 2)
        ):
            return unit
    return _same_sentences(spoken)


def recurs(text: str) -> bool:
    """Whether two words follow each other as often as in any unit that is said over and over."""
    pairs = Counter(pairwise(text.lower().split()))
    return any(count > 3 for count in pairs.values())


def _longest_run(words: list[str], period: int) -> tuple[int, int]:
    best, best_end, run = 0, 0, 0
    for index in range(period, len(words)):
        run = run + 1 if words[index] == words[index - period] else 0
        if run > best:
            best, best_end = run, index
    return best, best_end


def _same_sentences(text: str) -> str:
    sentences = [normalise(one) for one in re.split(r"[.!?\n]+", text) if len(one.split()) > 3]
    if len(sentences) < 5:
        return ""
    most = max(set(sentences), key=sentences.count) if len(sentences) < 500 else ""
    return most if most and sentences.count(most) >= max(4, 0.4 * len(sentences)) else ""


def shouts(text: str) -> bool:
    spoken = prose(text)
    if "!!!" in spoken and (len(re.findall(r"!{3,}", spoken)) > 1 or "!!!!!" in spoken):
        return True
    if sum(map(str.isupper, spoken)) <= 0.3 * sum(map(str.islower, spoken)):
        return False  # it would have to be two fifths of the letters
    letters = [c for c in spoken if c.isalpha()]
    if len(letters) < 16:
        return False
    upper = sum(c.isupper() for c in letters) / len(letters)
    cased = sum(c.islower() or c.isupper() for c in letters)
    loud = bool(re.search(r"[!¡]{3}", spoken))
    return (
        cased > len(letters) / 2
        and len(spoken.split()) > 3
        and (upper > 0.75 or (upper > 0.4 and loud))
    )


def cut_off(text: str) -> str:
    """The end of a text that stops where no sentence does."""
    lines = list(code_lines(text.rstrip()))
    last, inside = lines[-1]
    last = last.rstrip()
    if inside or len(text.split()) < 4 or _SIGN_OFF.search(last) or last.endswith("|"):
        return ""
    words = last.split()
    end = " ".join(words[-6:])
    dangling = (
        words[-1].lower() in _FUNCTION_WORDS and words[-1][-1].isalpha() and not words[-1].isupper()
    )
    if dangling and (len(words) > 5 or _ENDED.search(text)) and not _is_verse(lines):
        return end
    if last[-1] in ",(–—" and len(words) > 3 and not _is_verse(lines):
        return end
    if re.fullmatch(r"\s*(?:\d{1,2}[.)]|[-*•])", last) and len(lines) > 1 and not inside:
        return "\n".join(line for line, _ in lines[-2:])[-40:]
    if 0 <= last.rfind(")") < last.rfind("(") or ("(" in last and ")" not in last):
        return end if last[-1].isalpha() and len(words) > 5 else ""
    return end if re.search(r"[a-záéíóú]-$", last) else ""


def open_ended(text: str) -> bool:
    """Whether the last sentence of prose lacks its full stop, which others of the file have."""
    lines = text.rstrip().split("\n")
    last = lines[-1].rstrip()
    if last.endswith(":") and len(last.split()) > 3:
        return True
    fragment = re.split(r"[.!?…]\s", last)[-1]
    return (
        last[-1:].isalpha()
        and not last.isupper()
        and len(fragment.split()) > 2
        and bool(_ENDED.search(last))
        and not _LIST.match(last)
        and "```" not in text
        and "://" not in fragment
    )


def ends_properly(text: str) -> bool:
    end = text.rstrip().rstrip("\"'”’»)]*_`")[-1:]
    return end == ":" or end in STOPS


def _is_verse(lines: Sequence[tuple[str, bool]]) -> bool:
    spoken = [line for line, _ in lines if line.strip() and not _LIST.match(line)]
    return len(spoken) > 3 and sum(len(line) < 60 for line in spoken) > 0.8 * len(spoken)


def _echoes(question: str, answer: str) -> bool:
    asked, said = normalise(question), normalise(answer)
    count = len(asked.split())
    if count < 3:
        return False
    if not _ASKS.search(question) and "?" not in answer:
        return asked == said and "?" not in question and count > 4
    if asked == said:
        return True
    if "?" not in question or len(said.split()) < 4 or len(said) > 1.5 * len(asked) + FRAME_LENGTH:
        return False
    asks, says = ({word[:_STEM] for word in one.split()} for one in (asked, said))
    new = says - asks - _FRAME
    inflected = len(new) == 1 and any(next(iter(new))[:1] == word[:1] for word in asks - says)
    return (not new or inflected) and len(says & asks) >= 0.6 * len(asks)


_STEM = 4  # letters of a word that tell it, whatever its ending
_ASKS = re.compile(
    r"(?i)\b(?:qu[eé]|c[oó]mo|cu[aá]ndo|cu[aá]nt[oa]s?|d[oó]nde|cu[aá]l(?:es)?|qui[eé]n(?:es)?|what|how|when|where|which|who|why)\b"
)
_FRAME = frozenset(
    word[:4]
    for word in "me preguntas pregunta preguntando preguntado quieres saber sobre si que tu su es la el lo por has usted te gustaria entiendo veo dices you are asking want to know about your question is if asked so the would like i see re s m ve".split()  # noqa: SIM905 - a word list reads best so
)


def _asks_back(question: str, answer: str) -> bool:
    """Whether a customer's question answers the advice of an agent."""
    return bool(
        len(answer) < len(question)
        and "?" not in question
        and not _is_served(question, answer)
        and _CUSTOMER.fullmatch(answer.strip())
        and _ADVICE.search(question)
        and not _NEED.search(question)
        and len(question.split()) > 7
    )
