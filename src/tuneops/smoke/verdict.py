"""From judged answers to a verdict: plain decisions, without I/O."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tuneops.checks.base import Judgement
from tuneops.config import Gate
from tuneops.errors import ExitCode
from tuneops.smoke import statistics
from tuneops.smoke.answer import ARMS, Answer
from tuneops.smoke.statistics import ALPHA, Difference, Interval

BASELINE, CANDIDATE = ARMS
MAX_ERROR_SHARE = 0.1
_LEAST_GAP = 0.02  # of a share: no number of prompts is named for less


class Outcome(StrEnum):
    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"

    @property
    def exit_code(self) -> ExitCode:
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.PASS: ExitCode.DONE,
    Outcome.FAIL: ExitCode.FINDINGS,
    Outcome.INCONCLUSIVE: ExitCode.UNDECIDED,
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
    """How an arm does on a check: its answers, and the mean over its prompts with an interval."""

    passed: int
    total: int
    prompts: int
    mean: float
    interval: Interval


@dataclass(frozen=True)
class CheckResult:
    """What a check found; ``outcome`` and ``p`` (Holm) are None where it does not decide.

    ``difference`` is the candidate's rate less the baseline's; ``noise`` is one half of the
    baseline's samples less the other, None with one sample a prompt.
    """

    check: str
    gate: Gate
    baseline: Rate
    candidate: Rate
    difference: Difference
    noise: Difference | None = None
    p: float | None = None
    outcome: Outcome | None = None
    reason: str = ""
    quote: str = ""

    def rate(self, arm: str) -> Rate:
        return self.candidate if arm == CANDIDATE else self.baseline


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reasons: tuple[str, ...] = ()


def results(
    answers: Sequence[JudgedAnswer], gates: Mapping[str, Gate], *, seed: int
) -> tuple[CheckResult, ...]:
    """Every check's result, in the order of ``gates``; failed requests are not counted."""
    table = _Table(answers)
    found = [_measured(table, check, gate, seed) for check, gate in gates.items()]
    tested = [r for r in found if r.gate.decides and not r.gate.zero_tolerance]
    corrected = dict(
        zip(
            [result.check for result in tested],
            statistics.holm([result.difference.p_worse for result in tested]),
            strict=True,
        )
    )
    return tuple(_decided(result, corrected.get(result.check), table) for result in found)


def rates(answers: Sequence[JudgedAnswer], gates: Mapping[str, Gate], arm: str) -> dict[str, Rate]:
    """How one arm does on each check."""
    table = _Table(answers)
    return {check: table.rate(check, arm) for check in gates}


def decide(
    answers: Sequence[JudgedAnswer],
    results: Iterable[CheckResult],
    shortfalls: Iterable[str] = (),
) -> Verdict:
    """INVALID where too little was answered; else the worst that a deciding check says.

    ``shortfalls`` are reasons to fail that named prompts give.
    """
    if faults := tuple(_faults(answers)):
        return Verdict(Outcome.INVALID, faults)
    deciding = [result for result in results if result.outcome is not None]
    for outcome, others in ((Outcome.FAIL, tuple(shortfalls)), (Outcome.INCONCLUSIVE, ())):
        reasons = [f"{r.check}: {r.reason}" for r in deciding if r.outcome == outcome]
        if reasons or others:
            return Verdict(outcome, (*reasons, *others))
    if not deciding:
        return Verdict(Outcome.INVALID, ("no check decides",))
    return Verdict(Outcome.PASS)


def decide_check(difference: Difference, gate: Gate, p_worse: float) -> tuple[Outcome, str]:
    """What a paired difference says; ``p_worse`` is corrected for the number of checks.

    Passing needs the interval's lower end above the bar, so that all checks have to pass; failing
    needs evidence of a loss that holds however many checks are looked at.
    """
    bar = gate.margin if gate.direction == "better" else -gate.margin
    shown = _shown(difference)
    if difference.interval.low > bar:
        return Outcome.PASS, shown
    if p_worse < ALPHA:
        return Outcome.FAIL, f"worse than the baseline, {shown}, p = {p_worse:.2g}"
    if gate.direction == "better" and difference.interval.high < bar:
        return Outcome.FAIL, f"not better by {bar:.0%}, {shown}"
    more = f"about {_prompts(difference, gate)} prompts would decide at this discordance"
    return Outcome.INCONCLUSIVE, f"{shown} leaves open whether it is {_bar(gate)}; {more}"


