"""Resource Manager where no SDK model is wanted: lists too long for one, and what none reads."""

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tuneops.azure.failures import translated

if TYPE_CHECKING:
    from datetime import datetime

    from azure.core.rest import HttpResponse

    from tuneops.azure.cloud import Session


def pages(
    session: "Session", path: str, query: Mapping[str, str], *, doing: str
) -> "Iterator[HttpResponse]":
    """Every page of a list, each asked for when it is needed; the path starts with a slash."""
    url: str | None = f"{path}?{urlencode(query)}"
    while url:
        with translated(doing):
            page = get(session, url)
        yield page
        url = page.json().get("nextLink")


def listed(
    session: "Session", path: str, query: Mapping[str, str], *, doing: str
) -> Iterator[dict[str, Any]]:
    """The items of all pages."""
    for page in pages(session, path, query, doing=doing):
        yield from page.json()["value"]


def get(session: "Session", url: str) -> "HttpResponse":
    """Raises: HttpResponseError, which `translated` knows, on any answer that is an error."""
    from azure.core.exceptions import HttpResponseError
    from azure.mgmt.core.exceptions import ARMErrorFormat

    response = ask(session, url)
    if response.status_code >= 400:  # noqa: PLR2004 - HTTP's errors begin here
        raise HttpResponseError(response=response, error_format=ARMErrorFormat)
    return response


def ask(session: "Session", url: str) -> "HttpResponse":
    """The answer, be it an error or not; a url may be a path that starts with a slash."""
    from azure.core.rest import HttpRequest

    absolute = url if url.startswith("https://") else f"{{endpoint}}{url}"
    return session.resources.send_request(HttpRequest("GET", absolute))


def azure_time(response: "HttpResponse") -> "datetime | None":
    """Azure's own clock, to the second, where the answer tells it."""
    date = response.headers.get("Date")
    return parsedate_to_datetime(date) if date else None
