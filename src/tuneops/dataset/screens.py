"""Which examples deserve a closer look, found for a whole chunk in a few passes over tokens.

A screen lets pass more than the rules behind it find, and never less than their plain cases.
"""

import re
from functools import cache, cached_property

import numpy as np
import re2  # type: ignore[import-untyped] # google-re2 ships no types
from numpy.typing import NDArray

from tuneops.dataset.rows import ROLE_CODES
from tuneops.dataset.rules import languages, turns
from tuneops.dataset.speech import Speech, TokenTable

_PERIOD = 48  # tokens of the longest unit whose repetition is looked for
_AGAIN = 8  # times within that distance
_SHORT = 30  # characters
_BETWEEN = "\x1e"
_DRAGGED = re.compile(r"([^\W\d_])\1{3}|!!")
# A token's trait is the number of its word, and whether it starts amid a word, or drags a letter.
_AMID_FLAG, _RUN_FLAG = 1 << 13, 1 << 14
_UNIT = 512  # more than there are function words
_NUMBER = _SCRIPT = _UNIT - 1  # the last number is that of all words in other scripts
_NAMES = tuple(languages.STOPWORDS)
_ENGLISH = _NAMES.index("en")
_OTHER_SCRIPT = len(_NAMES)
_SCRIPT_SHARE = 0.3
_LEAD = 1.2  # of one language before another, less than the rule wants
_FEWEST, _BOTH = 2, 3  # function words, not more than the rules want
_ABOUT = 0.75  # tokens are not quite words
_OWN = 2
_SHARE = 0.27  # of the lesser language, where an answer holds two
_MARKS = ("¿", "¡")  # each tells Spanish, whatever word it stands before
_OPEN_ENDS = frozenset(",;(:-\u2013\u2014")


