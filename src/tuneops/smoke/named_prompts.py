"""Prompts that the configuration names, each decided by itself; plain decisions, without I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tuneops.config import Gate, SmokeTest
from tuneops.errors import ConfigError
from tuneops.smoke.answer import ARMS
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.verdict import JudgedAnswer, quoted

BASELINE, CANDIDATE = ARMS


def require_known(test: SmokeTest, prompts: Sequence[Prompt]) -> None:
    """Raises: ConfigError where must_pass or no_regression has an id that is of no prompt."""
    known = {prompt.id for prompt in prompts}
    for setting in ("must_pass", "no_regression"):
        for name in getattr(test, setting):
            if name not in known:
                raise ConfigError(
                    f"smoke_test.{setting} names '{name}', and there is no such prompt.",
                    remedy="Take an id of data.smoke_prompts.",
                )


@dataclass
class _Tally:
    """How many answers held to a check, of how many; and the first that did not, quoted."""

    held: int = 0
    total: int = 0
    broken: str = ""

    def __str__(self) -> str:
        return f"{self.held} of {self.total}{f' ({self.broken})' if self.broken else ''}"


def shortfalls(
    test: SmokeTest,
    answers: Sequence[JudgedAnswer],
    gates: Mapping[str, Gate],
    *,
    arm: str = CANDIDATE,
) -> Iterator[str]:
    """Why an arm fails on a named prompt: each with the check and the answer's words.

    A prompt that was not asked, as in a run of the first few, says nothing.
    """
    deciding = [check for check, gate in gates.items() if gate.decides]
    tallies = _tallies(answers)
    for prompt in test.must_pass:
        for check in deciding:
            found = tallies.get((prompt, check, arm), _Tally())
            if found.held < found.total:
                yield f"{prompt} must pass: {check} in {found}"
    for prompt in test.no_regression:
        for check in deciding:
            before = tallies.get((prompt, check, BASELINE), _Tally())
            after = tallies.get((prompt, check, arm), _Tally())
            if before.total and after.held * before.total < before.held * after.total:
                yield f"{prompt} must not get worse: {check} in {before}, now in {after}"


def _tallies(answers: Sequence[JudgedAnswer]) -> dict[tuple[str, str, str], _Tally]:
    found: dict[tuple[str, str, str], _Tally] = {}
    for judged in answers:
        for judgement in judged.judgements:
            key = (judged.answer.prompt_id, judgement.check, judged.answer.arm)
            tally = found.setdefault(key, _Tally())
            tally.total += 1
            tally.held += judgement.passed
            if not judgement.passed and not tally.broken:
                tally.broken = quoted(judged.answer, judgement)
    return found
