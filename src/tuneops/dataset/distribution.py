"""How many examples have how many tokens, in a few steps of equal width."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

STEPS = 10
_NICE = (1, 2, 2.5, 5, 10)
Step = tuple[int, int, int]  # from, to (both included), examples


def steps_of(tokens: NDArray[np.int64]) -> tuple[Step, ...]:
    """Ordered token counts as steps; the last one holds the long tail, however long it is."""
    usual = int(tokens[min(len(tokens) - 1, 95 * len(tokens) // 100)])
    width = _nice((usual - int(tokens[0])) / STEPS)
    start = int(tokens[0]) // width * width
    bounds = [*range(start, usual + 1, width)]
    counts = np.bincount(
        np.minimum((tokens - start) // width, len(bounds)), minlength=len(bounds) + 1
    )
    return tuple(_named(bounds, counts.tolist(), width, int(tokens[-1])))


def _named(bounds: list[int], counts: list[int], width: int, longest: int) -> Iterator[Step]:
    for low, count in zip(bounds, counts, strict=False):
        yield low, low + width - 1, count
    if counts[-1]:
        yield bounds[-1] + width, longest, counts[-1]


def _nice(width: float) -> int:
    """A round width that is no narrower."""
    power = 1
    while True:
        for factor in _NICE:
            if factor * power >= width and factor * power == int(factor * power):
                return int(factor * power)
        power *= 10
