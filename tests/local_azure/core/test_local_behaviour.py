"""What the settings can make of the service: late reads, forms of operations, throttling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import ResourceNotFoundError

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure


def test_reads_may_lag(local_azure: LocalAzure) -> None:
    """With eventual consistency neither a GET nor a list shows at once what was created."""
    local_azure.admin("POST", "clock", {"freeze": True})
    local_azure.admin("PATCH", "settings", {"consistency_seconds": 300, "speed": 1})
    groups = local_azure.groups().resource_groups
    groups.create_or_update("rg", {"location": "eastus2"})
    with pytest.raises(ResourceNotFoundError):
        groups.get("rg")
    assert list(groups.list()) == []
    local_azure.admin("POST", "clock", {"step_seconds": 300})
    assert groups.get("rg").name == "rg"
    assert [one.name for one in groups.list()] == ["rg"]


@pytest.mark.parametrize("form", ["azure-async-operation", "location", "body"])
def test_forms_of_operations(local_azure: LocalAzure, group: str, form: str) -> None:
    """The SDK's poller ends well with each of ARM's forms."""
    local_azure.admin("PATCH", "settings", {"operation_form": form})
    body = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
    made = local_azure.cognitive().accounts.begin_create(group, "forms", body)
    assert not made.done()
    assert made.result().properties.provisioning_state == "Succeeded"


def test_the_time_to_wait(local_azure: LocalAzure, group: str) -> None:
    """Retry-After in whole seconds where the operation takes some, else in milliseconds alone."""
    local_azure.groups().resource_groups.create_or_update("quick", {"location": "eastus2"})
    local_azure.admin("POST", "clock", {"freeze": True})
    found = []
    for name, speed in ((group, 1), ("quick", 3000)):
        local_azure.admin("PATCH", "settings", {"speed": speed})
        path = f"/subscriptions/{local_azure.subscription}/resourceGroups/{name}"
        url = f"{path}?api-version=2025-04-01"
        answer = local_azure.request("DELETE", url, token=local_azure.token())
        hints = ("retry-after", "x-ms-retry-after-ms")
        found.append([answer.headers.get(name) for name in hints])
    assert found == [["2", "2000"], [None, "50"]]


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
