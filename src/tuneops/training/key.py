"""The content key: one name for one training, whoever asks for it and however often."""

import hashlib
import json
from pathlib import Path

from tuneops.config import Config
from tuneops.linting.material import material
from tuneops.training import origin


def content_key(config: Config, root: Path = Path()) -> str:
    """SHA-256 (64 hex digits) over everything that decides what a training yields.

    The rows of both files as they are uploaded, the base model and its version, the method with its
    hyperparameters and grader, the training type, the seed if it is fixed, and what is trained
    further.

    Raises:
        ConfigError: A file cannot be read, or what is trained further is no product.
    """
    tuning, rows = config.fine_tuning, material(config, root)
    decisive = {
        "training": hashlib.sha256(rows.training).hexdigest(),
        "validation": hashlib.sha256(rows.validation).hexdigest(),
        "model": f"{config.base.model}-{config.base.version}",
        "method": tuning.method,
        **tuning.settings(),
        "training_type": tuning.training_type.lower(),
        "seed": None if tuning.seed == "random" else tuning.seed,
        **_origin(config, root),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _origin(config: Config, root: Path) -> dict[str, str]:
    """What is trained further: a job by its id, a product by its own content key."""
    if config.base.continue_from is None:
        return {}
    product = origin.product_of(config, root)
    named = content_key(product, root) if product else config.base.continue_from
    return {"continues": named}
