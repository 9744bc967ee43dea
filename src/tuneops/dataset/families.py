"""Which rules look at an example, and what of it they have to see."""

from collections.abc import Iterator

from tuneops.dataset import screens
from tuneops.dataset.findings import Fault
from tuneops.dataset.rows import Rows
from tuneops.dataset.rules import content, duplicates, languages, patterns, policy, turns
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.rules.texts import texts_of
from tuneops.dataset.speech import Speech

examine_shape = content.examine_shape


def examine_rows(speech: Speech, wanted: Policy) -> Iterator[tuple[int, Fault]]:
    """What is wrong with what is said, each fault with the position of its example."""
    rows = speech.rows
    for position, fault in _patterns(rows):
        yield position, fault
    for position in sorted(screens.turning(speech)):
        for fault in turns.examine(rows.example(position)):
            yield position, fault
    for position in sorted(screens.bilingual(speech)):
        for fault in languages.examine(rows.example(position)):
            yield position, fault
    for position in sorted(_demanding(rows, wanted)):
        for fault in policy.examine(rows.example(position), wanted):
            yield position, fault
    for position in rows.long_talks():
        for fault in duplicates.repeated_turns(rows.example(position)):
            yield position, fault


def _patterns(rows: Rows) -> Iterator[tuple[int, Fault]]:
    """What patterns find; of examples that are not proven in all their texts."""
    suspects: dict[int, set[str]] = {}
    for at in patterns.suspects(rows.talk):
        suspects.setdefault(rows.example_of_talk(at), set()).add(rows.talk[at])
    told = list(rows.prompts)
    for index in patterns.suspects(told):
        for position in rows.examples_of_prompts({index}):
            suspects.setdefault(position, set()).add(told[index])
    for position in sorted(suspects.keys() - rows.unproven.keys()):
        for text in texts_of(rows.example(position)):
            if text.text in suspects[position]:
                for fault in patterns.scan_text(text):
                    yield position, fault
    texts = [
        (position, text) for position in rows.unproven for text in texts_of(rows.example(position))
    ]
    for at, fault in patterns.scan_texts([text for _, text in texts]):
        yield texts[at][0], fault


def _demanding(rows: Rows, wanted: Policy) -> set[int]:
    if content.demanding((), wanted):
        return set(range(len(rows)))
    prompts = {index for told, index in rows.prompts.items() if content.demanding((told,), wanted)}
    return set(rows.examples_of_prompts(prompts)) if prompts else set()
