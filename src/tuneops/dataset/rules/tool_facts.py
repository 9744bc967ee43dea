"""Facts that a tool returned, and answers that state others."""
# ruff: noqa: E501 - word lists are read across

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from travel_checks import lazyre as re

_FIELD = re.compile(
    r"\"([\w áéíóúñ-]{1,40})\"\s*:\s*(?:\"([^\"]{0,80})\"|(-?\d[\d.,]{0,15})|(true|false))"
)
_ERROR_LENGTH = 300  # characters of a result that is an error, and nothing beside it
_MONTHS = (
    "enero|january", "febrero|february", "marzo|march", "abril|april", "mayo|may", "junio|june", "julio|july",
    "agosto|august", "septiembre|september", "octubre|october", "noviembre|november", "diciembre|december",
)  # fmt: skip
_ISO_DATE = re.compile(r"\b20\d\d-(\d\d)-(\d\d)")
_SPOKEN_DATE = re.compile(
    rf"(?i)\b(\d{{1,2}}) de ({'|'.join(_MONTHS)})\b|\b({'|'.join(_MONTHS)}) (\d{{1,2}})(?:st|nd|rd|th)?\b"
)
_MONEY = re.compile(
    r"(?i)(?:[€$£]\s?(\d[\d.,]{0,12}\d|\d)|(\d[\d.,]{0,12}\d|\d)\s?(?:€|\$|£|euros?\b|d[oó]lares\b|dollars\b))"
)
_DEGREES = re.compile(r"(?i)(-?\d{1,2}(?:[.,]\d)?)\s?(?:º|°\s?[CF]?|grados|degrees)")
_LEFT = re.compile(
    r"(?i)\b(?:quedan|tenemos|hay|disponemos de|we have|there are|are)\s(\d{1,6})(?:\s(?:unidades|units|en stock|in stock|left|disponibles|available|piezas|plazas))"
)
_PHONE = re.compile(r"(?<![\w.,])\d{3}(?: \d{3}){2}(?!\w)|(?<![\w.,])\d{9}(?!\w)")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_AVAILABLE = re.compile(r"(?i)disponib|availab|in_?stock|hay_?stock|libre|abiert|open")
_THERE = re.compile(
    r"(?i)^\W*(?:s[ií]|claro|yes|sure)\b|\b(?:est[aá]n? disponibles?|(?:la|lo|las|los) tenemos|hay disponib\w+|is available|are available|we have (?:it|them)|quedan? \w+ (?:unidad|plaza))"
)
_NOT_THERE = re.compile(
    r"(?i)\bno (?:est[aá]n?|hay|queda\w?|tenemos|disponemos)\b|\bagotad|\bout of stock|\bsold out|\bnot available|\bunavailable|\bisn't available|^\W*no\b"
)
_FAILED = re.compile(
    r"(?i)\"(?:error|exception)\"\s*:\s*(?!null|false|\"\"|0)|\bnot found\b|\bno encontrad[oa]\b|\btimed? ?out\b|\b(?:404|500|503)\b"
)
_ADMITS = re.compile(
    r"(?i)\b(?:no|not|n't|error|problema?|lo siento|sorry|fall[oó]|failed|intent\w+|unable|cannot|couldn|perd[oó]n|disculp|incidencia|caíd|ning[uú]n|vuelv\w+ a|comprueb|revis|try|check)"
)
_SCORE_NAMES = re.compile(r"(?i)nota|grade|score|mark|punt")
_SCORED = re.compile(
    r"(?i)\b(?:nota|grade|score|mark|puntuaci[oó]n)\b[^.\n\d]{0,20}(\d{1,3}(?:[.,]\d{1,2})?)"
)
_PLACE = re.compile(r"(?<![\w-])(?:[A-Z]{1,2}\d{1,2}|\d{1,2}[A-K])(?![\w-])")
_PRICES = re.compile(r"(?i)precio|price|importe|amount|total|coste|cost|tarifa|fare|saldo|balance")
_STATE_NAMES = re.compile(r"(?i)estado|status|state|situaci")
_STATES = tuple(
    re.compile(rf"(?i)\b(?:{words})\b")
    for words in (
        r"cancelad[oa]|anulad[oa]|cancell?ed",
        r"entregad[oa]|delivered",
        r"enviad[oa]|en camino|en reparto|shipped|in transit|on its way",
        r"pendiente|en preparaci[oó]n|pending|processing",
        r"devuelt[oa]|returned",
        r"rechazad[oa]|rejected|denied|denegad[oa]",
        r"aprobad[oa]|approved|aceptad[oa]|accepted",
    )
)
_NOT = re.compile(
    r"(?i)\b(?:no|a[uú]n|todav[ií]a|sin|not|yet|isn't|n't|ser[aá]|be|si|if|cuando|when)\W+(?:\w+\W+){0,3}$"
)


@dataclass(frozen=True)
class _Results:
    text: str
    fields: tuple[tuple[str, str], ...]

    def numbers(self, names: str) -> list[Decimal]:
        found = (number(value) for name, value in self.fields if re.search(names, name))
        return [one for one in found if one is not None]


def contradictions(results: str, given: str, answer: str) -> Iterator[str]:
    """What an answer states otherwise than the only result of its kind; `given` is all else said."""
    returned = _results(results)
    for look in (_price, _stock, _degrees, _date, _state, _phone):
        yield from look(returned, given, answer)


