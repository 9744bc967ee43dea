"""What training on a file costs, by the prices of the configuration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunelint.findings import Statistics
from tuneops import pricing
from tuneops.limits import AUTO_EPOCHS, MAX_EXAMPLE_TOKENS
from tuneops.pricing import HOURS_PER_MONTH

if TYPE_CHECKING:
    from tuneops.config import Config

_MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Estimate:
    """US dollars; `by_type` pairs training types with prices a million billed tokens.

    Without a configuration there are no prices, and what training costs is not known.
    """

    tokens: int
    epochs: int
    epochs_are_set: bool
    longest: int
    limit: int
    over_limit: int
    by_type: tuple[tuple[str, float], ...] = ()
    chosen_type: str = ""
    hosting_per_hour: float | None = None
    by_the_hour: str = ""

    @property
    def billed(self) -> int:
        return self.tokens * self.epochs

    @property
    def costs(self) -> dict[str, float]:
        return {name: self.billed * price / _MILLION for name, price in self.by_type}

    @property
    def hosting_per_month(self) -> float | None:
        return None if self.hosting_per_hour is None else self.hosting_per_hour * HOURS_PER_MONTH

    def as_dict(self) -> dict[str, Any]:
        hosting = self.hosting_per_month
        return {
            "tokens": self.tokens,
            "epochs": self.epochs,
            "epochs_are_set": self.epochs_are_set,
            "billed_tokens": self.billed,
            "training_type": self.chosen_type or None,
            "training_cost": {name: round(cost, 2) for name, cost in self.costs.items()},
            "hosting_per_month": None if hosting is None else round(hosting, 2),
            "longest_example": self.longest,
            "example_limit": self.limit,
            "over_limit": self.over_limit,
            "lines": list(self.lines()),
        }

    def lines(self) -> Iterator[str]:
        """What training costs, and how far the longest example is from the limit."""
        if not self.tokens:
            return
        yield from [f"training: {self.by_the_hour}"] if self.by_the_hour else self._by_tokens()
        if self.hosting_per_month is not None:
            yield f"hosting: {self.hosting_per_month:,.2f} US dollars a month a deployment"
        over = f"{self.over_limit:,} over it" if self.over_limit else "none is over it"
        yield f"longest example: {self.longest:,} tokens of {self.limit:,}; {over}"

    def _by_tokens(self) -> Iterator[str]:
        chosen = "" if self.epochs_are_set else " (Azure chooses; an assumption)"
        billed = f"{self.tokens:,} tokens for {self.epochs} epochs{chosen}"
        yield f"training: {billed} = {self.billed:,} billed tokens"
        for name, dollars in self.costs.items():
            mark = ", as configured" if name == self.chosen_type else ""
            yield f"    {name}: {dollars:,.2f} US dollars{mark}"
        if not self.costs:
            yield "    The price is not known: name it under prices, and the file by --config."


def estimate(
    statistics: Sequence[Statistics],
    over_limit: int,
    config: "Config | None",
    tokens: int | None = None,
) -> Estimate:
    """The cost of training on files, which have so many tokens unless ``tokens`` says otherwise.

    `over_limit` counts the examples that are too long.
    """
    tokens = sum(one.tokens for one in statistics) if tokens is None else tokens
    longest = max((one.max_tokens for one in statistics), default=0)
    if config is None:
        limit = MAX_EXAMPLE_TOKENS
        return Estimate(tokens, AUTO_EPOCHS, False, longest, limit, over_limit)
    chosen = config.fine_tuning.hyperparameters.n_epochs
    prices, hourly = config.prices, pricing.is_by_the_hour(config)
    return Estimate(
        tokens,
        chosen if isinstance(chosen, int) else AUTO_EPOCHS,
        isinstance(chosen, int),
        longest,
        config.rules.max_example_tokens or MAX_EXAMPLE_TOKENS,
        over_limit,
        () if hourly else tuple(prices.training_per_million_tokens.items()),
        config.fine_tuning.training_type,
        prices.hosting_per_hour if prices.training_per_million_tokens or hourly else None,
        pricing.by_the_hour(config) if hourly else "",
    )
