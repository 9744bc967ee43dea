"""Checks of the team's own: functions that installed packages register as entry points."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from tuneops.errors import ConfigError

GROUP = "tuneops.checks"
Found = str | tuple[str, str] | None
CheckFunction = Callable[..., Found]
"""Takes an answer (with a ``text``) and the configured parameters.

Returns None where the answer is good, else why it is not, with a quotation of it if there is one.
"""


def require(name: str) -> None:
    """Look a name up without running anything.

    Raises:
        ValueError: No installed package registered it.
    """
    known = entry_points(group=GROUP).names
    if name not in known:
        registered = ", ".join(sorted(known)) or "there is none"
        raise ValueError(
            f"no installed package registers a check '{name}' in the group {GROUP} ({registered})"
        )


def load(name: str) -> CheckFunction:
    """The function of that name.

    Raises:
        ConfigError: It cannot be imported, or is no function.
    """
    [point] = entry_points(group=GROUP, name=name)
    try:
        found: Any = point.load()
    except (ImportError, AttributeError) as error:
        raise _broken(name, str(error)) from error
    if not callable(found):
        raise _broken(name, "it is no function")
    checked: CheckFunction = found
    return checked


def _broken(name: str, reason: str) -> ConfigError:
    return ConfigError(
        f"The check '{name}' cannot be loaded: {reason}.",
        remedy="Mend the package that registers it, or take the check out of the configuration.",
    )
