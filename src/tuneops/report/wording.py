"""What all reports of a smoke test say in the same words."""

from tuneops.smoke.verdict import CANDIDATE, JudgedAnswer, Outcome, Rate, Run

CHECK_LABELS = {
    "language": "Language",
    "no_recommendation": "No forbidden recommendation",
    "ends_with_question": "Ends with a question",
    "length": "Length",
    "finish_reason": "Complete",
    "content_filter": "Not filtered",
}
_JOINER = "\u200d"  # holds emoji together


def label(check: str) -> str:
    return CHECK_LABELS.get(check, check)


def verdict_sentence(run: Run) -> str:
    candidate = run.deployments[CANDIDATE]
    reasons = "; ".join(_reason(reason) for reason in run.verdict.reasons)
    match run.verdict.outcome:
        case Outcome.PASS:
            return (
                f"{candidate} holds to every check in at least "
                f"{run.settings.min_pass_rate:.0%} of its answers."
            )
        case Outcome.FAIL:
            return f"{candidate} misses: {reasons}."
        case Outcome.INVALID:
            return f"The smoke test says nothing about {candidate}: {reasons}."


def share(rate: Rate) -> str:
    if not rate.total:
        return "no answer"
    return f"{rate.passed} of {rate.total} ({rate.share:.0%})"


def provenance(run: Run) -> list[tuple[str, str]]:
    """Where the answers come from, as names and values."""
    settings = run.settings
    return [
        ("Product", run.product),
        ("Content key", run.key or "not given"),
        *((f"{arm.capitalize()} deployment", name) for arm, name in run.deployments.items()),
        *(
            (f"{arm.capitalize()} model", ", ".join(run.models[arm]) or "not named")
            for arm in run.models
        ),
        ("Started", run.started),
        ("Finished", run.finished),
        ("Prompts", f"{len(run.prompts)}, SHA-256 {run.prompts_digest}"),
        ("Temperature", f"{settings.temperature:g}"),
        ("Answer tokens at most", str(settings.max_tokens)),
        ("Samples of each prompt", str(settings.samples)),
        ("Seed", str(settings.seed)),
        ("System message", settings.system_message or "none"),
    ]


def failures(judged: JudgedAnswer) -> list[str]:
    """Why an answer failed, one line a check."""
    if judged.answer.error:
        return [f"Error: {judged.answer.error}"]
    return [f"{label(judgement.check)}: {judgement.reason}" for judgement in judged.failed]


def visible(text: str) -> str:
    """Text without characters that steer a terminal, a page's direction or an encoder."""
    return "".join(
        c if c.isprintable() or c in "\n\t" + _JOINER else f"\\u{ord(c):04x}"
        for c in text.replace("\r\n", "\n")
    )


def _reason(reason: str) -> str:
    check, colon, rest = reason.partition(": ")
    return f"{label(check)}{colon}{rest}"
