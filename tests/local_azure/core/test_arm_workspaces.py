"""Machine Learning workspaces and what they stand on, as far as ARM knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.local_azure.core.conftest import GROUP, REGION
from tests.local_azure.core.test_arm_groups import lock

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

TYPE = "Microsoft.MachineLearningServices/workspaces"
VERSION = "2024-10-01"
BODY = {
    "location": REGION,
    "identity": {"type": "SystemAssigned"},
    "tags": {"owner": "me"},
    "properties": {"friendlyName": "Tienda"},
}


def path(azure: LocalAzure, name: str = "tienda") -> str:
    return f"/subscriptions/{azure.subscription}/resourceGroups/{GROUP}/providers/{TYPE}/{name}"


def test_a_workspace_lives_and_dies(local_azure: LocalAzure, group: str) -> None:
    """Made, made again with other properties, found in each list and by its tag, deleted."""
    resources = local_azure.groups().resources
    workspace = path(local_azure)
    made = resources.begin_create_or_update_by_id(workspace, BODY, api_version=VERSION).result()
    assert made.properties["provisioningState"] == "Succeeded"
    assert made.identity.principal_id
    change = {"location": REGION, "properties": {"description": "of the lab"}}
    resources.begin_create_or_update_by_id(workspace, change, api_version=VERSION).result()
    found = resources.get_by_id(workspace, api_version=VERSION)
    assert (found.properties["friendlyName"], found.properties["description"]) == (
        "Tienda", "of the lab",
    )  # fmt: skip
    assert found.properties["workspaceId"] == made.properties["workspaceId"]
    assert found.properties["discoveryUrl"].startswith(local_azure.url)
    for filter_ in (f"resourceType eq '{TYPE}'", "tagName eq 'owner' and tagValue eq 'me'"):
        assert [one.name for one in resources.list(filter=filter_)] == ["tienda"]
    subscription = f"/subscriptions/{local_azure.subscription}"
    for scope in (subscription, f"{subscription}/resourceGroups/{group}"):
        listed = local_azure.request(
            "GET", f"{scope}/providers/{TYPE}?api-version={VERSION}", token=local_azure.token()
        )
        assert [one["name"] for one in listed.body["value"]] == ["tienda"]
    resources.begin_delete_by_id(workspace, api_version=VERSION).result()
    resources.begin_delete_by_id(workspace, api_version=VERSION).result()
    with pytest.raises(ResourceNotFoundError, match=r"^\(ResourceNotFound\)"):
        resources.get_by_id(workspace, api_version=VERSION)


def test_workspaces_that_are_refused(local_azure: LocalAzure, group: str) -> None:
    """A name that is none, a region that is none, a lock."""
    assert group
    resources = local_azure.groups().resources
    for name, body in (("a", BODY), ("tienda", BODY | {"location": "atlantis"})):
        with pytest.raises(HttpResponseError, match=r"InvalidResourceName|LocationNotAvailable"):
            resources.begin_create_or_update_by_id(
                path(local_azure, name), body, api_version=VERSION
            )
    resources.begin_create_or_update_by_id(path(local_azure), BODY, api_version=VERSION).result()
    lock(local_azure, path(local_azure))
    with pytest.raises(ResourceExistsError, match="ScopeLocked"):
        resources.begin_delete_by_id(path(local_azure), api_version=VERSION)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("Microsoft.Storage/storageAccounts", "storage1", "Storage_1"),
        ("Microsoft.KeyVault/vaults", "vault-1", "1-vault"),
        ("Microsoft.OperationalInsights/workspaces", "logs-1", "l"),
        ("Microsoft.Insights/components", "insights 1", "insights."),
    ],
)
def test_what_a_workspace_stands_on(
    local_azure: LocalAzure, group: str, kind: str, good: str, bad: str
) -> None:
    """Is kept as it was described, under a name that Azure would take."""
    resources = local_azure.groups().resources
    scope = f"/subscriptions/{local_azure.subscription}/resourceGroups/{group}/providers/{kind}"
    body = {"location": REGION, "kind": "k", "properties": {"a": {"b": 1}}}
    resources.begin_create_or_update_by_id(f"{scope}/{good}", body, api_version=VERSION).result()
    found = resources.get_by_id(f"{scope}/{good}", api_version=VERSION)
    assert (found.kind, found.properties["a"]) == ("k", {"b": 1})
    assert [one.type for one in resources.list()] == [kind]
    with pytest.raises(HttpResponseError, match="InvalidResourceName"):
        resources.begin_create_or_update_by_id(f"{scope}/{bad}", body, api_version=VERSION)


def test_a_template_makes_one(local_azure: LocalAzure, group: str) -> None:
    """And its group takes it along."""
    workspace = {"type": TYPE, "apiVersion": VERSION, "name": "tienda", **BODY}
    body = {"properties": {"mode": "incremental", "template": {"resources": [workspace]}}}
    scope = path(local_azure).partition("/providers/")[0]
    deployment = f"{scope}/providers/Microsoft.Resources/deployments/d"
    resources, groups = local_azure.groups().resources, local_azure.groups().resource_groups
    resources.begin_create_or_update_by_id(deployment, body, api_version="2025-04-01").result()
    assert resources.get_by_id(path(local_azure), api_version=VERSION).tags == {"owner": "me"}
    groups.begin_delete(group).result()
    groups.create_or_update(group, {"location": REGION})
    assert not list(resources.list())
