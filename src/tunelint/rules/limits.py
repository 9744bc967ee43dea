"""Sizes: 600 to 699. The numbers are in tunelint.limits with their sources."""

from collections.abc import Iterator, Sequence
from statistics import median

from tunelint.limits import (
    MAX_BILLED_TOKENS,
    MAX_EXAMPLE_TOKENS,
    MIN_EXAMPLES,
    RECOMMENDED_EXAMPLES,
)
from tunelint.rule import Violation, rule
from tunelint.tokens import ExampleTokens

OUTLIER_RATIO = 20
OUTLIER_TOKENS = 1_000

TOO_FEW = rule(
    "E601",
    "too-few-examples",
    what=f"A training file of fewer than {MIN_EXAMPLES} examples.",
    why="Azure does not start the job.",
    bad="nine examples",
    good="fifty examples or more",
    fix="Add examples; quality counts for more than number, but ten is the least.",
)
FEW = rule(
    "I602",
    "few-examples",
    what=f"A training file of fewer than {RECOMMENDED_EXAMPLES} examples.",
    why="The job starts, but Microsoft's guide recommends fifty well-made examples or more.",
    bad="ten examples",
    good="fifty examples or more",
    fix="Add examples.",
)
FILE_TOO_BIG = rule(
    "E603",
    "file-too-big",
    what="The file has more than 512 MB.",
    why="Azure takes files of up to 512 MB.",
    bad="600 MB",
    good="a few megabytes",
    fix="Drop duplicates and the least useful examples.",
)
OVER_LIMIT = rule(
    "E604",
    "example-too-long",
    what=f"An example of more than {MAX_EXAMPLE_TOKENS:,} tokens.",
    why="The service cuts it there, and what is cut is not learnt.",
    bad="one conversation of 70,000 tokens",
    good="conversations of a few hundred tokens",
    fix="Split or shorten the conversation.",
)
ANSWER_CUT = rule(
    "E605",
    "answer-beyond-limit",
    what=f"The first answer that is trained on starts after token {MAX_EXAMPLE_TOKENS:,}.",
    why="What lies beyond the limit is cut, so nothing of the example is learnt.",
    bad="a question of 66,000 tokens",
    good="a question of a few hundred tokens",
    fix="Shorten what precedes the answer.",
)
OUTLIER = rule(
    "W606",
    "length-outlier",
    what=f"An example more than {OUTLIER_RATIO} times as long as the median.",
    why="It is often a log or a document pasted by mistake, and it dominates its batch.",
    bad="one example of 9,000 tokens among examples of 150",
    good="examples of similar length",
    fix="Look whether it belongs here; split or shorten it.",
)
BILLED = rule(
    "E607",
    "too-many-billed-tokens",
    what="Tokens times epochs exceed two billion.",
    why="It is Azure's limit for one job.",
    bad="110 million tokens for 20 epochs",
    good="110 million tokens for 3 epochs",
    fix="Lower n_epochs or use fewer examples.",
)


def examine_size(examples: int) -> Iterator[Violation]:
    """Whether a training file has enough examples."""
    if 0 < examples < MIN_EXAMPLES:
        yield Violation(
            TOO_FEW,
            f"The file has {examples} examples; Azure wants at least {MIN_EXAMPLES}.",
        )
    elif 0 < examples < RECOMMENDED_EXAMPLES:
        yield Violation(
            FEW,
            f"The file has {examples} examples; at least {RECOMMENDED_EXAMPLES} are recommended.",
        )


def examine_tokens(tokens: ExampleTokens, limit: int) -> Iterator[Violation]:
    """Whether one example fits."""
    if tokens.before_answer > limit:
        yield Violation(
            ANSWER_CUT, f"The first answer starts after {tokens.before_answer:,} tokens."
        )
    if tokens.total > limit:
        text = f"The example has {tokens.total:,} tokens; the limit is {limit:,}."
        yield Violation(OVER_LIMIT, text)


def examine_billing(tokens: int, epochs: int) -> Iterator[Violation]:
    if tokens * epochs > MAX_BILLED_TOKENS:
        yield Violation(
            BILLED, f"{tokens:,} tokens times {epochs} epochs is over {MAX_BILLED_TOKENS:,}."
        )


def outliers(tokens: Sequence[int]) -> Iterator[tuple[int, Violation]]:
    """The positions of examples far longer than the others."""
    if len(tokens) < MIN_EXAMPLES:
        return
    middle = median(tokens)
    bar = max(OUTLIER_TOKENS, OUTLIER_RATIO * middle)
    for position, number in enumerate(tokens):
        if number > bar:
            text = f"The example has {number:,} tokens; the median is {middle:,.0f}."
            yield position, Violation(OUTLIER, text)
