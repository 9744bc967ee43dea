"""Which words two answers do not share, and how marks on a text become markup."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import pairwise

_WORD = re.compile(r"\S+")
_MOST_MATCHES = 3_000  # pairs of equal words; an answer that loops has the square of its length


@dataclass(frozen=True)
class Span:
    """A range of characters, and the element that marks it."""

    start: int
    end: int
    tag: str


def unshared(baseline: str, candidate: str) -> tuple[list[Span], list[Span]]:
    """The runs of words that only the baseline has (del), and only the candidate (ins).

    Nothing of answers that repeat themselves so often that comparing them takes long.
    """
    before, after = list(_WORD.finditer(baseline)), list(_WORD.finditer(candidate))
    counts = Counter(word[0] for word in after)
    if sum(counts[word[0]] for word in before) > _MOST_MATCHES:
        return [], []
    matcher = SequenceMatcher(None, [w[0] for w in before], [w[0] for w in after])
    changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        list(_spans(before, [(i, j) for _, i, j, _, _ in changed], "del")),
        list(_spans(after, [(i, j) for _, _, _, i, j in changed], "ins")),
    )


def marked(text: str, spans: Sequence[Span]) -> str:
    """The text as HTML with its spans as elements, which may overlap."""
    edges = sorted({0, len(text), *(edge for span in spans for edge in (span.start, span.end))})
    pieces = pairwise(edges)
    return "".join(_piece(text[start:end], _tags(spans, start)) for start, end in pieces)


def _spans(words: list[re.Match[str]], runs: list[tuple[int, int]], tag: str) -> Iterator[Span]:
    for first, last in runs:
        if last > first:
            yield Span(words[first].start(), words[last - 1].end(), tag)


def _tags(spans: Sequence[Span], at: int) -> list[str]:
    return [span.tag for span in spans if span.start <= at < span.end]


def _piece(text: str, tags: list[str]) -> str:
    opening = "".join(f"<{tag}>" for tag in tags)
    closing = "".join(f"</{tag}>" for tag in reversed(tags))
    return f"{opening}{escape(text)}{closing}"
