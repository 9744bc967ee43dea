"""Errors that a user can cause, each with what to do about it."""


class TunelintError(Exception):
    """What happened, in one sentence, and what to do about it, in another."""

    exit_code = 2

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class InputError(TunelintError):
    """A file cannot be read, or changed while it was read."""


class UsageError(TunelintError):
    """An option, a rule's name or the exceptions file is wrong."""
