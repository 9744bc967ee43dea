"""Which rules look at an example, and what of it they have to see."""

from collections.abc import Callable, Collection, Iterator
from functools import partial

from tuneops.dataset.examples import PROMPT_ROLES, Example
from tuneops.dataset.findings import Fault
from tuneops.dataset.rows import Rows
from tuneops.dataset.rules import content, duplicates, languages, patterns, policy, turns
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.rules.texts import texts_of
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
        (set(rows.long_talks()), duplicates.repeated_turns),
    )
    for position in sorted(frozenset[int]().union(*(due for due, _ in looks))):
        example = rows.example(position)
        for due, examine in looks:
            if position in due:
                for fault in examine(example):
                    yield position, fault


def _patterns(rows: Rows) -> Iterator[tuple[int, Fault]]:
    """What patterns find; of examples that are not proven in all their texts."""
    suspects = [rows.text_of_talk(at) for at in patterns.suspects(rows.talk)]
    told = list(rows.prompts)
    for number in patterns.suspects(told):
        if any(patterns.triggered(told[number], role) for role in PROMPT_ROLES):
            suspects += rows.texts_of_prompt(number)
    for position, text in suspects:
        if position not in rows.unproven:
            for fault in patterns.scan_text(text):
                yield position, fault
    texts = [
        (position, text) for position in rows.unproven for text in texts_of(rows.example(position))
    ]
    for at, fault in patterns.scan_texts([text for _, text in texts]):
        yield texts[at][0], fault


def _demanding(rows: Rows, wanted: Policy) -> Collection[int]:
    if content.demanding((), wanted):
        return range(len(rows))
    numbers = [at for told, at in rows.prompts.items() if content.demanding((told,), wanted)]
    return rows.examples_of_prompts(numbers)
