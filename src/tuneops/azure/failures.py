"""What Azure's errors mean for the person who ran the command."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tuneops.errors import (
    AzureRefusedError,
    ConfigError,
    CredentialsError,
    LifecycleError,
    LockedError,
    NameTakenError,
    NotFoundError,
    PermissionMissingError,
    PreconditionError,
    QuotaError,
    TuneopsError,
    UnsupportedError,
)

_SAFE_TO_REPEAT = "It is safe to run again; what was done is found and kept."
_ROLES = "docs/setup.md lists the role that each step needs; a new role takes minutes to arrive."

_Kind = Callable[..., TuneopsError]

_BY_CODE: Mapping[str, tuple[_Kind, str]] = {
    "InsufficientQuota": (
        QuotaError,
        "Lower the capacity in the configuration, or ask for more quota in the Foundry portal.",
    ),
    "DeploymentModelNotSupported": (
        LifecycleError,
        "Choose a model and version that the region still offers; 'provision.py show' lists them.",
    ),
    "InvalidResourceProperties": (
        UnsupportedError,
        "Choose an SKU that the model supports in this region.",
    ),
    "CustomDomainInUse": (
        NameTakenError,
        "Name another account in the configuration (azure.account).",
    ),
    "FlagMustBeSetForRestore": (
        NameTakenError,
        "A deleted account still holds the name for 48 hours: purge it, or name another account.",
    ),
    "SubscriptionNotFound": (
        ConfigError,
        "Check AZURE_SUBSCRIPTION_ID, and that this identity can see that subscription.",
    ),
    "InvalidSubscriptionId": (
        ConfigError,
        "AZURE_SUBSCRIPTION_ID must be the subscription's id, not its name.",
    ),
    "MissingSubscriptionRegistration": (
        PreconditionError,
        "Run 'az provider register --namespace Microsoft.CognitiveServices', then repeat.",
    ),
    "AuthorizationFailed": (PermissionMissingError, _ROLES),
    "PermissionDenied": (PermissionMissingError, _ROLES),
    "ScopeLocked": (LockedError, "A lock protects it: remove the lock first, or keep it."),
    "DeploymentNotFound": (NotFoundError, "Run 'deploy.py show' to see what is deployed."),
}

_BY_STATUS: Mapping[int, tuple[_Kind, str]] = {
    400: (AzureRefusedError, "Mend what Azure names and run again."),
    401: (CredentialsError, "Sign in again; check the tenant, the audience and the roles."),
    403: (PermissionMissingError, _ROLES),
    404: (NotFoundError, "Run 'provision.py create' first, or check the names."),
    409: (TuneopsError, _SAFE_TO_REPEAT),
}

_UNDECIDED = frozenset({None, 408, 409})
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Failure:
    """An SDK's exception reduced to what decides; status is None where no answer came."""

    status: int | None
    code: str | None
    message: str


@contextmanager
def translated(doing: str, missing: str = "") -> Iterator[None]:
    """Turn an SDK's exception into one of ours; ``doing`` completes "While ...".

    ``missing`` is what to do where Azure knows no such thing.

    Raises:
        TuneopsError: The kind that fits Azure's code or status, in Azure's own words.
    """
    try:
        yield
    except Exception as error:
        failure = read_failure(error)
        if failure is None:
            raise
        ours = _as_ours(doing, failure)
        if missing and isinstance(ours, NotFoundError):
            ours.remedy = missing
        raise ours from error


def read_failure(error: Exception) -> Failure | None:
    """What an exception of the Azure or OpenAI SDK says; None for any other."""
    from azure.core.exceptions import AzureError, HttpResponseError
    from openai import APIStatusError, OpenAIError

    if isinstance(error, HttpResponseError):
        code = error.error.code if error.error else None
        message = (error.error.message if error.error else None) or error.message
        return Failure(error.status_code, code, _one_line(message))
    if isinstance(error, APIStatusError):
        return Failure(error.status_code, error.code, _one_line(_openai_message(error.body)))
    if isinstance(error, AzureError | OpenAIError):
        return Failure(None, None, _one_line(str(error)))
    return None


def _openai_message(body: object) -> str:
    if isinstance(body, dict):
        return str(body.get("message", body))
    return str(body)


def _as_ours(doing: str, failure: Failure) -> TuneopsError:
    kind, remedy = _BY_CODE.get(failure.code or "") or _BY_STATUS.get(
        failure.status or 0, (TuneopsError, _SAFE_TO_REPEAT)
    )
    said = f"{failure.code}: {failure.message}" if failure.code else failure.message
    answer = f"Azure answered {failure.status}" if failure.status else "no answer came"
    error = kind(f"While {doing}, {answer}: {said}", remedy=remedy)
    error.status = failure.status
    error.may_have_happened = failure.status in _UNDECIDED or (failure.status or 0) >= _SERVER_ERROR
    return error


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
