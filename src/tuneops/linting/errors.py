"""The linter's errors as this project's."""

from collections.abc import Iterator
from contextlib import contextmanager

from tunelint.errors import TunelintError
from tuneops.errors import ConfigError


@contextmanager
def as_config_error() -> Iterator[None]:
    """Turns what a user did wrong, as tunelint says it, into a ConfigError."""
    try:
        yield
    except TunelintError as error:
        raise ConfigError(error.message, remedy=error.remedy) from error
