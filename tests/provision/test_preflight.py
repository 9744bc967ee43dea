"""Whether a region lets the product be built."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import REPOSITORY
from tuneops import config
from tuneops.azure.catalog import CatalogModel, Quota, Sku
from tuneops.config import Config
from tuneops.errors import AzureRefusedError, ConfigError, LifecycleError, QuotaError
from tuneops.provision import preflight

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(days=52), NOW + timedelta(days=52)
GPT_4O = CatalogModel(
    format="OpenAI",
    name="gpt-4o",
    version="2024-08-06",
    skus=(Sku("GlobalStandard", "OpenAI.GlobalStandard.gpt-4o", None),),
    fine_tunable=True,
    fine_tuning_retires=FUTURE,
    inference_retires=None,
)
GPT_41 = replace(GPT_4O, name="gpt-4.1", version="2025-04-14")


@pytest.fixture(scope="module")
def tienda() -> Config:
    return config.load(REPOSITORY / "config/tienda.yaml")


def in_region(tienda: Config, region: str) -> Config:
    return tienda.model_copy(update={"azure": tienda.azure.model_copy(update={"region": region})})


def test_a_known_region_passes(tienda: Config) -> None:
    preflight.check_region(tienda, [], NOW)


def test_another_region_passes_only_if_the_catalogue_trains_there(tienda: Config) -> None:
    elsewhere = in_region(tienda, "australiaeast")
    preflight.check_region(elsewhere, [GPT_4O], NOW)
    with pytest.raises(ConfigError) as refused:
        preflight.check_region(elsewhere, [replace(GPT_4O, fine_tunable=False)], NOW)
    assert "eastus2, northcentralus, swedencentral" in refused.value.remedy


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (replace(GPT_4O, inference_retires=PAST), "retired on 2026-10-01"),
        (replace(GPT_4O, fine_tuning_retires=PAST), "retired from fine-tuning on 2026-10-01"),
        (replace(GPT_4O, fine_tunable=False), "cannot be fine-tuned"),
        (replace(GPT_4O, version="2024-05-13"), "is not offered"),
    ],
)
def test_a_model_that_is_gone_is_refused_and_the_others_are_named(
    tienda: Config, model: CatalogModel, why: str
) -> None:
    with pytest.raises(LifecycleError) as refused:
        preflight.check_model(tienda, [model, GPT_41], NOW)
    assert why in refused.value.message
    assert "gpt-4.1 2025-04-14" in refused.value.remedy


def test_a_region_without_the_sku_is_refused_with_those_it_has(tienda: Config) -> None:
    standard = replace(GPT_4O, skus=(Sku("Standard", "OpenAI.Standard.gpt-4o", None),))
    with pytest.raises(AzureRefusedError) as refused:
        preflight.check_model(tienda, [standard], NOW)
    assert "Standard" in refused.value.remedy


@pytest.mark.parametrize(
    ("used", "limit", "granted"), [(0, 450, 50), (420, 450, 30), (449, 450, 1)]
)
def test_what_the_quota_leaves_is_granted(used: int, limit: int, granted: int) -> None:
    assert preflight.grant(50, Quota("q", used, limit), "q") == granted


@pytest.mark.parametrize(
    ("left", "beside", "granted"), [(100, 50, 50), (60, 50, 30), (60, 100, 20), (1, 100, 1)]
)
def test_a_quota_that_is_too_small_is_shared_with_what_comes_later(
    left: int, beside: int, granted: int
) -> None:
    assert preflight.grant(50, Quota("q", 0, left), "q", beside=beside) == granted


def test_no_quota_left_is_refused() -> None:
    with pytest.raises(QuotaError, match="450K of 450K"):
        preflight.grant(50, Quota("q", 450, 450), "q")


def test_a_quota_that_is_not_listed_does_not_bind() -> None:
    assert preflight.grant(50, None, "q") == 50
