"""From judged answers to a verdict, and the record that holds both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tuneops.errors import ConfigError, ExitCode
from tuneops.smoke.checks import Judgement
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.sampling import ARMS, Answer

FORMAT = 1
CANDIDATE = "candidate"
MAX_ERROR_SHARE = 0.1
_ROUNDING = 1e-9


class Outcome(StrEnum):
    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    INVALID = "INVALID"

    @property
    def exit_code(self) -> ExitCode:
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.PASS: ExitCode.DONE,
    Outcome.FAIL: ExitCode.FINDINGS,
    Outcome.INVALID: ExitCode.PRECONDITION,
}


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer with one judgement a check; with none where the request failed."""

    answer: Answer
    judgements: tuple[Judgement, ...]

    @property
    def failed(self) -> tuple[Judgement, ...]:
        return tuple(judgement for judgement in self.judgements if not judgement.passed)


@dataclass(frozen=True)
class Rate:
    """How many of an arm's answers passed a check."""

    check: str
    arm: str
    passed: int
    total: int

    @property
    def share(self) -> float:
        return self.passed / self.total if self.total else 0.0

    def reaches(self, min_pass_rate: float) -> bool:
        return self.total > 0 and self.passed >= min_pass_rate * self.total - _ROUNDING


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What was asked of the deployments, and what a check must reach."""

    system_message: str
    temperature: float
    max_tokens: int
    samples: int
    seed: int
    min_pass_rate: float
    language: str | None


@dataclass(frozen=True)
class Run:
    """A whole smoke test; times are UTC, RFC 3339; ``models`` are by arm, as Azure named them."""

    product: str
    key: str | None
    deployments: dict[str, str]
    models: dict[str, tuple[str, ...]]
    prompts_digest: str
    started: str
    finished: str
    settings: Settings
    prompts: tuple[Prompt, ...]
    answers: tuple[JudgedAnswer, ...]
    rates: tuple[Rate, ...]
    verdict: Verdict
    format: int = FORMAT

    @property
    def checks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rate.check for rate in self.rates))

    def rate(self, check: str, arm: str) -> Rate:
        return next(r for r in self.rates if (r.check, r.arm) == (check, arm))

    def of_prompt(self, prompt_id: str, arm: str) -> Iterator[JudgedAnswer]:
        return (
            judged
            for judged in self.answers
            if (judged.answer.prompt_id, judged.answer.arm) == (prompt_id, arm)
        )

    def facts(self) -> dict[str, Any]:
        """The run as JSON types."""
        from pydantic import TypeAdapter

        facts: dict[str, Any] = TypeAdapter(Run).dump_python(self, mode="json")
        return facts

    def save(self, path: Path) -> None:
        from pydantic import TypeAdapter

        path.write_bytes(TypeAdapter(Run).dump_json(self, indent=2))


def load_run(path: Path) -> Run:
    """A saved run.

    Raises:
        ConfigError: The file is missing, is no run, or is of another format version.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        run = TypeAdapter(Run).validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", remedy="Name the run.json of a smoke test."
        ) from error
    except ValidationError as error:
        raise ConfigError(
            f"{path} is not the record of a smoke test: {error.errors()[0]['msg']}.",
            remedy="Name the run.json that 'smoke_test.py run' wrote.",
        ) from error
    if run.format != FORMAT:
        raise ConfigError(
            f"{path} has format {run.format}; this version reads {FORMAT}.",
            remedy="Run the smoke test again.",
        )
    return run


def rates(answers: Sequence[JudgedAnswer], checks: Sequence[str]) -> tuple[Rate, ...]:
    """One rate for each check and arm; requests that failed are not counted."""
    return tuple(_rate(answers, check, arm) for check in checks for arm in ARMS)


def decide(answers: Sequence[JudgedAnswer], rates: Sequence[Rate], min_pass_rate: float) -> Verdict:
    """INVALID where too little was answered, else whether the candidate reaches every rate."""
    if faults := tuple(_faults(answers)):
        return Verdict(Outcome.INVALID, faults)
    missed = tuple(
        f"{rate.check}: {rate.passed} of {rate.total} answers pass, {min_pass_rate:.0%} must"
        for rate in rates
        if rate.arm == CANDIDATE and not rate.reaches(min_pass_rate)
    )
    return Verdict(Outcome.FAIL if missed else Outcome.PASS, missed)


def _rate(answers: Sequence[JudgedAnswer], check: str, arm: str) -> Rate:
    passed = [
        judgement.passed
        for judged in answers
        if judged.answer.arm == arm
        for judgement in judged.judgements
        if judgement.check == check
    ]
    return Rate(check, arm, sum(passed), len(passed))


def _faults(answers: Sequence[JudgedAnswer]) -> Iterator[str]:
    for arm in ARMS:
        errors = [bool(judged.answer.error) for judged in answers if judged.answer.arm == arm]
        if all(errors):
            yield f"the {arm} gave no answer"
        elif sum(errors) > MAX_ERROR_SHARE * len(errors):
            yield f"{sum(errors)} of {len(errors)} requests to the {arm} failed"
