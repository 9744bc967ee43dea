"""How a model is trained, and what each step of the training has to show."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True)
class Hyperparameters:
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float

    def steps(self, examples: int) -> int:
        return ceil(examples / self.batch_size) * self.n_epochs


@dataclass(frozen=True)
class Step:
    step: int
    train_loss: float
    train_mean_token_accuracy: float
    valid_loss: float | None = None
    valid_mean_token_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_mean_token_accuracy: float | None = None

    def metrics(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


def auto_hyperparameters(examples: int) -> Hyperparameters:
    """What "auto" resolves to here; the service's own rule is not published."""
    return Hyperparameters(
        n_epochs=3,
        batch_size=min(256, max(1, examples // 500)),
        learning_rate_multiplier=2.0,
    )
