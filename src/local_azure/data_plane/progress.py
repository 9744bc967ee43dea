"""How far a fine-tuning job is: worked out from its document and the clock, never stored ahead.

Work is counted in seconds of the real service from the moment a job gets one of the running
places. `segments` are the stretches of calendar time in which work was done; a pause closes one
and a resumption opens the next. Phases: a minute of preprocessing, then `minutes` of which the
first twentieth loads data, the last 15 % evaluates the model, and the rest trains.
"""

import uuid
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from local_azure.provisioning import TIME_RESOLUTION
from local_azure.simulated_model.content_checks import evaluation_refusal
from local_azure.simulated_model.hyperparameters import Hyperparameters

# Of a resource; quotas-limits, 2026-02-17.
RUNNING_JOBS, RUNNING_DEVELOPER_JOBS = 3, 5  # at a time; the first: Standard and GlobalStandard
JOB_HOURS = 720
PENDING_WORK = 60.0
LOADING_SHARE, EVALUATION_SHARE = 0.05, 0.15
PAUSING_WORK, RESUMING_WORK = 60.0, 30.0
DEPLOYABLE_CHECKPOINTS = 3
STEPS_PER_EVENT = 10
COST_LIMIT, COST_PER_HOUR = 5000.0, 100.0  # dollars; reinforcement, Azure docs, o4-mini's example

Job = dict[str, Any]


@dataclass(frozen=True)
class Event:
    name: str  # what its id is made from
    at: float
    message: str
    level: str = "info"
    step: int | None = None


@dataclass(frozen=True)
class Checkpoint:
    id: str
    model: str
    step: int
    at: float


def identifier(prefix: str, job: Job, name: str) -> str:
    """The same id each time for the same thing of a job."""
    return f"{prefix}-{uuid.uuid5(uuid.UUID(hexadecimal(job)), f'{prefix} {name}').hex}"


def hexadecimal(job: Job) -> str:
    value: str = job["id"].removeprefix("ftjob-")
    return value


def fine_tuned_model(job: Job) -> str:
    """`<base>.ft-<the job's hexadecimal>`, with the suffix behind it if there is one."""
    suffix = f"-{job['suffix']}" if job.get("suffix") else ""
    return f"{job['base']}.ft-{hexadecimal(job)}{suffix}"


def hyperparameters(job: Job) -> Hyperparameters:
    return Hyperparameters(**job["resolved"])


def method(job: Job) -> str:
    return str((job.get("method") or {}).get("type", "supervised"))


def total_steps(job: Job) -> int:
    return hyperparameters(job).steps(job["examples"])


def checkpoint_names(job: Job, step: int) -> tuple[str, str]:
    """The id and the model name; the last step's model is the job's own."""
    model = fine_tuned_model(job)
    name = model if step == total_steps(job) else f"{model}:ckpt-step-{step}"
    return identifier("ftchkpt", job, f"step {step}"), name