class _Table:
    """Which samples of each prompt hold to a check, by check and arm."""

    def __init__(self, answers: Sequence[JudgedAnswer]) -> None:
        self._held: dict[tuple[str, str], dict[str, list[tuple[int, bool]]]] = {}
        self._first: dict[str, tuple[Answer, Judgement]] = {}
        for judged in answers:
            for judgement in judged.judgements:
                self._add(judged.answer, judgement)

    def _add(self, answer: Answer, judgement: Judgement) -> None:
        prompts = self._held.setdefault((judgement.check, answer.arm), {})
        prompts.setdefault(answer.prompt_id, []).append((answer.sample, judgement.passed))
        if answer.arm == CANDIDATE and not judgement.passed:
            self._first.setdefault(judgement.check, (answer, judgement))

    def first_violation(self, check: str) -> tuple[Answer, Judgement] | None:
        return self._first.get(check)

    def rate(self, check: str, arm: str) -> Rate:
        shares = self.shares(check, arm)
        held = [passed for found in self._of(check, arm).values() for _, passed in found]
        mean = sum(shares.values()) / len(shares) if shares else 0.0
        interval = statistics.wilson(mean, len(shares))
        return Rate(sum(held), len(held), len(shares), mean, interval)

    def shares(self, check: str, arm: str) -> dict[str, float]:
        return {prompt: _share(held) for prompt, held in self._of(check, arm).items()}

    def halves(self, check: str) -> tuple[list[float], list[float]]:
        """The shares of the baseline's even and odd samples, of prompts that have both."""
        even: list[float] = []
        odd: list[float] = []
        for held in self._of(check, BASELINE).values():
            parts = [[one for one in held if one[0] % 2 == half] for half in (0, 1)]
            if all(parts):
                even.append(_share(parts[0]))
                odd.append(_share(parts[1]))
        return even, odd

    def _of(self, check: str, arm: str) -> dict[str, list[tuple[int, bool]]]:
        return self._held.get((check, arm), {})


def _share(held: Sequence[tuple[int, bool]]) -> float:
    return sum(passed for _, passed in held) / len(held)


def _measured(table: _Table, check: str, gate: Gate, seed: int) -> CheckResult:
    before, after = table.shares(check, BASELINE), table.shares(check, CANDIDATE)
    both = [prompt for prompt in before if prompt in after]
    halves = table.halves(check)
    return CheckResult(
        check,
        gate,
        table.rate(check, BASELINE),
        table.rate(check, CANDIDATE),
        statistics.compare([before[p] for p in both], [after[p] for p in both], seed),
        statistics.compare(*halves, seed) if halves[0] else None,
    )


def _decided(result: CheckResult, p: float | None, table: _Table) -> CheckResult:
    if not result.gate.decides:
        return result
    if p is not None:
        outcome, reason = decide_check(result.difference, result.gate, p)
        if below := _below_floor(result):
            outcome, reason = Outcome.FAIL, below
        return replace(result, p=p, outcome=outcome, reason=reason)
    violation = table.first_violation(result.check)
    if violation is None:
        return replace(result, outcome=Outcome.PASS, reason="no violation")
    answer, judgement = violation
    count = result.candidate.total - result.candidate.passed
    reason = f"{count} of {result.candidate.total} answers, none is tolerated; {answer.prompt_id}: "
    return replace(
        result,
        outcome=Outcome.FAIL,
        reason=f"{reason}{quoted(answer, judgement)}",
        quote=judgement.quote or answer.said,
    )


def quoted(answer: Answer, judgement: Judgement) -> str:
    """Why an answer does not hold to a check, with its words."""
    return f"{judgement.reason}: {judgement.quote or answer.said}"


def _below_floor(result: CheckResult) -> str:
    """Why the candidate misses the check's floor; empty where it reaches it, or there is none."""
    floor, rate = result.gate.at_least, result.candidate
    if floor is None or not rate.total or rate.mean >= floor:
        return ""
    return f"{rate.mean:.0%} of the candidate's answers hold, at least {floor:.0%} must"


def _shown(difference: Difference) -> str:
    low, high = difference.interval.low, difference.interval.high
    return f"{100 * difference.mean:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


def _bar(gate: Gate) -> str:
    if gate.direction == "better":
        return f"better by {gate.margin:.0%}"
    return f"no worse than {gate.margin:.0%} below"


def _prompts(difference: Difference, gate: Gate) -> int:
    """How many would decide, if the difference is what it looks like."""
    if gate.direction == "better":
        gap = abs(difference.mean - gate.margin)
    else:
        loss = min(0.0, difference.mean)
        gap = max(gate.margin + loss, -loss)
    needed = statistics.prompts_needed(difference.discordance, min(1.0, max(gap, _LEAST_GAP)))
    return max(needed, difference.prompts + 1)


def _faults(answers: Sequence[JudgedAnswer]) -> Iterator[str]:
    for arm in ARMS:
        errors = [bool(judged.answer.error) for judged in answers if judged.answer.arm == arm]
        if all(errors):
            yield f"the {arm} gave no answer"
        elif sum(errors) > MAX_ERROR_SHARE * len(errors):
            yield f"{sum(errors)} of {len(errors)} requests to the {arm} failed"
