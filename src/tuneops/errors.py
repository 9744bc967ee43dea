"""Every error that ends a command, each with its exit code and a remedy.

TuneopsError (7: a fault, safe to run again)
├── FindingsError (1: the data or the model did not pass)
├── ConfigError (2: usage or configuration)
├── AzureRefusedError (3: Azure said no)
│   ├── QuotaError
│   ├── LifecycleError        the model cannot be trained or deployed any more
│   ├── PermissionMissingError
│   ├── NameTakenError
│   ├── UnsupportedError      the model has no such SKU, version or format
│   ├── LockedError
│   └── JobFailedError        the service ended the fine-tuning job or refused a file
├── UndecidedError (4: a person must look)
├── StillRunningError (5: come back later)
└── PreconditionError (6: something that must exist does not)
    ├── CredentialsError
    └── NotFoundError
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code means; docs/exit-codes.md is made from this table."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    AZURE_REFUSED = 3
    UNDECIDED = 4
    STILL_RUNNING = 5
    PRECONDITION = 6
    FAULT = 7

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FINDINGS: "findings: the data or the model did not pass",
    ExitCode.USAGE: "usage or configuration",
    ExitCode.AZURE_REFUSED: "Azure refused: quota, lifecycle, permission or content safety",
    ExitCode.UNDECIDED: "undecided: a person must look",
    ExitCode.STILL_RUNNING: "still running: come back later",
    ExitCode.PRECONDITION: "a precondition is missing: an approval rule, an identity, a resource",
    ExitCode.FAULT: "a fault: safe to run again",
}


class TuneopsError(Exception):
    """What happened, in one sentence, and what to do about it, in another.

    ``status`` is the HTTP status that Azure answered with; ``may_have_happened`` says that a
    request was sent whose effect is not known.
    """

    exit_code = ExitCode.FAULT
    status: int | None = None
    may_have_happened = False

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class FindingsError(TuneopsError):
    exit_code = ExitCode.FINDINGS


class ConfigError(TuneopsError):
    exit_code = ExitCode.USAGE


class AzureRefusedError(TuneopsError):
    exit_code = ExitCode.AZURE_REFUSED


class QuotaError(AzureRefusedError):
    pass


class LifecycleError(AzureRefusedError):
    pass


class PermissionMissingError(AzureRefusedError):
    pass


class NameTakenError(AzureRefusedError):
    pass


class UnsupportedError(AzureRefusedError):
    pass


class LockedError(AzureRefusedError):
    pass


class JobFailedError(AzureRefusedError):
    pass


class UndecidedError(TuneopsError):
    exit_code = ExitCode.UNDECIDED


class StillRunningError(TuneopsError):
    exit_code = ExitCode.STILL_RUNNING


class PreconditionError(TuneopsError):
    exit_code = ExitCode.PRECONDITION


class CredentialsError(PreconditionError):
    pass


class NotFoundError(PreconditionError):
    pass
