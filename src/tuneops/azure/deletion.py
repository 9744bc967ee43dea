"""Deleting resource groups, many at a time: begun one by one, watched together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure import rest
from tuneops.azure.failures import translated
from tuneops.azure.resources import arm_write
from tuneops.errors import TuneopsError

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

    from tuneops.azure.cloud import Session

_RUNNING = 202


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
    arm_write(
        f"deleting resource group {group}",
        lambda: session.resources.resource_groups.begin_delete(
            group, polling=False, raw_response_hook=lambda r: answers.append(r.http_response)
        ),
    )
    return Deletion(group, answers[-1].headers.get("Location") if answers else None)


def is_over(session: "Session", deletion: Deletion) -> bool:
    """Whether Azure has ended the deletion, which says nothing of the group.

    Raises:
        TuneopsError: It failed; the message names the resource that would not go, and why.
    """
    if deletion.operation is None:
        return True
    with translated(f"deleting resource group {deletion.group}"):
        answer = rest.ask(session, deletion.operation)
        if answer.status_code >= 400:  # noqa: PLR2004 - HTTP's errors begin here
            raise _failed(deletion, answer)
    return answer.status_code != _RUNNING


def _failed(deletion: Deletion, answer: "HttpResponse") -> TuneopsError:
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = {"code": str(answer.status_code), "message": "no reason given"}
    return TuneopsError(
        f"Resource group {deletion.group} was not deleted: {_words(error)}",
        remedy="Remove what holds it, or leave it; the next plan shows it again.",
    )


def _words(error: dict[str, Any]) -> str:
    """An ARM error with the errors nested in it, outermost first."""
    own = f"{error.get('code')}: {error.get('message')}"
    nested = [_words(detail) for detail in error.get("details") or []]
    return "; ".join([own, *nested])
