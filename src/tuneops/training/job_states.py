"""What a job's status lets one do: cancel, pause, resume, or read what it trained; no I/O."""

from dataclasses import dataclass

from tuneops.azure.jobs import FINAL, PAUSED, RUNNING, Job
from tuneops.errors import PreconditionError, StillRunningError, TuneopsError


@dataclass(frozen=True)
class JobChange:
    """Statuses from which it can be made, and those in which nothing is left to do."""

    possible: frozenset[str]
    done: frozenset[str]
    past: str


# Azure pauses a job that runs, once it has trained a step (fine-tuning guide, 2026).
_CHANGES = {
    "cancel": JobChange(RUNNING | PAUSED, FINAL, "cancelled"),
    "pause": JobChange(frozenset({"running"}), PAUSED, "paused"),
    "resume": JobChange(frozenset({"paused"}), RUNNING, "resumed"),
}


def is_to_do(name: str, job: Job) -> bool:
    """Whether the change is left to do.

    Raises:
        PreconditionError: The job's status does not let it.
    """
    change = _CHANGES[name]
    if job.status in change.possible or job.status in change.done:
        return job.status in change.possible
    only = ", ".join(sorted(change.possible))
    raise PreconditionError(
        f"Job {job.id} is {job.status}: it cannot be {change.past}.",
        remedy=f"That works while a job is {only}; 'fine_tune.py status' shows how it stands.",
    )


def without_result(job: Job, lacks: str) -> TuneopsError:
    """Why a job has not what is asked of it, and what to do; ``lacks`` completes "It has no …"."""
    if job.status in PAUSED:
        return StillRunningError(
            f"Job {job.id} is {job.status}: it has no {lacks}.",
            remedy=f"Take it up again with 'fine_tune.py resume --job {job.id}', or end it with "
            "'fine_tune.py cancel'.",
        )
    if job.status in FINAL:
        reason = f" Azure says: {job.error}" if job.error else ""
        return PreconditionError(
            f"Job {job.id} is {job.status}: it has no {lacks}, and will have none.{reason}",
            remedy="Mend the cause and run 'fine_tune.py submit --retry'.",
        )
    return StillRunningError(
        f"Job {job.id} is {job.status}: it has no {lacks} yet.",
        remedy=f"Run 'fine_tune.py wait --job {job.id}', then try again.",
    )
