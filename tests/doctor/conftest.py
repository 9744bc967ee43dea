"""Doctor looks at a local Azure of its own."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, ROOT
from tests.local_azure.conftest import local_azure, start_local_azure

__all__ = ["local_azure", "start_local_azure"]


@pytest.fixture(autouse=True)
def _a_teams_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This repository's workflows and owners, with the product of the tests."""
    here = tmp_path / "repository"
    shutil.copytree(REPOSITORY, here)
    shutil.copytree(ROOT / ".github", here / ".github")
    shutil.copy(ROOT / "CODEOWNERS", here)
    shutil.copy(ROOT / "config/cleanup.yaml", here / "config")
    monkeypatch.chdir(here)
