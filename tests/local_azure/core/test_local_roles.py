"""What the roles of the signed-in principal allow, on ARM and on the data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError

from local_azure.roles import arm_action, data_action

if TYPE_CHECKING:
    from tests.local_azure.conftest import Answer, LocalAzure

COGNITIVE = "https://cognitiveservices.azure.com/.default"
READER, CONTRIBUTOR = "Reader", "Contributor"
OPENAI_CONTRIBUTOR = "Cognitive Services OpenAI Contributor"
OPENAI_USER = "Cognitive Services OpenAI User"
ARM_CONTRIBUTOR = "Cognitive Services Contributor"
G = "/resourceGroups/g"
QUOTA_READER = "Cognitive Services Usages Reader"


def give(azure: LocalAzure, *roles: str, scope: str = "") -> None:
    assigned = [{"role": role, "scope": scope} for role in roles]
    azure.admin("PATCH", "settings", {"roles": assigned})


def arm(azure: LocalAzure, method: str, path: str, body: object = None) -> Answer:
    """`path` below the subscription."""
    url = f"/subscriptions/{azure.subscription}{path}?api-version=2025-09-01"
    return azure.request(method, url, body, token=azure.token())


@pytest.mark.parametrize(
    ("role", "read_write_keys_quota"),
    [
        ("Owner", [200, 200, 200, 200]),
        (CONTRIBUTOR, [200, 200, 200, 200]),
        (READER, [200, 403, 403, 200]),
        (ARM_CONTRIBUTOR, [200, 200, 200, 200]),
        (OPENAI_CONTRIBUTOR, [200, 403, 403, 403]),
        (OPENAI_USER, [200, 403, 403, 403]),
        ("Cognitive Services User", [200, 403, 200, 200]),
        (QUOTA_READER, [403, 403, 403, 200]),
    ],
)
def test_roles_on_arm(
    local_azure: LocalAzure, account_path: str, role: str, read_write_keys_quota: list[int]
) -> None:
    """Each built-in role allows its own actions and no others."""
    give(local_azure, role)
    path = account_path.removeprefix(f"/subscriptions/{local_azure.subscription}")
    usages = "/providers/Microsoft.CognitiveServices/locations/swedencentral/usages"
    found = [
        arm(local_azure, "GET", path).status,
        arm(local_azure, "PATCH", path, {"tags": {"a": "b"}}).status,
        arm(local_azure, "POST", f"{path}/listKeys").status,
        arm(local_azure, "GET", usages).status,
    ]
    assert found == read_write_keys_quota


def test_the_words_of_arm(local_azure: LocalAzure, group: str) -> None:
    """The refusal names the client, its object id, the action and the scope."""
    give(local_azure, READER)
    identity = local_azure.admin("GET", "health")["identity"]
    with pytest.raises(HttpResponseError) as refused:
        local_azure.groups().resource_groups.begin_delete(group)
    assert refused.value.status_code == 403
    assert refused.value.error is not None
    assert refused.value.error.code == "AuthorizationFailed"
    message = str(refused.value.error.message)
    assert f"client '{identity['client_id']}' with object id '{identity['object_id']}'" in message
    assert "'Microsoft.Resources/subscriptions/resourcegroups/delete'" in message


def test_a_role_counts_below_its_scope(local_azure: LocalAzure, group: str) -> None:
    """What lies elsewhere is refused, and left out of lists."""
    groups = local_azure.groups().resource_groups
    groups.create_or_update("rg-core-2", {"location": "eastus2"})
    give(
        local_azure,
        READER,
        scope=f"/subscriptions/{local_azure.subscription}/RESOURCEGROUPS/{group}",
    )
    assert [one.name for one in groups.list()] == [group]
    assert groups.get(group).name == group
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        groups.get("rg-core-2")
    purge = (
        f"/providers/Microsoft.CognitiveServices/locations/eastus2/resourceGroups/{group}"
        "/deletedAccounts/gone"
    )
    assert arm(local_azure, "DELETE", purge).status == 403


def test_without_a_role_there_is_no_subscription(local_azure: LocalAzure, group: str) -> None:
    """Nothing is seen, and nothing is found out."""
    give(local_azure)
    answer = local_azure.request(
        "GET", "/subscriptions?api-version=2022-12-01", token=local_azure.token()
    )
    assert answer.body == {"value": []}
    assert list(local_azure.groups().resource_groups.list()) == []
    for path in ("", f"/resourceGroups/{group}"):
        assert arm(local_azure, "GET", path).body["error"]["code"] == "AuthorizationFailed"


@pytest.mark.parametrize(
    ("role", "reads_trains_chats"),
    [
        (OPENAI_CONTRIBUTOR, [200, 400, 404]),
        (OPENAI_USER, [200, 401, 404]),
        ("Foundry User", [200, 400, 404]),
        (ARM_CONTRIBUTOR, [401, 401, 401]),
        ("Owner", [401, 401, 401]),
    ],
)
def test_roles_on_the_data_plane(
    local_azure: LocalAzure, account: str, role: str, reads_trains_chats: list[int]
) -> None:
    """Who lacks the data action gets 401 PermissionDenied with the principal's id; a key does."""
    key = local_azure.cognitive().accounts.list_keys("rg-core", account).key1
    give(local_azure, role)
    token, path = local_azure.token(COGNITIVE), f"/accounts/{account}/openai/v1"
    jobs, chat = f"{path}/fine_tuning/jobs", f"{path}/chat/completions"
    got = local_azure.request("GET", jobs, token=token)
    put = local_azure.request("POST", jobs, {}, token=token)
    said = local_azure.request("POST", chat, {"model": "none"}, token=token)
    assert [got.status, put.status, said.status] == reads_trains_chats
    if put.status == 401:
        principal = local_azure.admin("GET", "health")["identity"]["object_id"]
        assert put.body["error"]["code"] == "PermissionDenied"
        assert f"{principal} lacks the required data action" in put.body["error"]["message"]
    assert local_azure.request("GET", jobs, headers={"api-key": key}).status == 200


