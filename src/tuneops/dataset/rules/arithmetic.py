"""Sums that come out otherwise than an answer says."""
# ruff: noqa: E501, RUF001 - word lists are read across, in letters as they are written

from collections.abc import Callable, Iterator
from decimal import Decimal

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector
from tuneops.dataset.rules.texts import Text
from tuneops.dataset.rules.tool_facts import number

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto suman 12 y 15 euros?"}, {"role": "assistant", "content": "Son 12 + 15 = 27 euros. ¿Algo más?"}]}'

ARITHMETIC = rule(
    "I1902",
    "arithmetic",
    what="A calculation in an answer is wrong.",
    why="The model learns the error.",
    bad=answering(_GOOD, "Son 12 + 15 = 28 euros."),
    good=_GOOD,
    fix="Correct the result.",
)

_SUM = re.compile(
    r"(?<![\w.,/^=*+×·÷-])((?:[€$£]\s?)?\d[\d.,]{0,12}\d?(?:\s?(?:€|\$|£|euros?|dollars|kg|km|g|cm|m|h|%|eur))?(?:\s?[+\-−–x×*·/÷]\s?(?:[€$£]\s?)?\d[\d.,]{0,12}(?:\s?(?:€|\$|£|euros?|dollars|kg|km|g|cm|m|h|eur))?){1,8})\s?(?:=|es igual a|equals|son)\s?((?:[€$£]\s?)?-?\d[\d.,]{0,14})(?![\w/^*×·]|\s?[+\-*/×÷=^])"
)
_TOTAL = re.compile(
    r"(?i)(?<![\d.,])(\d[\d.,]{0,14})\s?(?:€|euros?|\$|dollars)?\s?(?:y|más|mas|and|plus)\s(\d[\d.,]{0,14})\s?(?:€|euros?|\$|dollars)?\s?(?:suman|son|hacen|makes?|is|equals?|are|add up to)\s(\d[\d.,]{0,14})"
)
_SHARE = re.compile(
    r"(?i)(?<![\w.,])(\d[\d.,]{0,6})\s?%\s(?:de|of)\s(?:€|\$)?(\d[\d.,]{0,12}\d|\d)\s?(?:€|euros?|\$|dollars)?\s(?:es|son|is|equals|=)\s(?:€|\$)?(\d[\d.,]{0,14})"
)
_EACH = re.compile(
    r"(?i)(?<![\w.,])(\d{1,4}|dos|tres|cuatro|cinco|seis|two|three|four|five|six)\s(?:[a-záéíóúñ]{2,20}\s){1,2}(?:a|at|de|of)\s(?:€|\$)?(\d[\d.,]{0,8}\d|\d)\s?(?:€|euros?|\$|dollars)?,?\s(?:(?:cada un[oa]|each|al mes|apiece),? )?(?:son|hacen|suman|salen por|is|are|makes?|cost|come to|comes to|total(?:es)?|en total(?: son)?|in total|that's|that is|es decir,|o sea,|lo que hace)\s(?:€|\$)?(\d[\d.,]{0,10})"
)
_TIMES = re.compile(
    r"(?i)(?<![\w.,])(\d[\d.,]{0,8})\s(por|times|multiplicado por|multiplied by|menos|minus|más|plus|entre|dividido entre|divided by)\s(\d[\d.,]{0,8}\d|\d)\s(?:son|es|equals|is|are|igual a|da|makes)\s(\d[\d.,]{0,12})"
)
_PART = re.compile(
    r"(?i)\b(mitad|doble|triple|tercera parte|cuarta parte|un tercio|un cuarto|half|twice|double|a third|a quarter)\s(?:de |of )?(?:€|\$)?(\d[\d.,]{0,10}\d|\d)\s?(?:€|euros?|\$|dollars)?\s(?:es|son|is|are|=)\s(?:€|\$)?(\d[\d.,]{0,12})"
)
_ADDED = re.compile(
    r"(?i)\b(?:sum(?:as?|amos|ar|ando|ing)?|add(?:ing)?)\s(?:de |of )?(\d[\d.,]{0,8}\d|\d)\s(?:y|and|más|plus)\s(\d[\d.,]{0,8}\d|\d),?\s(?:obtienes|tienes|da|dan|es|son|sale|salen|resulta|gives?|is|equals|makes|you get|get)\s(\d[\d.,]{0,12})"
)
_TAKEN = re.compile(
    r"(?i)\b(?:a|from|de) (\d[\d.,]{0,8}\d|\d),? (?:le |you )?(?:restas|quitas|restamos|quitamos|subtract|take(?: away)?) (\d[\d.,]{0,8}\d|\d),? (?:y )?(?:quedan|queda|te quedan|da|son|es|is|leaves|gives|you get|equals) (\d[\d.,]{0,12})"
)
_SQUARE = re.compile(
    r"(?i)(?<![\w.,])(\d{1,4}) (?:al cuadrado|squared) (?:es|son|is|equals|da|=) (\d[\d.,]{0,12})"
)
_PARTS = {"mitad": "0.5", "half": "0.5", "doble": "2", "double": "2", "twice": "2", "triple": "3",
    "tercera parte": "1/3", "un tercio": "1/3", "un cuarto": "0.25", "a third": "1/3", "cuarta parte": "0.25", "a quarter": "0.25"}  # fmt: skip
