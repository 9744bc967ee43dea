"""Sizes: 600 to 699. The numbers are in tunelint.limits with their sources."""

from collections.abc import Iterator, Sequence

from tunelint.limits import (
    MAX_BILLED_TOKENS,
    MAX_EXAMPLE_TOKENS,
    MIN_EXAMPLES,
    RECOMMENDED_EXAMPLES,
)
from tunelint.rule import Violation, rule
from tunelint.tokens import ExampleTokens

_OUTLIER_RATIO, _OUTLIER_TOKENS = 20, 1_000

TOO_FEW = rule(f"""E601 too-few-examples
    A training file of fewer than {MIN_EXAMPLES} examples.
    Azure does not start the job.
    Fix: Add examples; quality counts for more than number, but ten is the least.
    Bad: nine examples""")
FEW = rule(f"""I602 few-examples
    A training file of fewer than {RECOMMENDED_EXAMPLES} examples.
    The job starts, but Microsoft's guide recommends fifty well-made examples or more.
    Fix: Add examples.
    Bad: ten examples""")
FILE_TOO_BIG = rule("""E603 file-too-big
    The file has more than 512 MB.
    Azure takes files of up to 512 MB.
    Fix: Drop duplicates and the least useful examples.
    Bad: 600 MB""")
OVER_LIMIT = rule(f"""E604 example-too-long
    An example of more than {MAX_EXAMPLE_TOKENS:,} tokens.
    The service cuts it there, and what is cut is not learnt.
    Fix: Split or shorten the conversation.
    Bad: one conversation of 70,000 tokens""")
ANSWER_CUT = rule(f"""E605 answer-beyond-limit
    The first answer that is trained on starts after token {MAX_EXAMPLE_TOKENS:,}.
    What lies beyond the limit is cut, so nothing of the example is learnt.
    Fix: Shorten what precedes the answer.
    Bad: a question of 66,000 tokens""")
OUTLIER = rule(f"""W606 length-outlier
    An example more than {_OUTLIER_RATIO} times as long as the median.
    It is often a log or a document pasted by mistake, and it dominates its batch.
    Fix: Look whether it belongs here; split or shorten it.
    Bad: one example of 9,000 tokens among examples of 150""")
BILLED = rule("""E607 too-many-billed-tokens
    Tokens times epochs exceed two billion.
    It is Azure's limit for one job.
    Fix: Lower n_epochs or use fewer examples.
    Bad: 110 million tokens for 20 epochs""")


def examine_size(examples: int) -> Iterator[Violation]:
    """Whether a training file has enough examples."""
    if 0 < examples < MIN_EXAMPLES:
        text = f"The file has {examples} examples; Azure wants at least {MIN_EXAMPLES}."
        yield Violation(TOO_FEW, text)
    elif 0 < examples < RECOMMENDED_EXAMPLES:
        text = f"The file has {examples} examples; at least {RECOMMENDED_EXAMPLES} are recommended."
        yield Violation(FEW, text)


def examine_tokens(tokens: ExampleTokens, limit: int) -> Iterator[Violation]:
    """Whether one example fits."""
    if tokens.before_answer > limit:
        text = f"The first answer starts after {tokens.before_answer:,} tokens."
        yield Violation(ANSWER_CUT, text)
    if tokens.total > limit:
        text = f"The example has {tokens.total:,} tokens; the limit is {limit:,}."
        yield Violation(OVER_LIMIT, text)


def examine_billing(tokens: int, epochs: int) -> Iterator[Violation]:
    if tokens * epochs > MAX_BILLED_TOKENS:
        text = f"{tokens:,} tokens times {epochs} epochs is over {MAX_BILLED_TOKENS:,}."
        yield Violation(BILLED, text)


def outliers(tokens: Sequence[int]) -> Iterator[tuple[int, Violation]]:
    """The positions of examples far longer than the others."""
    if len(tokens) < MIN_EXAMPLES:
        return
    middle = sorted(tokens)[len(tokens) // 2]
    bar = max(_OUTLIER_TOKENS, _OUTLIER_RATIO * middle)
    for position, number in enumerate(tokens):
        if number > bar:
            text = f"The example has {number:,} tokens; the median is {middle:,}."
            yield position, Violation(OUTLIER, text)
