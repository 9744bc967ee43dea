"""What the settings can make of the service: roles, late reads, forms of operations, throttling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import ResourceNotFoundError

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

COGNITIVE = "https://cognitiveservices.azure.com/.default"
USER, CONTRIBUTOR = "Cognitive Services OpenAI User", "Cognitive Services OpenAI Contributor"


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [(CONTRIBUTOR, 200, 400), (USER, 200, 401), ("Cognitive Services Contributor", 401, 401)],
)
def test_a_role_is_needed(
    local_azure: LocalAzure, account: str, role: str, reads: int, writes: int
) -> None:
    """Who lacks the data action gets 401 PermissionDenied with the principal's id; a key does."""
    local_azure.admin("PATCH", "settings", {"role": role})
    token, path = local_azure.token(COGNITIVE), f"/accounts/{account}/openai/v1/fine_tuning/jobs"
    got = local_azure.request("GET", path, token=token)
    put = local_azure.request("POST", path, {}, token=token)
    assert (got.status, put.status) == (reads, writes)
    if writes == 401:
        principal = local_azure.admin("GET", "health")["identity"]["object_id"]
        assert put.body["error"]["code"] == "PermissionDenied"
        assert principal in put.body["error"]["message"]
    key = local_azure.cognitive().accounts.list_keys("rg-core", account).key1
    assert local_azure.request("GET", path, headers={"api-key": key}).status == 200


def test_reads_may_lag(local_azure: LocalAzure) -> None:
    """With eventual consistency a GET right after a creation finds nothing, and later does."""
    local_azure.admin("POST", "clock", {"freeze": True})
    local_azure.admin("PATCH", "settings", {"consistency_seconds": 300, "speed": 1})
    groups = local_azure.groups().resource_groups
    groups.create_or_update("rg", {"location": "eastus2"})
    with pytest.raises(ResourceNotFoundError):
        groups.get("rg")
    local_azure.admin("POST", "clock", {"step_seconds": 300})
    assert groups.get("rg").name == "rg"


@pytest.mark.parametrize("form", ["azure-async-operation", "location", "body"])
def test_forms_of_operations(local_azure: LocalAzure, group: str, form: str) -> None:
    """The SDK's poller ends well with each of ARM's forms."""
    local_azure.admin("PATCH", "settings", {"operation_form": form})
    body = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
    made = local_azure.cognitive().accounts.begin_create(group, "forms", body)
    assert not made.done()
    assert made.result().properties.provisioning_state == "Succeeded"


def test_throttling(local_azure: LocalAzure) -> None:
    """Over the bucket of 250 reads ARM answers 429 with a hint, and only if asked to."""
    token, path = local_azure.token(), "/subscriptions?api-version=2022-12-01"

    def statuses() -> set[int]:
        with ThreadPoolExecutor(4) as threads:
            answers = threads.map(
                lambda _: local_azure.request("GET", path, token=token), range(330)
            )
            return {answer.status for answer in answers}

    local_azure.admin("PATCH", "settings", {"throttle": True})
    assert any(statuses() == {200, 429} for _ in range(20))
