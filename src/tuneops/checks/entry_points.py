"""Checks of the team's own, found as Python entry points."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tuneops.checks.kinds import ENTRY_POINTS
from tuneops.errors import ConfigError


def load(reference: str) -> Callable[..., str | None]:
    """The function behind a name of the group, or behind ``package.module:function``.

    Raises:
        ConfigError: There is none.
    """
    if ":" in reference:
        point = EntryPoint(reference, reference, ENTRY_POINTS)
    else:
        named = entry_points(group=ENTRY_POINTS, name=reference)
        if not named:
            raise _missing(reference, "no installed package declares it")
        point = next(iter(named))
    try:
        found: Any = point.load()
    except (ImportError, AttributeError) as error:
        raise _missing(reference, str(error)) from error
    if not callable(found):
        raise _missing(reference, "it is no function")
    checked: Callable[..., str | None] = found
    return checked


def _missing(reference: str, reason: str) -> ConfigError:
    return ConfigError(
        f"The check '{reference}' cannot be loaded: {reason}.",
        remedy=f"Install the package whose entry point it is (group {ENTRY_POINTS}).",
    )
