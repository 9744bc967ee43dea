"""Resource groups, Foundry accounts and projects in Azure Resource Manager."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tuneops.azure.failures import read_failure, translated
from tuneops.errors import TuneopsError
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from azure.core.polling import LROPoller

    from tuneops.azure.cloud import Session

_Result = TypeVar("_Result")

_GROUP_GONE_SECONDS = 1800.0
_CONFLICT_SECONDS = 900.0
_OPENAI_HOST = ".openai.azure.com"


@dataclass(frozen=True)
class ResourceGroup:
    name: str
    region: str
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)
    managed_by: str | None = None


@dataclass(frozen=True)
class Account:
    """A Foundry resource; its id is ARM's, its endpoint ends in a slash."""

    id: str
    resource_group: str
    name: str
    region: str
    kind: str
    state: str
    endpoint: str
    tags: Mapping[str, str] = field(default_factory=dict)


def arm_write(doing: str, begin: Callable[[], "LROPoller[_Result]"]) -> _Result:
    """Start a long-running operation and wait for its end.

    ARM takes one write per account at a time; while another runs, it answers 409 RequestConflict,
    which is waited out.

    Raises:
        TuneopsError: Azure refused, or the other operation did not end in time.
    """
    for _ in attempts(_CONFLICT_SECONDS):
        with translated(doing):
            try:
                return begin().result()
            except Exception as error:
                failure = read_failure(error)
                if failure is None or failure.code != "RequestConflict":
                    raise
    raise TuneopsError(
        f"While {doing}, another operation kept the account busy.",
        remedy="Wait until it is over (it can take hours after deletions), then run again.",
    )


def find_group(session: "Session", name: str) -> ResourceGroup | None:
    with translated(f"reading resource group {name}"):
        group = or_none(lambda: session.resources.resource_groups.get(name))
    return _group(group) if group else None


def list_groups(session: "Session") -> list[ResourceGroup]:
    with translated("listing resource groups"):
        return [_group(group) for group in session.resources.resource_groups.list()]


def create_group(
    session: "Session", name: str, region: str, tags: Mapping[str, str]
) -> ResourceGroup:
    """Create the group; one of the same name that is being deleted is waited for."""
    from azure.mgmt.resource.resources.models import ResourceGroup as Body

    _wait_while_deleting(session, name)
    with translated(f"creating resource group {name}"):
        body = Body(location=region, tags=dict(tags))
        return _group(session.resources.resource_groups.create_or_update(name, body))


def delete_group(session: "Session", name: str) -> None:
    """Delete the group with all it holds, and wait until it is gone."""
    arm_write(
        f"deleting resource group {name}",
        lambda: session.resources.resource_groups.begin_delete(name),
    )


def find_account(session: "Session", group: str, name: str) -> Account | None:
    with translated(f"reading account {name}"):
        account = or_none(lambda: session.cognitive.accounts.get(group, name))
    return read_account(account) if account else None


def list_accounts(session: "Session", group: str) -> list[Account]:
    with translated(f"listing the accounts of {group}"):
        found = session.cognitive.accounts.list_by_resource_group(group)
        return [read_account(account) for account in found]


def list_all_accounts(session: "Session") -> list[Account]:
    """The accounts of the whole subscription."""
    with translated("listing accounts"):
        return [read_account(account) for account in session.cognitive.accounts.list()]


def settle_account(session: "Session", account: Account) -> Account:
    """Wait for an account that somebody, or a run that died, began to create.

    Raises:
        TuneopsError: Its creation failed or does not end.
    """
    for _ in attempts(_CONFLICT_SECONDS):
        if account.state == "Succeeded":
            return account
        if account.state in {"Failed", "Canceled", "Deleting"}:
            break
        account = find_account(session, account.resource_group, account.name) or account
    raise TuneopsError(
        f"Account {account.name} is {account.state}.",
        remedy="Wait until it is settled, or delete it in the portal; then run again.",
    )


