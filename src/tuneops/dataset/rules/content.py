"""Which rules look at the shape of an example, and which at its texts."""

from collections.abc import Iterator, Sequence

from tuneops.dataset.examples import Example, Format
from tuneops.dataset.findings import Fault
from tuneops.dataset.rules import (
    arithmetic,
    characters,
    injection,
    personal,
    policy,
    preference,
    quality,
    schema,
    secrets,
    structure,
    tools,
    toxicity,
    vision,
    voices,
    writing,
)
from tuneops.dataset.rules.policy import FREE, Policy

PATTERN_FAMILIES = (
    arithmetic,
    characters,
    injection,
    personal,
    quality,
    secrets,
    toxicity,
    voices,
    writing,
)


def examine_shape(example: Example) -> Iterator[Fault]:
    """Whether an example is well formed for its file's format."""
    yield from preference.examine_format(example)
    yield from schema.examine(example)
    yield from vision.examine(example)
    yield from tools.examine(example)
    if example.format is Format.DPO:
        yield from preference.examine_pair(example)
        yield from structure.examine_input(example)
    elif example.format is Format.RFT:
        yield from preference.examine_question(example)
        yield from structure.examine_question(example)
    else:
        yield from structure.examine(example)


def demanding(prompts: Sequence[str], wanted: Policy) -> bool:
    """Whether the system messages or the configuration ask for something that can be checked."""
    return wanted != FREE or any(policy.suspicious(told) for told in prompts)
