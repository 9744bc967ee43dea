"""Conversations that are nearly the same: W707, and W805 across files.

Rows are compared by their clauses: what stands between punctuation marks. Clauses that many rows
share, such as those of a prompt's template, do not count. Rows that share enough of the others are
compared word by word; those that differ in figures or names are variations on purpose.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from xxhash import xxh32_intdigest

from tunelint.escaping import quote
from tunelint.example import PROMPT_ROLES, Example
from tunelint.rule import RowFile, rule
from tunelint.rules.duplicates import first_rows

NEAR = rule("""W707 near-duplicate (opt-in)
    A conversation that differs from another in a few words only.
    It teaches little new, is billed in full, and weighs one case more than the others.
    Fix: Keep the better one, or rewrite one of them.
    Bad: the same answer of sixty words with three of them changed""")

_COMMON_ROWS, _COMMON_SHARE = 10, 0.1  # a clause in more rows than both is a template's
_FIRST_CLAUSES = 60  # that are kept of a row
_SHORTEST = 12  # bytes; shorter clauses are everybody's
_MIN_WORDS = 12  # of a row's own; shorter conversations are alike by chance
_SHARED_CLAUSES = 0.5  # of the longer row's own
_SIMILAR = 0.75  # share of words, of the question and of the answer each
_HAVING = 5  # earlier rows with a clause that are looked at
_MAX_COMPARED = 10_000  # pairs
_WORD_LENGTH = 16  # bytes on average; texts with longer words are written without spaces
_GRAM, _STEP = 9, 3  # bytes, of such texts: three characters of most of their scripts
_BREAKS = bytes.maketrans(b".,;:!?\n()", b"\n" * 9)
_SPACES = bytes(code if chr(code).isalnum() or code >= ord("\x80") else 32 for code in range(256))


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two rows by their file's and their own number, and what the earlier one asks."""

    earlier: tuple[int, int]
    later: tuple[int, int]
    quoted: str


@dataclass(frozen=True, slots=True)
class _Sketch:
    place: tuple[int, int]  # file, row
    clauses: frozenset[int]  # hashes


def near_pairs(files: Sequence[RowFile]) -> Iterator[NearPair]:
    """For each row that is like an earlier one, in whichever file, the first that it is like."""
    sketches = [
        _Sketch((number, row), frozenset(islice(_clauses(_talk(file.row(row))), _FIRST_CLAUSES)))
        for number, file in enumerate(files)
        for row in first_rows(file.rows)
    ]
    common = _common([one.clauses for one in sketches])
    rows = [_Sketch(one.place, own) for one in sketches if (own := one.clauses - common)]
    for later, earlier in islice(_candidates(rows), _MAX_COMPARED):
        one, other = (files[number].row(row) for number, row in (earlier.place, later.place))
        if _is_near(one, other, common):
            yield NearPair(earlier.place, later.place, _question(one))


def message(pair: NearPair, where: str) -> str:
    return f"Nearly the same as {where}, which asks {quote(pair.quoted)}."


def _talk(example: Example) -> str:
    return "\n".join([one.text for one in example.messages if one.role not in PROMPT_ROLES])


def _clauses(text: str, shortest: int = _SHORTEST) -> dict[int, bytes]:
    """The clauses of at least so many bytes, in lower case, each once and by its hash."""
    raw = text.encode("utf-8", "surrogatepass").lower().translate(_BREAKS)
    found = [one.strip() for one in raw.split(b"\n") if len(one) >= shortest]
    return {xxh32_intdigest(one): one for one in found}


def _common(clauses: Sequence[frozenset[int]]) -> frozenset[int]:
    """Clauses that many rows share."""
    counts = Counter(chain.from_iterable(clauses))
    limit = max(2, min(len(clauses) / 2, max(_COMMON_ROWS, _COMMON_SHARE * len(clauses))))
    return frozenset(clause for clause, count in counts.items() if count > limit)


def _candidates(rows: Sequence[_Sketch]) -> Iterator[tuple[_Sketch, _Sketch]]:
    """Each row with the earlier row that shares most of its clauses, if it shares enough."""
    having = defaultdict[int, list[int]](list)
    for number, row in enumerate(rows):
        known = row.clauses & having.keys()
        shared = Counter(before for clause in known for before in having[clause][:_HAVING])
        if shared:
            before = max(shared, key=shared.__getitem__)
            least = _SHARED_CLAUSES * max(len(row.clauses), len(rows[before].clauses))
            if shared[before] >= least:
                yield row, rows[before]
        for clause in row.clauses:
            having[clause].append(number)


def _is_near(one: Example, other: Example, common: frozenset[int]) -> bool:
    ones, others = _parts(one, common), _parts(other, common)
    if sum(part.total() for part in ones) < _MIN_WORDS:
        return False
    alike = all(_shared(a, b) >= _SIMILAR for a, b in zip(ones, others, strict=True))
    return alike and not _differ_on_purpose(one, other)


def _parts(example: Example, common: frozenset[int]) -> tuple[Counter[bytes], Counter[bytes]]:
    """The row's own words: of the last message, and of all before it."""
    answer = example.messages[-1].text if example.messages else ""
    question = _talk(example).removesuffix(answer)
    return _own_words(question, common), _own_words(answer, common)


def _own_words(text: str, common: frozenset[int]) -> Counter[bytes]:
    clauses = (clause for digest, clause in _clauses(text, 1).items() if digest not in common)
    return Counter(word for clause in clauses for word in _words(clause))


def _words(clause: bytes) -> list[bytes]:
    """The words; of a clause without spaces, all its runs of so many bytes."""
    found = clause.translate(_SPACES).split()
    if len(found) * _WORD_LENGTH >= len(clause):
        return found
    return [clause[end - _GRAM : end] for end in range(_GRAM, len(clause) + 1, _STEP)]


def _shared(one: Counter[bytes], other: Counter[bytes]) -> float:
    most = max(one.total(), other.total())
    return (one & other).total() / most if most else 1.0


def _differ_on_purpose(one: Example, other: Example) -> bool:
    """Whether a figure or an abbreviation differs, or nothing but names."""
    ones, others = (Counter(_talk(example).split()) for example in (one, other))
    differing = [*(ones - others), *(others - ones)]
    figures = any(any(map(str.isdigit, word)) or word.isupper() for word in differing)
    names = all(word[:1].isupper() or not word[:1].isalpha() for word in differing)
    return figures or names


def _question(example: Example) -> str:
    asked = [one.text for one in example.messages if one.role == "user"]
    return " ".join((asked[0] if asked else _talk(example)).split())
