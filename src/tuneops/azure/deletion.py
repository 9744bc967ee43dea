"""Deleting resource groups, many at a time: begun one by one, watched together."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure import rest
from tuneops.azure.failures import translated
from tuneops.azure.resources import arm_write
from tuneops.errors import NotFoundError

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

    from tuneops.azure.cloud import Session

_TELLS_NOTHING = frozenset({404, 408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Deletion:
    """A deletion that Azure took on; ``operation`` is where it tells of it, if anywhere."""

    group: str
    operation: str | None


def begin(session: "Session", group: str) -> Deletion:
    """Ask for the deletion; a second request for a group joins the first.

    Raises:
        TuneopsError: Azure refused.
    """
    answers: list[HttpResponse] = []
    with suppress(NotFoundError):  # a repeated request may find that the first one did it
        arm_write(
            f"deleting resource group {group}",
            lambda: session.resources.resource_groups.begin_delete(
                group, polling=False, raw_response_hook=lambda r: answers.append(r.http_response)
            ),
        )
    return Deletion(group, answers[-1].headers.get("Location") if answers else None)


def failure(session: "Session", deletion: Deletion) -> str | None:
    """Why Azure gave the deletion up, with the nested errors; None while it did not."""
    if deletion.operation is None:
        return None
    with translated(f"asking for the deletion of {deletion.group}"):
        answer = rest.ask(session, deletion.operation)
    if answer.status_code < 400 or answer.status_code in _TELLS_NOTHING:  # noqa: PLR2004 - HTTP's errors
        return None
    try:
        return _words(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"Azure answered {answer.status_code} and gave no reason"


def _words(error: dict[str, Any]) -> str:
    """An ARM error with the errors nested in it, outermost first."""
    own = f"{error.get('code')}: {error.get('message')}"
    nested = [_words(detail) for detail in error.get("details") or []]
    return "; ".join([own, *nested])
