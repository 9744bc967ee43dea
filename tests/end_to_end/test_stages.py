"""One training serves every stage: checkpoints, other places, and what is told of a release."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure

STAGES = {"staging": "eastus2", "live": "northcentralus"}


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """Everything up to the job that succeeded; after the first test it is found."""
    document: Any = yaml.safe_load((folder / "product-0.yaml").read_text(encoding="utf-8"))
    document["azure"]["resource_group"] = "rg-home"
    document["environments"] = {
        stage: {"region": region, "resource_group": f"rg-{stage}", "project": "tienda"}
        for stage, region in STAGES.items()
    }
    (folder / "stages.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    patch.setenv("TUNEOPS_CONFIG", str(folder / "stages.yaml"))
    patch.delenv("AZURE_RESOURCE_GROUP", raising=False)
    desk = Desk(quick_azure, folder)
    desk.train()
    return desk


def test_a_model_goes_from_stage_to_stage_without_a_second_training(desk: Desk) -> None:
    """Each stage takes the model from the account that trained it, and compares it anew."""
    jobs = []
    for stage in STAGES:
        where = ("--environment", stage)
        desk.done("provision", "create", *where)
        unjudged = desk.run("deploy", "promote", *where)
        assert unjudged.refused(6, "Nobody compared the model")
        released = desk.release(*where)
        jobs.append(released["job"])
        shown = desk.done("deploy", "show", *where)
        assert [each["deployment"] for each in shown] == ["gpt-4o", "tienda"]
    assert len(set(jobs)) == 1
    state = desk.azure.admin("GET", "state?details=1")
    assert state["jobs"]["count"] == 1


def test_the_first_release_of_a_stage_has_a_way_out_that_the_command_names(desk: Desk) -> None:
    where = ("--environment", "staging")
    desk.done("provision", "create", *where)
    desk.release(*where)
    stuck = desk.run("deploy", "rollback", *where)
    assert stuck.refused(6, "first release", "deploy.py retire")
    assert desk.run("deploy", "retire", *where).refused(2, "--yes")
    assert desk.done("deploy", "retire", "--yes", *where) == {"retired": ["tienda"]}
    assert desk.run("deploy", "rollback", *where).refused(6, "There is no deployment tienda")


def test_a_checkpoint_is_released_in_place_of_the_final_model(desk: Desk) -> None:
    """It is named by its step or its id, and rolled back to like any release."""
    unknown = desk.run("deploy", "candidate", "--checkpoint", "7")
    assert unknown.refused(6, "has no checkpoint 7", "It has: ")
    step, checkpoint = unknown.narration.rsplit("It has: ")[1].split(")")[0].split(" (")
    final = desk.release()
    early = desk.release(checkpoint=step)
    assert early["model"] == checkpoint
    assert early["job"] == final["job"]
    back = desk.done("deploy", "rollback")
    assert (back["model"], back["previous"]["model"]) == (final["model"], checkpoint)
    assert desk.done("deploy", "rollback")["model"] == checkpoint


def test_a_checkpoint_is_compared_as_what_it_is(desk: Desk, folder: Path) -> None:
    """The smoke test asks it, and finds that it answers as the model that is deployed."""
    unknown = desk.run("deploy", "candidate", "--checkpoint", "7")
    step = unknown.narration.rsplit("It has: ")[1].split(" ")[0]
    checkpoint = desk.done("deploy", "candidate", "--checkpoint", step)["model"]
    out = folder / "checkpoint"
    asked = desk.run("smoke_test", "run", "--prompts", "2", "--samples", "1", "--out", str(out))
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["verdict"]["outcome"] != "INVALID", asked.narration
    assert checkpoint.startswith("ftchkpt-")
    assert record["models"]["candidate"] == [record["origin"]["model"]] == [checkpoint]


def test_show_puts_nothing_out_for_later_steps(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """Of several deployments the last one would win."""
    outputs = folder / "outputs"
    patch.setenv("GITHUB_OUTPUT", str(outputs))
    assert desk.done("deploy", "show")
    patch.delenv("GITHUB_OUTPUT")
    assert not outputs.exists()


def test_show_prints_the_history_and_a_model_card(desk: Desk) -> None:
    released = desk.release()
    production = next(d for d in desk.done("deploy", "show") if d["role"] == "production")
    assert production["approved_by"] == "ana"
    assert (production["smoke"], production["smoke_key"]) == ("PASS", production["key"])
    assert production["data_digest"] == released["data_digest"]
    card = desk.run("deploy", "show", "--markdown")
    assert card.code == 0, card.narration
    parts = [line[3:] for line in card.shown.splitlines() if line.startswith("## ")]
    told = ["Training", "Loss", "Smoke test", "Retirement", "Cost so far"]
    assert parts[: len(told)] == told
    for row in (
        *("model", "base model", "content key", "approved by", "job", "hyperparameters", "seed"),
        *("trained tokens", "training file", "language", "training", "hosting"),
        *("training data, SHA-256", "verdict", "record, SHA-256", "fine-tuning", "answers"),
    ):
        assert f"\n| {row} | " in card.shown, card.shown
    assert production["data_digest"] in card.shown
    assert "┤" in card.shown
