"""Waiting for a service: how often to ask, and when to stop."""

import math
import os
import time
from collections.abc import Iterator

_DEFAULT_POLL_SECONDS = 15.0
_FIRST_PAUSE_SECONDS = 0.5
_GROWTH = 1.5


def poll_seconds() -> float:
    """The longest pause between two looks; TUNEOPS_POLL_SECONDS overrides 15 s."""
    return float(os.environ.get("TUNEOPS_POLL_SECONDS", _DEFAULT_POLL_SECONDS))


def attempts(
    within_seconds: float | None = None, *, longest_pause: float = math.inf
) -> Iterator[int]:
    """Count attempts from 1, pausing between them, until the time is over (None: never).

    Pauses grow from half a second to `poll_seconds`, so that something quick is seen quickly.
    The last attempt comes at or after the end of the time.
    """
    started = time.monotonic()
    longest = min(poll_seconds(), longest_pause)
    pause = min(_FIRST_PAUSE_SECONDS, longest)
    attempt = 1
    while True:
        yield attempt
        left = None if within_seconds is None else started + within_seconds - time.monotonic()
        if left is not None and left <= 0:
            return
        time.sleep(pause if left is None else min(pause, left))
        pause = min(pause * _GROWTH, longest)
        attempt += 1
