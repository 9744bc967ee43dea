"""What is left to do for a training, decided from what exists in Azure; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import PAUSED, RUNNING, Job


@dataclass(frozen=True)
class Names:
    """What carries the content key in Azure."""

    model: str
    suffix: str
    training_file: str
    validation_file: str


@dataclass(frozen=True)
class Adopt:
    """The training exists already: running, paused or succeeded."""

    job: Job


@dataclass(frozen=True)
class Refuse:
    """The training was tried and did not succeed; doing it again must be asked for."""

    job: Job


@dataclass(frozen=True)
class Create:
    """A new job is due; files that are there already are taken as they are."""

    training_file: UploadedFile | None
    validation_file: UploadedFile | None


def decide(
    names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile], *, retry: bool = False
) -> Adopt | Refuse | Create:
    """Never a second job for a key that has a live one; after a failure only with ``retry``."""
    known = matching(names, jobs, files)
    live = [job for job in known if job.status in RUNNING | PAUSED | {"succeeded"}]
    if live:
        return Adopt(min(live, key=_progress))
    if known and not retry:
        return Refuse(max(known, key=lambda job: job.created))
    return Create(
        training_file=_usable(files, names.training_file),
        validation_file=_usable(files, names.validation_file),
    )


def matching(names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> list[Job]:
    """The jobs that carry the key: by suffix, or by training file where no suffix is reported."""
    file_ids = {file.id for file in files if file.name == names.training_file}
    return [
        job
        for job in jobs
        if job.model == names.model
        and (job.suffix == names.suffix or (not job.suffix and job.training_file in file_ids))
    ]


def _progress(job: Job) -> tuple[int, int]:
    """Sorts a job that succeeded first, then the oldest."""
    return (0 if job.status == "succeeded" else 1, job.created)


def _usable(files: Sequence[UploadedFile], name: str) -> UploadedFile | None:
    usable = [
        file for file in files if file.name == name and file.status not in {"error", "deleted"}
    ]
    return min(usable, key=lambda file: file.created, default=None)
