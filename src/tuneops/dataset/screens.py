"""Which examples deserve a closer look, found for a whole chunk in a few passes over tokens.

A screen lets pass more than the rules behind it find, and never less than their plain cases.
"""

import re
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.rows import ROLE_CODES
from tuneops.dataset.rules import languages, turns
from tuneops.dataset.speech import Positions, Speech, TokenTable

_PERIOD = 48  # tokens of the longest unit whose repetition is looked for
_AGAIN = 8  # times within that distance
_SHORT = 30  # characters
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
        odd = self._odd()
        texts = [
            answer
            for answer, question in zip(
                speech.answers[odd].tolist(), speech.questions[odd].tolist(), strict=True
            )
            if talk[answer].strip()
            and turns.suspicious(talk[question] if question >= 0 else "", talk[answer])
        ]
        again = {at for at in _repeating(speech) if any(map(turns.recurs, speech.answers_of(at)))}
        return speech.rows.examples_of_talk(texts) | again

    def _odd(self) -> NDArray[np.bool_]:
        """Answers that are short, end openly, drag letters, or are not much longer than asked."""
        speech = self._speech
        said = [speech.rows.talk[at] for at in speech.answers.tolist()]
        lengths = np.fromiter(map(len, said), np.int64, len(said))
        asked = np.array([*map(len, speech.rows.talk), 0])[speech.questions]  # or of nothing
        odd = np.array([_open_or_loud(text) for text in said], np.bool_)
        odd |= (lengths < _SHORT) | (lengths < 1.6 * asked + turns.FRAME_LENGTH)
        dragged = np.zeros(len(speech.roles), np.bool_)
        places = np.flatnonzero(self._traits >= _RUN_FLAG)
        dragged[np.searchsorted(speech.offsets, places, side="right") - 1] = True
        return odd | dragged[speech.answers]

    def bilingual(self) -> set[int]:
        """Examples that may hold two languages."""
        speech = self._speech
        answers, questions = speech.answers, speech.questions
        scores = self._scores()
        examples = speech.rows.talk_owners[answers]
        says = _leading(scores[:, answers], 1)
        both = _differ(_leading(scores[:, questions], _LEAD), says)
        both |= _differ(_leading(self._asked_in()[:, examples], _LEAD), says)
        mixed = self._mixed(scores)[answers]
        return speech.rows.examples_of_talk(answers[(both & (questions >= 0)) | mixed].tolist())

    def _asked_in(self) -> NDArray[np.uint8]:
        """Distinct function words of each language in all that each example's users say."""
        speech = self._speech
        texts, words = np.divmod(self._words, _UNIT)
        asked = speech.roles[texts] == ROLE_CODES["user"]
        examples = speech.rows.talk_owners[texts[asked]]
        there = np.zeros(len(speech.rows) * _UNIT, np.bool_)
        there[examples * _UNIT + words[asked]] = True
        return _tally(np.flatnonzero(there), _languages_of(), len(speech.rows))

    def _mixed(self, scores: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which texts may hold English and another language.

        The rule wants three words of each, and no more than one of them shared.
        """
        less = np.minimum(scores[_ENGLISH], _most_foreign(scores))
        most = np.maximum(scores[_ENGLISH], _most_foreign(scores))
        mixed = (less >= _BOTH) & (less >= _SHARE * most)
        own = _tally(self._words[mixed[self._words // _UNIT]], _languages_of(own=True), len(mixed))
        found: NDArray[np.bool_] = mixed & (own[_ENGLISH] >= _OWN) & (_most_foreign(own) >= _OWN)
        return found

    @cached_property
    def _places(self) -> tuple[Positions, NDArray[np.uint16], Positions]:
        """Where function words and other scripts are, their numbers, and whose text it is."""
        numbers = np.asarray(self._traits & _NUMBER, np.uint16)
        places = np.asarray(np.flatnonzero(numbers != 0), np.int64)
        owners = np.repeat(np.arange(len(self._speech.counts)), self._speech.counts)
        return places, numbers[places], np.asarray(owners[places], np.int64)

    @cached_property
    def _words(self) -> Positions:
        """The function words of each text, once each: numbers beyond the text's times the unit."""
        places, numbers, owners = self._places
        amid = np.append(self._traits & _AMID_FLAG != 0, False)
        amid[self._speech.offsets] = False  # where texts start
        whole = ~amid[places + 1]
        for mark in _MARKS:
            whole |= numbers == _function_words()[mark]
        there = np.zeros(len(self._speech.counts) * _UNIT, np.bool_)
        there[owners[whole] * _UNIT + numbers[whole]] = True
        return np.flatnonzero(there)

    def _scores(self) -> NDArray[np.uint8]:
        """Distinct function words of each language in each text; of another script, many."""
        counts = self._speech.counts
        scores = _tally(self._words, _languages_of(), len(counts))
        _, numbers, owners = self._places
        foreign = np.bincount(owners[numbers == _SCRIPT], minlength=len(counts))
        mostly = foreign > _SCRIPT_SHARE * np.maximum(counts, 1)
        scores[:, mostly] = 0
        scores[_OTHER_SCRIPT, mostly] = 99
        return scores


def _open_or_loud(text: str) -> bool:
    end = text[-1:]
    return end.isalnum() or end in _OPEN_ENDS or text.isupper()


def _most_foreign(scores: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The most words that each text has of one language but English."""
    most: NDArray[np.uint8] = np.delete(scores[:_OTHER_SCRIPT], _ENGLISH, axis=0).max(axis=0)
    return most


def _differ(asks: NDArray[np.bool_], says: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether there is a language that may be the question's, and one apart that the answer's."""
    found = np.zeros(says.shape[1], np.bool_)
    for language, apart in zip(asks, _apart(), strict=True):
        found |= language & says[apart].any(axis=0)
    return found


def _leading(scores: NDArray[np.uint8], lead: float) -> NDArray[np.bool_]:
    """Which languages have about the most words, and so many times those of each one apart."""
    rivals = np.stack([scores[apart].max(axis=0) for apart in _apart()])
    found: NDArray[np.bool_] = (
        (scores >= _FEWEST) & (scores >= _ABOUT * scores.max(axis=0)) & (scores >= lead * rivals)
    )
    return found


@cache
def _apart() -> list[Positions]:
    """The languages that each one is told apart from, by their rows."""
    names = [*_NAMES, ""]
    return [
        np.array([at for at, other in enumerate(names) if languages.differ(one, other)])
        for one in names
    ]


def _tally(
    words: NDArray[np.int64], languages_of: NDArray[np.uint64], texts: int
) -> NDArray[np.uint8]:
    """A row for each language, a column for each text."""
    packed = np.zeros(texts, np.uint64)
    np.add.at(packed, words // _UNIT, languages_of[words % _UNIT])
    return np.ascontiguousarray(packed.view(np.uint8).reshape(-1, 8).T)


def _repeating(speech: Speech) -> set[int]:
    """Examples that say four tokens again at even distances, or three that often again."""
    hashes, owners, lengths = speech.shingles
    nobody = len(lengths)
    owners = np.append(owners, np.full(2 * _PERIOD + 1, nobody, owners.dtype))
    said = np.zeros(len(owners), np.uint16)
    said[: len(hashes)] = hashes >> np.uint32(16)  # half of it, to compare twice as fast
    recurring = _recurring(said[: len(hashes)])
    again, twice = [], []
    for distance in range(1, _PERIOD + 1):
        places = recurring[said[recurring] == said[recurring + distance]]
        places = places[owners[places] == owners[places + distance]]
        again.append(owners[places])
        later = places + distance
        twice.append(
            owners[places][
                (said[places + 1] == said[later + 1])
                & (said[later] == said[later + distance])
                & (said[later + 1] == said[later + distance + 1])
                & (owners[places] == owners[later + distance])
            ]
        )
    often = np.bincount(np.concatenate(again), minlength=nobody + 1) >= _AGAIN
    often[np.concatenate(twice)] = True
    return set(np.flatnonzero(often[:nobody]).tolist())


def _recurring(said: NDArray[np.uint16]) -> Positions:
    """The places of what is there again within the longest unit."""
    recurs = np.zeros(len(said), np.bool_)
    equal = np.empty(len(said), np.bool_)
    for distance in range(1, min(_PERIOD, len(said) - 1) + 1):
        np.equal(said[distance:], said[:-distance], out=equal[:-distance])
        recurs[:-distance] |= equal[:-distance]
    return np.flatnonzero(recurs)


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
