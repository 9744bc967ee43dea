"""Submit a training once: adopt what exists, else upload and create."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tuneops.azure import catalog, files, jobs
from tuneops.azure.account import Foundry
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job, NewJob
from tuneops.config import Config
from tuneops.dataset import scan
from tuneops.dataset.canonical import canonical_bytes
from tuneops.dataset.findings import Severity
from tuneops.errors import FindingsError, JobFailedError, TuneopsError
from tuneops.provision import preflight
from tuneops.training import key as content
from tuneops.training.lookup import names_of
from tuneops.training.plan import Adopt, Create, Refuse, decide

_SEEDS = 2**31


@dataclass(frozen=True)
class Submission:
    """A job that trains this content, and whether this run created it; the key has 64 digits."""

    job: Job
    key: str
    created: bool


Narrate = Callable[[str], None]


def look(config: Config, foundry: Foundry, key: str, *, retry: bool) -> Adopt | Refuse | Create:
    """What is left to do, from what exists in Azure now."""
    return decide(
        names_of(config, key),
        jobs.list_all(foundry.client),
        files.list_all(foundry.client),
        retry=retry,
    )


def submit(config: Config, foundry: Foundry, *, retry: bool, narrate: Narrate) -> Submission:
    """The job that trains the product's present content.

    Raises:
        JobFailedError: A job with this content failed before, and ``retry`` is not given; or the
            service refuses a file.
        FindingsError: The data has errors; nothing is uploaded.
        LifecycleError: The region does not train the base model any more.
    """
    key = content.content_key(config)
    decision = look(config, foundry, key, retry=retry)
    if isinstance(decision, Adopt):
        narrate(f"Content {content.short(key)} has job {decision.job.id}: nothing to create.")
        return Submission(decision.job, key, created=False)
    if isinstance(decision, Refuse):
        raise _tried_before(decision.job)
    _check(config, foundry)
    new = _prepare(config, foundry, key, decision, narrate)
    return _create_once(config, foundry, key, new, narrate)


def _check(config: Config, foundry: Foundry) -> None:
    """What costs nothing to find out before anything is uploaded."""
    errors = [f for f in scan.check_product(config).findings if f.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        raise FindingsError(
            f"The data has {len(errors)} errors, first {first.file}:{first.line}: {first.message}",
            remedy="Run 'validate_data.py check' for all of them, and mend the files.",
        )
    offered = catalog.models(foundry.session, config.azure.region)
    preflight.check_model(config, offered, datetime.now(UTC))


def _prepare(
    config: Config, foundry: Foundry, key: str, decision: Create, narrate: Narrate
) -> NewJob:
    names = names_of(config, key)
    training = decision.training_file or _upload(
        foundry, names.training_file, config.data.training, narrate
    )
    validation = decision.validation_file or _upload(
        foundry, names.validation_file, config.data.validation, narrate
    )
    for file in (training, validation):
        files.wait_until_processed(foundry.client, file.id)
    tuning = config.fine_tuning
    return NewJob(
        model=names.model,
        training_file=training.id,
        validation_file=validation.id,
        suffix=names.suffix,
        seed=secrets.randbelow(_SEEDS) if tuning.seed == "random" else tuning.seed,
        training_type=tuning.training_type,
        hyperparameters=tuning.hyperparameters.model_dump(),
    )


def _upload(foundry: Foundry, name: str, path: Path, narrate: Narrate) -> UploadedFile:
    narrate(f"Uploading {path} as {name}.")
    return files.upload(foundry.client, name, canonical_bytes(path))


def _create_once(
    config: Config, foundry: Foundry, key: str, new: NewJob, narrate: Narrate
) -> Submission:
    """Create the job; when the answer is lost, look whether it was created all the same."""
    narrate(f"Creating the job: {new.model}, suffix {new.suffix}, seed {new.seed}.")
    try:
        return Submission(jobs.create(foundry.client, new), key, created=True)
    except TuneopsError as error:
        found = look(config, foundry, key, retry=False)
        if not isinstance(found, Adopt) or error.exit_code != TuneopsError.exit_code:
            raise
        narrate(f"The answer was lost, but the job exists: {found.job.id}.")
        return Submission(found.job, key, created=True)


def _tried_before(job: Job) -> JobFailedError:
    return JobFailedError(
        f"Job {job.id} with exactly this content is {job.status}: {job.error or 'no reason given'}",
        remedy="Change the data as the message says, or try the same again with --retry.",
    )
