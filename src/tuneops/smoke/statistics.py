"""What paired rates say: pure functions. The unit is the prompt, never the single sample.

A prompt's rate is the share of its samples that hold to a check; a difference is the candidate's
rate less the baseline's, from -1 to 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05  # of each decision, one-sided; over all deciding checks (Holm) for failing
POWER = 0.8
RESAMPLES = 4_000
SEED = 20_261_101
# One imagined prompt for each side keeps the interval of a clean sheet from having no width
# (Agresti and Min 2005 add the same to a matched table).
_IMAGINED = (-1.0, 1.0)
_ROUNDING = 1e-9

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Of ``prompts`` pairs; ``p_worse`` and ``p_better`` are exact and one-sided (McNemar)."""

    mean: float
    interval: Interval
    prompts: int
    worse: int
    better: int
    p_worse: float
    p_better: float
    discordance: float


def wilson(rate: float, prompts: int, alpha: float = ALPHA) -> Interval:
    """The interval of a rate over so many prompts (Wilson 1927), with ``1 - alpha`` inside.

    Samples of one prompt are alike, so that the interval is at worst too wide.
    """
    from statistics import NormalDist

    if not prompts:
        return Interval(0.0, 1.0)
    z2 = NormalDist().inv_cdf(1 - alpha / 2) ** 2
    centre = (rate + z2 / (2 * prompts)) / (1 + z2 / prompts)
    spread = math.sqrt(z2 * (rate * (1 - rate) / prompts + z2 / (4 * prompts**2)))
    half = spread / (1 + z2 / prompts)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def mcnemar(fewer: int, more: int) -> float:
    """The chance of at least ``more`` of all discordant prompts on one side, by luck alone.

    Exact: the upper tail of a binomial distribution with a chance of one half, in whole numbers.
    """
    discordant = fewer + more
    tail = sum(math.comb(discordant, count) for count in range(more, discordant + 1))
    return tail / (1 << discordant)


def bootstrap(differences: Sequence[float], seed: int = SEED) -> Interval:
    """The middle 90 % of the mean difference over resampled prompts: 5 % outside each end."""
    return _bootstrap(tuple(differences), seed) if differences else Interval(-1.0, 1.0)


@lru_cache(maxsize=256)
def _bootstrap(differences: tuple[float, ...], seed: int) -> Interval:
    """By percentiles (Efron 1979), each resample as large as the sample."""
    sample: Values = np.array([*differences, *_IMAGINED])
    drawn = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.quantile(sample[drawn].mean(axis=1), [ALPHA, 1 - ALPHA])
    return Interval(float(low), float(high))


def compare(baseline: Sequence[float], candidate: Sequence[float], seed: int = SEED) -> Difference:
    """The candidate's rates against the baseline's, prompt by prompt."""
    differences: Values = np.array(candidate, float) - np.array(baseline, float)
    worse = int(np.sum(differences < -_ROUNDING))
    better = int(np.sum(differences > _ROUNDING))
    return Difference(
        mean=float(differences.mean()) if len(differences) else 0.0,
        interval=bootstrap(differences.tolist(), seed),
        prompts=len(differences),
        worse=worse,
        better=better,
        p_worse=mcnemar(better, worse),
        p_better=mcnemar(worse, better),
        discordance=float(np.mean(differences**2)) if len(differences) else 0.0,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979), in the order given."""
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, (len(p_values) - rank) * p_values[at])
        corrected[at] = min(1.0, largest)
    return corrected


def prompts_needed(discordance: float, difference: float) -> int:
    """Prompts that show such a difference with a power of 80 % (Connor 1987, one-sided).

    ``discordance`` is the mean squared difference of prompts: at one sample each, the share of
    prompts whose answers differ.
    """
    from statistics import NormalDist

    spread = max(discordance, difference)
    z_alpha, z_power = NormalDist().inv_cdf(1 - ALPHA), NormalDist().inv_cdf(POWER)
    root = z_alpha * math.sqrt(spread) + z_power * math.sqrt(spread - difference**2)
    return math.ceil((root / difference) ** 2 - _ROUNDING)
