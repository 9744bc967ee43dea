"""Old files and jobs make room for a new training, when an account is nearly full."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuneops import tags
from tuneops.azure import deployments, files, jobs
from tuneops.azure.account import Foundry
from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, Job
from tuneops.config import Config
from tuneops.errors import QuotaError
from tuneops.names import is_of_product
from tuneops.training.preflight import check_room

if TYPE_CHECKING:
    from tuneops.training.preflight import Training

_PARTS = ("training", "validation", "claim")


@dataclass(frozen=True)
class Spare:
    """What nobody needs any more."""

    jobs: tuple[Job, ...]
    files: tuple[UploadedFile, ...]


def make_room(
    config: Config, foundry: Foundry, training: "Training", narrate: Callable[[str], None]
) -> None:
    """Delete what is spare, if the account could not take the training otherwise.

    Raises:
        QuotaError: There is not enough to delete.
    """
    known, listed = jobs.list_all(foundry.client), files.list_all(foundry.client)
    try:
        check_room(training, known, listed)
    except QuotaError:
        deployed = deployments.list_all(foundry.session, foundry.account)
        going = spare(config, known, listed, deployed)
        narrate(f"The account is full: removing {len(going.jobs)} jobs, {len(going.files)} files.")
        for job in going.jobs:
            jobs.delete(foundry.client, job.id)
        for file in going.files:
            files.delete_if_there(foundry.client, file.id)
        left_jobs = [job for job in known if job not in going.jobs]
        check_room(training, left_jobs, [file for file in listed if file not in going.files])


def spare(
    config: Config,
    known: Sequence[Job],
    listed: Sequence[UploadedFile],
    deployed: Sequence[Deployment],
) -> Spare:
    """Finished jobs of this product, and files of theirs, that no deployment stands on; no I/O.

    A job that succeeded after the newest deployed one may be waiting for its release: it stays.
    """
    keys = _keys_in_use(deployed)
    ours = [job for job in known if is_of_product(config, job)]
    since = max((job.created for job in ours if _key(job) in keys), default=0)
    going = tuple(job for job in ours if _is_spare(job, keys, since))
    needed = keys | {_key(job) for job in ours if job not in going}
    names = {
        f"{config.product}-{part}-{_key(job)}.jsonl"
        for job in going
        if _key(job) not in needed
        for part in _PARTS
    }
    return Spare(going, tuple(file for file in listed if file.name in names))


def _is_spare(job: Job, keys: frozenset[str], since: int) -> bool:
    if job.status not in FINAL or _key(job) in keys:
        return False
    return job.status != "succeeded" or job.created < since


def _key(job: Job) -> str:
    return (job.suffix or "").rpartition("-")[2]


def _keys_in_use(deployed: Sequence[Deployment]) -> frozenset[str]:
    names = (tags.KEY, tags.PREVIOUS_KEY)
    return frozenset(d.tags[name] for d in deployed for name in names if name in d.tags)
