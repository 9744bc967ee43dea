"""What a rehearsal shows at its end."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rehearsal.pipeline import Rehearsal
from tuneops.report import plots, tables
from tuneops.training import metrics

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN_PROMPTS = 5


def timeline(rehearsal: Rehearsal) -> "RenderableType":
    cells = [(step.title, f"{step.seconds:.1f} s") for step in rehearsal.steps]
    total = sum(step.seconds for step in rehearsal.steps)
    return tables.rows(("step", "time"), [*cells, ("in all", f"{total:.1f} s")])


def answers(rehearsal: Rehearsal) -> "RenderableType":
    """Base and fine-tuned on the first prompts, side by side."""
    run = json.loads((rehearsal.comparison("candidate") / "run.json").read_text(encoding="utf-8"))
    return tables.rows(("prompt", "base", "fine-tuned"), _compared(run))


def loss(rehearsal: Rehearsal) -> str:
    steps = [metrics.Step(**step) for step in rehearsal.results["metrics"]["steps"]]
    return plots.loss_text(metrics.loss_series(steps))


def job_verdict(jobs: Sequence[str]) -> tuple[bool, str]:
    """Whether the content was trained exactly once, and a sentence that says so."""
    return len(jobs) == 1, f"Fine-tuning jobs of this content in the local Azure: {len(jobs)}."


def leftovers(contents: Mapping[str, Sequence[str]]) -> list[str]:
    """What still exists in the local Azure, as ``kind name``."""
    return [f"{kind} {name}" for kind, names in contents.items() for name in names]


def _compared(run: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - JSON
    raise NotImplementedError
