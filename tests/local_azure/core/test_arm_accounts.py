"""Accounts and projects, through azure-mgmt-cognitiveservices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from local_azure.arm.deleted_accounts import KEPT_SECONDS
from tests.local_azure.conftest import with_fields

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

GROUP, REGION = "rg-core", "swedencentral"


def body(domain: str = "core-account", **properties: object) -> dict[str, object]:
    return {
        "location": REGION,
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": domain, **properties},
    }


def test_an_account_is_created_by_a_long_operation(local_azure: LocalAzure, group: str) -> None:
    """PUT answers Creating; after the operation the account has its endpoint on this server."""
    accounts = local_azure.cognitive().accounts
    local_azure.admin("POST", "clock", {"freeze": True})
    poller = accounts.begin_create(group, "Acc-One", body("acc-one"))
    assert accounts.get(group, "acc-one").properties.provisioning_state == "Creating"
    assert not poller.done()
    local_azure.admin("POST", "clock", {"step_seconds": 60})
    made = poller.result()
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.endpoint == f"{local_azure.url}/accounts/acc-one/"
    assert made.name == "Acc-One"
    assert [found.name for found in accounts.list_by_resource_group("RG-CORE")] == ["Acc-One"]
    assert [found.name for found in accounts.list()] == ["Acc-One"]


def test_an_account_being_created_takes_no_deployment(local_azure: LocalAzure, group: str) -> None:
    """A write below an account that is not ready is a conflict."""
    cognitive = local_azure.cognitive()
    local_azure.admin("POST", "clock", {"freeze": True})
    cognitive.accounts.begin_create(group, "acc", body("acc"), polling=False)
    with pytest.raises(ResourceExistsError, match="AccountProvisioningStateInvalid"):
        cognitive.deployments.begin_create_or_update(
            group, "acc", "d", {"properties": {"model": {"name": "gpt-4o", "format": "OpenAI"}}}
        )


def test_patch_changes_only_what_it_names(local_azure: LocalAzure, account: str) -> None:
    """PATCH of the tags leaves the properties, and PATCH of a property leaves the tags."""
    accounts = local_azure.cognitive().accounts
    accounts.begin_update(GROUP, account, {"tags": {"a": "1"}}).result()
    accounts.begin_update(GROUP, account, {"properties": {"disableLocalAuth": True}}).result()
    found = accounts.get(GROUP, account)
    assert found.tags == {"a": "1"}
    assert found.properties.disable_local_auth
    assert found.properties.custom_sub_domain_name == account
    assert found.identity.principal_id


def test_keys_can_be_regenerated(local_azure: LocalAzure, account: str) -> None:
    """Regenerating one key leaves the other."""
    accounts = local_azure.cognitive().accounts
    before = accounts.list_keys(GROUP, account)
    after = with_fields(accounts.regenerate_key, GROUP, account, key_name="Key1")
    assert after.key1 != before.key1
    assert after.key2 == before.key2
    assert accounts.list_keys(GROUP, account).key1 == after.key1


@pytest.mark.parametrize(
    ("domain", "code"),
    [("ai_foundry", "CustomDomainInvalid"), ("core-account", "CustomDomainInUse")],
)
def test_a_host_name_is_unique_and_well_formed(
    local_azure: LocalAzure, account: str, domain: str, code: str
) -> None:
    """A custom subdomain has no underscore, and one account owns it."""
    del account
    with pytest.raises(HttpResponseError, match=rf"^\({code}\)") as refused:
        local_azure.cognitive().accounts.begin_create(GROUP, "other", body(domain))
    assert f"'{domain}'" in refused.value.message


def test_a_refused_account_leaves_nothing(local_azure: LocalAzure, account: str) -> None:
    """What ARM refuses is not half made."""
    accounts = local_azure.cognitive().accounts
    with pytest.raises(HttpResponseError):
        accounts.begin_create(GROUP, "other", body("core-account"))
    assert [found.name for found in accounts.list()] == [account]


def test_domain_availability(local_azure: LocalAzure, account: str) -> None:
    """A name is free, taken or not valid, and the answer says which."""

    def check(name: str) -> Any:  # noqa: ANN401
        method = local_azure.cognitive().check_domain_availability
        kind = "Microsoft.CognitiveServices/accounts"
        return with_fields(method, subdomain_name=name, type=kind)

    assert check("free-name").is_subdomain_available
    assert "already used" in check(account.upper()).reason
    assert "not valid" in check("under_score").reason


def test_a_deleted_name_waits_for_restore_or_purge(local_azure: LocalAzure, account: str) -> None:
    """A soft-deleted account blocks its name, keeps its tags, and comes back on request."""
    cognitive = local_azure.cognitive()
    cognitive.accounts.begin_update(GROUP, account, {"tags": {"owner": "me"}}).result()
    keys = cognitive.accounts.list_keys(GROUP, account)
    cognitive.accounts.begin_delete(GROUP, account).result()
    with pytest.raises(ResourceNotFoundError):
        cognitive.accounts.get(GROUP, account)
    deleted = cognitive.deleted_accounts.get(REGION, GROUP, account)
    assert deleted.tags == {"owner": "me"}
    assert deleted.properties.deletion_date < deleted.properties.scheduled_purge_date
    with pytest.raises(ResourceExistsError, match=r"^\(FlagMustBeSetForRestore\)"):
        cognitive.accounts.begin_create(GROUP, account, body())
    restored = cognitive.accounts.begin_create(GROUP, account, body(restore=True)).result()
    assert restored.tags == {"owner": "me"}
    assert cognitive.accounts.list_keys(GROUP, account).as_dict() == keys.as_dict()
    assert not list(cognitive.deleted_accounts.list())


def test_a_deleted_host_name_stays_taken(local_azure: LocalAzure, account: str) -> None:
    """Another account cannot take the subdomain of a deleted one before its purge."""
    cognitive = local_azure.cognitive()
    cognitive.accounts.begin_delete(GROUP, account).result()
    with pytest.raises(ResourceExistsError, match="CustomDomainInUse"):
        cognitive.accounts.begin_create(GROUP, "other", body(account))
    cognitive.deleted_accounts.begin_purge(REGION, GROUP, account).result()
    made = cognitive.accounts.begin_create(GROUP, "other", body(account)).result()
    assert made.properties.custom_sub_domain_name == account


def test_nothing_is_restored_that_was_not_deleted(local_azure: LocalAzure, group: str) -> None:
    """restore=true needs a soft-deleted account."""
    with pytest.raises(ResourceExistsError, match="CanNotRestoreANonExistingResource"):
        local_azure.cognitive().accounts.begin_create(group, "never", body("never", restore=True))


def test_a_deleted_account_is_purged_after_48_hours(local_azure: LocalAzure, account: str) -> None:
    """Nobody has to purge: time does."""
    cognitive = local_azure.cognitive()
    cognitive.accounts.begin_delete(GROUP, account).result()
    local_azure.admin("POST", "clock", {"step_seconds": KEPT_SECONDS - 60})
    assert len(list(cognitive.deleted_accounts.list())) == 1
    local_azure.admin("POST", "clock", {"step_seconds": 60})
    assert not list(cognitive.deleted_accounts.list())
    with pytest.raises(ResourceNotFoundError):
        cognitive.deleted_accounts.get(REGION, GROUP, account)


def test_deleting_twice_is_no_error(local_azure: LocalAzure, account: str) -> None:
    """The second DELETE of an account, and of a purged one, finds nothing to do."""
    cognitive = local_azure.cognitive()
    for _ in range(2):
        cognitive.accounts.begin_delete(GROUP, account).result()
    for _ in range(2):
        cognitive.deleted_accounts.begin_purge(REGION, GROUP, account).result()


def test_a_project_needs_an_account_that_allows_it(local_azure: LocalAzure, group: str) -> None:
    """Without allowProjectManagement there are no projects."""
    cognitive = local_azure.cognitive()
    cognitive.accounts.begin_create(group, "plain", body("plain")).result()
    with pytest.raises(HttpResponseError, match="allowProjectManagement") as refused:
        cognitive.projects.begin_create(group, "plain", "p", {"location": REGION})
    assert refused.value.status_code == 400


def test_a_project_lives_and_dies(local_azure: LocalAzure, account: str) -> None:
    """A project can be made, listed and deleted; the first one is the default."""
    projects = local_azure.cognitive().projects
    for name in ("first", "second"):
        projects.begin_create(
            GROUP, account, name, {"location": REGION, "properties": {"description": name}}
        ).result()
    listed = {found.name: found.properties for found in projects.list(GROUP, account)}
    assert {name: found.is_default for name, found in listed.items()} == {
        f"{account}/first": True,
        f"{account}/second": False,
    }
    assert listed[f"{account}/first"].provisioning_state == "Succeeded"
    projects.begin_delete(GROUP, account, "first").result()
    with pytest.raises(ResourceNotFoundError):
        projects.get(GROUP, account, "first")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"location": "atlantis"}, "LocationNotAvailableForResourceType"),
        ({"kind": "Toaster"}, "InvalidResourceProperties"),
        ({"sku": {"name": "F7"}}, "InvalidResourceProperties"),
    ],
)
def test_an_account_that_is_not_offered(
    local_azure: LocalAzure, group: str, change: dict[str, object], code: str
) -> None:
    """Region, kind and SKU are checked."""
    with pytest.raises(HttpResponseError, match=rf"^\({code}\)"):
        local_azure.cognitive().accounts.begin_create(group, "acc", body("acc") | change)


def test_no_group_no_account(local_azure: LocalAzure) -> None:
    """An account needs its group."""
    with pytest.raises(ResourceNotFoundError, match="ResourceGroupNotFound"):
        local_azure.cognitive().accounts.begin_create("nowhere", "acc", body("acc"))
