"""What a rehearsal shows at its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.run import Outcome
from rehearsal.steps import Rehearsal
from tuneops.display import charts, tables
from tuneops.smoke.answer import ARMS
from tuneops.smoke.record import Run, load_run
from tuneops.smoke.report.wording import verdict_sentence
from tuneops.training import metrics

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN_PROMPTS = 5
_PACE = "asks at the pace of the deployments' quota"
_LIMITS = {
    "submit": "asks the base model some prompts; waits until older claims are listed",
    "smoke test": _PACE,
    "smoke test in production": _PACE,
}


def page(outcome: Outcome) -> "RenderableType":
    """Everything that this rehearsal got to, from the timeline to the verdict on what is left."""
    from rich.console import Group

    rehearsal = outcome.rehearsal
    parts: list[RenderableType] = [timeline(rehearsal)]
    if "smoke test" in rehearsal.results:
        parts += [_title("Base and fine-tuned, side by side"), answers(rehearsal)]
    if "metrics" in rehearsal.results:
        parts += [_title("Loss"), loss(rehearsal)]
    return Group(*parts, "\n".join(conclusions(outcome)))


def before_approval(rehearsal: Rehearsal) -> "RenderableType":
    """What there is to decide on: the verdict, and answers side by side."""
    from rich.console import Group

    run = load_run(rehearsal.comparison("candidate") / "run.json")
    verdict = f"{run.verdict.outcome}: {verdict_sentence(run)}"
    return Group(answers(rehearsal), verdict)


def timeline(rehearsal: Rehearsal) -> "RenderableType":
    """The steps, with what sets the time of those that wait."""
    cells = [(s.title, f"{s.seconds:.1f} s", _LIMITS.get(s.title, "")) for s in rehearsal.steps]
    total = sum(step.seconds for step in rehearsal.steps)
    return tables.rows(("step", "time", ""), [*cells, ("in all", f"{total:.1f} s", "")])


def answers(rehearsal: Rehearsal) -> "RenderableType":
    run = load_run(rehearsal.comparison("candidate") / "run.json")
    cells = [
        (prompt.messages[-1]["content"], *(_answer(run, prompt.id, arm) for arm in ARMS))
        for prompt in run.prompts[:SHOWN_PROMPTS]
    ]
    return tables.rows(("prompt", "base", "fine-tuned"), cells)


def loss(rehearsal: Rehearsal) -> str:
    return charts.text_chart(
        metrics.curves(metrics.read_facts(rehearsal.results["metrics"]["steps"]))
    )


def conclusions(outcome: Outcome) -> Iterator[str]:
    rehearsal = outcome.rehearsal
    reports = [rehearsal.comparison(name) / "report.html" for name in ("candidate", "production")]
    yield from (f"Report: {_from_here(report)}" for report in reports if report.exists())
    if outcome.failed:
        yield f"Failed: {outcome.failed}. Run again: what exists is found and kept."
        return
    if not rehearsal.approved:
        yield "Not approved: nothing went to production."
    yield f"Fine-tuning jobs that trained this content: {len(rehearsal.jobs)}"
    left = ", ".join(outcome.left) or "nothing"
    yield f"Left in the local Azure, read from it just now: {left}"
    yield "Next: tuneops init YOUR-PRODUCT begins a product of your own."


def _answer(run: Run, prompt_id: str, arm: str) -> str:
    return next(run.of_prompt(prompt_id, arm)).answer.text


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _title(text: str) -> "RenderableType":
    from rich.text import Text

    return Text(f"\n{text}", style="bold")
