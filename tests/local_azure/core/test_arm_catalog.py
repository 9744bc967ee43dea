"""What a region offers, as clients that decide from the live catalogue read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from local_azure.catalog import Catalog
from tests.local_azure.conftest import with_fields

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure, Start

GPT_4O = {"model_format": "OpenAI", "model_name": "gpt-4o", "model_version": "2024-08-06"}


def models(local_azure: LocalAzure, region: str) -> dict[str, Any]:
    listed = local_azure.cognitive().models.list(region)
    return {found.model.name: found.model for found in listed if found.kind == "AIServices"}


def test_skus_name_their_quota(standing_azure: LocalAzure) -> None:
    """Each SKU of each model names a usage that the region has, and a meter."""
    for region in ("swedencentral", "spaincentral"):
        usages = {usage.name.value for usage in standing_azure.cognitive().usages.list(region)}
        for model in models(standing_azure, region).values():
            assert model.skus
            for sku in model.skus:
                assert sku.usage_name in usages
                assert all(meter.meter_id for meter in sku.cost)
                assert sku.capacity.minimum <= sku.capacity.default <= sku.capacity.maximum


def test_fine_tuning_differs_by_region(standing_azure: LocalAzure) -> None:
    """A model that trains in one region may only be deployed in another."""
    assert models(standing_azure, "eastus2")["gpt-4o"].finetune_capabilities["fineTune"] == "true"
    assert models(standing_azure, "westeurope")["gpt-4o"].finetune_capabilities is None
    australia = models(standing_azure, "australiaeast")["gpt-4.1"].finetune_capabilities
    assert australia == {"globalFineTune": "true"}


def test_lives_are_told_in_days_from_now(standing_azure: LocalAzure) -> None:
    """One model has retired for good, one for training only, the others live."""
    found = models(standing_azure, "swedencentral")
    today = datetime.now(UTC).isoformat()

    def lives(name: str) -> tuple[bool, bool]:
        deprecation = found[name].deprecation
        return deprecation.fine_tune > today, deprecation.inference > today

    assert lives("gpt-35-turbo") == (False, False)
    assert lives("gpt-4") == (False, True)
    assert lives("gpt-4o") == lives("Qwen3-32B") == (True, True)


def test_capacities_by_region(local_azure: LocalAzure) -> None:
    """Model capacities answer for every region, and follow the quota."""
    local_azure.admin("PATCH", "settings", {"quota": {"OpenAI.Standard.gpt-4o": 3}})
    capacities = list(local_azure.cognitive().model_capacities.list(**GPT_4O))
    standard = [one for one in capacities if one.properties.sku_name == "Standard"]
    assert {one.location for one in standard} == {"eastus2", "swedencentral", "northcentralus"}
    assert {one.properties.available_capacity for one in standard} == {3}
    assert "spaincentral" in {one.location for one in capacities}


def test_capacities_shrink_with_use(local_azure: LocalAzure, account: str) -> None:
    """What is deployed is not available."""
    body = {
        "sku": {"name": "GlobalStandard", "capacity": 50},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
    }
    cognitive = local_azure.cognitive()
    cognitive.deployments.begin_create_or_update("rg-core", account, "chat", body).result()
    listed = cognitive.location_based_model_capacities.list("swedencentral", **GPT_4O)
    free = {one.properties.sku_name: one.properties.available_capacity for one in listed}
    assert free["GlobalStandard"] == 400


def test_a_region_that_is_not(standing_azure: LocalAzure) -> None:
    """An unknown location is refused with the list of those that exist."""
    with pytest.raises(ResourceNotFoundError, match=r"NoRegisteredProviderFound.*swedencentral"):
        list(standing_azure.cognitive().models.list("atlantis"))


def test_sku_availability(standing_azure: LocalAzure) -> None:
    """S0 is to be had, F7 is not."""
    answer = with_fields(
        standing_azure.cognitive().check_sku_availability,
        "eastus2",
        skus=["S0", "F7"],
        kind="OpenAI",
        type="Microsoft.CognitiveServices/accounts",
    )
    assert {one.sku_name: one.sku_available for one in answer.value} == {"S0": True, "F7": False}


def test_a_filter_that_nobody_knows(standing_azure: LocalAzure) -> None:
    """A filter that cannot be honoured is refused, never ignored."""
    with pytest.raises(HttpResponseError, match="InvalidFilterInQueryString"):
        list(standing_azure.cognitive().usages.list("eastus2", filter="startswith(name, 'x')"))


def test_another_catalogue(tmp_path: Path, start_local_azure: Start) -> None:
    """`--catalog FILE` replaces the one that ships."""
    file = tmp_path / "catalog.yaml"
    file.write_text(
        "regions: [moonbase]\n"
        "models:\n"
        "  - {name: tiny, version: '1', format: OpenAI, retires: {inference: 1, fineTune: 1},\n"
        "     skus: [{name: Standard}]}\n"
        "quota: {default: {OpenAI.Standard.tiny: 5}}\n",
        "utf-8",
    )
    server = start_local_azure("--catalog", str(file))
    assert list(models(server, "moonbase")) == ["tiny"]


def test_the_catalogue_that_ships_is_whole() -> None:
    """Every SKU has a quota, every region is known, and every model has both dates."""
    catalog = Catalog.load()
    for model in catalog.models:
        assert model.retires.keys() == {"fineTune", "inference"}
        for regions in model.training.values():
            assert set(regions) <= set(catalog.regions)
        for sku in model.skus:
            assert catalog.quota_limit(model.usage_name(sku), "swedencentral") > 0
