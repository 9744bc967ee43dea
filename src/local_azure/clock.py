"""The calendar, which can be stepped and frozen, and the pace at which service work is done.

Nothing sleeps: every state is worked out from a start time and this clock when it is read, so a
killed server loses nothing.
"""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_azure.store import Store

_KIND, _SCOPE, _NAME = "clock", "", "calendar"


class Clock:
    """Wall clock plus an offset; `speed` scales work, never the calendar."""

    def __init__(self, store: "Store", *, speed: float = 1.0) -> None:
        self._store = store
        saved = store.get(_KIND, _SCOPE, _NAME) or {}
        self._offset: float = saved.get("offset", 0.0)
        self._frozen_at: float | None = saved.get("frozen_at")
        self.speed = speed

    def now(self) -> float:
        """Calendar time in epoch seconds."""
        if self._frozen_at is not None:
            return self._frozen_at
        return time.time() + self._offset

    def work_elapsed(self, since: float) -> float:
        """Seconds of service work done since a calendar time."""
        return (self.now() - since) * self.speed

    def step(self, seconds: float) -> None:
        if self._frozen_at is not None:
            self._frozen_at += seconds
        else:
            self._offset += seconds
        self._save()

    def freeze(self) -> None:
        self._frozen_at = self.now()
        self._save()

    def thaw(self) -> None:
        """Let the calendar run on from where it was frozen."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - time.time()
            self._frozen_at = None
            self._save()

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def offset(self) -> float:
        """Seconds by which the calendar is ahead of the wall clock."""
        return self.now() - time.time()

    def _save(self) -> None:
        saved = {"offset": self._offset, "frozen_at": self._frozen_at}
        self._store.put(_KIND, _SCOPE, _NAME, saved)
