"""Buckets of deployments and of uploads, refilled as the calendar goes, times the speed."""

from dataclasses import dataclass
from math import ceil, floor

from local_azure.errors import AzureError

TOKENS_PER_CAPACITY = 1000  # a minute; 1 capacity is 1,000 TPM (automate-quota, Azure docs)
REQUESTS_PER_CAPACITY = 6  # a minute; what a deployment states as its rateLimits
SECONDS = 60
UPLOADS_PER_SECOND = 30  # of a resource; quotas-limits, 2026-02-17
ROUNDING = 0.01  # of a request or token, which a stepped calendar may fall short


@dataclass
class Bucket:
    limit: int
    level: float
    filled_at: float
    period: float = SECONDS  # in which it is filled

    def refill(self, limit: int, now: float, speed: float) -> None:
        elapsed = max(0.0, now - self.filled_at)
        self.limit, self.filled_at = limit, now
        self.level = min(limit, self.level + elapsed * speed * limit / self.period)

    def wait(self, amount: float, speed: float) -> float:
        """Calendar seconds until `amount` is there; a full bucket grants any request."""
        lacking = min(amount, self.limit) - self.level
        return lacking * self.period / (self.limit * speed) if lacking > ROUNDING else 0.0


class RateLimits:
    def __init__(self) -> None:
        self._buckets: dict[str, tuple[Bucket, Bucket]] = {}
        self._uploads: dict[str, Bucket] = {}

    def forget(self) -> None:
        self._buckets.clear()
        self._uploads.clear()

    def admit_upload(self, account: str, now: float, speed: float) -> None:
        """Raises the 429."""
        most = UPLOADS_PER_SECOND
        bucket = self._uploads.setdefault(account, Bucket(most, most, now, period=1.0))
        bucket.refill(most, now, speed)
        wait = bucket.wait(1, speed)
        if wait > 0:
            raise _too_many("Files_Upload", "call rate limit of your resource", wait, {})
        bucket.level -= 1

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
            exceeded = f"{kind} rate limit of your deployment"
            raise _too_many("ChatCompletions_Create", exceeded, max(waits), _headers(*buckets))
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


def _too_many(operation: str, exceeded: str, wait: float, headers: dict[str, str]) -> AzureError:
    seconds = ceil(wait)
    message = (
        f"Requests to the {operation} Operation have exceeded the {exceeded}. "
        f"Please retry after {seconds} seconds."
    )
    retry = {"Retry-After": str(seconds), "retry-after-ms": str(ceil(wait * 1000))}
    return AzureError(429, "429", message, headers={**headers, **retry})