class Timeline:
    """A job at one moment of the calendar."""

    def __init__(self, job: Job, now: float, speed: float) -> None:
        self.job = job
        self.now = now
        self._speed: float = job.get("speed", speed)
        self._segments: list[list[float | None]] = job.get("segments", [])
        self.total_steps = total_steps(job)
        length: float = job["minutes"] * 60
        self._training_begins = PENDING_WORK + LOADING_SHARE * length
        self._training_ends = PENDING_WORK + (1 - EVALUATION_SHARE) * length
        self._too_long = PENDING_WORK + length > JOB_HOURS * 3600
        whole = JOB_HOURS * 3600.0 if self._too_long else PENDING_WORK + length
        self._ends = PENDING_WORK if job.get("data_error") else whole

    @property
    def status(self) -> str:
        if self.job.get("cancelled") is not None:
            return "cancelled"
        if self.work >= self._ends:
            return "failed" if self.error else "succeeded"
        if self.work < PENDING_WORK:
            return "pending"
        return self._active_status()

    @property
    def error(self) -> str | None:
        """Why the job fails, or is going to."""
        if self.job.get("data_error"):
            return str(self.job["data_error"])
        if self._too_long:
            return f"The job ran for {JOB_HOURS} hours, the longest that a job may take."
        harms = self.job.get("evaluation_harms")
        return evaluation_refusal(tuple(harms)) if harms else None

    @property
    def work(self) -> float:
        """Seconds of work done by now, or by the time the job was cancelled."""
        until = min(self.now, self.job.get("cancelled") or inf)
        done = 0.0
        for start, end in self._stretches():
            done += max(0.0, min(end, until) - start) * self._speed
        return done + TIME_RESOLUTION * max(1.0, self._speed) if self._segments else 0.0

    @property
    def finished_at(self) -> float | None:
        """When the job came to its end; None before that."""
        cancelled: float | None = self.job.get("cancelled")
        if cancelled is not None:
            return cancelled
        return self.time_of(self._ends) if self.work >= self._ends else None

    @property
    def estimated_finish(self) -> float | None:
        time = self.time_of(self._ends)
        return time if self.work >= PENDING_WORK and time < inf else None

    @property
    def training_began(self) -> bool:
        return self.work >= self._training_begins and not self.job.get("data_error")

    @property
    def steps_done(self) -> int:
        if not self.training_began:
            return 0
        share = (self.work - self._training_begins) / self._training_length
        return min(self.total_steps, int(share * self.total_steps + TIME_RESOLUTION))

    def releases_place_at(self) -> float:
        """When this job's running place becomes free, as far as one can tell now."""
        return min(self.time_of(self._ends), self.job.get("cancelled") or inf)

    def time_of(self, work: float) -> float:
        """The calendar time at which so much work was or will be done; infinite while paused."""
        for start, end in self._stretches():
            if start + work / self._speed <= end:
                return start + work / self._speed
            work -= (end - start) * self._speed
        return inf

    def reaches_cost_at(self) -> float:
        """When the training has cost so much that it is paused; infinite if it ends before."""
        work = self._training_begins + COST_LIMIT / COST_PER_HOUR * 3600
        return self.time_of(work) if work < self._training_ends else inf

    def events(self) -> list[Event]:
        """Those that have happened, newest first."""
        return list(self._events())[::-1]

    def checkpoints(self) -> list[Checkpoint]:
        """The last three, newest first: the ends of epochs, and where the job was paused."""
        per_epoch = self.total_steps // hyperparameters(self.job).n_epochs
        ends = range(per_epoch, self.total_steps + 1, per_epoch)
        steps = sorted({*ends, *self.job.get("paused_steps", ())})
        reached = steps[: bisect_right(steps, self.steps_done)]
        return [self._checkpoint(step) for step in reached[-DEPLOYABLE_CHECKPOINTS:][::-1]]

    def _checkpoint(self, step: int) -> Checkpoint:
        identity, model = checkpoint_names(self.job, step)
        return Checkpoint(identity, model, step, self.time_of(self._work_of_step(step)))

    def _active_status(self) -> str:
        start, end = self._stretches()[-1]
        if start > self.now:
            return "resuming"
        if end == inf:
            return "running"
        return "pausing" if (self.now - end) * self._speed < PAUSING_WORK else "paused"

    def _stretches(self) -> list[tuple[float, float]]:
        return [(start or 0.0, inf if end is None else end) for start, end in self._segments]

    @property
    def _training_length(self) -> float:
        return self._training_ends - self._training_begins

    def _work_of_step(self, step: int) -> float:
        return self._training_begins + step / self.total_steps * self._training_length

    def _events(self) -> Iterator[Event]:
        queued = "Job enqueued. Waiting for jobs ahead to complete."
        yield Event("queued", self.job["created"], queued)
        done = self.work
        for work, event in self._working_events():
            if work <= done:
                yield replace(event, at=min(self.time_of(work), self.now))

    def _working_events(self) -> Iterator[tuple[float, Event]]:
        """Each event with the work after which it comes; its own time is not yet known."""
        for number, (work, message) in enumerate(self._messages()):
            yield work, Event(f"message {number}", 0.0, message)
        if self.job.get("data_error"):
            yield self._ends, Event("failed", 0.0, str(self.error), "error")
            return
        for step in range(STEPS_PER_EVENT, self.total_steps + 1, STEPS_PER_EVENT):
            yield self._work_of_step(step), Event(f"step {step}", 0.0, "", step=step)
        yield self._training_ends, Event("trained", 0.0, "Job succeeded.")
        if self.error:
            yield self._ends, Event("failed", 0.0, self.error, "error")
            return
        results = f"Completed results file: {self.job['result_file']}"
        tokens = trained_tokens(self.job)
        billed = [] if tokens is None else [f"Training tokens billed: {tokens}"]
        for message in ("Model Evaluation Passed.", results, *billed):
            yield self._ends, Event(message, 0.0, message)

    def _messages(self) -> Iterator[tuple[float, str]]:
        preprocessing, job_started = PENDING_WORK / 6, PENDING_WORK
        yield preprocessing, "Preprocessing running for file training file."
        if self.job.get("data_error"):
            return
        yield preprocessing * 4, "Preprocessing completed for file training file."
        if self.job.get("validation_file"):
            yield preprocessing * 5, "Preprocessing completed for file validation file."
        loading = self._training_begins - job_started
        yield job_started, "Job started."
        yield job_started + loading * 0.1, "Data Import started."
        yield job_started + loading * 0.4, "Finetuning started."
        yield job_started + loading * 0.5, "Job queued, waiting for GPUs."
        yield self._training_begins, "Training started."
        yield self._training_begins, f"Created results file: {self.job['result_file']}"


