"""What a product's jobs and deployments call for, decided from what was read; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tuneops.azure.jobs import RUNNING, Job

_PENDING = frozenset({"pending", "queued", "validating_files"})


@dataclass(frozen=True)
class Attention:
    """The newest job, if its release or a person is due; and the jobs that are not done.

    ``running`` are all that will end by themselves, ``waiting`` those of them that have not begun
    for too long. A paused job is in neither: it waits for a person.
    """

    release: Job | None = None
    failed: Job | None = None
    running: tuple[Job, ...] = ()
    waiting: tuple[Job, ...] = ()


def attention(
    jobs: Sequence[Job],
    released: frozenset[str],
    *,
    now: float,
    patience: timedelta,
) -> Attention:
    """What to do about a product's jobs; ``released`` are job ids that are or were deployed.

    Only the newest job counts: what an older one left has been overtaken.
    """
    newest = max(jobs, key=lambda job: job.created, default=None)
    overdue = patience.total_seconds()
    return Attention(
        release=newest if _is_unreleased(newest, released) else None,
        failed=newest if newest is not None and newest.status == "failed" else None,
        running=tuple(job for job in jobs if job.status in RUNNING),
        waiting=tuple(
            job for job in jobs if job.status in _PENDING and now - job.created > overdue
        ),
    )


def _is_unreleased(job: Job | None, released: frozenset[str]) -> bool:
    return job is not None and job.status == "succeeded" and job.id not in released
