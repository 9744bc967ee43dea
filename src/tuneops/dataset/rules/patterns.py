"""Rules that look for patterns: one linear pass over many texts finds where to look closer.

Each detector has a trigger in RE2's syntax, which must match wherever the detector could find
something. All triggers run as one automaton, in time linear in the text whatever a row holds;
only what they hit is read by the detectors, whose own expressions repeat within bounds.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import re2  # type: ignore[import-untyped]

from tuneops.dataset.findings import Fault
from tuneops.dataset.rules.texts import Text

Find = Callable[[Text], Iterator[Fault]]

_MARK = "\x1e"  # a control character that no clean text holds
_BETWEEN = f"\n{_MARK}\n"  # no trigger runs over both a line's end and the mark
_BLOCK = 256  # bytes
_MEMORY = 64 * 2**20  # of one automaton's states, in bytes


@dataclass(frozen=True)
class Detector:
    """`roles` whose texts it reads; none means all. `unbroken` is that of `detector`."""

    trigger: str
    find: Find
    roles: tuple[str, ...] = ()
    unbroken: bool = False


DETECTORS: list[Detector] = []


def detector(trigger: str, *roles: str, unbroken: bool = False) -> Callable[[Find], Find]:
    """Register a function that finds what is wrong in texts that the trigger matches.

    One that matches nothing but long runs without a blank is `unbroken`: in the automaton its
    counting would multiply the states of all others.
    """

    def register(find: Find) -> Find:
        DETECTORS.append(Detector(trigger, find, roles, unbroken))
        return find

    return register


def suspects(texts: Sequence[str]) -> list[int]:
    """Positions of the texts that some trigger matches, in order."""
    if not texts:
        return []
    joined = _BETWEEN.join(texts).encode("utf-8", "replace")
    hidden: list[int] = []
    if joined.count(_MARK.encode()) >= len(texts):
        hidden = [position for position, text in enumerate(texts) if _MARK in text]
        plain = [text.replace(_MARK, " ") for text in texts]
        joined = _BETWEEN.join(plain).encode("utf-8", "replace")
    starts = [found.start() for found in _combined().finditer(joined)]
    starts += _unbroken(joined)
    starts = [start + (joined[start] == ord(_MARK)) for start in starts]  # anchored triggers
    if not starts:
        return hidden
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == ord(_MARK))
    return sorted({*np.searchsorted(ends, starts).tolist(), *hidden})


def _unbroken(joined: bytes) -> list[int]:
    """The places of blocks without a blank: a run that is twice as long holds one of them."""
    padded = joined.ljust(-(-len(joined) // _BLOCK) * _BLOCK)
    blank = np.frombuffer(padded, np.uint8).reshape(-1, _BLOCK) <= ord(" ")
    places: list[int] = (np.flatnonzero(~blank.any(axis=1)) * _BLOCK).tolist()
    return places


def triggered(text: str, role: str) -> list[Detector]:
    """The detectors that may find something in a text of this role."""
    found = sorted(_set().Match(text.encode("utf-8", "replace")) or ())
    return [one for one in map(DETECTORS.__getitem__, found) if not one.roles or role in one.roles]


def scan_text(text: Text) -> Iterator[Fault]:
    """Every fault that a detector finds in one text."""
    for one in triggered(text.text, text.role):
        yield from one.find(text)


def scan_texts(texts: Sequence[Text]) -> Iterator[tuple[int, Fault]]:
    """The faults of many texts, each with the position of its text."""
    for position in suspects([text.text for text in texts]):
        for fault in scan_text(texts[position]):
            yield position, fault


def words(phrases: Collection[str]) -> str:
    """An alternation of phrases for a trigger, without regard to case."""
    return "(?i:" + "|".join(phrases) + ")"


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


@cache
def _combined() -> "re2._Regexp":
    triggers = (f"(?:{one.trigger})" for one in DETECTORS if not one.unbroken)
    return re2.compile("|".join(triggers).encode(), _options())


@cache
def _set() -> re2.Set:
    found = re2.Set.SearchSet(_options())
    for one in DETECTORS:
        found.Add(one.trigger.encode())
    found.Compile()
    return found
