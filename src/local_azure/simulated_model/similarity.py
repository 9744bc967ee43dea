"""How alike two texts are, by the metrics that text-similarity graders name; each from 0 to 1.

meteor is without stems and synonyms, for which there is no dictionary here.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from math import exp, log

from local_azure.simulated_model import embedding

_BLEU_ORDERS = 4
_METEOR_RECALL, _METEOR_PENALTY, _METEOR_POWER = 0.9, 0.5, 3
_TEXT_READ = 5000  # characters; the longest common subsequence is quadratic


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:_TEXT_READ].lower())


def _grams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + order]) for i in range(len(words) - order + 1))


def _f1(common: int, one: int, other: int) -> float:
    return 2 * common / (one + other) if one + other else 1.0


def rouge(one: str, other: str, order: int) -> float:
    mine, theirs = (_grams(_words(text), order) for text in (one, other))
    return _f1((mine & theirs).total(), mine.total(), theirs.total())


def rouge_l(one: str, other: str) -> float:
    mine, theirs = _words(one), _words(other)
    row = [0] * (len(theirs) + 1)
    for word in mine:
        before = 0
        for at, wanted in enumerate(theirs, 1):
            before, row[at] = (
                row[at],
                before + 1 if word == wanted else max(row[at], row[at - 1]),
            )
    return _f1(row[-1], len(mine), len(theirs))


def bleu(one: str, other: str) -> float:
    """With one added to each count of a longer n-gram, as is usual for single sentences."""
    mine, theirs = _words(one), _words(other)
    if not mine or not theirs:
        return float(mine == theirs)
    total = 0.0
    for order in range(1, _BLEU_ORDERS + 1):
        found, wanted = _grams(mine, order), _grams(theirs, order)
        smooth = order > 1
        common = (found & wanted).total() + smooth
        if not common:
            return 0.0
        total += log(common / max(1, found.total() + smooth)) / _BLEU_ORDERS
    return min(1.0, exp(min(0.0, 1 - len(theirs) / len(mine)) + total))


def gleu(one: str, other: str) -> float:
    mine, theirs = _words(one), _words(other)
    orders = range(1, _BLEU_ORDERS + 1)
    found = sum((_grams(mine, order) for order in orders), Counter[tuple[str, ...]]())
    wanted = sum((_grams(theirs, order) for order in orders), Counter[tuple[str, ...]]())
    most = max(found.total(), wanted.total())
    return (found & wanted).total() / most if most else 1.0


def meteor(one: str, other: str) -> float:
    mine, theirs = _words(one), _words(other)
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()[:-1]
    common = sum(block.size for block in blocks)
    if not common:
        return float(mine == theirs)
    precision, recall = common / len(mine), common / len(theirs)
    mean = precision * recall / (_METEOR_RECALL * precision + (1 - _METEOR_RECALL) * recall)
    chunks = 0 if mine == theirs else len(blocks)
    return mean * (1 - _METEOR_PENALTY * (chunks / common) ** _METEOR_POWER)


def fuzzy_match(one: str, other: str) -> float:
    pair = one[:_TEXT_READ].lower(), other[:_TEXT_READ].lower()
    return SequenceMatcher(None, *pair, autojunk=False).ratio()


def _rouge(order: int) -> Callable[[str, str], float]:
    return lambda one, other: rouge(one, other, order)


METRICS: dict[str, Callable[[str, str], float]] = {
    "cosine": embedding.similarity,
    "fuzzy_match": fuzzy_match,
    "bleu": bleu,
    "gleu": gleu,
    "meteor": meteor,
    "rouge_l": rouge_l,
    **{f"rouge_{order}": _rouge(order) for order in range(1, 6)},
}
