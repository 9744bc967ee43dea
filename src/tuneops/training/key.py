"""The content key: one name for one training, whoever asks for it and however often."""

import hashlib
import json
from pathlib import Path

from tuneops.config import KEY_DIGITS, Config
from tuneops.dataset.canonical import canonical_bytes

METHOD = "supervised"


def content_key(config: Config, root: Path = Path()) -> str:
    """SHA-256 (64 hex digits) over everything that decides what a training yields.

    The canonical bytes of both files, the base model and its version, the method, the
    hyperparameters, the training type, and the seed if it is fixed.
    """
    tuning = config.fine_tuning
    decisive = {
        "training": _digest(root / config.data.training),
        "validation": _digest(root / config.data.validation),
        "model": config.base.dated_name,
        "method": METHOD,
        "hyperparameters": tuning.hyperparameters.model_dump(),
        "training_type": tuning.training_type.lower(),
        "seed": None if tuning.seed == "random" else tuning.seed,
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def short(key: str) -> str:
    """The part of the key that fits into names and suffixes."""
    return key[:KEY_DIGITS]


def suffix(config: Config, key: str) -> str:
    return f"{config.fine_tuning.suffix}-{short(key)}"


def file_name(config: Config, part: str, key: str) -> str:
    """The name under which the ``training``, ``validation`` or ``claim`` file is uploaded."""
    return f"{config.product}-{part}-{short(key)}.jsonl"


def _digest(path: Path) -> str:
    return hashlib.sha256(canonical_bytes(path)).hexdigest()
