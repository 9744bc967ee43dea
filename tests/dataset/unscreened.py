"""A look at everything that an example says, without the screens that make it fast."""

from collections.abc import Iterator

from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault
from tuneops.dataset.rules import languages, patterns, policy, turns
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.rules.texts import texts_of


def examine(example: Example, wanted: Policy) -> Iterator[Fault]:
    """Everything that is wrong with what an example says."""
    for text in texts_of(example):
        yield from patterns.scan_text(text)
    if any(message.role == "assistant" for message in example.messages):
        yield from turns.examine(example)
        yield from policy.examine(example, wanted)
        yield from languages.examine(example)
