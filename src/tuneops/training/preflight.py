"""What costs nothing to find out before a job is created; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuneops import pricing
from tuneops.azure.catalog import TRAINING_TYPES, CatalogModel
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import AzureRefusedError, QuotaError, UnsupportedError
from tuneops.limits import (
    AUTO_EPOCHS,
    MAX_BILLED_TOKENS,
    MAX_FILES_BYTES_PER_RESOURCE,
    MAX_FILES_PER_RESOURCE,
    MAX_JOBS_PER_RESOURCE,
    MAX_QUEUED_JOBS,
)

_ALSO_CALLED = {"developertier": "Developer"}
_NEW_FILES = 3  # training, validation and the claim
_QUEUED = frozenset({"pending", "queued", "validating_files"})


@dataclass(frozen=True)
class Training:
    """What is about to be trained: tokens of the training file, bytes of both files."""

    tokens: int
    size: int


def check_cost(config: Config, training: Training) -> None:
    """Raises: AzureRefusedError where the estimate is over the configured limit."""
    limit, dollars = config.fine_tuning.max_training_cost, pricing.estimate(config, training.tokens)
    if limit is None or dollars is None or dollars <= limit:
        return
    raise AzureRefusedError(
        f"{estimate(config, training)}; fine_tuning.max_training_cost is {limit:.2f}.",
        remedy="Train on less, set n_epochs lower, or raise the limit in the configuration.",
    )


def estimate(config: Config, training: Training) -> str:
    """What the training is expected to cost, and what that stands on."""
    if pricing.is_by_the_hour(config):
        return pricing.by_the_hour(config)
    dollars = pricing.estimate(config, training.tokens)
    chosen = config.fine_tuning.hyperparameters.n_epochs
    assumed = f" (auto, taken as {AUTO_EPOCHS})" if chosen == "auto" else ""
    about = "an unknown price" if dollars is None else f"about {dollars:.2f} USD"
    times = f"{pricing.epochs(config)} epochs{assumed}"
    return f"Training {training.tokens:,} tokens for {times} costs {about}"


def check_training_type(config: Config, model: CatalogModel) -> None:
    """Raises: UnsupportedError where the region trains the model, but not as this type.

    A type that the catalogue has no word for is left to the service.
    """
    wanted = config.fine_tuning.training_type
    known = {name.lower(): name for name in TRAINING_TYPES.values()} | _ALSO_CALLED
    asked = known.get(wanted.lower())
    if asked is None or not model.training_types or asked in model.training_types:
        return
    raise UnsupportedError(
        f"{model.full_name} does not train as {wanted} in {config.azure.region}.",
        remedy="Set fine_tuning.training_type to one of: "
        f"{', '.join(sorted(model.training_types))}; or train in another region.",
    )


def check_size(config: Config, training: Training) -> None:
    """Raises: QuotaError where Azure takes no job that large."""
    billed = training.tokens * pricing.epochs(config)
    if billed > MAX_BILLED_TOKENS:
        raise QuotaError(
            f"Tokens times epochs are {billed:,}; Azure takes {MAX_BILLED_TOKENS:,} a job.",
            remedy="Train on less, or set n_epochs lower.",
        )


def check_room(training: Training, jobs: Sequence[Job], files: Sequence[UploadedFile]) -> None:
    """Raises: QuotaError where the account holds no more files or jobs."""
    size = sum(file.size for file in files) + training.size
    queued = sum(job.status in _QUEUED for job in jobs)
    for used, limit, what in (
        (len(files) + _NEW_FILES, MAX_FILES_PER_RESOURCE, "files"),
        (size, MAX_FILES_BYTES_PER_RESOURCE, "bytes of files"),
        (len(jobs) + 1, MAX_JOBS_PER_RESOURCE, "fine-tuning jobs"),
        (queued + 1, MAX_QUEUED_JOBS, "queued fine-tuning jobs"),
    ):
        if used > limit:
            raise QuotaError(
                f"The account would hold {used:,} {what}; Azure takes {limit:,}.",
                remedy="Delete what nobody needs (cleanup.py plan shows it), or wait.",
            )
