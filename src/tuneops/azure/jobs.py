"""Fine-tuning jobs of one account."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.errors import ConfigError
from tuneops.escaping import visible

if TYPE_CHECKING:
    from openai import OpenAI

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PAGE = 100
_NO_SUCH_JOB = (
    "Check the id: 'fine_tune.py status' names the job of the product's present data, and the "
    "Foundry portal lists all jobs of the account."
)

WAITING = frozenset({"pending", "queued", "validating_files"})
RUNNING = WAITING | {"running", "resuming"}
PAUSED = frozenset({"pausing", "paused"})
FINAL = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True)
class Job:
    """A job as Azure reports it; statuses are open strings, times are seconds since 1970."""

    id: str
    status: str
    model: str
    created: int
    training_file: str
    validation_file: str | None = None
    suffix: str | None = None
    seed: int | None = None
    fine_tuned_model: str | None = None
    finished: int | None = None
    trained_tokens: int | None = None
    result_files: tuple[str, ...] = ()
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Event:
    """``step`` is there only on events of training metrics."""

    id: str
    created: int
    level: str
    message: str
    step: int | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A model that the job left on its way; ``step`` is where."""

    id: str
    step: int
    model: str


@dataclass(frozen=True)
class NewJob:
    model: str
    training_file: str
    validation_file: str
    suffix: str
    seed: int
    training_type: str
    method: str
    settings: Mapping[str, Any]


def list_all(client: "OpenAI") -> list[Job]:
    with translated("listing fine-tuning jobs"):
        return [_job(job) for job in client.fine_tuning.jobs.list(limit=_PAGE)]


def get(client: "OpenAI", job_id: str) -> Job:
    """Raises: ConfigError where that is no id of a job: it would be part of an address."""
    if not _ID.fullmatch(job_id):
        raise ConfigError(f"'{visible(job_id)}' is no id of a job.", remedy=_NO_SUCH_JOB)
    with translated(f"reading fine-tuning job {job_id}", _NO_SUCH_JOB):
        return _job(client.fine_tuning.jobs.retrieve(job_id))


def create(client: "OpenAI", new: NewJob, *, within_seconds: float) -> Job:
    """Create the job, asking once: the SDK's own repeats could buy a second one."""
    method: Any = {"type": new.method, new.method: dict(new.settings)}
    with translated("creating the fine-tuning job"):
        return _job(
            client.with_options(max_retries=0, timeout=within_seconds).fine_tuning.jobs.create(
                model=new.model,
                training_file=new.training_file,
                validation_file=new.validation_file,
                suffix=new.suffix,
                seed=new.seed,
                method=method,
                extra_body={"trainingType": new.training_type},
            )
        )


def cancel(client: "OpenAI", job_id: str) -> Job:
    with translated(f"cancelling fine-tuning job {job_id}"):
        return _job(client.fine_tuning.jobs.cancel(job_id))


def delete(client: "OpenAI", job_id: str) -> None:
    """Forget a finished job; its model stays.

    The v1 API has no such call: only the dated one has (authoring 2024-10-21).
    """
    dated = client.base_url.copy_with(path=client.base_url.path.replace("/openai/v1/", "/openai/"))
    with translated(f"deleting fine-tuning job {job_id}"):
        client.delete(
            f"{dated}fine_tuning/jobs/{job_id}",
            cast_to=object,
            options={"params": {"api-version": "2024-10-21"}},
        )


def pause(client: "OpenAI", job_id: str) -> Job:
    """Pause the job after its present step; it keeps a checkpoint (fine-tuning guide, 2026)."""
    with translated(f"pausing fine-tuning job {job_id}"):
        return _job(client.fine_tuning.jobs.pause(job_id))


def resume(client: "OpenAI", job_id: str) -> Job:
    with translated(f"resuming fine-tuning job {job_id}"):
        return _job(client.fine_tuning.jobs.resume(job_id))


def checkpoints(client: "OpenAI", job_id: str) -> list[Checkpoint]:
    with translated(f"listing the checkpoints of {job_id}"):
        found = client.fine_tuning.jobs.checkpoints.list(job_id)
        return [Checkpoint(c.id, c.step_number, c.fine_tuned_model_checkpoint) for c in found]


def events(client: "OpenAI", job_id: str, *, seen: frozenset[str] = frozenset()) -> list[Event]:
    """The events that are not in ``seen``, oldest first."""
    fresh = []
    with translated(f"reading the events of {job_id}"):
        for event in client.fine_tuning.jobs.list_events(job_id, limit=_PAGE):
            if event.id in seen:
                break
            fresh.append(_event(event))
    return fresh[::-1]


def _job(job: Any) -> Job:  # noqa: ANN401 - the SDK's FineTuningJob, plus Azure's own fields
    error = job.error
    return Job(
        id=job.id,
        status=job.status,
        model=job.model,
        created=job.created_at,
        training_file=job.training_file,
        validation_file=getattr(job, "validation_file", None),
        suffix=getattr(job, "suffix", None) or getattr(job, "user_provided_suffix", None),
        seed=getattr(job, "seed", None),
        fine_tuned_model=getattr(job, "fine_tuned_model", None),
        finished=getattr(job, "finished_at", None),
        trained_tokens=getattr(job, "trained_tokens", None),
        result_files=tuple(getattr(job, "result_files", None) or ()),
        hyperparameters=_hyperparameters(job),
        error=str(getattr(error, "message", None) or error or ""),
    )


def _hyperparameters(job: Any) -> dict[str, Any]:  # noqa: ANN401 - the SDK's FineTuningJob
    found = getattr(job, "hyperparameters", None)
    return found.to_dict() if found else {}


def _event(event: Any) -> Event:  # noqa: ANN401 - the SDK's FineTuningJobEvent
    data = event.data if isinstance(event.data, dict) else {}
    return Event(
        id=event.id,
        created=event.created_at,
        level=event.level,
        message=event.message,
        step=data.get("step"),
    )
