"""What all resources have in common: identifiers, system data, tags, pages."""

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local_azure.arm.routing import ArmRequest, invalid_content
from local_azure.errors import bad_request
from local_azure.store import Document

DEFAULT_PAGE = 1000
_CONDITION = re.compile(r"([\w.]+)\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


def wire(document: Document) -> Document:
    """The document without what is private to this server."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def timestamp(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def stamp(document: Document, arm: ArmRequest) -> None:
    """Note who wrote the document and when, and give it a new etag."""
    when = timestamp(arm.state.clock.now())
    by = {"By": arm.principal.app_id, "ByType": "Application", "At": when}
    system = document.setdefault("systemData", {f"created{key}": by[key] for key in by})
    system |= {f"lastModified{key}": by[key] for key in by}
    document["etag"] = f'"{uuid.uuid4()}"'


def checked_tags(body: Mapping[str, Any]) -> dict[str, str]:
    """ARM takes at most 50 tags, names to 512 characters and values to 256."""
    tags = body.get("tags") or {}
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise invalid_content("tags must be an object of strings")
    too_long = any(len(name) > 512 or len(value) > 256 for name, value in tags.items())  # noqa: PLR2004
    if len(tags) > 50 or too_long:  # noqa: PLR2004
        raise bad_request("InvalidTag", "There are too many tags, or one of them is too long.")
    return tags


def conditions(arm: ArmRequest) -> dict[str, str]:
    """$filter as {left side in lower case: right side}; only `eq` joined by `and` is known."""
    text = arm.query.get("$filter", "")
    found = {left.lower(): right.replace("''", "'") for left, right in _CONDITION.findall(text)}
    remainder = re.sub(r"\band\b", "", _CONDITION.sub("", text), flags=re.IGNORECASE)
    if remainder.strip():
        raise bad_request(
            "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string."
        )
    return found


def has_tag(document: Document, wanted: Mapping[str, str]) -> bool:
    """Tag names have no case, tag values have."""
    if "tagname" not in wanted:
        return True
    tags = {name.lower(): value for name, value in document.get("tags", {}).items()}
    value = tags.get(wanted["tagname"].lower())
    return value is not None and value == wanted.get("tagvalue", value)


@dataclass(frozen=True)
class Page:
    kinds: Sequence[str]
    scope: str
    keep: Callable[[Document], bool]
    render: Callable[[Document], Document]

    def body(self, arm: ArmRequest) -> Document:
        """The page that $top and $skiptoken name, with the link to the next one.

        A token holds the last thing shown, and so survives that thing's deletion.
        """
        top = _top(arm)
        found = self._after(arm, _read_token(arm.query.get("$skiptoken")))
        page: list[tuple[list[str], Document]] = []
        for item in found:
            if len(page) == top:
                link = _next_link(arm, _token(page[-1][0]))
                return {"value": [self.render(shown) for _, shown in page], "nextLink": link}
            page.append(item)
        return {"value": [self.render(shown) for _, shown in page]}

    def _after(self, arm: ArmRequest, token: list[str]) -> Iterable[tuple[list[str], Document]]:
        kind, scope, name = token or [self.kinds[0], "", ""]
        for at in self.kinds[self.kinds.index(kind) :]:
            after = (scope, name) if at == kind else ("", "")
            while batch := arm.state.store.list_under(
                at, self.scope, after=after, limit=DEFAULT_PAGE
            ):
                for document in batch:
                    after = (document["_scope"], document["id"].rpartition("/")[2])
                    if self.keep(document):
                        yield [at, *after], document


def _top(arm: ArmRequest) -> int:
    top = arm.query.get("$top", str(DEFAULT_PAGE))
    if not top.isdecimal() or int(top) == 0:
        raise bad_request("InvalidTopInQueryString", f"Invalid $top '{top}' in the query string.")
    return min(int(top), DEFAULT_PAGE)


def _next_link(arm: ArmRequest, token: str) -> str:
    query = {**dict(arm.query), "$skiptoken": token}
    return f"{arm.base}{arm.path}?{urlencode(query)}"


def _token(position: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def _read_token(token: str | None) -> list[str]:
    if token is None:
        return []
    try:
        position = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        position = None
    if not isinstance(position, list) or len(position) != 3:  # noqa: PLR2004
        raise bad_request("InvalidSkipToken", "The $skiptoken in the query string is invalid.")
    return position
