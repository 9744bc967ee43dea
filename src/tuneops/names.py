"""The names in Azure that carry the content key."""

from dataclasses import dataclass

from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.config_types import KEY_DIGITS


def short(key: str) -> str:
    """The part of the key that fits into names and suffixes."""
    return key[:KEY_DIGITS]


def suffix(config: Config, key: str) -> str:
    return f"{config.fine_tuning.suffix}-{short(key)}"


def file_name(config: Config, part: str, key: str) -> str:
    """The name under which the ``training``, ``validation`` or ``claim`` file is uploaded."""
    return f"{config.product}-{part}-{short(key)}.jsonl"


@dataclass(frozen=True)
class Names:
    """What carries the content key in Azure; claims are names that start with ``claim``.

    ``model`` is what a job reports as its base; None where that is not known beforehand.
    """

    model: str | None
    suffix: str
    training_file: str
    validation_file: str
    claim: str


def names_of(config: Config, key: str) -> Names:
    return Names(
        model=config.base.reported_model,
        suffix=suffix(config, key),
        training_file=file_name(config, "training", key),
        validation_file=file_name(config, "validation", key),
        claim=file_name(config, "claim", key),
    )


def is_file_of_product(config: Config, name: str) -> bool:
    """Whether a file was uploaded for one of the product's contents."""
    stem, _, key = name.removesuffix(".jsonl").rpartition("-")
    parts = {f"{config.product}-{part}" for part in ("training", "validation", "claim")}
    return stem in parts and len(key) == KEY_DIGITS


def is_of_product(config: Config, job: Job) -> bool:
    """Whether the job's suffix is this product's, followed by a content key."""
    stem, _, key = (job.suffix or "").rpartition("-")
    return stem == config.fine_tuning.suffix and len(key) == KEY_DIGITS
