"""Sketches of the words of a row, by which rows that share most words are found.

A sketch has the smallest hashes of a row's distinct words (bottom-k, Broder 1997), so that the
sketches of two rows sample the same words.
"""

import xxhash

from tunelint.example import PROMPT_ROLES, Example

SKETCH_SIZE = 40
_VOCABULARY = 500_000  # words whose hashes are remembered
_WORD_LENGTH = 16  # bytes on average; texts with longer words are written without spaces
_GRAM = 3  # characters, of such texts
_SPACES = bytes(
    code if chr(code).isalnum() or code > 127 else 32  # noqa: PLR2004 - the last of ASCII
    for code in range(256)
)


class _Hashes(dict[bytes, int]):
    """The hash of each word, computed when it is first asked for."""

    def __missing__(self, word: bytes) -> int:
        if len(self) > _VOCABULARY:
            self.clear()
        self[word] = found = xxhash.xxh32_intdigest(word)
        return found


_hashes = _Hashes()


def words_of(text: str) -> list[bytes]:
    """The words in lower case; of a text without spaces, all its runs of three characters."""
    folded = text.casefold()
    found = folded.encode("utf-8", "surrogatepass").translate(_SPACES).split()
    if len(found) * _WORD_LENGTH >= len(folded):
        return found
    ends = range(_GRAM, len(folded) + 1)
    return [folded[end - _GRAM : end].encode("utf-8", "surrogatepass") for end in ends]


def talk_of(example: Example) -> str:
    """What is said in a row, without system messages."""
    return "\n".join(one.text for one in example.messages if one.role not in PROMPT_ROLES)


def sketch_of(example: Example) -> list[int]:
    """The smallest hashes of the row's words, in order; all of them, where they are fewer."""
    return sorted(set(map(_hashes.__getitem__, words_of(talk_of(example)))))[:SKETCH_SIZE]
