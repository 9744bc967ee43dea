"""Checkpoints of one job compared by the same gates, the best of them released."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """A job of three epochs of gpt-4.1, which has the tier that costs nothing by the hour."""
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-checkpoints")
    path = sweep.small_product(folder)
    document: Any = yaml.safe_load(path.read_text("utf-8"))
    document["base"] |= {"model": "gpt-4.1", "version": "2025-04-14", "deployment": "gpt-4-1"}
    document["fine_tuning"]["hyperparameters"]["n_epochs"] = 3
    document["smoke_test"] |= {
        "samples": 1,
        "checks": {"min_words": 1},
        "gate": {"margin": 0.5},
        "gates": {},
    }
    path = folder / "checkpoints.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    patch.setenv("TUNEOPS_CONFIG", str(path))
    desk = Desk(quick_azure, folder)
    desk.train()
    return desk


def test_the_best_checkpoint_stays_as_the_candidate_and_is_released(desk: Desk) -> None:
    out = desk.folder / "checkpoints"
    compared = desk.run("smoke_test", "checkpoints", "--last", "3", "--out", str(out), "--json")
    assert compared.code == 0, compared.narration
    found = json.loads(compared.shown)
    assert [each["verdict"] for each in found] == ["PASS"] * 3
    (best,) = (each for each in found if each["best"])
    assert best["score"] == max(each["score"] for each in found)
    assert all(Path(each["record"]).is_file() for each in found)
    shown = {each["role"]: each for each in desk.done("deploy", "show")}
    assert shown["candidate"]["model"] == best["checkpoint"]
    assert shown["candidate"]["sku"] == "DeveloperTier"
    promoted = ("deploy", "promote", "--approved-by", "ana", "--run", best["record"])
    assert desk.done(*promoted)["model"] == best["checkpoint"]


def test_a_workflow_names_a_checkpoint_in_its_environment(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    steps = desk.done("fine_tune", "checkpoints")
    patch.setenv("TUNEOPS_CHECKPOINT", str(steps[0]["step"]))
    assert desk.done("deploy", "candidate")["model"] == steps[0]["id"]
    patch.setenv("TUNEOPS_CHECKPOINT", "")
    final = desk.done("deploy", "candidate")
    assert final["model"] == desk.done("fine_tune", "status")["fine_tuned_model"]
