"""The result file of a job: what each step of the training measured."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
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
# Rewards have two spellings as well (reinforcement guide, 2026-10; fine-tuning skill, 2026-08).
_ALSO_CALLED: Mapping[str, str] = {
    "validation_loss": "valid_loss",
    "full_validation_loss": "full_valid_loss",
    "train_mean_token_accuracy": "train_accuracy",
    "valid_mean_token_accuracy": "valid_accuracy",
    "validation_mean_token_accuracy": "valid_accuracy",
    "full_valid_mean_token_accuracy": "full_valid_accuracy",
    "full_validation_mean_token_accuracy": "full_valid_accuracy",
    "train_reward_mean": "train_reward",
    "train_mean_reward": "train_reward",
    "valid_reward_mean": "valid_reward",
    "valid_mean_reward": "valid_reward",
    "full_valid_mean_reward": "full_valid_reward",
}
_CURVES = (
    ("training", ("train_loss", "train_reward")),
    ("validation", ("full_valid_loss", "full_valid_reward", "valid_reward")),
)
_AROUND = 10  # steps whose losses are averaged, as that of one is mostly noise


@dataclass(frozen=True)
class Step:
    """What a step measured, by name.

    Losses are cross-entropies in nats a token, accuracies shares of tokens in 0..1, rewards what
    the grader gives. Columns that are not known here keep the service's name.
    """

    step: int
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """From ``step`` on the loss on validation data rose, while that on training data fell."""

    step: int
    lowest: float
    last: float

    def __str__(self) -> str:
        return (
            f"From step {self.step} on the model learnt the training rows by heart: the loss on "
            f"validation rows rose from {self.lowest:.3f} to {self.last:.3f} while that on "
            "training rows fell. Fewer epochs, or the checkpoint of that step, may answer better."
        )


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
    return [(step.step, step.values[name]) for step in steps if name in step.values]


def curves(steps: Sequence[Step]) -> list[Series]:
    """Losses, or rewards, of training and validation: those that have points."""
    found = []
    for name, metrics in _CURVES:
        points = next((p for metric in metrics if (p := series(steps, metric))), None)
        found += [Series(name, points)] if points else []
    return found


def turn(steps: Sequence[Step]) -> Turn | None:
    """Where training began to fit the training rows alone; None where it did not."""
    validation, training = series(steps, "full_valid_loss"), series(steps, "train_loss")
    if not validation or not training:
        return None
    best, lowest = min(validation, key=lambda point: (point[1], point[0]))
    last = validation[-1][1]
    before = [loss for step, loss in training if step <= best][-_AROUND:]
    after = [loss for step, loss in training if step > best][-_AROUND:]
    falls = bool(before and after) and fmean(after) < fmean(before)
    return Turn(best, lowest, last) if falls and last > lowest else None


def facts(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"step": step.step, **step.values} for step in steps]


def read_facts(found: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps that `facts` told of."""
    return [
        Step(one["step"], {name: value for name, value in one.items() if name != "step"})
        for one in found
    ]


def _step(row: Mapping[str, str | None]) -> Step:
    values: dict[str, float] = {}
    for column, text in row.items():
        if column and column != "step" and (text or "").strip():
            values.setdefault(_ALSO_CALLED.get(column, column), float(text or ""))
    return Step(int(float(row["step"] or 0)), values)
