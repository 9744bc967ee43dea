"""Conversations that are nearly the same: W707, and W805 across files.

Words that many rows share, such as those of a prompt's template, do not count. What the sketches
of words find alike is then compared word by word; rows that differ in figures or names are
variations on purpose and not duplicates.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tunelint.escaping import quote
from tunelint.example import Example
from tunelint.file_rule import RowFile
from tunelint.rule import rule
from tunelint.rules.duplicates import first_rows
from tunelint.sketch import SKETCH_SIZE, talk_of, words_of

NEAR = rule(
    "W707",
    "near-duplicate",
    what="A conversation that differs from another in a few words only.",
    why="It teaches little new, is billed in full, and weighs one case more than the others.",
    bad="the same answer of sixty words with three of them changed",
    good="conversations in words of their own",
    fix="Keep the better one, or rewrite one of them.",
)

COMMON_ROWS, COMMON_SHARE = 10, 0.1  # a word in more rows than both is the template's
MIN_WORDS = 8  # of a row's own; shorter conversations are alike by chance
SIMILAR_SKETCHES = 0.6  # Jaccard of the rows' own words
SIMILAR = 0.75  # share of words, of the question and of the answer each
_PROBES = 8  # of a row's rarest words, by which partners are looked up
_AGREED = 3  # probes that a partner shares
_PARTNERS = 4  # that are compared, for one row
_MAX_COMPARED = 20_000  # pairs


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two rows by their file's and their own number, and what the earlier one asks."""

    earlier: tuple[int, int]
    later: tuple[int, int]
    quoted: str


@dataclass(frozen=True, slots=True)
class _Row:
    place: tuple[int, int]  # file, row
    words: frozenset[int]  # hashes of its own words
    highest: int  # the sketch knows of no word beyond


def near_pairs(files: Sequence[RowFile]) -> Iterator[NearPair]:
    """For each row that is like an earlier one, in whichever file, the first that it is like."""
    rows = _rows(files)
    compared = 0
    for later, partners in _candidates(rows):
        for earlier in partners:
            compared += 1
            if compared > _MAX_COMPARED:
                return
            one, other = (_read(files, row.place) for row in (earlier, later))
            if _is_near(one, other):
                yield NearPair(earlier.place, later.place, _question(one))
                break


def message(pair: NearPair, where: str) -> str:
    return f"Nearly the same as {where}, which asks {quote(pair.quoted)}."


def _rows(files: Sequence[RowFile]) -> list[_Row]:
    """The rows that have enough words of their own, in order."""
    places = [(number, row) for number, file in enumerate(files) for row in first_rows(file.table)]
    counts = Counter[int]()
    for number, row in places:
        counts.update(files[number].table.sketch(row))
    limit = max(2, min(len(places) / 2, max(COMMON_ROWS, COMMON_SHARE * len(places))))
    common = {word for word, count in counts.items() if count > limit}
    lonely = {word for word, count in counts.items() if count == 1}
    rows = []
    for number, row in places:
        sketch = files[number].table.sketch(row)
        own = frozenset(sketch) - common
        if len(own) >= MIN_WORDS and len(own - lonely) >= SIMILAR_SKETCHES * len(own):
            highest = sketch[-1] if len(sketch) == SKETCH_SIZE else 2**32
            rows.append(_Row((number, row), own, highest))
    return rows


def _candidates(rows: Iterable[_Row]) -> Iterator[tuple[_Row, list[_Row]]]:
    """Each row with the earlier rows whose sketch is like its own, the most alike first."""
    rows = list(rows)
    counts = Counter(word for row in rows for word in row.words)
    having = defaultdict[int, list[int]](list)  # rows with a word among their rarest
    for number, row in enumerate(rows):
        probes = sorted(row.words, key=lambda word: (counts[word] == 1, counts[word], word))
        shared = Counter(before for word in probes[:_PROBES] for before in having[word])
        alike = [(_similarity(rows[one], row), one) for one, n in shared.items() if n >= _AGREED]
        found = sorted((-score, one) for score, one in alike if score >= SIMILAR_SKETCHES)
        if found:
            yield row, [rows[one] for _, one in found[:_PARTNERS]]
        for word in probes[: 2 * _PROBES]:
            having[word].append(number)


def _similarity(one: _Row, other: _Row) -> float:
    """The Jaccard index of two rows' own words, as far as both sketches reach."""
    reach = min(one.highest, other.highest)
    words, others = (frozenset(w for w in row.words if w <= reach) for row in (one, other))
    return len(words & others) / (len(words | others) or 1)


def _read(files: Sequence[RowFile], place: tuple[int, int]) -> Example:
    number, row = place
    return files[number].row(row)


def _is_near(one: Example, other: Example) -> bool:
    pairs = zip(_parts(one), _parts(other), strict=True)
    alike = all(_shared(part, another) >= SIMILAR for part, another in pairs)
    return alike and not _differ_on_purpose(one, other)


def _parts(example: Example) -> tuple[Counter[bytes], Counter[bytes]]:
    """The words of the last message, and of all before it."""
    last = example.messages[-1:]
    answer = Counter(words_of(last[0].text if last else ""))
    return Counter(words_of(talk_of(example))) - answer, answer


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
