"""Which rules look at an example, and what of it they have to see."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import chain

from tuneops.dataset.examples import PROMPT_ROLES, Example
from tuneops.dataset.findings import Fault
from tuneops.dataset.rows import Rows
from tuneops.dataset.rules import content, duplicates, languages, patterns, policy, turns
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.rules.texts import Text, texts_of
from tuneops.dataset.screens import Screen
from tuneops.dataset.speech import Speech

Examine = Callable[[Example], Iterator[Fault]]
examine_shape = content.examine_shape


def examine_rows(speech: Speech, wanted: Policy) -> Iterator[tuple[int, Fault]]:
    """What is wrong with what is said, each fault with the position of its example."""
    rows, screen = speech.rows, Screen(speech)
    yield from _patterns(rows)
    looks: tuple[tuple[Collection[int], Examine], ...] = (
        (screen.turning(), turns.examine),
        (screen.bilingual(), languages.examine),
        (_demanding(rows, wanted), partial(policy.examine, policy=wanted)),
        (rows.saying_again(), duplicates.repeated_turns),
    )
    for position in sorted(frozenset[int]().union(*(due for due, _ in looks))):
        example = rows.example(position)
        for due, examine in looks:
            if position in due:
                for fault in examine(example):
                    yield position, fault


def _patterns(rows: Rows) -> Iterator[tuple[int, Fault]]:
    """What patterns find; of examples that are not proven in all their texts."""
    found = [rows.text_of_talk(at) for at in _suspects_of_talk(rows)]
    for number in patterns.suspects(list(rows.prompts), PROMPT_ROLES[0]):
        found += rows.texts_of_prompt(number)
    found = [one for one in found if one[0] not in rows.unproven]
    others = defaultdict[str, list[tuple[int, Text]]](list)
    for position, text in chain(rows.arguments(), _unproven(rows)):
        others[text.kind].append((position, text))
    for kind, texts in others.items():
        found += [texts[at] for at in patterns.suspects([text.text for _, text in texts], kind)]
    for position, text in found:
        for fault in patterns.scan_text(text):
            yield position, fault


def _suspects_of_talk(rows: Rows) -> Iterator[int]:
    for kind, places in rows.talk_by_kind():
        for at in patterns.suspects([rows.talk[place] for place in places], kind):
            yield places[at]


def _unproven(rows: Rows) -> Iterator[tuple[int, Text]]:
    for position, example in rows.unproven.items():
        for text in texts_of(example):
            yield position, text


def _demanding(rows: Rows, wanted: Policy) -> Collection[int]:
    if content.demanding((), wanted):
        return range(len(rows))
    numbers = [at for told, at in rows.prompts.items() if content.demanding((told,), wanted)]
    return rows.examples_of_prompts(numbers)
