"""Resource groups, locks and lists, through the real clients."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

LOCKS = "2020-05-01"


def lock_path(scope: str, name: str = "keep") -> str:
    return f"{scope}/providers/Microsoft.Authorization/locks/{name}?api-version={LOCKS}"


def lock(local_azure: LocalAzure, scope: str, level: str = "CanNotDelete") -> None:
    body = {"properties": {"level": level, "notes": "not yours"}}
    answer = local_azure.request("PUT", lock_path(scope), body, token=local_azure.token())
    assert answer.status == 201, answer


def test_a_group_lives_and_dies(local_azure: LocalAzure) -> None:
    """A group can be made, found whatever the case of its name, tagged, listed and deleted."""
    groups = local_azure.groups().resource_groups
    made = groups.create_or_update("rg-One", {"location": "Sweden Central", "tags": {"a": "1"}})
    assert (made.name, made.location) == ("rg-One", "swedencentral")
    assert made.properties.provisioning_state == "Succeeded"
    assert groups.check_existence("RG-ONE")
    groups.update("rg-one", {"tags": {"b": "2"}})
    assert [(g.name, g.tags) for g in groups.list()] == [("rg-One", {"b": "2"})]
    groups.begin_delete("rg-one").result()
    assert not groups.check_existence("rg-one")
    with pytest.raises(ResourceNotFoundError, match=r"^\(ResourceGroupNotFound\)"):
        groups.get("rg-one")


def test_a_group_stays_where_it_is(local_azure: LocalAzure, group: str) -> None:
    """A group cannot move to another region, nor lie where there is none."""
    groups = local_azure.groups().resource_groups
    with pytest.raises(ResourceExistsError, match=r"^\(InvalidResourceGroupLocation\)"):
        groups.create_or_update(group, {"location": "eastus2"})
    with pytest.raises(HttpResponseError, match=r"^\(LocationNotAvailableForResourceGroup\)"):
        groups.create_or_update("other", {"location": "atlantis"})


def test_managed_by_is_kept(local_azure: LocalAzure) -> None:
    """A group remembers which resource manages it."""
    groups = local_azure.groups().resource_groups
    groups.create_or_update("managed", {"location": "eastus2", "managedBy": "/subscriptions/x"})
    assert groups.get("managed").managed_by == "/subscriptions/x"


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("tagName eq 'owner'", {"g0", "g1", "g2", "g3", "g4"}),
        ("tagname eq 'OWNER' and tagvalue eq 'even'", {"g0", "g2", "g4"}),
        ("tagName eq 'owner' and tagValue eq 'Even'", set()),
        (None, {"g0", "g1", "g2", "g3", "g4", "plain"}),
    ],
)
def test_paging_keeps_the_filter(
    local_azure: LocalAzure, filter_: str | None, expected: set[str]
) -> None:
    """Every page of a filtered list is filtered; tag names have no case, tag values have."""
    groups = local_azure.groups().resource_groups
    for number in range(5):
        tags = {"owner": "odd" if number % 2 else "even"}
        groups.create_or_update(f"g{number}", {"location": "eastus2", "tags": tags})
    groups.create_or_update("plain", {"location": "eastus2"})
    found = [found.name for found in groups.list(filter=filter_, top=2)]
    assert sorted(found) == sorted(expected)


def test_deleting_between_pages_skips_nothing(local_azure: LocalAzure) -> None:
    """Who deletes what a page shows before asking for the next still sees every group."""
    groups = local_azure.groups().resource_groups
    names = [f"g{number}" for number in range(5)]
    for name in names:
        groups.create_or_update(name, {"location": "eastus2"})
    local_azure.admin("PATCH", "settings", {"group_delete_seconds": 0})
    seen = []
    for page in groups.list(top=2).by_page():
        for found in page:
            seen.append(found.name)
            groups.begin_delete(found.name).result()
    assert seen == names


def test_a_group_in_deletion_takes_nothing(local_azure: LocalAzure, group: str) -> None:
    """While a group is being deleted, neither it nor anything in it can be written."""
    local_azure.admin("POST", "clock", {"freeze": True})
    groups = local_azure.groups().resource_groups
    groups.begin_delete(group, polling=False)
    assert groups.get(group).properties.provisioning_state == "Deleting"
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/{group}"
    account = f"{path}/providers/Microsoft.CognitiveServices/accounts/acc"
    for target in (path, account):
        answer = local_azure.request(
            "PUT",
            f"{target}?api-version=2025-04-01",
            {"location": "eastus2"},
            token=local_azure.token(),
        )
        assert (answer.status, answer.body["error"]["code"]) == (409, "ResourceGroupBeingDeleted")


def test_deleting_a_group_soft_deletes_its_accounts(local_azure: LocalAzure, account: str) -> None:
    """An account goes with its group, and can be found among the deleted ones."""
    local_azure.groups().resource_groups.begin_delete("rg-core").result()
    deleted = list(local_azure.cognitive().deleted_accounts.list())
    assert [found.name for found in deleted] == [account]


def test_a_lock_holds_a_group_and_what_is_in_it(local_azure: LocalAzure, account_path: str) -> None:
    """CanNotDelete on a group keeps it and its accounts; without the lock both can go."""
    group_path = account_path.partition("/providers/")[0]
    lock(local_azure, group_path)
    cognitive, groups = local_azure.cognitive(), local_azure.groups().resource_groups
    for delete in (
        partial(groups.begin_delete, "rg-core"),
        partial(cognitive.accounts.begin_delete, "rg-core", "core-account"),
    ):
        with pytest.raises(ResourceExistsError, match=r"^\(ScopeLocked\)") as refused:
            delete()
        assert group_path in refused.value.message
    answer = local_azure.request("DELETE", lock_path(group_path), token=local_azure.token())
    assert answer.status == 200
    groups.begin_delete("rg-core").result()


def test_a_lock_on_an_account_holds_its_group(local_azure: LocalAzure, account_path: str) -> None:
    """A group with a locked account cannot be deleted."""
    lock(local_azure, account_path.replace("/accounts", "//accounts"))
    with pytest.raises(ResourceExistsError, match="ScopeLocked"):
        local_azure.groups().resource_groups.begin_delete("rg-core")
    listed = local_azure.request(
        "GET",
        f"{account_path.partition('/providers/')[0]}/providers/Microsoft.Authorization/locks"
        f"?api-version={LOCKS}",
        token=local_azure.token(),
    )
    assert [found["properties"]["level"] for found in listed.body["value"]] == ["CanNotDelete"]


def test_forced_deletion(local_azure: LocalAzure, group: str) -> None:
    """The types for which Azure offers it are taken, others refused."""
    groups = local_azure.groups().resource_groups
    machines = "Microsoft.Compute/virtualMachines"
    with pytest.raises(HttpResponseError, match="does not support forced deletion"):
        groups.begin_delete(group, force_deletion_types=f"{machines},Microsoft.Storage/x")
    scale_sets = "Microsoft.Compute/virtualMachineScaleSets"
    groups.begin_delete(group, force_deletion_types=f"{machines},{scale_sets}").result()
    assert not groups.check_existence(group)


def test_read_only_refuses_writes(local_azure: LocalAzure, account_path: str) -> None:
    """ReadOnly on an account refuses a change of its tags, and reads go on."""
    lock(local_azure, account_path, "ReadOnly")
    accounts = local_azure.cognitive().accounts
    with pytest.raises(ResourceExistsError, match="ScopeLocked"):
        accounts.begin_update("rg-core", "core-account", {"tags": {"a": "b"}})
    assert accounts.get("rg-core", "core-account").name == "core-account"


def test_resources_are_listed_with_their_tags(local_azure: LocalAzure, account: str) -> None:
    """The subscription's and a group's resources can be filtered by tag, group and type."""
    cognitive, resources = local_azure.cognitive(), local_azure.groups().resources
    cognitive.accounts.begin_update("rg-core", account, {"tags": {"Owner": "me"}}).result()
    cognitive.projects.begin_create(
        "rg-core", account, "tienda", {"location": "swedencentral", "properties": {}}
    ).result()
    everything = [found.name for found in resources.list_by_resource_group("rg-core", top=1)]
    assert everything == [account, f"{account}/tienda"]
    for filter_ in (
        "tagName eq 'owner' and tagValue eq 'me'",
        "resourceGroup eq 'RG-CORE' and tagname eq 'owner'",
        "resourceType eq 'microsoft.cognitiveservices/accounts'",
    ):
        assert [found.name for found in resources.list(filter=filter_)] == [account]
    assert not list(resources.list(filter="tagName eq 'owner' and tagValue eq 'you'"))


def test_a_second_delete_joins_the_first(local_azure: LocalAzure, group: str) -> None:
    """Deleting a group twice is one operation."""
    local_azure.admin("POST", "clock", {"freeze": True})
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/{group}"
    locations = []
    for _ in range(2):
        answer = local_azure.request(
            "DELETE", f"{path}?api-version=2025-04-01", token=local_azure.token()
        )
        assert answer.status == 202
        locations.append(answer.headers["location"])
    assert locations[0] == locations[1]
    local_azure.admin("POST", "clock", {"step_seconds": 3600})
    done = local_azure.request("GET", locations[0], token=local_azure.token())
    assert done.status == 200
