"""The limits of Azure Resource Manager and of Cognitive Services accounts."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from local_azure.store import Store

if TYPE_CHECKING:
    from tests.local_azure.conftest import Answer, LocalAzure

VERSION = "api-version=2025-09-01"
OPENAI = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}}


def put(azure: LocalAzure, group: str, name: str, **more: object) -> Answer:
    path = (
        f"/subscriptions/{azure.subscription}/resourceGroups/{group}/providers"
        f"/Microsoft.CognitiveServices/accounts/{name}?{VERSION}"
    )
    return azure.request("PUT", path, OPENAI | more, token=azure.token())


def test_thirty_openai_accounts_in_a_region(local_azure: LocalAzure, group: str) -> None:
    """The next one is refused; another region and another kind have room."""
    subscription = f"/subscriptions/{local_azure.subscription}"
    scope = f"{subscription}/resourceGroups/{group}"
    with closing(Store(local_azure.state)) as store, store.transaction():
        for number in range(30):
            account = {**OPENAI, "id": f"{scope}/x/accounts/a{number}", "name": f"a{number}"}
            store.put("account", scope, str(account["name"]), account)
    refused = put(local_azure, group, "one-more")
    assert (refused.status, refused.body["error"]["code"]) == (400, "QuotaExceeded")
    assert put(local_azure, group, "elsewhere", location="swedencentral").status == 201
    assert put(local_azure, group, "another", kind="AIServices").status == 201


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"tags": {f"t{number}": "" for number in range(51)}}, "InvalidTag"),
        ({"tags": {"n" * 513: ""}}, "InvalidTag"),
        ({"tags": {"name": "v" * 257}}, "InvalidTag"),
        ({"properties": {"customSubDomainName": "a_b"}}, "CustomDomainInvalid"),
        ({"location": "atlantis"}, "LocationNotAvailableForResourceType"),
        ({"sku": {"name": "F0"}}, "InvalidResourceProperties"),
    ],
)
def test_accounts_that_are_refused(
    local_azure: LocalAzure, group: str, more: dict[str, Any], code: str
) -> None:
    """400 with ARM's code, and no account is there."""
    refused = put(local_azure, group, "acc", **more)
    assert (refused.status, refused.body["error"]["code"]) == (400, code)
    assert local_azure.admin("GET", "state")["accounts"]["count"] == 0


@pytest.mark.parametrize("name", ["a" * 65, "a", "-ab"])
def test_names_of_accounts(local_azure: LocalAzure, group: str, name: str) -> None:
    """2 to 64 characters, beginning with a letter or a digit."""
    assert put(local_azure, group, name).body["error"]["code"] == "AccountNameInvalid"
