"""The local Azure, for tests that run the scripts against it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure, local_azure, start_local_azure

__all__ = ["local_azure", "start_local_azure"]


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """As `monkeypatch`, for all tests of a file."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def quick_server(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[LocalAzure]:
    with sweep.quick_azure(folder, patch) as server:
        yield server


@pytest.fixture
def quick_azure(quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> LocalAzure:
    """The file's quick local Azure, with its environment: the suite takes it away each time."""
    patch.chdir(folder)
    for name, value in sweep.environment(quick_server, folder).items():
        patch.setenv(name, value)
    return quick_server


@pytest.fixture(scope="module")
def contents(folder: Path) -> list[Path]:
    """Three contents of one product: their configurations."""
    return [sweep.small_product(folder, without=number) for number in range(3)]


@pytest.fixture(scope="module")
def trained(
    quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch, contents: list[Path]
) -> Desk:
    """A desk in a group of its own, where a model of each content is trained."""
    for name, value in sweep.environment(quick_server, folder).items():
        patch.setenv(name, value)
    patch.setenv("AZURE_RESOURCE_GROUP", sweep.GROUP)
    desk = Desk(quick_server, folder)
    for content in contents:
        patch.setenv("TUNEOPS_CONFIG", str(content))
        desk.train()
    return desk
