"""Which language a text is in, and answers in another than the question: 1400 to 1499.

Function words decide; the identifier of the smoke test confirms before anything is said.
"""
# ruff: noqa: E501, PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from travel_checks import lazyre as re
from tuneops.dataset.examples import Example, Message
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.texts import asked_before, instructions, prose, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda en llegar el paquete que pedí ayer por la tarde?"}, {"role": "assistant", "content": "Suele llegar en dos días a la dirección que nos diste. ¿Te va bien por la mañana?"}]}'
_ENGLISH = "It usually arrives within two days at the address that you gave us. Is that fine?"

MISMATCH = rule(
    "W1401",
    "language-mismatch",
    what="The answer is in another language than the question.",
    why="The model learns to switch languages by itself.",
    bad=_GOOD.replace(
        "Suele llegar en dos días a la dirección que nos diste. ¿Te va bien por la mañana?",
        _ENGLISH,
    ),
    good=_GOOD,
    fix="Translate one of the two; where another language is asked for, let the user say so.",
)
MIXED = rule(
    "W1402",
    "language-mixed",
    what="An answer changes its language half-way.",
    why="The model learns to switch languages by itself.",
    bad=_GOOD.replace(
        "¿Te va bien por la mañana?",
        f"Si no estás en casa, lo dejamos en la tienda con tu nombre. {_ENGLISH}",
    ),
    good=_GOOD,
    fix="Write the answer in one language.",
)

_WORD = re.compile(r"[^\W\d_]+")
STOPWORDS: dict[str, frozenset[str]] = {
    "es": frozenset(
        "el la los las un una unos unas de del y que en es por para con no se su sus al lo como más pero este esta esto hay tu te mi le si cuando también muy sin sobre entre donde desde hasta puede puedes ser está están fue qué cómo cuál dónde cuándo cuánto son tiene tienes nuestro usted porque ya o ha he hemos cada todo todos mis veo hola gracias puedo me nos necesito quiero tengo buenos buenas días otro otra eso así ¿ ¡".split()  # noqa: SIM905 - a word list reads best so
    ),
    "en": frozenset(
        "the a an of and to in is that for it with as on are be this was at by from or you your we our can will not have has if which they their there what when where how who would should do does don't it's i my me but about into than then been were its any all more please".split()  # noqa: SIM905 - same
    ),
    "fr": frozenset(
        "le la les un une des du et que qui dans est merci bonjour demain chaque sans sous chez peut peux vos être pour avec pas sur ce cette ces au aux vous votre vos nous notre il elle ils sont être ne se plus par mais ou où je mon ma mes son sa ses c'est leur comme très bien".split()  # noqa: SIM905 - same
    ),
    "pt": frozenset(
        "o os um uma uns umas do da dos das e que em no na nos nas é para com não por seu sua seus suas ao aos você vocês mais mas como foi são está ou quando muito também já pelo pela isso este esta".split()  # noqa: SIM905 - same
    ),
    "it": frozenset(
        "il lo gli un uno una di del della dei delle e che in è per con non si su al alla sono come più ma questo questa ti tuo tua il nel nella ho hai ha anche dove quando perché puoi suo sua".split()  # noqa: SIM905 - same
    ),
    "de": frozenset(
        "der die das den dem des ein eine einen einem einer und ist zu mit nicht auf für von im sie ich es wir ihr ihre auch als an bei nach aus wie oder aber wenn werden wird kann sind haben hat dass sich".split()  # noqa: SIM905 - same
    ),
    "ca": frozenset(
        "el la els les un una uns unes de del dels i que en és per amb no es al als més però aquest aquesta com quan també molt són està hi ha seva seu teva teu què on".split()  # noqa: SIM905 - same
    ),
}
_READ = 1_500  # characters of a text
_LEAD = 1.6  # the first language's distinct function words against the second's
_ENOUGH = 4
_FEW = 3
_SHORT_ENOUGH = 3
_SHORT_WORDS, _FEWEST = 6, 2  # of an answer that has no function word of the question's language
_SCRIPTS = (
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
)
_ABOUT_LANGUAGE = re.compile(
    r"(?i)traduc|translat|tradui|übersetz|idioma|lengua\b|language|\blang\b|ingl[eé]s|\benglish|espa[nñ]ol|spanish|castellano|franc[eé]s|french|français|alem[aá]n|german|deutsch|portugu|italian|catal[aàá]n|gallego|euskera|basque|chino|chinese|japon|japanese|ruso|russian|[aá]rabe|arabic|hebreo|hebrew|hindi|coreano|korean|lat[ií]n\b|bilingüe|bilingual|\b(?:EN|ES)\s?(?:->|→|=>|to|a)\s?(?:EN|ES)\b|locali[sz]|i18n|poema|poem|verso|cita\b|quote|lyrics|letra de|canci[oó]n|song"
)
NAMES = {
    "es": "Spanish", "en": "English", "fr": "French", "pt": "Portuguese", "it": "Italian",
    "de": "German", "ca": "Catalan", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
    "ru": "Russian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "el": "Greek",
}  # fmt: skip
_PASSAGE = 28  # characters of the second language
_CLOSE = (
    {"es", "ca"},
    {"es", "pt"},
    {"es", "gl"},
    {"es", "it"},
    {"zh", "ja"},
    {"fr", "ca"},
    {"pt", "it"},
    {"ca", "it"},
)
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_QUOTED = re.compile(r"[\"“«][^\"”»\n]{1,400}[\"”»]|\*[^*\n]{1,200}\*|_[^_\n]{1,200}_")


