"""Follow a job to its end: its events as they come, and how far it is."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuneops.azure import jobs
from tuneops.azure.jobs import FINAL, PAUSED, Event, Job
from tuneops.errors import (
    CredentialsError,
    JobFailedError,
    StillRunningError,
    TuneopsError,
    UndecidedError,
)
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from openai import OpenAI

ERROR_BUDGET = 20


@dataclass(frozen=True)
class Progress:
    """Fresh events, oldest first, and the last trained step of so many in all (None: unknown).

    ``seconds_left`` of the training is reckoned from the pace of its steps; None until two are
    seen.
    """

    job: Job
    events: list[Event]
    step: int
    total_steps: int | None
    seconds_left: float | None = None


def wait(
    client: "OpenAI",
    job_id: str,
    *,
    examples: int,
    within_seconds: float | None,
    show: Callable[[Progress], None],
) -> Job:
    """Wait until the job has succeeded; faults of the connection are borne, up to a budget.

    Raises:
        JobFailedError: The service ended the job; its own words are in the message.
        StillRunningError: The time is over; the job goes on.
        UndecidedError: Somebody paused the job.
    """
    watch = _Watch(client, job_id, examples)
    for _ in attempts(within_seconds):
        progress = watch.look()
        if progress is None:
            continue
        show(progress)
        if progress.job.status in FINAL | {"paused"}:
            return _ended(progress.job)
    raise StillRunningError(
        f"Job {job_id} is still running.",
        remedy="Nothing is lost: run 'fine_tune.py wait' again, or let reconcile.py pick it up.",
    )


class _Watch:
    def __init__(self, client: "OpenAI", job_id: str, examples: int) -> None:
        self._client = client
        self._job_id = job_id
        self._examples = examples
        self._seen: frozenset[str] = frozenset()
        self._steps: list[tuple[int, int]] = []
        self._errors_left = ERROR_BUDGET

    def look(self) -> Progress | None:
        """The job with its fresh events; None where this look failed and another may not."""
        try:
            job = jobs.get(self._client, self._job_id)
            fresh = jobs.events(self._client, self._job_id, seen=self._seen)
        except TuneopsError as error:
            self._errors_left -= 1
            if not _may_pass(error) or not self._errors_left:
                raise
            return None
        self._seen |= {event.id for event in fresh}
        self._steps += [(event.step, event.created) for event in fresh if event.step]
        total = total_steps(job, self._examples)
        step = max((step for step, _ in self._steps), default=0)
        if job.status == "succeeded":
            step = total or step
        return Progress(job, fresh, step, total, seconds_left(self._steps, total))


def seconds_left(steps: Sequence[tuple[int, int]], total: int | None) -> float | None:
    """Seconds that the rest takes at the pace so far; ``steps`` have the time that each came at."""
    if total is None or not steps:
        return None
    (first, began), (last, now) = min(steps), max(steps)
    if last == first:
        return None
    return max(0, total - last) * (now - began) / (last - first)


def _may_pass(error: TuneopsError) -> bool:
    """Faults do, and so does a token that expired: the next look brings another."""
    return isinstance(error, CredentialsError) or error.exit_code == TuneopsError.exit_code


def total_steps(job: Job, examples: int) -> int | None:
    """Steps of the whole training; None until the service has chosen batch size and epochs."""
    batch, epochs = (job.hyperparameters.get(name) for name in ("batch_size", "n_epochs"))
    if not isinstance(batch, int) or not isinstance(epochs, int) or batch < 1 or epochs < 1:
        return None
    return math.ceil(examples / batch) * epochs


def _ended(job: Job) -> Job:
    if job.status == "succeeded":
        return job
    if job.status in PAUSED:
        raise UndecidedError(
            f"Job {job.id} is paused.",
            remedy=f"Go on with 'fine_tune.py resume --job {job.id}', or cancel it.",
        )
    if job.status == "cancelled":
        raise JobFailedError(
            f"Job {job.id} was cancelled.",
            remedy="Run 'fine_tune.py submit --retry' to train again.",
        )
    raise JobFailedError(
        f"Job {job.id} failed: {job.error or 'the service gives no reason'}",
        remedy="Mend what the service names in the data or the configuration, then submit again.",
    )
