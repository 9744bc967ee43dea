"""What training and hosting cost, by the prices of the configuration (US dollars); no I/O."""

from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.limits import AUTO_EPOCHS, REINFORCEMENT_PAUSES_AT

HOURS_PER_MONTH = 730  # as Azure's price pages count
_MILLION = 10**6
_SECONDS_PER_HOUR = 3600
# The SKUs whose fine-tuned deployments cost by the hour, called or not; DeveloperTier costs tokens
# alone, provisioned ones their capacity (cost management guide, learn.microsoft.com, 2026-10).
_HOSTED_BY_THE_HOUR = frozenset({"standard", "globalstandard", "datazonestandard"})


def price(config: Config) -> float | None:
    """Dollars a million billed tokens for the configured training type; None if not configured.

    None as well for reinforcement, which is not billed by tokens.
    """
    if is_by_the_hour(config):
        return None
    wanted = config.fine_tuning.training_type.lower()
    listed = config.prices.training_per_million_tokens.items()
    return next((dollars for name, dollars in listed if name.lower() == wanted), None)


def is_by_the_hour(config: Config) -> bool:
    """Whether training costs by the hour (cost management guide, learn.microsoft.com, 2026-10)."""
    return config.fine_tuning.method == "reinforcement"


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


def by_the_hour(config: Config) -> str:
    """What is said of the cost before a training that costs by the hour."""
    hourly = config.prices.training_per_hour
    price = "an unknown price" if hourly is None else f"{hourly:,.2f} USD"
    return (
        f"Reinforcement costs {price} an hour of training, and what its grader asks a model; "
        f"Azure pauses the job at {REINFORCEMENT_PAUSES_AT:,} USD"
    )


def spent_hours(config: Config, seconds: float) -> float | None:
    """Dollars for so many seconds of a training that costs by the hour; without the grader's."""
    hourly = config.prices.training_per_hour
    return None if hourly is None else seconds / _SECONDS_PER_HOUR * hourly


def hosting_per_hour(sku: str, listed: float | None) -> float | None:
    """Dollars an hour of one fine-tuned deployment, used or not; None if no price is listed."""
    return listed if sku.lower() in _HOSTED_BY_THE_HOUR else 0.0


def hosting_per_month(sku: str, listed: float | None) -> float | None:
    hourly = hosting_per_hour(sku, listed)
    return None if hourly is None else round(hourly * HOURS_PER_MONTH, 2)
