"""What the approver sees of a release over another one."""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-approval")
    return Desk(quick_azure, folder)


def page(desk: Desk, folder: Path, patch: pytest.MonkeyPatch) -> str:
    """The summary of a real, small comparison of the deployed candidate."""
    out = desk.folder / "approval"
    desk.run("smoke_test", "run", "--samples", "1", "--prompts", "6", "--out", str(out))
    summary = folder / "summary.md"
    summary.unlink(missing_ok=True)
    patch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    desk.done("ci/approval", "approval-page", "--run", str(out / "run.json"))
    patch.delenv("GITHUB_STEP_SUMMARY")
    return summary.read_text("utf-8")


def test_the_approver_sees_what_changes_and_how_to_take_it_back(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """First a release over nothing, then one over the other, with two rows more."""
    patch.setenv("TUNEOPS_CONFIG", str(sweep.small_product(folder, without=2)))
    older = desk.train()
    desk.done("deploy", "candidate")
    first = page(desk, folder, patch)
    assert "tienda is created: nothing serves under that name yet" in first
    assert "What changed in the data" not in first
    desk.passes()
    desk.done("deploy", "promote", "--approved-by", "ana")
    patch.setenv("TUNEOPS_CONFIG", str(sweep.small_product(folder)))
    newer = desk.train()
    desk.done("deploy", "candidate")
    second = page(desk, folder, patch)
    plain = second.replace("\\", "")
    assert f"tienda changes from {older['fine_tuned_model']}" in plain
    assert f"deploy.py rollback --job {newer['job']}" in plain
    assert "2 rows added, 0 removed, 0 changed." in second
    assert second.count("<details><summary>") == 5
    assert "Where base and candidate differ most" in second
