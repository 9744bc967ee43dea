"""Asking Resource Manager no faster than it answers, instead of waiting out its refusals."""

import threading
import time
from dataclasses import dataclass, field

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest, HttpResponse

from tuneops.limits import ARM_DELETES, ARM_READS, ARM_WRITES

_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass
class Bucket:
    """Tokens that refill, ``refill`` a second up to ``size``; a request takes one."""

    size: float
    refill: float
    _level: float = field(init=False)
    _filled: float = field(init=False, default_factory=time.monotonic)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._level = self.size

    def take(self) -> float:
        """Take a token, and say in how many seconds it is there: 0 where there is one now."""
        with self._lock:
            now = time.monotonic()
            self._level = min(self.size, self._level + (now - self._filled) * self.refill) - 1
            self._filled = now
            return max(0.0, -self._level / self.refill)


class Throttle(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Holds requests back; shared by the clients of one subscription. Safe in several threads."""

    def __init__(self) -> None:
        self._buckets = {
            "reads": Bucket(*ARM_READS),
            "writes": Bucket(*ARM_WRITES),
            "deletes": Bucket(*ARM_DELETES),
        }

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        kind = _KINDS.get(request.http_request.method, "writes")
        time.sleep(self._buckets[kind].take())
