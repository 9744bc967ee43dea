"""Token and request buckets of the deployments, refilled as the calendar goes, times the speed."""

from dataclasses import dataclass
from math import ceil, floor

from local_azure.errors import AzureError

TOKENS_PER_CAPACITY = 1000  # a minute; 1 capacity is 1,000 TPM (automate-quota, Azure docs)
REQUESTS_PER_CAPACITY = 6  # a minute; what a deployment states as its rateLimits
SECONDS = 60
ROUNDING = 0.01  # of a request or token, which a stepped calendar may fall short


@dataclass
class Bucket:
    limit: int
    level: float
    filled_at: float

    def refill(self, limit: int, now: float, speed: float) -> None:
        elapsed = max(0.0, now - self.filled_at)
        self.limit, self.filled_at = limit, now
        self.level = min(limit, self.level + elapsed * speed * limit / SECONDS)

    def wait(self, amount: float, speed: float) -> float:
        """Calendar seconds until `amount` is there; a full bucket grants any request."""
        lacking = min(amount, self.limit) - self.level
        return lacking * SECONDS / (self.limit * speed) if lacking > ROUNDING else 0.0


class RateLimits:
    def __init__(self) -> None:
        self._buckets: dict[str, tuple[Bucket, Bucket]] = {}

    def forget(self) -> None:
        self._buckets.clear()

    def spend(
        self, deployment: str, tokens: int, limits: tuple[int, int], now: float, speed: float
    ) -> dict[str, str]:
        """The headers of an admitted request; raises the 429. `limits`: (requests, tokens)."""
        buckets = self._buckets.setdefault(
            deployment, (Bucket(limits[0], limits[0], now), Bucket(limits[1], limits[1], now))
        )
        wanted = (1, tokens)
        for bucket, limit in zip(buckets, limits, strict=True):
            bucket.refill(limit, now, speed)
        waits = [bucket.wait(want, speed) for bucket, want in zip(buckets, wanted, strict=True)]
        if max(waits) > 0:
            kind = "call" if waits[0] >= waits[1] else "token"
            raise _too_many(kind, max(waits), _headers(*buckets))
        for bucket, want in zip(buckets, wanted, strict=True):
            bucket.level -= want
        return _headers(*buckets)


def limits_of(capacity: int) -> tuple[int, int]:
    """Requests and tokens a minute."""
    return capacity * REQUESTS_PER_CAPACITY, capacity * TOKENS_PER_CAPACITY


def _headers(requests: Bucket, tokens: Bucket) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": str(requests.limit),
        "x-ratelimit-limit-tokens": str(tokens.limit),
        "x-ratelimit-remaining-requests": str(max(0, floor(requests.level))),
        "x-ratelimit-remaining-tokens": str(max(0, floor(tokens.level))),
    }


def _too_many(kind: str, wait: float, headers: dict[str, str]) -> AzureError:
    seconds = ceil(wait)
    message = (
        "Requests to the ChatCompletions_Create Operation have exceeded the "
        f"{kind} rate limit of your deployment. Please retry after {seconds} seconds."
    )
    retry = {"Retry-After": str(seconds), "retry-after-ms": str(ceil(wait * 1000))}
    return AzureError(429, "429", message, headers={**headers, **retry})
