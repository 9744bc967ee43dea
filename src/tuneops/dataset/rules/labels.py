"""What the rows of a file that teaches to label show together: 2001 to 2005."""
# ruff: noqa: PLR2004 - counts of words and shares say what they are

from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.rowset import ALIKE, DISTINCT, Found, Read, Table, each, last_text
from tuneops.dataset.rules.texts import instructions, normalise

IMBALANCE = rule(
    "W2001",
    "label-imbalance",
    what="Nearly all answers are one label.",
    why="The model learns to give it whatever is asked.",
    bad="13 of 14 answers are 'positivo'",
    good="labels in similar numbers",
    fix="Add examples of the other labels.",
)
LABEL_TYPO = rule(
    "W2002",
    "label-typo",
    what="A rare label differs from a frequent one by a letter or two.",
    why="The model learns the misspelling as a class of its own.",
    bad="'postivo' once among 'positivo'",
    good="one spelling",
    fix="Correct the label.",
)
LABEL_UNKNOWN = rule(
    "E2003",
    "unknown-label",
    what="A label that the system message does not allow.",
    why="The model learns an answer that the caller cannot handle.",
    bad="'mixto' where the system message allows positivo, negativo and neutro",
    good="a label of the set",
    fix="Use a label of the set, or extend the set.",
)
LABEL_VARIANT = rule(
    "W2004",
    "label-variant",
    what="A label differs from another in case or punctuation only.",
    why="The model learns both spellings; callers compare one.",
    bad="'Negativo.' among 'negativo'",
    good="one spelling",
    fix="Write it like the others.",
)
SORTED = rule(
    "I2005",
    "sorted-by-label",
    what="The examples are sorted by label.",
    why="Batches of one label teach worse than mixed ones.",
    bad="all 'positivo' before all 'negativo'",
    good="labels in random order",
    fix="If order is kept in training, shuffle the lines: shuf training.jsonl.",
)

_NEGATING = re.compile(r"(?:in|im|un|no|non|des|dis|a|an|ir|il|anti|pre|post|sub|super|semi|multi)")


def examine(table: Table, rows: NDArray[np.int64], read: Read) -> Found:
    _, first, spelling, counts = np.unique(
        table["spelt"][rows], return_index=True, return_inverse=True, return_counts=True
    )
    if len(first) > DISTINCT:
        return
    examples = dict(each(np.sort(rows[first]), read))
    names = [last_text(examples[int(rows[at])]) for at in first]
    told = instructions(examples[int(rows[first[np.argmax(counts)]])])
    broken = _odd_labels(names, counts.tolist(), told)
    for at, row in zip(spelling.tolist(), rows.tolist(), strict=True):
        if at in broken:
            yield row, broken[at]
    yield from _balance(table, rows, names, counts)


def _odd_labels(names: list[str], counts: list[int], told: str) -> dict[int, Fault]:
    broken: dict[int, Fault] = {}
    plain = [normalise(name) for name in names]
    allowed = f" {normalise(told)} "
    listed = sum(f" {name} " in allowed for name, n in zip(plain, counts, strict=True) if n > 1)
    for at, name in enumerate(names):
        twins = [other for other in range(len(names)) if plain[other] == plain[at] and other != at]
        bigger = [other for other in twins if (counts[other], -other) > (counts[at], -at)]
        if bigger:
            text = f"{quote(name)} beside {quote(names[bigger[0]])}."
            broken[at] = Fault(LABEL_VARIANT, text)
        elif near := _misspelt(at, plain, counts, allowed):
            broken[at] = Fault(LABEL_TYPO, f"{quote(name)}: is {quote(near)} meant?")
        elif listed > 1 and f" {plain[at]} " not in allowed and counts[at] <= sum(counts) // 5:
            text = f"The system message does not know the label {quote(name)}."
            broken[at] = Fault(LABEL_UNKNOWN, text)
    return broken


def _misspelt(at: int, plain: list[str], counts: list[int], allowed: str) -> str:
    name = plain[at]
    if len(name) < 4 or f" {name} " in allowed or any(c.isdigit() for c in name):
        return ""
    for other, count in sorted(zip(plain, counts, strict=True), key=lambda one: -one[1]):
        if count < 3 * counts[at] or other == name or abs(len(other) - len(name)) > 2:
            continue
        longer, shorter = (name, other) if len(name) > len(other) else (other, name)
        negated = longer.endswith(shorter) and _NEGATING.fullmatch(longer.removesuffix(shorter))
        alike = SequenceMatcher(None, name, other).ratio() >= ALIKE
        if not negated and (alike or _one_letter_apart(name, other)):
            return other
    return ""


def _one_letter_apart(name: str, other: str) -> bool:
    """Whether one letter is another, more, less, or two are swapped."""
    first = next(
        (at for at, pair in enumerate(zip(name, other, strict=False)) if pair[0] != pair[1]), None
    )
    if first is None:
        return abs(len(name) - len(other)) == 1
    one, two = name[first:], other[first:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[1::-1], one[2:]) == (two[:2], two[2:])
    )


def _balance(
    table: Table, rows: NDArray[np.int64], names: list[str], counts: NDArray[np.int64]
) -> Found:
    digests = table["answer"][rows]
    _, sizes = np.unique(digests, return_counts=True)
    share = sizes.max() / len(rows)
    if share >= 0.9 and len(rows) >= 10 and len(sizes) > 1:
        name = names[int(np.argmax(counts))]
        text = f"{sizes.max()} of {len(rows)} answers are {quote(name)}."
        yield int(rows[0]), Fault(IMBALANCE, text)
    changes = int(np.count_nonzero(digests[1:] != digests[:-1]))
    if 1 < len(sizes) == changes + 1 and len(rows) >= 10 and sizes.min() > 1:
        yield (
            int(rows[0]),
            Fault(SORTED, f"All examples of each of {len(sizes)} labels are together."),
        )
