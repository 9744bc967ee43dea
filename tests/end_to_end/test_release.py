"""A second release over a first: what fails leaves the old model serving, and a rollback works."""

import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline, sweep
from tests.end_to_end.pipeline import run_forked
from tests.local_azure.conftest import LocalAzure

GROUP = "rg-release"
PUT_PRODUCTION = {"method": "PUT", "path": "/deployments/tienda\\?"}
UNKNOWN = {"status": 400, "code": "SomethingNew", "message": "The model cannot be changed."}
NO_QUOTA = {"status": 400, "code": "InsufficientQuota", "message": "No capacity."}


class Product:
    """One account in which a first content is released and a second one is on its way."""

    def __init__(self, azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._azure = azure
        self._folder = folder
        self._patch = patch

    def release(self, config: Path, *faults: dict[str, Any]) -> int:
        """Train and promote what the configuration names; the exit code."""
        self._patch.setenv("TUNEOPS_CONFIG", str(config))
        self._azure.admin("PUT", "faults", list(faults))
        code, _ = sweep.run(GROUP, self._folder, self._patch)
        self._azure.admin("DELETE", "faults")
        return code

    def rollback(self) -> int:
        return run_forked(pipeline.rollback, self._folder / f"{GROUP}.log")[0]

    def production(self) -> str:
        return sweep.ending(GROUP, self._folder, self._patch).deployments["tienda"]


@pytest.fixture(scope="module")
def first(folder: Path) -> Path:
    return sweep.small_product(folder)


@pytest.fixture(scope="module")
def second(folder: Path) -> Path:
    """The same product with one training example fewer: another content."""
    return sweep.small_product(folder, without=1)


@pytest.fixture
def product(
    quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch, first: Path
) -> Product:
    """The first content in production; after the first test its job is adopted, not trained."""
    patch.setenv("TUNEOPS_CONFIG", str(first))
    sweep.provisioned(GROUP, folder, patch)
    product = Product(quick_azure, folder, patch)
    assert product.release(first) == 0, sweep.log_of(GROUP, folder)
    return product


def test_a_release_can_be_taken_back_and_forth(product: Product, second: Path) -> None:
    old = product.production()
    assert product.release(second) == 0
    new = product.production()
    assert new != old
    assert product.rollback() == 0
    assert product.production() == old
    assert product.rollback() == 0
    assert product.production() == new


def test_where_azure_does_not_replace_in_place_the_deployment_is_made_anew(
    product: Product, second: Path
) -> None:
    old = product.production()
    assert product.release(second, {"match": PUT_PRODUCTION, "action": UNKNOWN}) == 0
    assert product.production() != old


def test_a_release_without_quota_leaves_the_old_model(product: Product, second: Path) -> None:
    old = product.production()
    refused = {"match": PUT_PRODUCTION, "action": NO_QUOTA, "times": None}
    assert product.release(second, refused) == 3
    assert product.production() == old


def test_when_the_new_model_cannot_be_deployed_the_old_one_is_put_back(
    product: Product, second: Path
) -> None:
    old = product.production()
    twice = {"match": PUT_PRODUCTION, "action": UNKNOWN, "times": 2}
    assert product.release(second, twice) == 3
    assert product.production() == old