class Screen:
    """Positions of the examples that one family of rules or another may find fault with."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._traits = _traits()(speech.ids)

    def turning(self) -> set[int]:
        """Examples whose turns may be odd: repeated, cut, shouted, echoed or swapped."""
        speech, talk = self._speech, self._speech.rows.talk
        openings, odd = _agents(speech), self._odd()
        questions = speech.questions
        due = np.flatnonzero(odd[speech.answers] | np.isin(questions, list(openings)))
        texts = []
        for answer, question in zip(
            speech.answers[due].tolist(), questions[due].tolist(), strict=True
        ):
            asked = talk[question] if question >= 0 else ""
            if question in openings or (
                talk[answer].strip() and turns.suspicious(asked, talk[answer])
            ):
                texts.append(answer)
        again = {at for at in _repeating(speech) if any(map(turns.recurs, speech.rows.said(at)))}
        return speech.rows.examples_of_talk(texts) | again

    def _odd(self) -> NDArray[np.bool_]:
        """Texts that are short, end openly, drag letters, or are not much longer than asked."""
        speech, talk = self._speech, self._speech.rows.talk
        lengths = np.array([*map(len, talk), 0])  # the last where nothing was asked
        open_or_loud = [
            (end := text[-1:]).isalnum() or end in _OPEN_ENDS or text.isupper() for text in talk
        ]
        odd = np.array(open_or_loud, np.bool_) | (lengths[:-1] < _SHORT)
        odd[speech.answers] |= (
            lengths[speech.answers] < 1.6 * lengths[speech.questions] + turns.FRAME_LENGTH
        )
        dragged = np.flatnonzero(self._traits & _RUN_FLAG)
        odd[np.searchsorted(speech.offsets, dragged, side="right") - 1] = True
        return odd

    def bilingual(self) -> set[int]:
        """Examples that may hold two languages."""
        speech = self._speech
        scores = self._scores()
        answers, questions = speech.answers, speech.questions
        examples = np.searchsorted(speech.rows.talk_ends, answers, side="right")
        said = scores[answers]
        both = _differ(scores[questions], said) | _differ(self._asked_in()[examples], said)
        mixed = self._mixed(scores)[answers]
        return speech.rows.examples_of_talk(answers[(both & (questions >= 0)) | mixed].tolist())

    def _asked_in(self) -> NDArray[np.uint8]:
        """Distinct function words of each language in all that each example's users say."""
        speech = self._speech
        texts, words = np.divmod(self._words, _UNIT)
        asked = speech.roles[texts] == ROLE_CODES["user"]
        examples = np.searchsorted(speech.rows.talk_ends, texts[asked], side="right")
        there = np.zeros(len(speech.rows) * _UNIT, np.bool_)
        there[examples * _UNIT + words[asked]] = True
        return _tally(np.flatnonzero(there), _languages_of(), len(speech.rows))

    def _mixed(self, scores: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which texts may hold English and another language.

        The rule wants three words of each, and no more than one of them shared.
        """
        english = scores[:, _ENGLISH]
        other = np.delete(scores[:, :_OTHER_SCRIPT], _ENGLISH, axis=1).max(axis=1)
        less = np.minimum(english, other)
        mixed = (less >= _BOTH) & (less >= _SHARE * np.maximum(english, other))
        distinct = self._words[mixed[self._words // _UNIT]]
        own = _tally(distinct, _languages_of(own=True), len(mixed))
        foreign = np.delete(own[:, :_OTHER_SCRIPT], _ENGLISH, axis=1).max(axis=1)
        found: NDArray[np.bool_] = mixed & (own[:, _ENGLISH] >= _OWN) & (foreign >= _OWN)
        return found

    @cached_property
    def _words(self) -> NDArray[np.int64]:
        """The function words of each text, once each: numbers beyond the text's times the unit."""
        counts = self._speech.counts
        amid = np.append(self._traits & _AMID_FLAG != 0, False)
        amid[self._speech.offsets] = False  # where texts start
        places = np.flatnonzero(self._traits & _NUMBER)
        marks = [_function_words()[mark] for mark in _MARKS]
        whole = ~amid[places + 1] | np.isin(self._traits[places] & _NUMBER, marks)
        places = places[whole]
        owners = np.repeat(np.arange(len(counts)) * _UNIT, counts)[places]
        there = np.zeros(len(counts) * _UNIT, np.bool_)
        there[owners + (self._traits[places] & _NUMBER)] = True
        return np.flatnonzero(there)

    def _scores(self) -> NDArray[np.uint8]:
        """Distinct function words of each language in each text; of another script, many."""
        counts = self._speech.counts
        scores = _tally(self._words, _languages_of(), len(counts))
        scripts = np.flatnonzero(self._traits & _NUMBER == _SCRIPT)
        owners = np.searchsorted(self._speech.offsets, scripts, side="right") - 1
        foreign = np.bincount(owners, minlength=len(counts))
        mostly = foreign > _SCRIPT_SHARE * np.maximum(counts, 1)
        scores[mostly] = 0
        scores[mostly, _OTHER_SCRIPT] = 99
        return scores


def _differ(asked: NDArray[np.uint8], said: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether there is a language that may be the question's, and one apart that the answer's."""
    asks, says = _leading(asked, _LEAD), _leading(said, 1)
    pairs = (asks.astype(np.float32) @ _apart()) * says
    found: NDArray[np.bool_] = pairs.max(axis=1) > 0
    return found


def _leading(scores: NDArray[np.uint8], lead: float) -> NDArray[np.bool_]:
    """Which languages have about the most words, and so many times those of each one apart."""
    rivals = np.stack([np.max(scores * apart, axis=1) for apart in _apart()], axis=1)
    most = scores.max(axis=1, keepdims=True)
    found: NDArray[np.bool_] = (
        (scores >= _FEWEST) & (scores >= _ABOUT * most) & (scores >= lead * rivals)
    )
    return found


@cache
def _apart() -> NDArray[np.float32]:
    """Which languages are told apart, each of both by its byte."""
    names = [*_NAMES, ""]
    return np.array(
        [[languages.differ(one, other) for other in names] for one in names], np.float32
    )


def _tally(
    words: NDArray[np.int64], languages_of: NDArray[np.uint64], texts: int
) -> NDArray[np.uint8]:
    packed = np.zeros(texts, np.uint64)
    np.add.at(packed, words // _UNIT, languages_of[words % _UNIT])
    return packed.view(np.uint8).reshape(-1, 8)


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
        if word[:1] in _MARKS:
            starts, word = True, word[0]
        number = numbers.get(word, 0) if starts else 0
        if not number and (scripts.search(word) or "\ufffd" in word):  # or a part of a letter
            number = _SCRIPT
        drags = bool(_DRAGGED.search(token))
        return number + _AMID_FLAG * token[:1].isalpha() + _RUN_FLAG * drags

    return TokenTable(trait_of, np.uint16)


@cache
def _function_words() -> dict[str, int]:
    known = sorted(frozenset[str]().union(*languages.STOPWORDS.values()))
    return {word: number for number, word in enumerate(known, 1)}


@cache
def _languages_of(*, own: bool = False) -> NDArray[np.uint64]:
    """A one for each language that has the function word of that number, in a byte of its own.

    The bytes stand in the order of `_NAMES`. `own` words of English are those that Spanish does
    not have, and those of other languages that English does not have.
    """
    ones = np.zeros((_UNIT, 8), np.uint8)
    numbers = _function_words()
    for at, name in enumerate(_NAMES):
        words = languages.STOPWORDS[name]
        if own:
            words -= languages.STOPWORDS["es" if name == "en" else "en"]
        ones[[numbers[word] for word in words], at] = 1
    ones[[numbers[mark] for mark in _MARKS]] *= _FEWEST  # a mark alone tells Spanish
    return ones.view(np.uint64).ravel()
