"""Sketches of what a row says, by which rows that share most of it are found.

A sketch has hashes of the row's clauses: what stands between punctuation marks. Rows that differ
in a few words only share the clauses in which they do not.
"""

from xxhash import xxh32_intdigest

from tunelint.example import PROMPT_ROLES, Example

SKETCH_SIZE = 60  # clauses
_SHORTEST = 12  # bytes; shorter clauses are everybody's
_WORD_LENGTH = 16  # bytes on average; texts with longer words are written without spaces
_GRAM, _STEP = 9, 3  # bytes, of such texts: three characters of most of their scripts
_MARKS = b".,;:!?\n()"
_BREAKS = bytes.maketrans(_MARKS, b"\n" * len(_MARKS))
_SPACES = bytes(
    code if chr(code).isalnum() or code > 127 else 32  # noqa: PLR2004 - the last of ASCII
    for code in range(256)
)


def words_of(clause: bytes) -> list[bytes]:
    """The words; of a clause without spaces, all its runs of so many bytes."""
    found = clause.translate(_SPACES).split()
    if len(found) * _WORD_LENGTH >= len(clause):
        return found
    return [clause[end - _GRAM : end] for end in range(_GRAM, len(clause) + 1, _STEP)]


def talk_of(example: Example) -> str:
    """What is said in a row, without system messages."""
    return "\n".join([one.text for one in example.messages if one.role not in PROMPT_ROLES])


def clauses_of(text: str, shortest: int = _SHORTEST) -> list[tuple[int, bytes]]:
    """The clauses of at least so many bytes, in lower case, each with its hash."""
    raw = text.encode("utf-8", "surrogatepass").lower().translate(_BREAKS)
    found = [one.strip() for one in raw.split(b"\n") if len(one) >= shortest]
    return [(xxh32_intdigest(one), one) for one in found]


def sketch_of(example: Example) -> list[int]:
    """Hashes of the row's first clauses, each once."""
    return [*dict(clauses_of(talk_of(example)))][:SKETCH_SIZE]
