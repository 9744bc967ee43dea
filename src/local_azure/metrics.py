"""What deployments were asked, counted by the minute; begins anew with the process."""

from collections import Counter
from dataclasses import dataclass, field

MINUTE = 60
# By Azure Monitor's name, in the order of `Metrics.note`'s numbers.
NAMES = ("AzureOpenAIRequests", "ProcessedPromptTokens", "GeneratedTokens")
TOKENS = "TokenTransaction"  # both kinds of tokens


@dataclass
class Metrics:
    """Counts by account, deployment, metric and minute of the calendar."""

    counts: Counter[tuple[str, str, str, int]] = field(default_factory=Counter)

    def note(self, account: str, deployment: str, now: float, prompt: int, completion: int) -> None:
        minute = int(now // MINUTE)
        for name, count in zip(NAMES, (1, prompt, completion), strict=True):
            self.counts[account.lower(), deployment, name, minute] += count
        self.counts[account.lower(), deployment, TOKENS, minute] += prompt + completion

    def deployments(self, account: str) -> list[str]:
        return sorted({name for of, name, _, _ in self.counts if of == account.lower()})

    def series(self, account: str, deployment: str, name: str) -> dict[int, int]:
        """Counts by the minute, of those that have any."""
        return {
            minute: count
            for (of, which, metric, minute), count in self.counts.items()
            if (of, which, metric) == (account.lower(), deployment, name)
        }
