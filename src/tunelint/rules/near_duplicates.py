"""Conversations that are nearly the same: W707, and W805 across files.

Clauses that many rows share, such as those of a prompt's template, do not count. Rows that share
enough of their other clauses are then compared word by word; those that differ in figures or names
are variations on purpose and not duplicates.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from tunelint.escaping import quote
from tunelint.example import Example
from tunelint.file_rule import RowFile
from tunelint.rule import rule
from tunelint.rules.duplicates import first_rows
from tunelint.sketch import clauses_of, talk_of, words_of

NEAR = rule(
    "W707",
    "near-duplicate",
    what="A conversation that differs from another in a few words only.",
    why="It teaches little new, is billed in full, and weighs one case more than the others.",
    bad="the same answer of sixty words with three of them changed",
    good="conversations in words of their own",
    fix="Keep the better one, or rewrite one of them.",
    opt_in=True,
)

COMMON_ROWS, COMMON_SHARE = 10, 0.1  # a clause in more rows than both is a template's
MIN_WORDS = 12  # of a row's own; shorter conversations are alike by chance
SHARED_CLAUSES = 0.5  # of the longer row's own
SIMILAR = 0.75  # share of words, of the question and of the answer each
_HAVING = 5  # earlier rows with a clause that are looked at
_MAX_COMPARED = 10_000  # pairs


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two rows by their file's and their own number, and what the earlier one asks."""

    earlier: tuple[int, int]
    later: tuple[int, int]
    quoted: str


@dataclass(frozen=True, slots=True)
class _Row:
    place: tuple[int, int]  # file, row
    clauses: frozenset[int]  # hashes of its own


def near_pairs(files: Sequence[RowFile]) -> Iterator[NearPair]:
    """For each row that is like an earlier one, in whichever file, the first that it is like."""
    places = [(number, row) for number, file in enumerate(files) for row in first_rows(file.table)]
    sketches = [files[number].table.sketch(row) for number, row in places]
    common = _common(sketches)
    rows = [
        _Row(place, own)
        for place, sketch in zip(places, sketches, strict=True)
        if (own := frozenset(sketch) - common)
    ]
    for later, earlier in islice(_candidates(rows), _MAX_COMPARED):
        one, other = (_read(files, row.place) for row in (earlier, later))
        if _is_near(one, other, common):
            yield NearPair(earlier.place, later.place, _question(one))


def message(pair: NearPair, where: str) -> str:
    return f"Nearly the same as {where}, which asks {quote(pair.quoted)}."


def _common(sketches: Sequence[Sequence[int]]) -> frozenset[int]:
    """Clauses that many rows share."""
    counts = Counter(chain.from_iterable(sketches))
    limit = max(2, min(len(sketches) / 2, max(COMMON_ROWS, COMMON_SHARE * len(sketches))))
    return frozenset(clause for clause, count in counts.items() if count > limit)


def _candidates(rows: Sequence[_Row]) -> Iterator[tuple[_Row, _Row]]:
    """Each row with the earlier row that shares most of its clauses, if it shares enough."""
    having = defaultdict[int, list[int]](list)
    for number, row in enumerate(rows):
        known = row.clauses & having.keys()
        shared = Counter(before for clause in known for before in having[clause][:_HAVING])
        if shared:
            before = max(shared, key=shared.__getitem__)
            least = SHARED_CLAUSES * max(len(row.clauses), len(rows[before].clauses))
            if shared[before] >= least:
                yield row, rows[before]
        for clause in row.clauses:
            having[clause].append(number)


def _read(files: Sequence[RowFile], place: tuple[int, int]) -> Example:
    number, row = place
    return files[number].row(row)


def _is_near(one: Example, other: Example, common: frozenset[int]) -> bool:
    ones, others = _parts(one, common), _parts(other, common)
    if sum(part.total() for part in ones) < MIN_WORDS:
        return False
    alike = all(_shared(a, b) >= SIMILAR for a, b in zip(ones, others, strict=True))
    return alike and not _differ_on_purpose(one, other)


def _parts(example: Example, common: frozenset[int]) -> tuple[Counter[bytes], Counter[bytes]]:
    """The row's own words: of the last message, and of all before it."""
    answer = example.messages[-1].text if example.messages else ""
    question = talk_of(example).removesuffix(answer)
    return _own_words(question, common), _own_words(answer, common)


def _own_words(text: str, common: frozenset[int]) -> Counter[bytes]:
    clauses = (clause for digest, clause in clauses_of(text, 1) if digest not in common)
    return Counter(word for clause in clauses for word in words_of(clause))


def _shared(one: Counter[bytes], other: Counter[bytes]) -> float:
    most = max(one.total(), other.total())
    return (one & other).total() / most if most else 1.0


def _differ_on_purpose(one: Example, other: Example) -> bool:
    """Whether a figure or an abbreviation differs, or nothing but names."""
    ones, others = (Counter(talk_of(example).split()) for example in (one, other))
    differing = [*(ones - others), *(others - ones)]
    figures = any(any(map(str.isdigit, word)) or word.isupper() for word in differing)
    names = all(word[:1].isupper() or not word[:1].isalpha() for word in differing)
    return figures or names


def _question(example: Example) -> str:
    asked: list[Any] = [one.text for one in example.messages if one.role == "user"]
    return " ".join(str(asked[0] if asked else talk_of(example)).split())
