"""From judged answers to a verdict and its record."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tuneops.azure.deployments import Deployment
from tuneops.checks.base import Judgement
from tuneops.config import Config, Gate, SmokeTest
from tuneops.errors import ConfigError, ExitCode
from tuneops.smoke import statistics
from tuneops.smoke.answer import ARMS, Answer
from tuneops.smoke.arms import expected_model
from tuneops.smoke.judging import judged_run, wrong_models
from tuneops.smoke.named_prompts import require_known, shortfalls
from tuneops.smoke.plan import plan
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import RecordOrigin, Run, load_run, schema
from tuneops.smoke.report.wording import mcnemar, verdict_sentence
from tuneops.smoke.verdict import (
    CheckResult,
    JudgedAnswer,
    Outcome,
    Verdict,
    decide,
    decide_check,
    results,
)

ROMA = Prompt("roma", ({"role": "user", "content": "¿Roma?"},), ("corto",))
NAMES = {"baseline": "gpt-4o", "candidate": "tienda"}
Held = list[list[bool]]


def judged(arm: str, prompt: int, sample: int, *, passed: bool = True) -> JudgedAnswer:
    answer = Answer(f"p{prompt}", arm, sample, "d", text="Hola")
    reason = "" if passed else "said hello"
    return JudgedAnswer(answer, (Judgement("greets", passed=passed, reason=reason),))


def answers(baseline: Held, candidate: Held) -> list[JudgedAnswer]:
    """By arm, prompt and sample."""
    return [
        judged(arm, prompt, sample, passed=passed)
        for arm, prompts in (("baseline", baseline), ("candidate", candidate))
        for prompt, samples in enumerate(prompts)
        for sample, passed in enumerate(samples)
    ]


def verdict(baseline: Held, candidate: Held, gate: Gate | None = None) -> Verdict:
    found = answers(baseline, candidate)
    return decide(found, results(found, {"greets": gate or Gate()}, seed=1))


def test_a_clean_sheet_of_sixty_passes() -> None:
    clean = [[True] * 3] * 60
    assert verdict(clean, clean).outcome == Outcome.PASS


def test_a_clean_sheet_of_few_prompts_proves_nothing() -> None:
    """Eighteen prompts are too few for a margin of ten points, nineteen are enough."""
    few, enough = [[True]] * 18, [[True]] * 19
    assert verdict(few, few).outcome == Outcome.INCONCLUSIVE
    assert verdict(enough, enough).outcome == Outcome.PASS


def test_a_great_loss_fails_and_is_told_in_numbers() -> None:
    found = verdict([[True] * 3] * 60, [[True] * 3] * 40 + [[False] * 3] * 20)
    assert found.outcome == Outcome.FAIL
    assert found.reasons[0].startswith("greets: worse than the baseline, -33.3 points (")


def test_a_doubtful_loss_is_left_to_a_person_with_the_prompts_that_would_decide() -> None:
    found = verdict([[True]] * 60, [[True]] * 56 + [[False]] * 4)
    assert found.outcome == Outcome.INCONCLUSIVE
    assert "prompts would decide at this discordance" in found.reasons[0]
    assert found.outcome.exit_code == ExitCode.UNDECIDED


def test_one_violation_of_what_is_not_tolerated_fails_and_is_quoted() -> None:
    held = [[True] * 3] * 59 + [[True, True, False]]
    found = verdict([[True] * 3] * 60, held, Gate(zero_tolerance=True))
    assert found.outcome == Outcome.FAIL
    assert found.reasons == ("greets: 1 of 180 answers, none is tolerated; p59: said hello: Hola",)


def test_a_check_that_only_shows_never_fails_a_run() -> None:
    bad = [[False]] * 60
    assert verdict([[True]] * 60, bad, Gate(decides=False)).reasons == ("no check decides",)


def test_better_is_wanted_where_the_configuration_says_so() -> None:
    better = Gate(direction="better", margin=0.1)
    half = [[True], [False]] * 30
    assert verdict(half, [[True]] * 60, better).outcome == Outcome.PASS
    assert verdict(half, half, better).outcome == Outcome.FAIL


def test_a_floor_fails_what_is_no_worse_than_a_bad_baseline() -> None:
    """Seven in sixty answers hold on both sides: the comparison passes, the floor does not."""
    bad = [[True]] * 7 + [[False]] * 53
    assert verdict(bad, bad).outcome == Outcome.PASS
    found = verdict(bad, bad, Gate(at_least=0.9))
    assert found.outcome == Outcome.FAIL
    assert found.reasons == ("greets: 12% of the candidate's answers hold, at least 90% must",)
    assert verdict([[True]] * 60, [[True]] * 60, Gate(at_least=1)).outcome == Outcome.PASS


def of_named(baseline: Held, candidate: Held, gate: Gate, **named: tuple[str, ...]) -> list[str]:
    test = SmokeTest(system_message="s", **named)
    return list(shortfalls(test, answers(baseline, candidate), {"greets": gate}))


def test_a_prompt_that_must_pass_is_decided_by_itself_and_quoted() -> None:
    held, broken = [True] * 3, [True, False, True]
    assert of_named([held] * 2, [broken, held], Gate(), must_pass=("p0", "p1")) == [
        "p0 must pass: greets in 2 of 3 (said hello: Hola)"
    ]
    assert not of_named([held], [broken], Gate(decides=False), must_pass=("p0",))


def test_a_prompt_that_must_not_get_worse_is_held_against_the_baseline() -> None:
    held, broken = [True] * 3, [True, False, False]
    assert of_named([held, broken], [broken, broken], Gate(), no_regression=("p0", "p1")) == [
        "p0 must not get worse: greets in 3 of 3, now in 1 of 3 (said hello: Hola)"
    ]


def test_a_shortfall_fails_whatever_the_checks_say() -> None:
    clean = answers([[True]] * 60, [[True]] * 60)
    found = decide(clean, results(clean, {"greets": Gate()}, seed=1), ["p0 must pass: …"])
    assert found == Verdict(Outcome.FAIL, ("p0 must pass: …",))


@pytest.mark.parametrize("setting", ["must_pass", "no_regression"])
def test_a_named_prompt_that_does_not_exist_is_refused(setting: str) -> None:
    test = SmokeTest(system_message="s", **{setting: ("roma", "rom")})
    with pytest.raises(ConfigError, match=f"smoke_test.{setting} names 'rom'"):
        require_known(test, [ROMA])


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from(ARMS))
def test_more_than_a_tenth_of_errors_in_an_arm_says_nothing(
    errors: int, good: int, arm: str
) -> None:
    other = next(name for name in ARMS if name != arm)
    failed = JudgedAnswer(Answer("p", arm, 0, "d", error="429"), ())
    found = [failed] * errors + [judged(arm, 0, 0)] * good + [judged(other, 0, 0)]
    invalid = errors * 10 > errors + good
    outcome = decide(found, results(found, {"greets": Gate()}, seed=1)).outcome
    assert (outcome == Outcome.INVALID) == invalid


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_without_answers_says_nothing(arm: str) -> None:
    silent = decide([judged(arm, 0, 0)], [])
    assert silent.outcome == Outcome.INVALID
    assert "gave no answer" in silent.reasons[0]


def test_exit_codes_tell_the_verdicts_apart() -> None:
    assert [outcome.exit_code for outcome in Outcome] == [0, 1, 4, 6]


@given(
    st.lists(st.lists(st.booleans(), min_size=1, max_size=3), min_size=1, max_size=30),
    st.integers(0, 5),
)
def test_pass_and_fail_never_stand_on_the_same_evidence(held: Held, seed: int) -> None:
    """Whatever fails has a loss, and whatever passes has an interval above the margin."""
    flipped = [[not passed for passed in samples] for samples in held]
    found = answers(held, flipped)
    result = results(found, {"greets": Gate()}, seed=seed)[0]
    assert result.p is not None
    if result.outcome == Outcome.PASS:
        assert result.difference.interval.low > -0.1
    elif result.outcome == Outcome.FAIL:
        assert result.difference.mean < 0
        assert result.p < 0.05


def test_the_noise_floor_is_the_baseline_against_itself() -> None:
    found = answers([[True, False, True]] * 20, [[True] * 3] * 20)
    noise = results(found, {"greets": Gate()}, seed=1)[0].noise
    assert noise is not None
    assert noise.mean == pytest.approx(-1)  # the second sample alone always fails
    single = answers([[True]] * 20, [[True]] * 20)
    assert results(single, {"greets": Gate()}, seed=1)[0].noise is None


def simulated(drop: float, runs: int, checks: int = 4) -> float:
    """How often a candidate with such a drop in one of the checks fails, 60 prompts by 3."""
    rng = np.random.default_rng(20_261_122)
    failed = 0
    for _ in range(runs):
        found = [_difference(rng, drop if check == 0 else 0.0) for check in range(checks)]
        corrected = statistics.holm([difference.p_worse for difference in found])
        outcomes = [
            decide_check(difference, Gate(), p)[0]
            for difference, p in zip(found, corrected, strict=True)
        ]
        failed += Outcome.FAIL in outcomes
    return failed / runs


def _difference(rng: np.random.Generator, drop: float) -> statistics.Difference:
    """Prompts differ: each has a chance of its own, 90 % on average, that both arms share."""
    chance = rng.beta(9, 1, 60)
    baseline = rng.binomial(3, chance) / 3
    candidate = rng.binomial(3, np.clip(chance - drop, 0, 1)) / 3
    return statistics.compare(baseline.tolist(), candidate.tolist())


def test_identical_arms_rarely_fail(capsys: pytest.CaptureFixture[str]) -> None:
    alarm = simulated(0.0, runs=150)
    with capsys.disabled():
        print(f"\nfalse alarms on identical arms, 60 prompts x 3, 4 checks: {alarm:.1%}")  # noqa: T201
    assert alarm <= 0.05


def test_a_drop_of_fifteen_points_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    power = simulated(0.15, runs=150)
    with capsys.disabled():
        print(f"\npower for a 15-point drop in one of 4 checks, 60 prompts x 3: {power:.1%}")  # noqa: T201
    assert power >= 0.8


@pytest.fixture
def record(config: Config, answered: Callable[..., Answer]) -> Run:
    found = [
        answered(arm="baseline", deployment="gpt-4o", model="gpt-4o", text="Mira en Bazar Arts."),
        answered(fingerprint="fp_1"),
        answered(sample=1, text="", error="throttled"),
    ]
    return judged_run(
        plan(config, [ROMA], NAMES),
        found,
        {"baseline": "gpt-4o", "candidate": "gpt-4o-ft"},
        origin=RecordOrigin("0123456789ab", "ftjob-1", "f" * 64),
        started=datetime(2026, 9, 1, tzinfo=UTC),
    )


def test_a_run_survives_its_file(record: Run, tmp_path: Path) -> None:
    record.save(tmp_path / "run.json")
    assert load_run(tmp_path / "run.json") == record
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) == record.facts()
    assert record.started == "2026-09-01T00:00:00Z"
    assert record.models == {"baseline": ("gpt-4o",), "candidate": ("gpt-4o-ft",)}
    assert record.fingerprints["candidate"] == ("fp_1",)
    assert record.verdict.outcome == Outcome.INVALID
    found = {result.check: result for result in record.results}
    assert found["no_competitor"].baseline.mean == 0
    assert found["length"].candidate.total == 1


def test_the_record_keeps_the_published_schema(record: Run) -> None:
    published = json.loads((ROOT / "docs/smoke-run.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    jsonschema.Draft202012Validator(published).validate(record.facts())


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 2}', '{"format": "x"}', "[[[["])
def test_what_is_no_run_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not the record|has format x"):
        load_run(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_run(tmp_path / "absent.json")


def test_a_run_of_another_format_is_refused(record: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(record.facts() | {"format": 1}), encoding="utf-8")
    with pytest.raises(ConfigError, match="format 1; this version reads 2"):
        load_run(path)


@pytest.mark.parametrize(
    ("expected", "said", "wrong"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06", False),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20", True),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06.ft-1-tienda", True),
        ("gpt-4o-2024-08-06.ft-1-tienda", "gpt-4o-2024-08-06.ft-2-tienda", True),
        ("Qwen3-32B", "qwen3-32b-1", False),
    ],
)
def test_an_arm_must_answer_as_the_configured_model(
    expected: str, said: str, *, wrong: bool
) -> None:
    found = list(wrong_models({"baseline": expected}, {"baseline": (said,)}))
    assert bool(found) == wrong
    assert all(said in text and expected in text for text in found)


@pytest.mark.parametrize(
    ("model", "version", "name"),
    [
        ("gpt-4o-2024-08-06.ft-1-tienda", "1", "gpt-4o-2024-08-06.ft-1-tienda"),
        ("ftchkpt-0123", "1", "ftchkpt-0123"),
        ("gpt-4o", "2024-11-20", "gpt-4o-2024-11-20"),
    ],
)
def test_a_candidate_answers_as_its_model_be_it_a_checkpoint(
    config: Config, model: str, version: str, name: str
) -> None:
    found = Deployment("candidate", "OpenAI", model, version, "Standard", 1, "Succeeded")
    assert expected_model(config, found) == name


def test_a_silently_upgraded_base_makes_the_run_invalid(
    config: Config, answered: Callable[..., Answer]
) -> None:
    found = [answered(arm="baseline", model="gpt-4o-2024-11-20"), answered()]
    expected = {"baseline": "gpt-4o-2024-08-06", "candidate": "gpt-4o-ft"}
    run = judged_run(
        *(plan(config, [ROMA], NAMES), found, expected),
        origin=RecordOrigin(),
        started=datetime.now(UTC),
    )
    assert run.verdict.outcome == Outcome.INVALID
    assert "'gpt-4o-2024-11-20' and not as 'gpt-4o-2024-08-06'" in run.verdict.reasons[0]


def test_a_result_says_what_it_is_about(record: Run) -> None:
    broken = replace(record.results[0], outcome=Outcome.FAIL, reason="worse")
    assert isinstance(broken, CheckResult)
    assert decide([judged(arm, 0, 0) for arm in ARMS], [broken]).reasons == ("language: worse",)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([[True]] * 60, "0 worse, 0 better: no loss beyond chance (p = 1)"),
        ([[True]] * 40 + [[False]] * 20, "20 worse, 0 better: a loss beyond chance (p = 9.5e-07)"),
    ],
)
def test_a_p_value_is_said_in_words(held: Held, words: str) -> None:
    (result,) = results(answers([[True]] * 60, held), {"greets": Gate()}, seed=1)
    assert mcnemar(result) == words


def test_a_pass_does_not_hide_what_most_answers_break(record: Run) -> None:
    """No worse than a bad baseline passes its gate; the sentence says how bad both are."""
    bad = [[True]] * 7 + [[False]] * 53
    found = results(answers(bad, bad), {"greets": Gate()}, seed=1)
    passed = replace(record, results=found, verdict=Verdict(Outcome.PASS))
    assert "most of its answers break greets (12%)" in verdict_sentence(passed)
    floor = results(answers(bad, bad), {"greets": Gate(at_least=0.1)}, seed=1)
    assert "break" not in verdict_sentence(replace(passed, results=floor))