def trained_tokens(job: Job) -> int | None:
    """None for a reinforcement, which is billed by the hour."""
    if method(job) == "reinforcement":
        return None
    return int(job["tokens"] * hyperparameters(job).n_epochs)


def advance(jobs: list[Job], now: float, speed: float) -> list[Job]:
    """Gives free places to the jobs that wait, in order, and seals those that have ended.

    `jobs` are one resource's that were not sealed before, oldest first; returns those it changed.
    """
    developer = [job for job in jobs if job["training_type"] == "DeveloperTier"]
    others = [job for job in jobs if job["training_type"] != "DeveloperTier"]
    started = [
        *_placed(others, RUNNING_JOBS, now, speed),
        *_placed(developer, RUNNING_DEVELOPER_JOBS, now, speed),
    ]
    paused = [job for job in jobs if _paused_by_cost(job, now, speed)]
    ended = []
    for job in jobs:
        timeline = Timeline(job, now, speed)
        if "ended" not in job and timeline.finished_at is not None:
            job.update(speed=speed, ended=timeline.status, ended_at=timeline.finished_at)
            ended.append(job)
    return [job for job in jobs if job in started or job in paused or job in ended]


def _paused_by_cost(job: Job, now: float, speed: float) -> bool:
    """Whether the job just came to the cost at which a reinforcement is paused, once."""
    if method(job) != "reinforcement" or "segments" not in job or "cost_paused_at" in job:
        return False
    at = Timeline(job, now, speed).reaches_cost_at()
    if at > min(now, job.get("cancelled") or inf):
        return False
    *before, [start, _] = job["segments"]
    steps = {*job.get("paused_steps", ()), Timeline(job, at, speed).steps_done}
    job.update(segments=[*before, [start, at]], cost_paused_at=at, paused_steps=sorted(steps - {0}))
    return True


def _placed(jobs: list[Job], places: int, now: float, speed: float) -> list[Job]:
    """Those that begin."""
    begun = []
    for job in jobs:
        if "segments" not in job and job.get("cancelled") is None:
            start = max(job["created"], _place_free_at(jobs, places, now, speed))
            if start > now:
                break
            job["segments"] = [[start, None]]
            begun.append(job)
    return begun


def _place_free_at(jobs: list[Job], places: int, now: float, speed: float) -> float:
    started = (job for job in jobs if "segments" in job)
    free = sorted(Timeline(job, now, speed).releases_place_at() for job in started)
    return free[-places] if len(free) >= places else 0.0