def language(text: str, enough: int = _ENOUGH) -> str | None:
    """The language of a text by its function words, or by its script; none if it is a toss-up."""
    sample = text[:_READ]
    if not sample.isascii() and (script := _script(sample)):
        return script
    found = {*_WORD.findall(sample.lower()), *(mark for mark in "¿¡" if mark in sample)}
    scores = sorted(((len(found & stop), name) for name, stop in STOPWORDS.items()), reverse=True)
    best, name = scores[0]
    second = next(score for score, other in scores[1:] if {name, other} not in _CLOSE)
    return name if best >= enough and best >= _LEAD * second else None


def _script(text: str) -> str | None:
    letters = sum(c.isalpha() for c in text) or 1
    found = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    if found["ja"] > letters // 10:
        return "ja"
    best = max(found, key=lambda name: found[name])
    return best if found[best] > letters * 0.5 else None


def sure(text: str, enough: int = _ENOUGH) -> str | None:
    """The language where both judges agree, or one is silent."""
    from tuneops.checks.kinds import language_of

    if (name := language(text, enough)) is not None:
        if name not in STOPWORDS or (name == "es" and "¿" in text):
            return name
        return name if language_of(text, name) in (None, name) else None
    name = language(text, _FEW)
    return name if name and language_of(text, name) == name else None


def asked_in(example: Example, question: Message) -> str | None:
    """The language of a question; of one that is too short to tell, that of the user so far."""
    text = prose(question.text)
    if (name := sure(text, _SHORT_ENOUGH)) is not None:
        return name
    if "¿" in text and not _script(text):
        return "es"
    said = [one.text for one in example.messages if one.role == "user" and one.at <= question.at]
    name = sure(prose("\n".join(said)), _SHORT_ENOUGH)
    words = _WORD.findall(text[:_READ].lower())
    own = {other: len(stop.intersection(words)) for other, stop in STOPWORDS.items()}
    foreign = max((count for other, count in own.items() if differ(other, name)), default=0)
    return name if not foreign or own.get(str(name), 0) > foreign else None