def create_account(
    session: "Session",
    group: str,
    name: str,
    region: str,
    tags: Mapping[str, str],
    *,
    restore: bool,
    keys: bool,
) -> Account:
    """Create a Foundry resource, with keys or without, or restore the soft-deleted one."""
    from azure.mgmt.cognitiveservices import models

    body = models.Account(
        location=region,
        kind="AIServices",
        sku=models.Sku(name="S0"),
        identity=models.Identity(type="SystemAssigned"),
        tags=dict(tags),
        properties=models.AccountProperties(
            custom_sub_domain_name=name,
            allow_project_management=True,
            disable_local_auth=not keys,
            public_network_access="Enabled",
            restore=True if restore else None,
        ),
    )
    done = "restoring" if restore else "creating"
    return read_account(
        arm_write(
            f"{done} account {name}",
            lambda: session.cognitive.accounts.begin_create(group, name, body),
        )
    )


def list_deleted_accounts(session: "Session") -> list[Account]:
    """Soft-deleted accounts of the subscription: they hold name and quota for 48 hours."""
    with translated("listing deleted accounts"):
        return [read_account(account) for account in session.cognitive.deleted_accounts.list()]


def purge_account(session: "Session", account: Account) -> None:
    arm_write(
        f"purging account {account.name}",
        lambda: session.cognitive.deleted_accounts.begin_purge(
            account.region, account.resource_group, account.name
        ),
    )


def project_exists(session: "Session", group: str, account: str, project: str) -> bool:
    with translated(f"reading project {project}"):
        found = or_none(lambda: session.cognitive.projects.get(group, account, project))
    return found is not None


def create_project(
    session: "Session", group: str, account: Account, project: str, tags: Mapping[str, str]
) -> None:
    from azure.mgmt.cognitiveservices import models

    body = models.Project(
        location=account.region,
        identity=models.Identity(type="SystemAssigned"),
        tags=dict(tags),
        properties=models.ProjectProperties(display_name=project),
    )
    arm_write(
        f"creating project {project}",
        lambda: session.cognitive.projects.begin_create(group, account.name, project, body),
    )


def delete_project(session: "Session", account: Account, project: str) -> None:
    arm_write(
        f"deleting project {project}",
        lambda: session.cognitive.projects.begin_delete(
            account.resource_group, account.name, project
        ),
    )


def delete_account(session: "Session", account: Account) -> None:
    """Delete the account, which keeps its name and its quota until it is purged."""
    arm_write(
        f"deleting account {account.name}",
        lambda: session.cognitive.accounts.begin_delete(account.resource_group, account.name),
    )


def _wait_while_deleting(session: "Session", name: str) -> None:
    for _ in attempts(_GROUP_GONE_SECONDS):
        group = find_group(session, name)
        if group is None or group.state != "Deleting":
            return
    raise TuneopsError(
        f"Resource group {name} is still being deleted.", remedy="Wait until it is gone; run again."
    )


def or_none(read: Callable[[], _Result]) -> _Result | None:
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return read()
    except ResourceNotFoundError as error:
        if error.error and error.error.code == "SubscriptionNotFound":
            raise
        return None


def _group(group: Any) -> ResourceGroup:  # noqa: ANN401 - the SDK's ResourceGroup
    state = group.properties.provisioning_state if group.properties else ""
    return ResourceGroup(
        name=group.name,
        region=group.location,
        state=state or "",
        tags=dict(group.tags or {}),
        managed_by=group.managed_by,
    )


def read_account(account: Any) -> Account:  # noqa: ANN401 - the SDK's Account
    properties = account.properties
    parts = str(account.id).split("/")
    return Account(
        id=str(account.id),
        resource_group=parts[_group_index(parts)],
        name=account.name,
        region=account.location,
        kind=account.kind or "",
        state=str(properties.provisioning_state or ""),
        endpoint=_openai_endpoint(properties),
        tags=dict(account.tags or {}),
    )


def _group_index(parts: list[str]) -> int:
    return [part.lower() for part in parts].index("resourcegroups") + 1


def _openai_endpoint(properties: Any) -> str:  # noqa: ANN401 - the SDK's AccountProperties
    """The OpenAI host where the account names one, else its general endpoint."""
    named = [url for url in (properties.endpoints or {}).values() if _OPENAI_HOST in url]
    endpoint = str(named[0] if named else properties.endpoint or "")
    return endpoint.rstrip("/") + "/"
