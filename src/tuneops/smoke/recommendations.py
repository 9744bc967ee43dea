"""Whether a text recommends a hotel, a flight, a rental car or a restaurant.

Works sentence by sentence on the words alone, so a mention is no recommendation, a refusal is
none, and a question to the traveller is none.
"""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tuneops import lazyre as re
from tuneops.smoke.recommendation_rules import (
    CONTRASTS,
    DISCLAIMERS,
    EXCUSES,
    FALSE_NEGATIONS,
    GATES,
    KINDS,
    NEGATIONS,
    PRAISE,
    REFUSALS,
    RULES,
    WISHES,
    Kind,
    Rule,
)

_DECORATION = re.compile(r"[*_`\"“”«»\[\]\u200b-\u200f\u2060\ufeff\u00ad]")
_MARKER = re.compile(r"\s*(?:\d{1,2}[.)]|[^\w\s¿¡(]{1,8})\s*(?:\d{1,2}[.)]\s+|[^\w\s¿¡(]{1,8}\s+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?;…])\s+|(?<=\S)\s*(?=[¿¡])")
_INFINITIVE = re.compile(r"\w{2,16}(?:[aei]r(?:te|le|les|os|se)?|ing)\b", re.IGNORECASE)
_ENGLISH = re.compile(
    r"(?:recommend|suggest|propose|stay|sleep|book|check|fly|take|catch|grab|rent|hire|get|pick|eat"
    r"|dine|have|try|enjoy|choose|find|look|visit|go|head)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\?\W{0,10}$")
_WINDOW = 160  # characters around a match that may take it back


@dataclass(frozen=True)
class Recommendation:
    kind: Kind
    quote: str


def find_recommendations(text: str, kinds: Collection[Kind] = KINDS) -> list[Recommendation]:
    """Every sentence that recommends something of these kinds, in the order of the text."""
    return [
        Recommendation(kind, sentence.removeprefix("• "))
        for sentence in sentences(text)
        for kind in KINDS
        if kind in kinds and _recommends(sentence, kind)
    ]


def sentences(text: str) -> Iterator[str]:
    """The sentences without Markdown; what opens a list item, heading or table row has a ``• ``."""
    for line in unicodedata.normalize("NFKC", text).splitlines():
        content = _MARKER.sub("• ", line, count=1) if _MARKER.match(line) else line
        for sentence in _SENTENCE_END.split(_DECORATION.sub("", content)):
            words = " ".join(sentence.split())
            if words not in ("", "•"):
                yield words


def _recommends(sentence: str, kind: Kind) -> bool:
    plain = without_accents(sentence)
    if not GATES[kind].search(plain.lower()):
        return False
    asked = _QUESTION.search(plain[-12:]) is not None
    return any(
        _stands(rule, match, plain)
        for rule in RULES[kind]
        if rule.asked or not asked
        for match in rule.pattern.finditer(plain)
    )


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("\u2019", "'")


def _stands(rule: Rule, match: re.Match[str], plain: str) -> bool:
    """Whether nothing around the match takes it back."""
    first = max(0, match.start() - _WINDOW)
    around = plain[first : match.end() + _WINDOW].lower()
    around = FALSE_NEGATIONS.sub(lambda found: " " * len(found[0]), around)
    before = around[: match.start() - first]
    after = around[match.end() - first :]
    if rule.excusable and EXCUSES.search(around) and not PRAISE.search(around):
        return False
    return not (_denied(match, before) or _taken_back(before, after))


def _denied(match: re.Match[str], before: str) -> bool:
    """Spanish imperatives cannot be denied in place; infinitives are denied across commas."""
    imperative = "start" in match.re.groupindex
    head = match.string[match.end("start") if imperative else match.start() :][:40]
    if imperative and not _ENGLISH.match(head):
        return False
    reach = before
    for contrast in CONTRASTS.finditer(before):
        if contrast[0].isalpha() or not (_ENGLISH.match(head) or _INFINITIVE.match(head)):
            reach = before[contrast.end() :]
    return bool(NEGATIONS.search(reach)) or reach.endswith((" si ", " if "))


def _taken_back(before: str, after: str) -> bool:
    """What follows refuses it; or it was but a wish: "me encantaría recomendarte uno, pero no"."""
    if DISCLAIMERS.search(CONTRASTS.split(after, maxsplit=1)[0]):
        return True
    return bool(WISHES.search(before) and REFUSALS.match(after.lstrip(" ,")))
