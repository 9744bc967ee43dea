"""Whether a text recommends a hotel, a flight, a rental car or a restaurant.

Works sentence by sentence on the words alone, so a mention is no recommendation, a refusal is
none, and a question to the traveller is none.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from travel_checks.literals import rarity
from travel_checks.wording import KINDS, RULES, Kind, Rule, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_DECORATION = re.compile(r"[*_`\"“”«»\[\]\u200b-\u200f\u2060\ufeff\u00ad]")
_MARKER = re.compile(r"\s*(?:\d{1,2}[.)]|[^\w\s¿¡(]{1,8})\s*(?:\d{1,2}[.)]\s+|[^\w\s¿¡(]{1,8}\s+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?;…])\s+|(?<=\S)\s*(?=[¿¡])")
_INFINITIVE = re.compile(r"\w{2,16}(?:[aei]r(?:te|le|les|os|se)?|ing)\b", re.IGNORECASE)
_ENGLISH = re.compile(
    r"(?:recommend|suggest|propose|stay|sleep|book|check|fly|take|catch|grab|rent|hire|get|pick|eat"
    r"|dine|have|try|enjoy|choose|find|look|visit|go|head)\b",
    re.IGNORECASE,
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_QUESTION = re.compile(r"\?\W{0,10}$")
_KIND_NAMES = {
    "hotel": "a hotel",
    "flight": "a flight",
    "rental_car": "a rental car",
    "restaurant": "a restaurant",
}
_FALSE_NEGATIONS = words("false_negations")
_NEGATIONS = words("negations")
_CONTRASTS = words("contrasts")
_EXCUSES = words("excuses")
_PRAISE = words("praise")
_WISHES = words("wishes")
_REFUSALS = words("refusals")
_DISCLAIMERS = words("disclaimers")
_WINDOW = 160  # characters around a match that may take it back


@dataclass(frozen=True)
class Recommendation:
    kind: Kind
    quote: str


class Answer(Protocol):
    @property
    def text(self) -> str: ...


def forbidden(answer: Answer, *, kinds: Collection[Kind]) -> tuple[str, str] | None:
    """The check that ``tuneops.checks`` knows as ``travel_recommendations``.

    Why the answer is refused, with the sentence; None where it recommends nothing of the kinds.
    """
    found = find_recommendations(answer.text, kinds)
    if not found:
        return None
    named = dict.fromkeys(_KIND_NAMES[one.kind] for one in found)
    return f"recommends {' and '.join(named)}", found[0].quote


def find_recommendations(text: str, kinds: Collection[Kind] = KINDS) -> list[Recommendation]:
    """Every sentence that recommends something of these kinds, in the order of the text."""
    if not any(rule.kind in kinds for rule in _possible(_folded(text))):
        return []
    return [
        Recommendation(kind, sentence.removeprefix("• "))
        for sentence in sentences(text)
        for kind in _kinds(sentence)
        if kind in kinds
    ]


def sentences(text: str) -> Iterator[str]:
    """The sentences without Markdown; what opens a list item, heading or table row has a ``• ``."""
    for line in unicodedata.normalize("NFKC", text).splitlines():
        content = _MARKER.sub("• ", line, count=1) if _MARKER.match(line) else line
        for sentence in _SENTENCE_END.split(_DECORATION.sub("", content)):
            words = " ".join(sentence.split())
            if words not in ("", "•"):
                yield words


def _kinds(sentence: str) -> list[Kind]:
    """What the sentence recommends."""
    plain = without_accents(sentence)
    asked = _QUESTION.search(plain[-12:]) is not None
    found = {
        rule.kind
        for rule in _possible(plain.lower())
        if (rule.asked or not asked)
        and any(_stands(rule, match, plain) for match in rule.pattern.finditer(plain))
    }
    return [kind for kind in KINDS if kind in found]


def _folded(text: str) -> str:
    """All sentences at once, as rules see them but for their bounds."""
    plain = _DECORATION.sub("", unicodedata.normalize("NFKC", text))
    return "• " + " ".join(without_accents(plain).lower().split())


def _possible(plain: str) -> list[Rule]:
    """The rules that have all the literals they need in a text in lower case."""
    index = _index()
    found = index.literals.find_matches_as_indexes(plain, overlapping=True)
    literals = {literal for literal, _, _ in found}
    present = 0
    for literal in literals:
        present |= index.met[literal]
    possible = {
        number
        for literal in literals
        for number, wanted in index.ways[literal]
        if present & wanted == wanted
    }
    return [index.rules[number] for number in sorted(possible)]


@dataclass(frozen=True)
class _Index:
    """For each literal the needs that it meets, as bits, and the ways that it is rarest in.

    A way is the number of its rule, and the bits of all its needs.
    """

    rules: list[Rule]
    literals: "AhoCorasick"
    met: list[int]
    ways: list[list[tuple[int, int]]]


@cache
def _index() -> _Index:
    from ahocorasick_rs import AhoCorasick

    rules = [rule for kind in KINDS for rule in RULES[kind]]
    needs = {need for rule in rules for way in rule.ways for need in way}
    bits = {need: 1 << at for at, need in enumerate(needs)}
    literals = sorted(frozenset[str]().union(*needs))
    ways: dict[str, list[tuple[int, int]]] = {literal: [] for literal in literals}
    for number, rule in enumerate(rules):
        for way in rule.ways:
            for literal in max(way, key=rarity):
                ways[literal].append((number, sum(bits[need] for need in set(way))))
    met = [sum(bits[need] for need in needs if literal in need) for literal in literals]
    return _Index(rules, AhoCorasick(literals), met, [ways[literal] for literal in literals])


def without_accents(text: str) -> str:
    if text.isascii():
        return text
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).replace("\u2019", "'")
    if any(map(unicodedata.combining, set(plain))):
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain


def _stands(rule: Rule, match: re.Match[str], plain: str) -> bool:
    """Whether nothing around the match takes it back."""
    first = max(0, match.start() - _WINDOW)
    around = plain[first : match.end() + _WINDOW].lower()
    around = _FALSE_NEGATIONS.sub(lambda found: " " * len(found[0]), around)
    before = around[: match.start() - first]
    after = around[match.end() - first :]
    if rule.excusable and _EXCUSES.search(around) and not _PRAISE.search(around):
        return False
    return not (_denied(match, before) or _taken_back(before, after))


def _denied(match: re.Match[str], before: str) -> bool:
    """Spanish imperatives cannot be denied in place; infinitives are denied across commas."""
    imperative = "start" in match.re.groupindex
    head = match.string[match.end("start") if imperative else match.start() :][:40]
    if imperative and not _ENGLISH.match(head):
        return False
    reach = before
    for contrast in _CONTRASTS.finditer(before):
        if contrast[0].isalpha() or not (_ENGLISH.match(head) or _INFINITIVE.match(head)):
            reach = before[contrast.end() :]
    return bool(_NEGATIONS.search(reach)) or reach.endswith((" si ", " if "))


def _taken_back(before: str, after: str) -> bool:
    """What follows refuses it; or it was but a wish: "me encantaría recomendarte uno, pero no"."""
    if _DISCLAIMERS.search(_CONTRASTS.split(after, maxsplit=1)[0]):
        return True
    return bool(_WISHES.search(before) and _REFUSALS.match(after.lstrip(" ,")))
