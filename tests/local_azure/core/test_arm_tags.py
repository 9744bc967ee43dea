"""Tags of a group through the real client, and the times of what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        ("Merge", {"b": "2", "A": "3", "c": "4"}),
        ("Replace", {"A": "3", "c": "4"}),
        ("Delete", {"b": "2"}),
    ],
)
def test_tags_are_merged_replaced_or_taken_away(
    local_azure: LocalAzure, operation: str, after: dict[str, str]
) -> None:
    """Names have no case; what is not named stays, unless all are replaced."""
    client = local_azure.groups()
    group = {"location": "eastus2", "tags": {"a": "1", "b": "2"}}
    client.resource_groups.create_or_update("rg", group)
    scope = f"subscriptions/{local_azure.subscription}/resourceGroups/rg"
    patch = {"operation": operation, "properties": {"tags": {"A": "3", "c": "4"}}}
    answer = client.tags.begin_update_at_scope(scope, patch).result()
    assert answer.properties.tags == after
    assert client.resource_groups.get("rg").tags == after
    assert client.tags.get_at_scope(scope).properties.tags == after


def test_an_unknown_operation_is_refused(local_azure: LocalAzure) -> None:
    """Only the three that ARM knows."""
    client = local_azure.groups()
    client.resource_groups.create_or_update("rg", {"location": "eastus2"})
    scope = f"subscriptions/{local_azure.subscription}/resourceGroups/rg"
    with pytest.raises(HttpResponseError) as refused:
        client.tags.begin_update_at_scope(scope, {"operation": "Explode", "properties": {}})
    assert refused.value.status_code == 400


def test_times_are_told_when_asked_for(local_azure: LocalAzure, account: str) -> None:
    """$expand=createdTime adds when each resource was created."""
    resources = local_azure.groups().resources
    [plain] = resources.list()
    [timed] = resources.list(expand="createdTime")
    assert plain.name == timed.name == account
    assert plain.created_time is None
    assert timed.created_time is not None
