"""What all reports of a smoke test say in the same words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tuneops.smoke import controls
from tuneops.smoke.answer import ARMS
from tuneops.smoke.record import Run
from tuneops.smoke.statistics import ALPHA, Difference
from tuneops.smoke.verdict import CANDIDATE, CheckResult, JudgedAnswer, Outcome, Rate

CHECK_LABELS = {
    "language": "Language",
    "ends_with_question": "Ends with a question",
    "length": "Length",
    "finish_reason": "Complete",
    "content_filter": "Not filtered",
}
_QUANTILE = 20
_MOST = 0.5


def label(check: str) -> str:
    if check.startswith(controls.PREFIX):
        return f"{check.removeprefix(controls.PREFIX)}: what your data says nothing about"
    return CHECK_LABELS.get(check, check)


def verdict_sentence(run: Run) -> str:
    candidate = run.deployments[CANDIDATE]
    reasons = "; ".join(_reason(reason) for reason in run.verdict.reasons)
    match run.verdict.outcome:
        case Outcome.PASS:
            deciding = [result for result in run.results if result.outcome is not None]
            return f"{candidate} passes all {len(deciding)} gates{_weak(deciding)}."
        case Outcome.FAIL:
            return f"{candidate} misses: {reasons}."
        case Outcome.INCONCLUSIVE:
            return f"A person must decide on {candidate}: {reasons}."
        case Outcome.INVALID:
            return f"The smoke test says nothing about {candidate}: {reasons}."


def _weak(deciding: Sequence[CheckResult]) -> str:
    """Checks that most of the candidate's answers break, though their gates let that pass."""
    weak = [
        f"{label(result.check)} ({result.candidate.mean:.0%})"
        for result in deciding
        if result.candidate.mean < _MOST and result.gate.at_least is None
    ]
    if not weak:
        return ""
    few = f"most of its answers break {', '.join(weak)}, as the baseline's do"
    return f"; but {few}, and no gate has at_least"


def share(rate: Rate) -> str:
    if not rate.total:
        return "no answer"
    return f"{rate.mean:.0%} ({rate.interval.low:.0%} to {rate.interval.high:.0%})"


def difference(found: Difference | None) -> str:
    """In points, with the interval."""
    if found is None or not found.prompts:
        return "not known"
    low, high = 100 * found.interval.low, 100 * found.interval.high
    return f"{100 * found.mean:+.1f} ({low:+.1f} to {high:+.1f})"


def mcnemar(result: CheckResult) -> str:
    """The exact McNemar test in one line, and in words."""
    found = result.difference
    p = found.p_worse if result.p is None else result.p
    words = "a loss beyond chance" if p < ALPHA else "no loss beyond chance"
    return f"{found.worse} worse, {found.better} better: {words} (p = {p:.2g})"


def wanted(result: CheckResult) -> str:
    gate = result.gate
    if not gate.decides:
        return "shown only"
    if gate.zero_tolerance:
        return "not one violation"
    floor = "" if gate.at_least is None else f", at least {gate.at_least:.0%}"
    if gate.direction == "better":
        return f"better by {gate.margin:.0%}{floor}"
    return f"at most {gate.margin:.0%} worse{floor}"


@dataclass(frozen=True)
class ArmFacts:
    """Seconds, tokens and, where prices are configured, dollars of an arm's answers."""

    arm: str
    answers: int
    median_seconds: float
    p95_seconds: float
    prompt_tokens: int
    tokens: int
    usd: float | None


def arm_facts(run: Run) -> list[ArmFacts]:
    return [_arm_facts(run, arm) for arm in ARMS]


def _arm_facts(run: Run, arm: str) -> ArmFacts:
    answers = [judged.answer for judged in run.of_arm(arm) if not judged.answer.error]
    seconds = [answer.seconds for answer in answers] or [0.0]
    asked = sum(answer.prompt_tokens for answer in answers)
    said = sum(answer.tokens for answer in answers)
    prices = run.settings.prices
    usd = (asked * prices.input + said * prices.output) / 1e6 if prices else None
    return ArmFacts(arm, len(answers), median(seconds), _p95(seconds), asked, said, usd)


def arm_sentence(facts: ArmFacts) -> str:
    cost = "" if facts.usd is None else f", ${facts.usd:.2f}"
    return (
        f"{facts.arm}: {facts.answers} answers, {facts.median_seconds:.1f} s in the middle, "
        f"{facts.p95_seconds:.1f} s at the 95th percentile, {facts.prompt_tokens} tokens in, "
        f"{facts.tokens} out{cost}"
    )


def judge_sentence(run: Run) -> str:
    found = run.judge
    if found is None:
        return ""
    asked = found.candidate_wins + found.baseline_wins + found.ties
    rate = f"{found.candidate_wins / asked:.0%}" if asked else "no"
    return (
        f"{found.model or found.deployment} prefers the candidate in {found.candidate_wins}, the "
        f"baseline in {found.baseline_wins}, neither in {found.ties} of {asked} prompts (win rate "
        f"{rate}; {found.disagreements} ties because the order decided; {found.unusable} answers "
        f"unusable, {found.skipped} prompts left out for the cost). Mean length: candidate "
        f"{found.candidate_words:.0f} words, baseline {found.baseline_words:.0f}. It cost "
        f"${found.cost_usd:.2f} and decides nothing."
    )


def provenance(run: Run) -> list[tuple[str, str]]:
    """Where the answers come from, as names and values."""
    settings = run.settings
    return [
        ("Product", run.product),
        ("Content key", run.origin.key or "not given"),
        ("Data digest", run.origin.data_digest or "not given"),
        ("Fine-tuning job", run.origin.job or "not given"),
        *((f"{arm.capitalize()} deployment", name) for arm, name in run.deployments.items()),
        *(_models(run)),
        ("Started", run.started),
        ("Finished", run.finished),
        ("Prompts", f"{len(run.prompts)}, SHA-256 {run.prompts_digest}"),
        ("Temperature", f"{settings.temperature:g}"),
        ("Answer tokens at most", str(settings.max_tokens)),
        ("Samples of each prompt", str(settings.samples)),
        ("Seed", str(settings.seed)),
        ("System message", settings.system_message or "none"),
        ("Versions", ", ".join(f"{name} {number}" for name, number in run.versions.items())),
    ]


def _models(run: Run) -> Iterator[tuple[str, str]]:
    for arm in run.models:
        said = ", ".join(run.models[arm]) or "not named"
        prints = ", ".join(run.fingerprints.get(arm, ()))
        yield f"{arm.capitalize()} model", f"{said}; fingerprint {prints or 'not given'}"


def failures(judged: JudgedAnswer) -> list[str]:
    """Why an answer failed, one line a check."""
    if judged.answer.error:
        return [f"Error: {judged.answer.error}"]
    return [f"{label(judgement.check)}: {judgement.reason}" for judgement in judged.failed]


def _p95(values: Sequence[float]) -> float:
    return values[0] if len(values) == 1 else quantiles(values, n=_QUANTILE, method="inclusive")[-1]


def _reason(reason: str) -> str:
    check, colon, rest = reason.partition(": ")
    return f"{label(check)}{colon}{rest}"
