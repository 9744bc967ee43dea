"""What all resources have in common: identifiers, system data, tags, pages."""

import base64
import json
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local_azure.arm.routing import ArmRequest, invalid_content
from local_azure.catalog import normalize_region
from local_azure.errors import bad_request, not_found
from local_azure.store import Document

DEFAULT_PAGE = 1000
TAG_CONDITIONS = frozenset({"tagname", "tagvalue"})
# Of groups and locks; resource-name-rules, Azure docs. Letters are those of any script.
_NAME = re.compile(r"[\w().-]{0,89}[\w()-]")
_TAG_NAME = re.compile(r"(?!microsoft|azure|windows)[^<>%&\\?/\x00-\x1f]+", re.IGNORECASE)
_CONDITION = re.compile(r"([\w.]+)\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


def wire(document: Document) -> Document:
    """The document without what is private to this server."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def checked_identity(arm: ArmRequest, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """As asked for; a system-assigned one keeps the principal that it has."""
    asked = {key: arm.section("identity").get(key) for key in ("type", "userAssignedIdentities")}
    identity = {key: value for key, value in asked.items() if value is not None}
    if not isinstance(identity.get("type"), str):
        raise invalid_content("identity.type must be a string")
    if not isinstance(identity.get("userAssignedIdentities", {}), dict):
        raise invalid_content("identity.userAssignedIdentities must be an object")
    if "SystemAssigned" not in identity["type"]:
        return identity
    principal = (before or {}).get("principalId") or str(uuid.uuid4())
    return identity | {"principalId": principal, "tenantId": arm.state.identity.tenant_id}


def visible(arm: ArmRequest, made_at: float) -> bool:
    """ARM's reads may lag behind its writes."""
    return arm.state.clock.work_elapsed(made_at) >= arm.state.settings.consistency_seconds


def require_visible(arm: ArmRequest, made_at: float) -> None:
    """Raises a 404."""
    if not visible(arm, made_at):
        raise not_found("ResourceNotFound", f"The Resource '{arm.path}' was not found.")


def timestamp(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def stamp(document: Document, arm: ArmRequest) -> None:
    """Note who wrote the document and when, and give it a new etag."""
    when = timestamp(arm.state.clock.now())
    by = {"By": arm.principal.app_id, "ByType": "Application", "At": when}
    system = document.setdefault("systemData", {f"created{key}": by[key] for key in by})
    system |= {f"lastModified{key}": by[key] for key in by}
    document["etag"] = f'"{uuid.uuid4()}"'


def require_name(name: str, code: str) -> None:
    """The code and the words of the real service are not confirmed."""
    if not _NAME.fullmatch(name):
        raise bad_request(
            code,
            f"The name '{name}' is invalid. It has 1 to 90 letters, digits and characters of "
            "-_.(), and does not end with a period.",
        )


def checked_tags(arm: ArmRequest) -> dict[str, str]:
    """ARM takes at most 50 tags, names to 512 characters and values to 256 (tag-resources)."""
    tags = arm.section("tags")
    if not all(isinstance(value, str) for value in tags.values()):
        raise invalid_content("tags must be an object of strings")
    too_long = any(len(name) > 512 or len(value) > 256 for name, value in tags.items())  # noqa: PLR2004
    if len(tags) > 50 or too_long:  # noqa: PLR2004
        raise bad_request("InvalidTag", "There are too many tags, or one of them is too long.")
    wrong = [name for name in tags if not _TAG_NAME.fullmatch(name)]
    if wrong:
        raise bad_request(
            "InvalidTagNameCharacters",
            f"The tag name '{wrong[0]}' is invalid. It has none of <>%&\\?/ and does not "
            "begin with microsoft, azure or windows.",
        )
    return tags


def checked_location(arm: ArmRequest, resource_type: str) -> str:
    """A region of the catalogue."""
    location = normalize_region(arm.text("location"))
    regions = arm.state.catalog.regions
    if location not in regions:
        raise bad_request(
            "LocationNotAvailableForResourceType",
            f"The provided location '{location}' is not available for resource type "
            f"'{resource_type}'. List of available regions for the resource type is "
            f"'{','.join(regions)}'.",
        )
    return location


def conditions(arm: ArmRequest, known: Collection[str]) -> dict[str, str]:
    """$filter as {left side in lower case: right side}: `eq` joined by `and`, and no more."""
    text = arm.query.get("$filter", "")
    found = {left.lower(): right.replace("''", "'") for left, right in _CONDITION.findall(text)}
    remainder = re.sub(r"\band\b", "", _CONDITION.sub("", text), flags=re.IGNORECASE)
    if remainder.strip() or not found.keys() <= set(known):
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
    wanted: Mapping[str, str]  # tagname and tagvalue, or neither
    keep: Callable[[Document], bool]
    render: Callable[[Document], Document]

    def body(self, arm: ArmRequest) -> Document:
        """The page that $top and $skiptoken name, with the link to the next one.

        A token holds the last thing shown, and so survives that thing's deletion.
        """
        top = _top(arm)
        found = self._after(arm, self._token(arm), batch_size=top + 1)
        page: list[tuple[list[str], Document]] = []
        for item in found:
            if len(page) == top:
                link = _next_link(arm, _written(page[-1][0]))
                return {"value": [self.render(shown) for _, shown in page], "nextLink": link}
            page.append(item)
        return {"value": [self.render(shown) for _, shown in page]}

    def _token(self, arm: ArmRequest) -> list[str]:
        """Kind, scope and name of the last thing that the client has seen."""
        token = arm.query.get("$skiptoken")
        if token is None:
            return [self.kinds[0], "", ""]
        try:
            kind, scope, name = json.loads(base64.urlsafe_b64decode(token))
        except (TypeError, ValueError):
            kind = None
        if kind not in self.kinds:
            raise bad_request("InvalidSkipToken", "The $skiptoken in the query string is invalid.")
        return [kind, str(scope), str(name)]

    def _after(
        self, arm: ArmRequest, token: list[str], *, batch_size: int
    ) -> Iterator[tuple[list[str], Document]]:
        kind, scope, name = token
        for at in self.kinds[self.kinds.index(kind) :]:
            after = (scope, name) if at == kind else ("", "")
            while batch := self._batch(arm, at, after, batch_size):
                for document in batch:
                    after = (document["_scope"], document["id"].rpartition("/")[2])
                    if self.keep(document):
                        yield [at, *after], document

    def _batch(
        self, arm: ArmRequest, kind: str, after: tuple[str, str], size: int
    ) -> list[Document]:
        store = arm.state.store
        if "tagname" not in self.wanted:
            return store.list_under(kind, self.scope, after=after, limit=size)
        tag = (self.wanted["tagname"], self.wanted.get("tagvalue"))
        return store.list_tagged(kind, self.scope, tag, after=after, limit=size)


def _top(arm: ArmRequest) -> int:
    top = arm.query.get("$top", str(DEFAULT_PAGE))
    if not top.isdecimal() or int(top) == 0:
        raise bad_request("InvalidTopInQueryString", f"Invalid $top '{top}' in the query string.")
    return min(int(top), DEFAULT_PAGE)


def _next_link(arm: ArmRequest, token: str) -> str:
    query = {**dict(arm.query), "$skiptoken": token}
    return f"{arm.base}{arm.path}?{urlencode(query)}"


def _written(position: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
