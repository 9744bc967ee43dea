"""From judged answers to a verdict and its record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.config import Config
from tuneops.errors import ConfigError, ExitCode
from tuneops.smoke.checks import Judgement
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.run import judged_run
from tuneops.smoke.sampling import ARMS, Answer
from tuneops.smoke.verdict import JudgedAnswer, Outcome, Rate, Verdict, decide, load_run, rates

SHARE = st.floats(0.01, 1)


def judged(arm: str, *, passed: bool = True, error: str = "") -> JudgedAnswer:
    answer = Answer("p", arm, 0, "d", text="Hola", error=error)
    return JudgedAnswer(answer, () if error else (Judgement("length", passed=passed),))


def verdict(answers: list[JudgedAnswer], share: float = 0.9) -> Verdict:
    return decide(answers, rates(answers, ["length"]), share)


@given(st.lists(st.booleans(), min_size=1, max_size=100), SHARE)
def test_the_candidate_passes_exactly_when_its_share_reaches_the_bar(
    outcomes: list[bool], share: float
) -> None:
    answers = [judged("baseline"), *(judged("candidate", passed=passed) for passed in outcomes)]
    reached = sum(outcomes) >= share * len(outcomes) - 1e-9
    assert verdict(answers, share).outcome == (Outcome.PASS if reached else Outcome.FAIL)


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_the_baseline_never_fails_the_candidate(outcomes: list[bool]) -> None:
    answers = [judged("candidate"), *(judged("baseline", passed=passed) for passed in outcomes)]
    assert verdict(answers).outcome == Outcome.PASS


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from(ARMS))
def test_more_than_a_tenth_of_errors_in_an_arm_says_nothing(
    errors: int, good: int, arm: str
) -> None:
    other = next(name for name in ARMS if name != arm)
    answers = [judged(arm, error="429")] * errors + [judged(arm)] * good + [judged(other)]
    invalid = errors * 10 > errors + good
    assert (verdict(answers).outcome == Outcome.INVALID) == invalid


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_without_answers_says_nothing(arm: str) -> None:
    silent = verdict([judged(arm)])
    assert silent.outcome == Outcome.INVALID
    assert "gave no answer" in silent.reasons[0]


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_a_bar_that_is_exactly_met_is_met(passed: int, missed: int) -> None:
    total = passed + missed
    assert Rate("length", "candidate", passed, total).reaches(passed / total)
    assert not Rate("length", "candidate", passed - 1, total).reaches(passed / total)


def test_a_failed_check_is_named_with_its_numbers() -> None:
    answers = [judged("baseline"), judged("candidate"), judged("candidate", passed=False)]
    assert verdict(answers).reasons == ("length: 1 of 2 answers pass, 90% must",)


def test_exit_codes_tell_the_verdicts_apart() -> None:
    assert [outcome.exit_code for outcome in Outcome] == [
        ExitCode.DONE,
        ExitCode.FINDINGS,
        ExitCode.PRECONDITION,
    ]


def test_a_run_survives_its_file(
    config: Config, answered: Callable[..., Answer], tmp_path: Path
) -> None:
    answers = [
        answered(arm="baseline", deployment="gpt-4o", model="gpt-4o", text="Cena en Casa Lucio."),
        answered(),
        answered(prompt_id="lima", arm="candidate", text="", error="throttled"),
    ]
    run = judged_run(
        config,
        [Prompt("roma", ({"role": "user", "content": "¿Roma?"},), ("corto",))],
        {"baseline": "gpt-4o", "candidate": "travel"},
        answers,
        key="0123456789ab",
        started=datetime(2026, 9, 1, tzinfo=UTC),
    )
    run.save(tmp_path / "run.json")
    assert load_run(tmp_path / "run.json") == run
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) == run.facts()
    assert run.started == "2026-09-01T00:00:00Z"
    assert run.models == {"baseline": ("gpt-4o",), "candidate": ("gpt-4o-ft",)}
    assert run.rate("no_recommendation", "baseline").share == 0
    assert run.rate("length", "candidate").total == 1
    assert run.verdict.outcome == Outcome.INVALID


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 2}'])
def test_what_is_no_run_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="not the record"):
        load_run(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_run(tmp_path / "absent.json")


def test_a_run_of_another_format_is_refused(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    arms = {"baseline": "a", "candidate": "b"}
    judged_run(config, [], arms, [], key=None, started=datetime.now(UTC)).save(path)
    facts = json.loads(path.read_text(encoding="utf-8")) | {"format": 99}
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ConfigError, match="format 99"):
        load_run(path)
