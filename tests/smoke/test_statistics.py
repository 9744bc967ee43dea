"""The statistics against SciPy and statsmodels, on random tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats import bootstrap as scipy_bootstrap
from statsmodels.stats.contingency_tables import mcnemar as oracle_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from tuneops.smoke.statistics import (
    Interval,
    bootstrap,
    compare,
    holm,
    mcnemar,
    prompts_needed,
    wilson,
)

COUNTS = st.integers(0, 200)
DIFFERENCES = st.lists(st.sampled_from([-1.0, -2 / 3, -1 / 3, 0.0, 1 / 3, 1.0]), max_size=40)


@given(st.integers(1, 500), st.data())
def test_wilson_is_that_of_scipy_and_statsmodels(total: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, total))
    found = wilson(passed / total, total)
    scipy = binomtest(passed, total).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((scipy.low, scipy.high), abs=1e-9)
    assert (found.low, found.high) == pytest.approx(
        proportion_confint(passed, total, method="wilson"), abs=1e-9
    )


@pytest.mark.parametrize(
    ("prompts", "low"), [(10, 0.722), (20, 0.839), (30, 0.886), (50, 0.929), (100, 0.963)]
)
def test_wilson_of_a_clean_sheet_is_the_known_one(prompts: int, low: float) -> None:
    assert wilson(1.0, prompts).low == pytest.approx(low, abs=5e-4)


@given(COUNTS, COUNTS)
def test_mcnemar_is_half_the_two_sided_one_of_statsmodels(worse: int, better: int) -> None:
    two_sided = oracle_mcnemar([[7, better], [worse, 9]], exact=True).pvalue
    assert min(1.0, 2 * min(mcnemar(worse, better), mcnemar(better, worse))) == pytest.approx(
        two_sided
    )


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_binomial_test_of_scipy(worse: int, better: int) -> None:
    if worse + better:
        oracle = binomtest(better, worse + better, alternative="greater").pvalue
        assert mcnemar(worse, better) == pytest.approx(oracle, rel=1e-9)
    else:
        assert mcnemar(worse, better) == 1.0


def test_six_discordant_prompts_all_one_way_are_needed() -> None:
    """Two-sided below .05: twice .5 to the sixth."""
    assert 2 * mcnemar(0, 6) < 0.05 < 2 * mcnemar(0, 5)


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


@settings(max_examples=25)
@given(DIFFERENCES)
def test_the_bootstrap_is_reproducible_and_holds_the_mean(differences: list[float]) -> None:
    found = bootstrap(differences)
    assert found == bootstrap(differences)
    centre = sum(differences) / (len(differences) + 2)
    assert found.low - 1e-9 <= centre <= found.high + 1e-9


@settings(max_examples=25)
@given(DIFFERENCES, st.integers(0, 99))
def test_the_bootstrap_is_that_of_scipy(differences: list[float], seed: int) -> None:
    """The same resamples from the same seed: the interval is the same, not only near it."""
    if not differences:
        assert bootstrap(differences, seed) == Interval(-1.0, 1.0)
        return
    oracle = scipy_bootstrap(
        (np.array([*differences, -1.0, 1.0]),),
        np.mean,
        confidence_level=0.9,
        n_resamples=4_000,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    found = bootstrap(differences, seed)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


@settings(max_examples=10)
@given(st.lists(st.floats(-1, 1), min_size=20, max_size=60), st.integers(0, 99))
def test_the_bootstrap_is_near_a_plain_resampling(differences: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    sample = np.array([*differences, -1.0, 1.0])
    means = rng.choice(sample, (4_000, len(sample))).mean(axis=1)
    found = bootstrap(differences, seed)
    assert (found.low, found.high) == pytest.approx(
        np.quantile(means, [0.05, 0.95]).tolist(), abs=0.03
    )


@pytest.mark.parametrize(("discordance", "prompts"), [(0.1, 60), (0.2, 122), (0.3, 184)])
def test_the_prompts_needed_are_the_known_ones(discordance: float, prompts: int) -> None:
    assert prompts_needed(discordance, 0.1) == prompts


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_a_smaller_difference_needs_no_fewer_prompts(discordance: float, gap: float) -> None:
    assert prompts_needed(discordance, gap / 2) >= prompts_needed(discordance, gap) >= 1


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 2), max_size=40))
def test_swapped_arms_give_the_mirrored_difference(pairs: list[tuple[int, int]]) -> None:
    baseline, candidate = ([pair[arm] / 3 for pair in pairs] for arm in (0, 1))
    one, other = compare(baseline, candidate), compare(candidate, baseline)
    assert one.mean == pytest.approx(-other.mean)
    assert (one.worse, one.better, one.p_worse) == (other.better, other.worse, other.p_better)


def test_a_true_loss_of_the_margin_seldom_looks_harmless() -> None:
    """The interval's lower end is above a true loss of ten points in about 5 % of runs."""
    rng = np.random.default_rng(7)
    passed = 0
    for _ in range(200):
        chance = rng.beta(9, 1, 60)
        lost = np.minimum(chance, 0.1 / 0.9 * chance)
        baseline, candidate = rng.binomial(3, chance) / 3, rng.binomial(3, chance - lost) / 3
        passed += compare(baseline.tolist(), candidate.tolist()).interval.low > -0.1
    assert passed / 200 <= 0.1
