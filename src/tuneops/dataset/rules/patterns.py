"""Rules that look for patterns: one linear pass over many texts finds where to look closer.

Each detector has a trigger, most in RE2's syntax, which must match wherever the detector could
find something. Those run as one automaton, in time linear in the text whatever a row holds;
only what they hit is read by the detectors, whose own expressions repeat within bounds.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import re2

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault
from tuneops.dataset.rules.texts import INFORMED, Text

Find = Callable[[Text], Iterator[Fault]]
Spot = Callable[[bytes], Iterable[int]]  # places in texts that are joined by `_BETWEEN`

_MARK = "\x1e"  # a control character that no clean text holds
_BETWEEN = f"\n{_MARK}\n{_MARK}\n"  # one mark for each text, so that no match takes both
_LETTER = r"A-Za-z\x{80}-\x{10ffff}"
_LETTERS = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\pL")  # alone, or in a class
_MEMORY = 64 * 2**20  # of one automaton's states, in bytes


@dataclass(frozen=True)
class Detector:
    """`roles` are the kinds of texts that it reads; none means all."""

    trigger: str | Spot
    find: Find
    roles: tuple[str, ...] = ()

    def reads(self, kind: str) -> bool:
        role = "assistant" if kind == INFORMED else kind
        return not self.roles or role in self.roles or kind in self.roles


DETECTORS: list[Detector] = []


def detector(trigger: str | Spot, *roles: str) -> Callable[[Find], Find]:
    """Register a function that finds what is wrong in texts that the trigger matches.

    What is costly in an automaton, because it counts far or is often there, is a function.
    """

    def register(find: Find) -> Find:
        DETECTORS.append(Detector(trigger, find, roles))
        return find

    return register


def suspects(texts: Sequence[str], kind: str) -> list[int]:
    """Positions of the texts, all of one kind, that some trigger matches, in order."""
    if not texts:
        return []
    joined = _BETWEEN.join(texts).encode("utf-8", "replace")
    hidden: list[int] = []
    if joined.count(_MARK.encode()) > 2 * (len(texts) - 1):
        hidden = [position for position, text in enumerate(texts) if _MARK in text]
        plain = [text.replace(_MARK, " ") for text in texts]
        joined = _BETWEEN.join(plain).encode("utf-8", "replace")
    starts = [found.start() for found in _combined(kind).finditer(joined)]
    starts = [start + (joined[start] == ord(_MARK)) for start in starts]  # anchored triggers
    starts += [at for spot, _ in _spots(kind) for at in spot(joined)]
    if not starts:
        return hidden
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == ord(_MARK))
    return sorted({*(np.searchsorted(ends, starts) // 2).tolist(), *hidden})


def scan_text(text: Text) -> Iterator[Fault]:
    """Every fault that a detector finds in one text."""
    for one in triggered(text.text, text.kind):
        yield from one.find(text)


def triggered(text: str, kind: str) -> list[Detector]:
    """The detectors that may find something in a text of this kind."""
    automaton, spelt = _set(kind)
    encoded = text.encode("utf-8", "replace")
    hits = [spelt[at] for at in sorted(automaton.Match(encoded) or ())]
    return hits + [one for spot, one in _spots(kind) if [*spot(encoded)]]


def text_at(joined: bytes, place: int) -> tuple[str, int]:
    """The text that a place is in, and where it ends."""
    start, end = joined.rfind(_MARK.encode(), 0, place) + 1, joined.find(_MARK.encode(), place)
    end = len(joined) if end < 0 else end
    return joined[start:end].decode().strip("\n"), end


def words(phrases: Collection[str]) -> str:
    """An alternation of phrases for a trigger, without regard to case."""
    return "(?i:" + "|".join(phrases) + ")"


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


def _spelt(kind: str) -> list[tuple[str, Detector]]:
    return [
        (one.trigger, one) for one in DETECTORS if isinstance(one.trigger, str) and one.reads(kind)
    ]


def _lean(found: re.Match[str]) -> str:
    """Letters as those of ASCII and all beyond it: a fiftieth of the states of Unicode's tables."""
    in_class = found[0].startswith("[")
    return found[0].replace(r"\pL", _LETTER if in_class else f"[{_LETTER}]")


@cache
def _spots(kind: str) -> list[tuple[Spot, Detector]]:
    return [(one.trigger, one) for one in DETECTORS if callable(one.trigger) and one.reads(kind)]


@cache
def _combined(kind: str) -> "re2._Regexp":
    """One automaton for all triggers of a kind of texts."""
    triggers = [f"(?:{trigger})" for trigger, _ in _spelt(kind)]
    return re2.compile("|".join(triggers).encode(), _options())


@cache
def _set(kind: str) -> tuple[re2.Set, list[Detector]]:
    found = re2.Set.SearchSet(_options())
    for trigger, _ in _spelt(kind):
        found.Add(trigger.encode())
    found.Compile()
    return found, [one for _, one in _spelt(kind)]
