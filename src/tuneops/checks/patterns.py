"""Patterns from people that nobody vetted, in RE2: linear in the text."""

from functools import cache
from typing import Any


@cache
def compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    """Raises: ValueError where RE2 does not take the pattern."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the pattern is not RE2: {error}") from error
