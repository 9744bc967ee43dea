"""What a system message demands of answers, in its plain forms, in Spanish and in English."""
# ruff: noqa: E501, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from travel_checks import lazyre as re

Kind = Literal["hotel", "flight", "rental_car", "restaurant"]

Topic = Literal["emoji", "price", "dosage", "diagnosis", "investment", "competitor", "password"]


@dataclass(frozen=True)
class Demands:
    """`longest` counts `unit`s: words, characters or sentences."""

    language: str | None = None
    json_only: bool = False
    forbidden: frozenset[Topic] = frozenset()
    rivals: tuple[str, ...] = ()
    recommendations: tuple[Kind, ...] = ()
    longest: int | None = None
    unit: str = "words"
    address: Literal["usted", "tú"] | None = None
    ends_with_question: bool = False

    @property
    def any(self) -> bool:
        return self != NOTHING


NOTHING = Demands()


_CLAUSES = re.compile(
    r"(?<=[.;!?])\s+|\n+|(?<=,)\s+(?=(?:y |and )?(?:no|nunca|never|don'?t|do not|sin|without|but|pero|jam[aá]s|evita|avoid)\b)"
)
_NEGATIVE = re.compile(
    r"(?i)\b(?:no|nunca|jam[aá]s|never|don'?t|don’t|do not|must ?n[o']t|cannot|can'?t|should ?n[o']t|avoid|evit\w{1,4}|prohibid\w|forbidden|prohibited|sin|without|abst[eé]n\w{0,5}|refrain|ni|neither|nor|not allowed|prohibe|proh[ií]be\w*|ning[uú]n\w{0,2}|nada de|tampoco|refuse)\b(.*)"
)
_PASSIVE = re.compile(
    r"(?i)\b(?:(?:est[aá]n?|quedan?|son|is|are) (?:terminantemente |totalmente |strictly )?(?:prohibid\w{1,2}|forbidden|prohibited|banned|vetad\w{1,2})|no (?:est[aá]n?|quedan?) permitid\w{1,2}|(?:is|are) not (?:allowed|permitted)|(?:must|should|may|can)(?: ?not|n'?t) be \w+|no (?:deben?|pueden?) (?:ser )?(?:mencion|dar|us|compart)\w+|no se (?:permit\w{1,3}|admit\w{1,3}|pueden? (?:usar|dar|mencionar)))\b"
)
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    ("emoji", re.compile(r"(?i)\bemojis?\b|emoticon")),
    (
        "price",
        re.compile(
            r"(?i)\bprecios?\b|\btarifas?\b|\bimportes?\b|\bprices?\b|\bpricing\b|\bquotes?\b(?! from)|\bcostes?\b|\bcosts?\b|presupuestos?"
        ),
    ),
    ("dosage", re.compile(r"(?i)\bdosis\b|dosific|posolog|\bdos(?:es|ages?|ing|e)\b")),
    ("diagnosis", re.compile(r"(?i)diagn[oó]s")),
    (
        "investment",
        re.compile(
            r"(?i)invers|inviert|invert|\binvest|financial advice|consejos? financier|asesor\w+ financier|stock (?:tips|picks|advice)|bolsa\b"
        ),
    ),
    (
        "competitor",
        re.compile(
            r"(?i)competidor|competencia\b|competitor|competing|otr[oa]s (?:tiendas|marcas|empresas|comercios|bancos|compañ[ií]as|cadenas|negocios|proveedores|operador\w+)|other (?:stores|shops|brands|companies|retailers|banks|providers|vendors|businesses)|\brivals?\b|\brivales\b"
        ),
    ),
    (
        "password",
        re.compile(
            r"(?i)contrase[nñ]a|\bpasswords?\b|\bpin\b|\bclaves?\b|credencial|credential|passcode"
        ),
    ),
)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("hotel", re.compile(r"(?i)\bhotel|alojamiento|hospedaje|accommodation|lodging")),
    ("flight", re.compile(r"(?i)\bvuelos?\b|\bflights?\b|aerol[ií]nea|airline")),
    (
        "rental_car",
        re.compile(
            r"(?i)(?:coches?|autos?|carros?|veh[ií]culos?) de alquiler|alquiler de (?:coche|auto|carro|veh)|rental cars?|car (?:rental|hire)"
        ),
    ),
    ("restaurant", re.compile(r"(?i)restaurant|d[oó]nde comer|where to eat")),
)
_RECOMMENDS = re.compile(
    r"(?i)recom|suger|sugier|aconsej|recommend|suggest|promo|mencion|nombr|mention|proporcion|provide|offer|ofre|d[eé]s\b|give|habl|talk|reserv|book"
)
_LANGUAGES = {
    "es": r"espa[nñ]ol|castellano|spanish", "en": r"ingl[eé]s|english", "fr": r"franc[eé]s|french|fran[cç]ais",
    "pt": r"portugu[eéê]s\w{0,2}", "it": r"italian[oa]?", "de": r"alem[aá]n|german|deutsch", "ca": r"catal[aá]n|catal[aà]",
}  # fmt: skip
_NAMES_LANGUAGE = re.compile("(?i)" + "|".join(_LANGUAGES.values()))
_ANSWERS = r"(?:r[eé]pond(?:s|ez|re)|respon(?:eu)?|antworte\w{0,2}|rispondi|responda|respond\w{0,5}|contest\w{0,4}|habl\w{0,4}|escrib\w{0,4}|answers?|repl(?:y|ies)|respon[ds]e?s?|speak|write|communicate|comun[ií]c\w{0,5}|usa|utiliza|use|atiend\w{0,4}|redact\w{0,3}|output)"
_ONLY = r"(?:toujours|uniquement|sempre|immer|nur|siempre|s[oó]lo|solamente|[uú]nicamente|exclusivamente|always|only|exclusively|in all cases|en todo momento|must)"
_IN = {
    name: re.compile(
        rf"(?i)\b(?:{_ONLY}\b[^.\n]{{0,40}}\b(?:en|in|em|auf)\b\s?(?:el |idioma )?(?:{words})|{_ANSWERS}\b[^.\n]{{0,25}}\b(?:en|in|em|auf)\s(?:idioma |plain |perfect |correct |formal )?(?:{words})\b(?!\s?(?:o|or|y|and|/|,)\s?\w)|(?:en|in) (?:{words}),? {_ONLY}\b|{_ONLY} (?:{words})\b|(?:idioma|language)(?: (?:de|of) (?:la |the |las )?(?:respuestas?|salida|output|replies|answers?|responses?))?\W{{1,3}}(?:{words})\b|(?:only|solo|s[oó]lo|[uú]nicamente) (?:speaks?|hablas?|uses?|usas?|writes?|escribes?|entiendes?|understand) (?:{words})\b|(?:[uú]nic[oa]|only|sole) (?:idioma|lengua|language) (?:es|is|ser[aá]) (?:el )?(?:{words})\b|(?:idioma|lengua|language) (?:[uú]nic[oa] )?(?:es|is) (?:[uú]nicamente |only )(?:el )?(?:{words})\b)"
    )
    for name, words in _LANGUAGES.items()
}
_FOLLOWS_USER = re.compile(
    r"(?i)(?:idioma|language|lengua) (?:del|of the|de la|que|in which|the|used|as the) ?(?:usuari|cliente|user|customer|use|person)|same language|mismo idioma|user'?s language|customer'?s language|traduc|translat"
)
_WHATEVER = re.compile(
    r"(?i)(?:regardless of|no matter|whatever|irrespective of|even if|independientemente de|sea cual sea|aunque|sin importar|cualquiera que sea)[^.\n]{0,60}"
)
_JSON = re.compile(
    rf"(?i){_ONLY}\b[^.\n]{{0,50}}\bjson\b|\bjson\b[^.\n]{{0,30}}\b(?:only|solo|s[oó]lo|solamente|[uú]nicamente|exclusivamente|y nada m[aá]s|and nothing else|sin (?:texto|explicaci)|no (?:prose|extra|other text|text))|{_ANSWERS}\b[^.\n]{{0,25}}\b(?:en|con|in|as|with|a|un|valid|v[aá]lido|formato)\s(?:formato |a |an |un |una |valid |single |[uú]nico |objeto |object )*json\b|\b(?:devuelve|return|emit|produce|genera)\b[^.\n]{{0,30}}\bjson\b|(?:formato|format)(?: (?:de|of) (?:la |the )?(?:salida|respuesta|output|answers?|repl\w+))?\W{{1,3}}json\b|\b(?:debe ser|deben ser|must be|has to be|should be|ser[aá])\s(?:siempre |always |only |s[oó]lo |solo )?(?:un |una |a |an )?(?:objeto |object |v[aá]lid\w |valid |raw |pur[eo] )*json\b"
)
_NUMBERS = {
    "diez": 10,
    "quince": 15,
    "veinte": 20,
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "setenta": 70,
    "ochenta": 80,
    "noventa": 90,
    "cien": 100,
    "ciento": 100,
    "doscientas": 200,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "un": 1,
    "six": 6,
    "seis": 6,
}
_NUMBER = rf"(\d{{1,5}}|{'|'.join(_NUMBERS)})"
_UNIT = r"(palabras?|words?|caracteres|characters?|chars|frases?|oraci[oó]n(?:es)?|sentences?)"
_LIMITS = (
    re.compile(
        rf"(?i)\b(?:m[aá]ximo(?: de)?|como m[aá]ximo|no m[aá]s de|menos de|hasta|no (?:deben?|pued\w{{1,3}}|podr[aá]n?) (?:superar|exceder|pasar de|sobrepasar|tener m[aá]s de)|limit\w{{1,4}}\b[^.\n]{{0,30}}?\ba(?: un m[aá]ximo de)?|no (?:superes?|excedas?|pases? de|sobrepases?|usar? m[aá]s de|escrib\w+ m[aá]s de)|sin (?:superar|pasar de|exceder)|l[ií]mite de|at most|max(?:imum)?(?: of)?\W?|no more than|under|within|fewer than|less than|up to|no longer than|(?:never|not|don'?t) exceed|not more than|limit(?:ed)? (?:of|to)|(?:nunca|jam[aá]s|never)\b(?: \w{{3,12}}){{0,2}} (?:m[aá]s de|more than|over|beyond)|below|m[aá]x\.?)\s+(?:las |los |the )?{_NUMBER}\s+{_UNIT}"
    ),
    re.compile(
        rf"(?i)\b{_NUMBER}\s+{_UNIT}\s+(?:o menos|como m[aá]ximo|como mucho|a lo sumo|m[aá]ximo|or (?:less|fewer)|max(?:imum)?|at (?:the (?:very )?)?most|tops)\b"
    ),
    re.compile(
        rf"(?i)\b(?:in|en)\s+(?:exactly |exactamente |una sola |a single )?{_NUMBER}?\s?{_UNIT}\s+(?:o menos|or (?:less|fewer))"
    ),
    re.compile(
        rf"(?i)\b{_ANSWERS}\b[^.\n]{{0,25}}\b(?:en|in|con|with) (?:una|un|one|a)(?: sola?| [uú]nica?| single)?() {_UNIT}(?=\s*(?:[.,;:]|$)|\s(?:breve|corta|como m[aá]ximo|max))"
    ),
    re.compile(
        rf"(?i)\b{_ANSWERS}\b[^.\n]{{0,25}}\b(?:en|in|con|with|using) (?:exactly |just |only |solo |s[oó]lo )?{_NUMBER} {_UNIT}\b"
    ),
    re.compile(rf"(?i)\b{_NUMBER} {_UNIT} (?:only|solamente|nada m[aá]s|y nada m[aá]s)\b"),
)
_USTED = re.compile(
    r"(?i)\b(?:de|(?:usa|utiliza|emplea|usar|hablar?) siempre (?:el|de)|usa(?:ndo|r)?|utiliza|trato de|formal|con el|(?:usa|utiliza|emplea) el|tratamiento de|forma de|emplea)\s+[\"'«“]?usted\b|\(\s?usted\s?\)|\btrato (?:formal|de cortes[ií]a)\b|\busted\b[^.\n]{0,20}\b(?:siempre|always|form)|\b(?:no|nunca|jam[aá]s|sin|never|don'?t|do not)\b[^.\n]{0,15}\b(?:tute\w{1,4}|(?:de|use|uses|usar) [\"'«“]?t[uú]\b)"
)
_TU = re.compile(
    r"(?i)(?<!no )(?<!nunca )(?<!sin )(?<!jamás )\b(?:tutea\w{0,3}|(?:trat\w{1,4}|h[aá]bl\w{1,4})\b[^.\n]{0,25}\bde [\"'«“]?t[uú]\b)|\b(?:usa|utiliza|emplea)\s+(?:siempre )?(?:el )?(?:tuteo|[\"'«“]t[uú][\"'»”])|\bnunca de usted\b|\bno (?:uses|utilices) [\"'«“]?usted"
)
_QUESTION = re.compile(
    r"(?i)\b(?:termin\w{1,5}|acab\w{1,4}|cierr\w{1,4}|finaliz\w{1,4}|conclu\w{1,4}|end|finish|close|conclude)\b[^.\n]{0,50}\b(?:con|with|haciendo|in|by asking)\b[^.\n]{0,20}\b(?:pregunta|question)\b|\b(?:termin\w{1,5}|acab\w{1,4}|cierr\w{1,4}|finaliz\w{1,4}|conclu\w{1,4})\b[^.\n]{0,30}\bpreguntando\b|\b(?:la [uú]ltima frase|the last sentence)\b[^.\n]{0,20}\b(?:pregunta|question)\b"
)
_NAMES = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\wÁÉÍÓÚÑáéíóúñ&'-]{1,20}(?: [A-ZÁÉÍÓÚÑ][\w&'-]{1,20}){0,2}")
_NAMING = re.compile(
    r"(?i)\b(?:mencion\w{1,4}|nombr\w{1,4}|habl\w{1,4} de|mention|name|recommend|recomiend\w{1,3}|talk(?:ing)? about|hablar de|speak(?:ing)? of|discuss\w{0,3}|naming|mentioning|recommending|refer(?:ring)? to|hagas referencia a|cit\w{1,3})\b"
)


