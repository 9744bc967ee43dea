"""Which rules look at an example, and what of it they have to see."""

from collections.abc import Iterator

from tuneops.dataset.findings import Fault
from tuneops.dataset.rows import Rows
from tuneops.dataset.rules import content, duplicates, patterns
from tuneops.dataset.rules.policy import Policy

examine_shape = content.examine_shape


def examine_rows(rows: Rows, wanted: Policy) -> Iterator[tuple[int, Fault]]:
    """What is wrong with what is said, each fault with the position of its example."""
    for position in sorted(_suspects(rows, wanted)):
        for fault in content.examine(rows.example(position), wanted):
            yield position, fault
    for position in rows.long_talks():
        for fault in duplicates.repeated_turns(rows.example(position)):
            yield position, fault


def _suspects(rows: Rows, wanted: Policy) -> set[int]:
    """The examples that may have something in their texts; those unproven always may."""
    found = set(rows.unproven)
    found.update(map(rows.example_of_talk, patterns.suspects(rows.talk)))
    if prompts := set(patterns.suspects(list(rows.prompts))):
        found.update(rows.examples_of_prompts(prompts))
    demanding = {
        index for told, index in rows.prompts.items() if content.demanding((told,), wanted)
    }
    if demanding:
        found.update(rows.examples_of_prompts(demanding))
    if content.demanding((), wanted):
        found.update(range(len(rows)))
    start = 0
    for position, end in enumerate(rows.talk_ends):
        if position not in found and content.suspicious(rows.talk[start:end]):
            found.add(position)
        start = end
    return found
