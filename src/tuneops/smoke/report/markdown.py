"""A smoke test as Markdown for a job's summary page; every cell is inert text."""

from collections.abc import Iterator

from tuneops.escaping import cell
from tuneops.fitting import fitting, shortened
from tuneops.smoke.answer import ARMS
from tuneops.smoke.record import Run
from tuneops.smoke.report import wording
from tuneops.smoke.report.wording import failures, label, provenance, share, verdict_sentence
from tuneops.smoke.verdict import CANDIDATE, CheckResult, JudgedAnswer, Outcome

# A step's summary holds 1 MiB (GitHub Actions, workflow commands, 2026-08).
MAX_BYTES = 2**20
_ICONS = {
    Outcome.PASS: "✅",
    Outcome.FAIL: "❌",
    Outcome.INCONCLUSIVE: "❔",
    Outcome.INVALID: "⚠️",
}
_EXCERPT = 300
_NOTE_ROOM = 100  # bytes for saying how many rows were cut


def summary(run: Run, *, max_bytes: int = MAX_BYTES) -> str:
    """Verdict, checks, the candidate's failed answers and provenance, within ``max_bytes``."""
    head = "\n".join([*_head(run), ""])
    tail = "\n".join(["", *_provenance(run), ""])
    failed = [j for j in run.answers if j.answer.arm == CANDIDATE and (j.failed or j.answer.error)]
    if not failed:
        return head + tail
    heading = "\n### Answers that failed\n\n| Prompt | Why | From the answer |\n|---|---|---|\n"
    room = max_bytes - len((head + tail + heading).encode()) - _NOTE_ROOM
    rows = fitting([_row(judged) for judged in failed], room)
    cut = len(failed) - len(rows)
    note = f"\n{cut} more failed answers are in report.html.\n" if cut else ""
    return head + heading + "".join(rows) + note + tail


def _head(run: Run) -> Iterator[str]:
    outcome = run.verdict.outcome
    yield f"## {_ICONS[outcome]} Smoke test of {cell(run.product)}: {outcome}"
    yield ""
    yield cell(verdict_sentence(run))
    yield ""
    arms = " | ".join(f"{arm} {cell(run.deployments[arm])}" for arm in ARMS)
    yield f"| Check | {arms} | difference in points | exact McNemar | noise floor | wanted |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_check(result) for result in run.results)
    yield ""
    yield from (f"- {cell(wording.arm_sentence(facts))}" for facts in wording.arm_facts(run))
    if run.judge:
        yield f"- {cell(wording.judge_sentence(run))}"


def _check(result: CheckResult) -> str:
    icon = f"{_ICONS[result.outcome]} " if result.outcome else ""
    cells = (
        f"{icon}{cell(label(result.check))}",
        *(cell(share(result.rate(arm))) for arm in ARMS),
        wording.difference(result.difference),
        wording.mcnemar(result),
        wording.difference(result.noise),
        wording.wanted(result),
    )
    return f"| {' | '.join(cells)} |"


def _row(judged: JudgedAnswer) -> str:
    answer = judged.answer
    quoted = next((judgement.quote for judgement in judged.failed if judgement.quote), answer.said)
    reasons = "<br>".join(cell(reason) for reason in failures(judged))
    return f"| {cell(answer.prompt_id)} | {reasons} | {cell(shortened(quoted, _EXCERPT))} |\n"


def _provenance(run: Run) -> Iterator[str]:
    yield "<details><summary>Provenance</summary>"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, value in provenance(run):
        yield f"| {cell(name)} | {cell(value)} |"
    yield ""
    yield "</details>"
