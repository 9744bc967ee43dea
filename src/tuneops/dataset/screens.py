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
_RUN_FLAG = 1 << 14  # of a token's trait, beside the number of its word
_NAMES = tuple(languages.STOPWORDS)
_OTHER_SCRIPT = len(_NAMES)
_SCRIPT_SHARE = 0.3
_LEAD = 1.2  # of the first language before the second, less than the rule wants
_ASKED, _SAID, _BOTH = 2, 2, 4  # function words, each one less than the rule wants
_OPEN_ENDS = frozenset(",;(:-\u2013\u2014")


class Screen:
    """Positions of the examples that one family of rules or another may find fault with."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._traits = _traits()(speech.ids)

    def turning(self) -> set[int]:
        """Examples whose turns may be odd: repeated, cut, shouted, echoed or swapped."""
        speech, talk = self._speech, self._speech.rows.talk
        openings = _agents(speech)
        pairs = zip(speech.answers.tolist(), speech.questions.tolist(), strict=True)
        texts = [
            answer
            for answer, question in pairs
            if question in openings
            or _may_be_odd(talk[question] if question >= 0 else "", talk[answer])
        ]
        runs = np.flatnonzero(self._traits & _RUN_FLAG)
        texts += (np.searchsorted(speech.offsets, runs, side="right") - 1).tolist()
        return speech.rows.examples_of_talk(texts) | _repeating(speech)

    def bilingual(self) -> set[int]:
        """Examples that may hold two languages."""
        speech = self._speech
        scores = self._scores()
        best = scores.argmax(axis=1)
        ordered = np.sort(scores, axis=1)
        top = np.where(ordered[:, -1] >= _LEAD * ordered[:, -2], ordered[:, -1], 0)
        answers, questions = speech.answers, speech.questions
        both = (best[answers] != best[questions]) & (questions >= 0)
        both &= (top[answers] >= _SAID) & (top[questions] >= _ASKED)
        pair = np.sort(scores[answers][:, [_NAMES.index("es"), _NAMES.index("en")]], axis=1)
        mixed = (pair[:, 0] >= _BOTH) & (pair[:, 0] >= 0.27 * pair[:, 1])
        return speech.rows.examples_of_talk(answers[both | mixed].tolist())

    def _scores(self) -> NDArray[np.float32]:
        """Distinct function words of each language in each text; of another script, many."""
        weights, counts = _weights(), self._speech.counts
        places = np.flatnonzero(self._traits & (_RUN_FLAG - 1))
        numbers = self._traits[places] & (_RUN_FLAG - 1)
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)[places]
        there = np.zeros((len(counts), len(weights)), np.bool_)
        there.ravel()[owners * np.int64(len(weights)) + numbers] = True
        scores = there.astype(np.float32) @ weights
        foreign = np.bincount(owners[numbers == len(weights) - 1], minlength=len(counts))
        mostly = foreign > _SCRIPT_SHARE * np.maximum(counts, 1)
        scores[mostly] = 0
        scores[mostly, _OTHER_SCRIPT] = 99
        return scores


def _may_be_odd(question: str, answer: str) -> bool:
    last = answer[-1:]
    if not (
        last.isalnum()
        or last in _OPEN_ENDS
        or len(answer) < _SHORT
        or len(answer) < 1.6 * len(question)
        or "!!!" in answer
        or answer.isupper()
    ):
        return False
    return bool(answer.strip()) and turns.suspicious(question, answer)


def _agents(speech: Speech) -> set[int]:
    """Questions that sound like an agent's."""
    asked = sorted(set(speech.questions.tolist()) - {-1})
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
    """Examples that say four tokens again at even distances, or three that often again."""
    hashes, owners, lengths = speech.shingles
    said = (hashes >> np.uint32(16)).astype(np.uint16)  # half of it, to compare twice as fast
    found = set[int]()
    again = np.zeros(len(lengths) + 1, np.int64)
    for distance in range(1, min(_PERIOD, len(said) - 1) + 1):
        equal = said[distance:] == said[:-distance]
        places = np.flatnonzero(equal)
        places = places[owners[places] == owners[places + distance]]
        again += np.bincount(owners[places], minlength=len(again))
        places = places[places < len(equal) - distance - 1]
        twice = places[equal[places + 1] & equal[places + distance] & equal[places + distance + 1]]
        found.update(owners[twice[owners[twice] == owners[twice + 2 * distance]]].tolist())
    return (found | set(np.flatnonzero(again >= _AGAIN).tolist())) - {len(lengths)}


@cache
def _traits() -> TokenTable:
    """The number of each token's function word, and whether a letter is in it over and over."""
    numbers = _function_words()
    scripts = re.compile("|".join(pattern.pattern for _, pattern in languages._SCRIPTS))  # noqa: SLF001 - the same scripts

    def trait_of(token: str) -> int:
        starts = token[:1] == " " or token[:1].isupper()
        word = token.strip().lower()
        number = numbers.get(word, 0) if starts else 0
        if not number and scripts.search(word):
            number = len(numbers) + 1
        return number + _RUN_FLAG * bool(_LETTER_RUN.search(token))

    return TokenTable(trait_of, np.uint16)


@cache
def _function_words() -> dict[str, int]:
    known = sorted(frozenset[str]().union(*languages.STOPWORDS.values()))
    return {word: number for number, word in enumerate(known, 1)}


@cache
def _weights() -> NDArray[np.float32]:
    """Which languages have the function word of each number; the last is of another script."""
    numbers = _function_words()
    weights = np.zeros((len(numbers) + 2, len(_NAMES) + 1), np.float32)
    for at, name in enumerate(_NAMES):
        weights[[numbers[word] for word in languages.STOPWORDS[name]], at] = 1
    return weights
