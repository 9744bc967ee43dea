"""What a training costs, by the prices of the configuration (US dollars); no I/O."""

from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.limits import AUTO_EPOCHS

_MILLION = 10**6


def price(config: Config) -> float | None:
    """Dollars a million billed tokens for the configured training type; None if not configured."""
    wanted = config.fine_tuning.training_type.lower()
    listed = config.prices.training_per_million_tokens.items()
    return next((dollars for name, dollars in listed if name.lower() == wanted), None)


def epochs(config: Config) -> int:
    chosen = config.fine_tuning.hyperparameters.n_epochs
    return chosen if isinstance(chosen, int) else AUTO_EPOCHS


def estimate(config: Config, training_tokens: int) -> float | None:
    """Dollars for the whole training: tokens of the file times epochs times price."""
    dollars = price(config)
    if dollars is None:
        return None
    return training_tokens * epochs(config) * dollars / _MILLION


def spent(
    config: Config, job: Job, *, share: float = 0.0, training_tokens: int = 0
) -> float | None:
    """Dollars spent so far: by the billed tokens, else by the ``share`` (0..1) that is trained."""
    dollars = price(config)
    if dollars is None:
        return None
    if job.trained_tokens is not None:
        return job.trained_tokens * dollars / _MILLION
    whole = estimate(config, training_tokens)
    return None if whole is None else whole * share