_SPELT_NUMBERS = dict(
    zip(
        ["dos", "tres", "cuatro", "cinco", "seis", "two", "three", "four", "five", "six"],
        (2, 3, 4, 5, 6) * 2,
        strict=True,
    )
)
_SPELT_OPERATORS = {"por": "*", "times": "*", "multiplicado por": "*", "multiplied by": "*", "menos": "-",
    "minus": "-", "más": "+", "plus": "+", "entre": "/", "dividido entre": "/", "divided by": "/"}  # fmt: skip
_SPELT_SUMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_SHARE, lambda found: f"{found[1]} * {found[2]} / 100"),
    (_ADDED, lambda found: f"{found[1]} + {found[2]}"),
    (_TAKEN, lambda found: f"{found[1]} - {found[2]}"),
    (_SQUARE, lambda found: f"{found[1]} * {found[1]}"),
    (_PART, lambda found: f"{found[2]} * {_PARTS[found[1].lower()]}"),
    (_TIMES, lambda found: f"{found[1]} {_SPELT_OPERATORS[found[2].lower()]} {found[3]}"),
)
_OPERATOR = re.compile(r"[+\-−–x×*·/÷]")


@detector(
    r"[0-9] ?(?:€|\$|euros?|kg|km|g|cm|m|h)? ?[+\-−–x×*·/÷] ?[€$£]?[0-9][^\n]*(?:=|igual a|equals|son) ?[€$£]?-?[0-9]|[0-9] ?(?:€|euros?|\$|dollars)? ?(?:y|más|and|plus) [0-9][0-9.,]* ?(?:€|euros?|\$|dollars)? ?(?:suman|son|hacen|make|is|equal|are|add)|(?i)[0-9] ?% (?:de|of) |[0-9] (?:por|times|multipli|menos|minus|más|plus|entre|divid)|(?:[0-9]|dos|tres|cuatro|cinco|seis|two|three|four|five|six) (?:\pL+ ){1,2}(?:a|at|de|of) [€$]?[0-9]|(?i)(?:mitad|doble|triple|parte|tercio|cuarto|half|twice|double|third|quarter) (?:de |of )?[€$]?[0-9]|\b(?:sum|add)[a-z]* (?:de |of )?[0-9]|[0-9] (?:al cuadrado|squared)|(?:restas|quitas|restamos|subtract|take(?: away)?) [0-9]",
    "assistant",
)
def arithmetic(text: Text) -> Iterator[Fault]:
    for found in _SUM.finditer(text.text):
        if (value := _value(found[1])) is not None and not _same(value, found[2]):
            yield text.fault(ARITHMETIC, f"A wrong result: {quote(found[0])}.")
            return
    for found in _TOTAL.finditer(text.text):
        first, second = number(found[1]), number(found[2])
        if first is not None and second is not None and not _same(first + second, found[3]):
            yield text.fault(ARITHMETIC, f"A wrong result: {quote(found[0])}.")
            return
    if wrong := next(_wrong_in_words(text.text), ""):
        yield text.fault(ARITHMETIC, f"A wrong result: {quote(wrong)}.")


def _wrong_in_words(text: str) -> Iterator[str]:
    """Shares, products of a price and spelt-out operations that come out otherwise."""
    for found in _EACH.finditer(text):
        count, price = _SPELT_NUMBERS.get(found[1].lower(), 0) or number(found[1]), number(found[2])
        if count is not None and price is not None and not _same(count * price, found[3]):
            yield found[0]
    for form, sum_of in _SPELT_SUMS:
        for found in form.finditer(text):
            value = _value(sum_of(found))
            if value is not None and not _same(value, found[len(found.groups())]):
                yield found[0]


def _value(sum_: str) -> Decimal | None:
    """Of numbers and operators; products before sums."""
    numbers = [number(part) for part in _OPERATOR.split(sum_)]
    if None in numbers:
        return None
    terms = [Decimal(numbers[0] or 0)]
    for operator, following in zip(_OPERATOR.findall(sum_), numbers[1:], strict=True):
        operand = following or Decimal(0)
        if operator in "+-−–":
            terms.append(operand if operator == "+" else -operand)
        elif operator in "/÷":
            if not operand:
                return None
            terms[-1] /= operand
        else:
            terms[-1] *= operand
    return sum(terms, Decimal(0))


def _same(value: Decimal, shown: str) -> bool:
    result = number(shown)
    if result is None:
        return True
    places = -int(result.as_tuple().exponent) if "," in shown or "." in shown else 0
    return abs(value - result) <= Decimal(1).scaleb(-max(0, places)) * Decimal("0.6")
