"""The result file of a job: loss and accuracy of each step."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure import files
from tuneops.display.charts import Series
from tuneops.errors import TuneopsError
from tuneops.training.job_states import without_result

if TYPE_CHECKING:
    from openai import OpenAI

    from tuneops.azure.jobs import Job

# Microsoft's pages write validation_mean_token_accuracy; executed notebooks and events write
# valid_mean_token_accuracy (fine-tuning guide, 2026-10; microsoft-foundry/fine-tuning, 2026-01).
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "train_loss": ("train_loss",),
    "valid_loss": ("valid_loss", "validation_loss"),
    "full_valid_loss": ("full_valid_loss", "full_validation_loss"),
    "train_accuracy": ("train_mean_token_accuracy",),
    "valid_accuracy": ("valid_mean_token_accuracy", "validation_mean_token_accuracy"),
    "full_valid_accuracy": (
        "full_valid_mean_token_accuracy",
        "full_validation_mean_token_accuracy",
    ),
}

_CURVES = {"training": "train_loss", "validation": "full_valid_loss"}


@dataclass(frozen=True)
class Step:
    """Losses are cross-entropies in nats a token, accuracies are shares of tokens in 0..1."""

    step: int
    train_loss: float | None = None
    valid_loss: float | None = None
    full_valid_loss: float | None = None
    train_accuracy: float | None = None
    valid_accuracy: float | None = None
    full_valid_accuracy: float | None = None


def parse(text: str) -> list[Step]:
    """The steps of a result file; both spellings of its columns are understood.

    Raises:
        TuneopsError: The text is not a result file.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if "step" not in (rows.fieldnames or ()):
        raise TuneopsError(
            "The result file has no column 'step'.",
            remedy="Look at it in the Foundry portal; if Azure changed its form, tell us.",
        )
    return [_step(row) for row in rows]


def read(client: "OpenAI", job: "Job") -> list[Step]:
    """The steps of the job so far.

    Raises:
        StillRunningError: The job has no result file yet.
        PreconditionError: The job ended without one.
    """
    if not job.result_files:
        raise without_result(job, "metrics")
    return parse(files.content(client, job.result_files[0]).decode("utf-8-sig"))


def series(steps: Sequence[Step], name: str) -> list[tuple[int, float]]:
    """The points (step, value) of one metric, without the steps that lack it."""
    values = ((step.step, getattr(step, name)) for step in steps)
    return [(step, value) for step, value in values if value is not None]


def loss_series(steps: Sequence[Step]) -> list[Series]:
    """The curves of training and validation loss, those that have points."""
    named = ((name, series(steps, metric)) for name, metric in _CURVES.items())
    return [Series(name, points) for name, points in named if points]


def facts(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [asdict(step) for step in steps]


def _step(row: Mapping[str, str | None]) -> Step:
    values = {name: _first(row, columns) for name, columns in _COLUMNS.items()}
    return Step(step=int(float(row["step"] or 0)), **values)


def _first(row: Mapping[str, str | None], columns: Sequence[str]) -> float | None:
    for column in columns:
        text = (row.get(column) or "").strip()
        if text:
            return float(text)
    return None
