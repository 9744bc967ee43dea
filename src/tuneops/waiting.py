"""Waiting for a service: how often to ask, and when to stop."""

import math
import os
import time
from collections.abc import Iterator

from tuneops.errors import ConfigError

_DEFAULT_POLL_SECONDS = 15.0
_FIRST_PAUSE_SECONDS = 0.5
_GROWTH = 1.5


def poll_seconds() -> float:
    """The longest pause between two looks; TUNEOPS_POLL_SECONDS overrides 15 s."""
    return seconds_from("TUNEOPS_POLL_SECONDS", _DEFAULT_POLL_SECONDS)


def seconds_from(variable: str, default: float) -> float:
    """What an environment variable says, or the default.

    Raises:
        ConfigError: It is no number of seconds above zero.
    """
    text = os.environ.get(variable)
    try:
        seconds = float(text) if text else default
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigError(
            f"{variable} is '{text}', which is no number of seconds.",
            remedy=f"Unset it for {default:g} seconds, or set a number above zero.",
        )
    return seconds


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
