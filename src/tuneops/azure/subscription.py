"""A subscription as a whole: its name, its groups and their contents, its deleted accounts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tuneops.azure import rest
from tuneops.azure.failures import translated
from tuneops.azure.resources import Account, ResourceGroup, or_none, read_account
from tuneops.tags import read_timestamp

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

    from tuneops.azure.cloud import Session

_API = {"api-version": "2025-04-01"}
_WITH_TIMES = {**_API, "$expand": "createdTime"}


@dataclass(frozen=True)
class ListedGroups:
    """All resource groups, and Azure's clock when it listed them (None: not told)."""

    groups: tuple[ResourceGroup, ...]
    azure_time: datetime | None


@dataclass(frozen=True, slots=True)
class Resource:
    """Anything in a group; ``created`` is None where Azure does not tell."""

    id: str
    type: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None

    @property
    def group(self) -> str:
        return self.id.split("/")[4]


@dataclass(frozen=True)
class DeletedAccount:
    """A soft-deleted account; it holds its name and its quota until it is purged."""

    account: Account
    deleted: datetime | None
    purged_at: datetime | None


def display_name(session: "Session") -> str:
    return str(_self(session).json()["displayName"])


def azure_time(session: "Session") -> datetime | None:
    """Azure's own clock, to the second, where it tells the time."""
    return rest.azure_time(_self(session))


def list_groups(session: "Session") -> ListedGroups:
    groups: list[ResourceGroup] = []
    time: datetime | None = None
    path = f"/subscriptions/{session.subscription}/resourcegroups"
    for page in rest.pages(session, path, _API, doing="listing resource groups"):
        time = rest.azure_time(page)
        groups += (_group(item) for item in page.json()["value"])
    return ListedGroups(tuple(groups), time)


def list_resources(session: "Session", group: str | None = None) -> Iterator[Resource]:
    """What is in the subscription or in one group, page by page."""
    path = f"/subscriptions/{session.subscription}"
    if group is not None:
        path += f"/resourceGroups/{group}"
    listed = rest.listed(session, f"{path}/resources", _WITH_TIMES, doing="listing resources")
    return map(_resource, listed)


def merge_tags(session: "Session", group: str, tags: Mapping[str, str]) -> None:
    """Set these tags of a group, and leave the others as they are at that moment."""
    scope = f"subscriptions/{session.subscription}/resourceGroups/{group}"
    _merge_tags(session, scope, tags, f"tagging resource group {group}")


def merge_account_tags(session: "Session", account: Account, tags: Mapping[str, str]) -> None:
    """The same for an account."""
    _merge_tags(session, account.id.strip("/"), tags, f"tagging account {account.name}")


def _merge_tags(session: "Session", scope: str, tags: Mapping[str, str], doing: str) -> None:
    from azure.mgmt.resource.resources.models import Tags, TagsPatchResource

    patch = TagsPatchResource(operation="Merge", properties=Tags(tags=dict(tags)))
    with translated(doing):
        session.resources.tags.begin_update_at_scope(scope, patch).result()


def find_deleted(session: "Session", account: Account) -> DeletedAccount | None:
    with translated(f"reading deleted account {account.name}"):
        found = or_none(
            lambda: session.cognitive.deleted_accounts.get(
                account.region, account.resource_group, account.name
            )
        )
    return _deleted(found) if found else None


def list_deleted(session: "Session") -> list[DeletedAccount]:
    with translated("listing deleted accounts"):
        return [_deleted(account) for account in session.cognitive.deleted_accounts.list()]


def _self(session: "Session") -> "HttpResponse":
    with translated("reading the subscription"):
        return rest.get(session, f"/subscriptions/{session.subscription}?api-version=2022-12-01")


def _group(item: dict[str, Any]) -> ResourceGroup:
    return ResourceGroup(
        name=item["name"],
        region=item.get("location", ""),
        state=(item.get("properties") or {}).get("provisioningState", ""),
        tags=item.get("tags") or {},
        managed_by=item.get("managedBy"),
    )


def _resource(item: dict[str, Any]) -> Resource:
    return Resource(
        id=item["id"],
        type=item["type"],
        name=item["name"],
        tags=item.get("tags") or {},
        created=read_timestamp(item.get("createdTime")),
    )


def _deleted(account: Any) -> DeletedAccount:  # noqa: ANN401 - the SDK's Account
    properties = account.properties
    return DeletedAccount(
        account=read_account(account),
        deleted=read_timestamp(properties.deletion_date),
        purged_at=read_timestamp(properties.scheduled_purge_date),
    )
