"""A person's consent to what cannot be undone."""

import sys

import click

from tuneops.errors import ConfigError, UndecidedError


def require_typed(name: str, question: str) -> None:
    """Have a person at a terminal type ``name``.

    Raises:
        ConfigError: There is no terminal, so nobody can consent.
        UndecidedError: Something else was typed.
    """
    if not sys.stdin.isatty():
        raise ConfigError(
            f"Nobody can consent here: {question}", remedy="Look at a --dry-run, then add --yes."
        )
    typed = click.prompt(
        f"{question}\nType {name} to go on", default="", show_default=False, err=True
    )
    if typed.strip() != name:
        raise UndecidedError(
            "That is not the name; nothing was changed.", remedy="Run again when you are sure."
        )
