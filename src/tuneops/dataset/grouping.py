"""Which values of a long column are there before, found by sorting."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
_Number = TypeVar("_Number", bound=np.generic)


def distinct(values: NDArray[_Number]) -> NDArray[_Number]:
    """The values once each, in order; numpy's own function first loads all of masked arrays."""
    ordered = np.sort(values)
    kept = np.ones(len(ordered), np.bool_)
    kept[1:] = ordered[1:] != ordered[:-1]
    return ordered[kept]


def first_of(values: NDArray[np.uint64]) -> Positions:
    """For each value the position of the first that equals it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.ones(len(values), np.bool_)
    starts[1:] = ordered[1:] != ordered[:-1]
    first: Positions = np.empty(len(values), np.int64)
    first[order] = order[np.maximum.accumulate(np.where(starts, np.arange(len(values)), 0))]
    return first


def found_in(values: NDArray[np.uint64], others: NDArray[np.uint64]) -> Positions:
    """For each value the position of the first of the others that equals it, or -1."""
    if not len(others):
        return np.full(len(values), -1, np.int64)
    order = np.argsort(others, kind="stable")
    at = np.minimum(np.searchsorted(others, values, sorter=order), len(others) - 1)
    found: Positions = np.where(others[order[at]] == values, order[at], -1)
    return found