def denials(results: str, given: str, answer: str) -> Iterator[str]:
    """The same for what no figure tells: times of day, whether a thing is there, and failures."""
    returned = _results(results)
    for look in (_clock, _there, _failed, _score, _place):
        yield from look(returned, given, answer)


def _results(text: str) -> _Results:
    found = _FIELD.findall(text)
    return _Results(text, tuple((name, one or two or word) for name, one, two, word in found))


def number(text: str) -> Decimal | None:
    digits = re.sub(r"[^\d.,-]", "", text).strip(".,")
    decimals = re.fullmatch(r"(-?\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*)(?!\2)([.,])(\d{1,2})", digits)
    if decimals:
        digits = re.sub(r"[.,]", "", decimals[1]) + "." + decimals[4]
    elif re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    try:
        return Decimal(digits.replace(",", "."))
    except InvalidOperation:
        return None


def _price(returned: _Results, given: str, answer: str) -> Iterator[str]:
    prices = set(returned.numbers(_PRICES.pattern))
    named = list(_MONEY.finditer(answer)) if len(prices) == 1 else []
    if len(named) != 1:
        return
    known = {number(one) for one in re.findall(r"\d[\d.,]*", given + " " + returned.text)}
    price, said = prices.pop(), number(named[0][1] or named[0][2])
    if said is not None and said not in known and price and said % price:
        yield named[0][0]


def _stock(returned: _Results, given: str, answer: str) -> Iterator[str]:
    del given
    stock = set(
        returned.numbers(r"(?i)stock|unidades|units|available|disponibles|plazas|seats|quedan")
    )
    for found in _LEFT.finditer(answer) if len(stock) == 1 else ():
        if number(found[1]) not in stock:
            yield found[0]


def _degrees(returned: _Results, given: str, answer: str) -> Iterator[str]:
    degrees = set(returned.numbers(r"(?i)temp|grados|degrees"))
    for found in _DEGREES.finditer(answer) if len(degrees) == 1 else ():
        if number(found[1]) not in degrees and found[1] not in given:
            yield found[0]


def _date(returned: _Results, given: str, answer: str) -> Iterator[str]:
    dates = {(int(month), int(day)) for month, day in _ISO_DATE.findall(returned.text)}
    for found in _SPOKEN_DATE.finditer(answer) if len(dates) == 1 else ():
        month = next(
            at
            for at, name in enumerate(_MONTHS, 1)
            if re.fullmatch(f"(?i){name}", found[2] or found[3])
        )
        if (month, int(found[1] or found[4])) not in dates and found[0] not in given:
            yield found[0]


def _clock(returned: _Results, given: str, answer: str) -> Iterator[str]:
    """A time of day, where the only one that was returned is another on the dial as well."""
    times = {(int(hour) % 12, minute) for hour, minute in _CLOCK.findall(returned.text)}
    for found in _CLOCK.finditer(answer) if len(times) == 1 else ():
        if (int(found[1]) % 12, found[2]) not in times and found[0] not in given:
            yield found[0]


def _there(returned: _Results, given: str, answer: str) -> Iterator[str]:
    del given
    told = [value for name, value in returned.fields if _AVAILABLE.search(name)]
    if told == ["false"] and not _NOT_THERE.search(answer) and (found := _THERE.search(answer)):
        yield found[0]
    if told == ["true"] and not _THERE.search(answer) and (found := _NOT_THERE.search(answer)):
        yield found[0]


def _failed(returned: _Results, given: str, answer: str) -> Iterator[str]:
    del given
    alone = len(returned.text) < _ERROR_LENGTH
    if alone and _FAILED.search(returned.text) and not _ADMITS.search(answer):
        yield answer[:40]


def _score(returned: _Results, given: str, answer: str) -> Iterator[str]:
    scores = set(returned.numbers(_SCORE_NAMES.pattern))
    for found in _SCORED.finditer(answer):
        if len(scores) == 1 and number(found[1]) not in scores and found[1] not in given:
            yield found[0]


def _place(returned: _Results, given: str, answer: str) -> Iterator[str]:
    """A gate, seat or room, where one was returned."""
    told, said = (set(_PLACE.findall(text)) for text in (returned.text, answer))
    if len(told) == 1 and len(said) == 1 and told != said and not any(one in given for one in said):
        yield said.pop()


def _state(returned: _Results, given: str, answer: str) -> Iterator[str]:
    del given
    told = [value for name, value in returned.fields if _STATE_NAMES.search(name)]
    states = [form for form in _STATES if any(form.search(value) for value in told)]
    if len(told) != 1 or len(states) != 1 or states[0].search(answer):
        return
    for form in _STATES:
        for found in form.finditer(answer):
            if not _NOT.search(answer[: found.start()][-40:]):
                yield found[0]


def _phone(returned: _Results, given: str, answer: str) -> Iterator[str]:
    told = {re.sub(r"\D", "", one) for one in _PHONE.findall(returned.text)}
    for found in _PHONE.finditer(answer) if told else ():
        digits = re.sub(r"\D", "", found[0])
        if digits not in told and digits not in re.sub(r"\D", "", given):
            yield found[0]
