"""What is left to do for a training, decided from what exists in Azure; no I/O.

Azure has no idempotency key for a fine-tuning job, so whoever wants to create one claims the
content first: a tiny uploaded file, named after the content key. The oldest live claim creates;
everybody else waits for its job and adopts it. A claim that is older than its lease belongs to a
run that died.

Lists may lag behind creations. So a claim counts once it is listed, for then all older ones are;
its owner creates in the first half of its lease, and the other half is the job's to be listed in.
A request that takes effect later still makes a second job. So whoever created after a claim of
another run looks again for a whole lease, and cancels the younger of two jobs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import PAUSED, RUNNING, Job
from tuneops.names import Names

LIVE = RUNNING | PAUSED | {"succeeded"}
SETTLE_SECONDS = 2.0  # listed for so long: times are whole seconds, and claims of one must all show
_GONE = frozenset({"error", "deleted"})


@dataclass(frozen=True)
class Adopt:
    """The training exists already: running, paused or succeeded."""

    job: Job


@dataclass(frozen=True)
class Refuse:
    """The training was tried and did not succeed; doing it again must be asked for."""

    job: Job


@dataclass(frozen=True)
class Upload:
    """The files have to be there, and processed, before anybody claims."""

    training_file: UploadedFile | None
    validation_file: UploadedFile | None


@dataclass(frozen=True)
class Claim:
    """The files are there: claim the content."""


@dataclass(frozen=True)
class Wait:
    """Somebody else claimed the content, or our own claim has yet to settle."""

    claim: UploadedFile


@dataclass(frozen=True)
class Create:
    """The content is ours to train, if the request is over in ``within_seconds``."""

    training_file: UploadedFile
    validation_file: UploadedFile
    within_seconds: float


Decision = Adopt | Refuse | Upload | Claim | Wait | Create


@dataclass(frozen=True)
class Claimant:
    """Who asks: its own claim if it made one, and the seconds that a lease lasts.

    ``listed`` is Azure's time at which the claim was first seen in a list.
    """

    claim: UploadedFile | None
    lease_seconds: float
    retry: bool = False
    listed: float | None = None

    def claims(self, claim: UploadedFile) -> "Claimant":
        return replace(self, claim=claim, listed=None)

    def saw(self, files: Sequence[UploadedFile], now: float) -> "Claimant":
        """After a look at the list of files."""
        mine = self.claim
        if mine is None or self.listed is not None or all(file.id != mine.id for file in files):
            return self
        return replace(self, listed=now)


def decide(
    names: Names,
    jobs: Sequence[Job],
    files: Sequence[UploadedFile],
    claimant: Claimant,
    now: float,
) -> Decision:
    """The next step; ``now`` is Azure's clock, in seconds since 1970.

    Never a second job for a key that has a live one; after a failure only with ``retry``.
    """
    known = matching(names, jobs, files)
    if live := oldest(names, jobs, files):
        return Adopt(live)
    if known and not claimant.retry:
        return Refuse(max(known, key=lambda job: job.created))
    training, validation = usable(files, names.training_file), usable(files, names.validation_file)
    if training is None or validation is None:
        return Upload(training, validation)
    return _claimed(claims(names, files), claimant, now) or Create(
        training, validation, _left(claimant, now)
    )


def matching(names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> list[Job]:
    """The jobs that carry the key: by suffix, or by training file where no suffix is reported."""
    file_ids = {file.id for file in files if file.name == names.training_file}
    return [
        job
        for job in jobs
        if names.model in (None, job.model)
        and (job.suffix == names.suffix or (not job.suffix and job.training_file in file_ids))
    ]


def claims(names: Names, files: Sequence[UploadedFile]) -> list[UploadedFile]:
    """All claims of the content, the oldest first; equal seconds are ordered by id."""
    found = [file for file in files if file.name == names.claim and file.status != "deleted"]
    return sorted(found, key=lambda file: (file.created, file.id))


def took_over(names: Names, files: Sequence[UploadedFile], claimant: Claimant) -> bool:
    """Whether another run claimed the content before: its request may still take effect."""
    mine = claimant.claim
    return mine is not None and any(
        claim.id != mine.id and (claim.created, claim.id) < (mine.created, mine.id)
        for claim in claims(names, files)
    )


def oldest(names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> Job | None:
    """The live job of this content that everybody adopts."""
    live = (job for job in matching(names, jobs, files) if job.status in LIVE)
    return min(live, key=_progress, default=None)


def duplicates(names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> list[Job]:
    """The jobs of this content that run beside the one that everybody adopts."""
    kept = oldest(names, jobs, files)
    running = (job for job in matching(names, jobs, files) if job.status in RUNNING | PAUSED)
    return [job for job in running if kept is not None and job.id != kept.id]


def surplus(names: Names, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> list[UploadedFile]:
    """The files of this content that no job of it needs, once it has a live job."""
    known = matching(names, jobs, files)
    needed = {job.training_file for job in known} | {job.validation_file for job in known}
    ours = {names.training_file, names.validation_file, names.claim}
    return [file for file in files if file.name in ours and file.id not in needed]


def usable(files: Sequence[UploadedFile], name: str) -> UploadedFile | None:
    found = [file for file in files if file.name == name and file.status not in _GONE]
    return min(found, key=lambda file: (file.created, file.id), default=None)


def _claimed(found: Sequence[UploadedFile], claimant: Claimant, now: float) -> Claim | Wait | None:
    """What the claims leave to do; None where the content is this claimant's to train."""
    mine = claimant.claim
    alive = [file for file in found if now - file.created <= claimant.lease_seconds]
    if mine is None or _left(claimant, now) <= 0:
        others = [file for file in alive if mine is None or file.id != mine.id]
        return Wait(others[0]) if others else Claim()
    settled = claimant.listed is not None and now - claimant.listed >= SETTLE_SECONDS
    if not alive or alive[0].id != mine.id or not settled:
        return Wait(alive[0] if alive else mine)
    return None


def _left(claimant: Claimant, now: float) -> float:
    """Seconds for which the claimant may act on its claim."""
    age = now - claimant.claim.created if claimant.claim else claimant.lease_seconds
    return claimant.lease_seconds / 2 - age


def _progress(job: Job) -> tuple[int, int, str]:
    """Sorts a job that succeeded first, then the oldest; of one second by id."""
    return (0 if job.status == "succeeded" else 1, job.created, job.id)
