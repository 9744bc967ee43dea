"""When the next request to a deployment may start, so that its rate limits are used and kept."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tuneops.azure.chat import Quota
from tuneops.errors import TuneopsError

_MINUTE = 60.0
_MARGIN = 0.99  # of the rate, so that clocks and estimates may differ a little


@dataclass(frozen=True)
class RateLimit:
    requests_per_minute: int
    tokens_per_minute: int


class StoppedError(TuneopsError):
    """The run ends before this request was sent."""


class Pace:
    """A bucket of tokens that refills over a minute, and requests evenly spaced.

    Azure counts max_tokens for each answer, and requests over 1 to 10 seconds (Azure OpenAI quota
    guide, learn.microsoft.com, 2026-02). What the headers of answers say goes before what was
    assumed. Safe in several threads.
    """

    def __init__(
        self,
        limit: RateLimit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._level = float(limit.tokens_per_minute)
        self._filled = clock()
        self._next = clock()
        self._stopped = False

    def wait(self, tokens: int) -> None:
        """Until a request of so many tokens may start.

        Raises:
            StoppedError: The run ends.
        """
        with self._lock:
            start = self._reserve(min(tokens, self._limit.tokens_per_minute))
        while not self._stopped and (delay := start - self._clock()) > 0:
            self._sleep(min(delay, 1.0))
        if self._stopped:
            raise StoppedError("The request was not sent.", remedy="Run again to go on.")

    def stop(self) -> None:
        self._stopped = True

    def learn(self, quota: Quota, seconds: float) -> None:
        """Take over what an answer's headers say; it took so many seconds to arrive."""
        with self._lock:
            self._limit = RateLimit(
                quota.requests or self._limit.requests_per_minute,
                quota.tokens or self._limit.tokens_per_minute,
            )
            if quota.tokens_left is not None:
                self._refill()
                self._level = min(self._level, quota.tokens_left + seconds * self._rate)

    def throttled(self, tokens: int, seconds: float) -> None:
        """A request was refused: so many tokens are there only in so many seconds."""
        with self._lock:
            self._refill()
            wanted = min(tokens, self._limit.tokens_per_minute)
            self._level = min(self._level + wanted, wanted - seconds * self._rate)
        self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """Start no further request for so many seconds."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)

    @property
    def _rate(self) -> float:
        return _MARGIN * self._limit.tokens_per_minute / _MINUTE

    def _refill(self) -> None:
        now = self._clock()
        full = self._limit.tokens_per_minute
        self._level = min(full, self._level + (now - self._filled) * self._rate)
        self._filled = now

    def _reserve(self, tokens: int) -> float:
        self._refill()
        self._level -= tokens
        start = max(self._next, self._filled + max(0.0, -self._level / self._rate))
        self._next = start + _MINUTE / self._limit.requests_per_minute
        return start