@lru_cache(maxsize=4096)
def demands(told: str) -> Demands:
    """What the system message demands; of one that is long, its first ten thousand characters."""
    told = told[:10_000]
    if not told.strip():
        return NOTHING
    negative = list(_negative(told))
    forbidden = frozenset(
        topic for clause in negative for topic, words in _TOPICS if words.search(clause)
    )
    longest, unit = _longest(told)
    return Demands(
        language=_language(told),
        json_only=bool(_JSON.search(told)) and not re.search(r"(?i)\bno[^.\n]{0,20}\bjson", told),
        forbidden=forbidden,
        rivals=tuple(_rivals(negative)),
        recommendations=_recommendations(negative),
        longest=longest,
        unit=unit,
        address=_address(told),
        ends_with_question=bool(_QUESTION.search(told)),
    )


def _negative(told: str) -> Iterator[str]:
    """What follows the negation in each clause that has one; all of one in the passive."""
    for clause in _CLAUSES.split(told):
        if _PASSIVE.search(clause):
            yield clause
        elif found := _NEGATIVE.search(clause):
            yield found[1]


def _language(told: str) -> str | None:
    if not _NAMES_LANGUAGE.search(told) or _FOLLOWS_USER.search(_WHATEVER.sub("", told)):
        return None
    found = [name for name, form in _IN.items() if form.search(told)]
    return found[0] if len(found) == 1 else None


def _longest(told: str) -> tuple[int | None, str]:
    for form in _LIMITS:
        if found := form.search(told):
            number = found[1] or "1"
            count = int(number) if number.isdigit() else _NUMBERS[number.lower()]
            unit = found[2].lower()
            kind = (
                "words"
                if unit[0] in "pw"
                else "characters"
                if unit.startswith("c")
                else "sentences"
            )
            return count, kind
    return None, "words"


def _address(told: str) -> Literal["usted", "tú"] | None:
    if _TU.search(told):
        return "tú"
    return "usted" if _USTED.search(told) else None


def _recommendations(negative: list[str]) -> tuple[Kind, ...]:
    clauses = [clause for clause in negative if _RECOMMENDS.search(clause)]
    return tuple(kind for kind, words in _KINDS if any(words.search(clause) for clause in clauses))


def _rivals(negative: list[str]) -> Iterator[str]:
    for clause in negative:
        if _NAMING.search(clause):
            yield from _NAMES.findall(clause[_end_of_verb(clause) :])


def _end_of_verb(clause: str) -> int:
    found = _NAMING.search(clause)
    return found.end() if found else 0
