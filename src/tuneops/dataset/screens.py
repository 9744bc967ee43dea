"""Which examples deserve a closer look, found for a whole chunk in a few passes over tokens.

A screen lets pass more than the rules behind it find, and never less than their plain cases.
"""

import re
from functools import cache

import numpy as np
import re2  # type: ignore[import-untyped] # google-re2 ships no types
from numpy.typing import NDArray

from tuneops.dataset.rules import languages, turns
from tuneops.dataset.speech import Speech, TokenTable

_PERIOD = 48  # tokens of the longest unit whose repetition is looked for
_AGAIN = 8  # times within that distance
_SHORT = 30  # characters
_BETWEEN = "\x1e"
_LETTER_RUN = re.compile(r"([^\W\d_])\1{3}")
_NAMES = tuple(languages.STOPWORDS)
_OTHER_SCRIPT = len(_NAMES)
_SCRIPT_SHARE = 0.3
_LEAD = 1.2  # of the first language before the second, less than the rule wants
_ASKED, _SAID, _BOTH = 2, 2, 4  # function words, each one less than the rule wants


def turning(speech: Speech) -> set[int]:
    """Examples whose turns may be odd: repeated, cut, shouted, echoed or swapped."""
    talk = speech.rows.talk
    openings = _agents(speech)
    texts = {
        answer
        for answer, question in zip(speech.answers.tolist(), speech.questions.tolist(), strict=True)
        if question in openings
        or _may_be_odd(talk[question] if question >= 0 else "", talk[answer])
    }
    found = set(map(speech.rows.example_of_talk, texts))
    return found | _repeating(speech)


def _may_be_odd(question: str, answer: str) -> bool:
    last = answer[-1:]
    if not (
        last.isalnum()
        or last in ",;(:-\u2013\u2014"
        or len(answer) < _SHORT
        or len(answer) < 1.6 * len(question)
        or "!!!" in answer
        or answer.isupper()
    ):
        return False
    return bool(answer.strip()) and turns.suspicious(question, answer)


def _agents(speech: Speech) -> set[int]:
    """Questions that sound like an agent's."""
    asked = np.unique(speech.questions[speech.questions >= 0]).tolist()
    joined = _BETWEEN.join([speech.rows.talk[at][:300] for at in asked]).encode()
    hits = [found.start() for found in _agent().finditer(joined)]
    if not hits:
        return set()
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == ord(_BETWEEN))
    return {asked[at] for at in np.searchsorted(ends, hits).tolist() if at < len(asked)}


@cache
def _agent() -> "re2._Regexp":
    return re2.compile(turns._AGENT.pattern.encode())  # noqa: SLF001 - the same expression


def _repeating(speech: Speech) -> set[int]:
    """Examples that say three tokens again at even distances, or that often again."""
    hashes, owners = speech.shingles
    said = (hashes >> np.uint64(32)).astype(np.uint32)
    evenly = np.zeros(len(speech.rows), np.bool_)
    again = np.zeros(len(speech.rows), np.int64)
    for distance in range(1, min(_PERIOD, len(said) - 1) + 1):
        equal = said[distance:] == said[:-distance]
        places = np.flatnonzero(equal)
        if not len(places):
            continue
        places = places[owners[places] == owners[places + distance]]
        again += np.bincount(owners[places], minlength=len(again))
        twice = np.flatnonzero(equal[:-distance] & equal[distance:])
        evenly[owners[twice[owners[twice] == owners[twice + 2 * distance]]]] = True
    found = set(np.flatnonzero(evenly | (again >= _AGAIN)).tolist())
    runs = np.flatnonzero(_letter_runs()(speech.ids))
    texts = np.unique(np.searchsorted(speech.offsets, runs, side="right") - 1)
    return found | set(map(speech.rows.example_of_talk, texts.tolist()))


@cache
def _letter_runs() -> TokenTable:
    return TokenTable(lambda token: int(bool(_LETTER_RUN.search(token))))


def bilingual(speech: Speech) -> set[int]:
    """Examples that may hold two languages."""
    scores = _scores(speech)
    best = scores.argmax(axis=1)
    ordered = np.sort(scores, axis=1)
    top = np.where(ordered[:, -1] >= _LEAD * ordered[:, -2], ordered[:, -1], 0)
    answers, questions = speech.answers, speech.questions
    both = (best[answers] != best[questions]) & (questions >= 0)
    both &= (top[answers] >= _SAID) & (top[questions] >= _ASKED)
    pair = np.sort(scores[answers][:, [_NAMES.index("es"), _NAMES.index("en")]], axis=1)
    mixed = (pair[:, 0] >= _BOTH) & (pair[:, 0] >= 0.27 * pair[:, 1])
    texts = answers[both | mixed].tolist()
    return set(map(speech.rows.example_of_talk, texts))


def _scores(speech: Speech) -> NDArray[np.float32]:
    """Distinct function words of each language in each text; of another script, many."""
    words, weights = _function_words()
    numbers = words(speech.ids)
    owners = np.repeat(np.arange(len(speech.counts)), speech.counts)
    told = numbers != 0
    there = np.zeros((len(speech.counts), len(weights)), np.bool_)
    there[owners[told], numbers[told]] = True
    scores = there.astype(np.float32) @ weights
    foreign = numbers >= _first_script()
    if foreign.any():
        counts = np.bincount(owners[foreign], minlength=len(scores))
        mostly = counts > _SCRIPT_SHARE * np.maximum(speech.counts, 1)
        scores[mostly] = 0
        scores[mostly, _OTHER_SCRIPT] = 99
    return scores


@cache
def _function_words() -> tuple[TokenTable, NDArray[np.float32]]:
    """The number of each token's function word, and which languages have it."""
    known = sorted(frozenset[str]().union(*languages.STOPWORDS.values()))
    numbers = {word: number for number, word in enumerate(known, 1)}
    weights = np.zeros((len(known) + 2, len(_NAMES) + 1), np.float32)
    for at, name in enumerate(_NAMES):
        weights[[numbers[word] for word in languages.STOPWORDS[name]], at] = 1
    scripts = re.compile("|".join(pattern.pattern for _, pattern in languages._SCRIPTS))  # noqa: SLF001 - the same scripts

    def number_of(token: str) -> int:
        starts = token[:1] == " " or token[:1].isupper()
        word = token.strip().lower()
        return (starts and numbers.get(word)) or (len(known) + 1 if scripts.search(word) else 0)

    return TokenTable(number_of), weights


def _first_script() -> int:
    return len(_function_words()[1]) - 1