def test_permissions_can_be_read(local_azure: LocalAzure, group: str) -> None:
    """ARM lists the actions of each role that counts at a scope, also to who has none."""
    path = f"/resourceGroups/{group}/providers/Microsoft.Authorization/permissions"
    assert [one["actions"] for one in arm(local_azure, "GET", path).body["value"]] == [["*"]]
    give(local_azure, OPENAI_CONTRIBUTOR, QUOTA_READER)
    found = arm(local_azure, "GET", path).body["value"]
    assert found[0]["dataActions"] == ["Microsoft.CognitiveServices/accounts/OpenAI/*"]
    assert len(found) == 2
    give(local_azure)
    assert arm(local_azure, "GET", path).body == {"value": []}


def test_an_unknown_role(local_azure: LocalAzure) -> None:
    """A role that is none is refused with the names of those that are."""
    answer = local_azure.request("PATCH", "/_local/settings", {"roles": [{"role": "King"}]})
    assert answer.status == 400
    assert READER in answer.body["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "", "Microsoft.Resources/subscriptions/read"),
        ("PUT", G, "Microsoft.Resources/subscriptions/resourceGroups/write"),
        ("POST", "/providers/N/register", "N/register/action"),
        ("DELETE", f"{G}/providers/N/a/x/b/y", "N/a/b/delete"),
        ("POST", f"{G}/providers/N/a/x/listKeys", "N/a/listKeys/action"),
        ("PUT", f"{G}/providers/N/a/x/providers/M/locks/l", "M/locks/write"),
    ],
)
def test_actions_of_arm(method: str, path: str, action: str) -> None:
    """The action is made of the types in the path, for the provider that comes last."""
    assert arm_action(method, f"/subscriptions/s{path}") == action


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/files/f", "files/read"),
        ("POST", "/fine_tuning/jobs", "fine-tunes/write"),
        ("POST", "/deployments/d/chat/completions", "deployments/chat/completions/action"),
    ],
)
def test_actions_of_the_data_plane(method: str, path: str, action: str) -> None:
    """Both surfaces have the same actions."""
    assert data_action(method, path) == f"Microsoft.CognitiveServices/accounts/OpenAI/{action}"