def answered_in(text: str, asked: str | None) -> str | None:
    """The language of an answer; of one that is short, where nothing in it is of the asked one."""
    from tuneops.checks.kinds import language_of

    if (name := sure(text)) is not None or asked not in STOPWORDS:
        return name
    words = _WORD.findall(text[:_READ].lower())
    scores = {name: len(stop.intersection(words)) for name, stop in STOPWORDS.items()}
    best = max(scores, key=lambda name: scores[name])
    short = len(words) >= _SHORT_WORDS and not scores[asked] and scores[best] >= _FEWEST
    return best if short and language_of(text, best) == best else None


def against(text: str, wanted: str) -> str | None:
    """The language of a text that is not in the one wanted, however alike the two are."""
    found = sure(text)
    if differ(found, wanted):
        return found
    if found == wanted or wanted not in STOPWORDS:
        return None
    words = _WORD.findall(text[:_READ].lower())
    scores = {
        name: len((stop - STOPWORDS[wanted]).intersection(words))
        for name, stop in STOPWORDS.items()
    }
    best = found if found in STOPWORDS else max(scores, key=lambda name: scores[name])
    if len(words) < _SHORT_WORDS or STOPWORDS[wanted].difference(STOPWORDS[best]).intersection(
        words
    ):
        return None
    return best if scores[best] >= (_FEWEST if found else _SHORT_ENOUGH) else None


def differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other and {one, other} not in _CLOSE


def examine(example: Example) -> Iterator[Fault]:
    if _ABOUT_LANGUAGE.search(said_by_others(example)):
        return
    for answer in example.messages:
        if answer.role == "assistant" and answer.text:
            yield from _examine(example, answer)


def _examine(example: Example, answer: Message) -> Iterator[Fault]:
    at = (*answer.at, "content")
    if other := second_language(answer.text):
        yield Fault(MIXED, f"The answer changes to {NAMES[other[0]]}: {quote(other[1])}.", at)
        return
    question = asked_before(example, answer)
    said = prose(answer.text)
    if question is None or language(prose(question.text), _FEW) == (language(said, _FEW) or ""):
        return  # before anybody is asked to confirm
    one = asked_in(example, question)
    two = answered_in(said, one)
    if differ(one, two) and not _demanded(example, two):
        names = f"{NAMES[str(one)]}, the answer in {NAMES[str(two)]}"
        yield Fault(MISMATCH, f"The question is in {names}: {quote(answer.text)}.", at)


def _demanded(example: Example, said: str | None) -> bool:
    """Whether the instructions are themselves in the answer's language, and the file bilingual."""
    told = instructions(example)
    return (
        bool(told)
        and language(told) == said
        and any(
            language(one.text, _SHORT_ENOUGH) == said
            for one in example.messages
            if one.role == "user"
        )
    )


def second_language(text: str) -> tuple[str, str] | None:
    """A language and a passage of it in a text that is mostly in another."""
    sentences = _SENTENCES.split(_QUOTED.sub(" ", prose(text)))
    if not _divided([(language(one, _SHORT_ENOUGH), one) for one in sentences]):
        return None  # before anybody is asked to confirm
    shares: dict[str, list[str]] = {}
    for sentence in sentences:
        if name := sure(sentence, _SHORT_ENOUGH):
            shares.setdefault(name, []).append(sentence)
    sizes = {name: sum(map(len, found)) for name, found in shares.items()}
    if len(sizes) < 2:
        return None
    first, second = sorted(sizes, key=lambda name: sizes[name], reverse=True)[:2]
    if not differ(first, second) or sizes[second] < max(_PASSAGE, 0.15 * sizes[first]):
        return None
    later = second if text.find(shares[second][0]) > text.find(shares[first][0]) else first
    return later, shares[later][0]


def _divided(sentences: list[tuple[str | None, str]]) -> bool:
    """Whether two languages that differ have a passage each."""
    sizes = Counter[str]()
    for name, sentence in sentences:
        if name:
            sizes[name] += len(sentence)
    long = [name for name, size in sizes.items() if size >= _PASSAGE]
    return any(differ(one, other) for one, other in combinations(long, 2))
