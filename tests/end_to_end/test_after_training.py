"""What can be seen of a product's jobs: all of them, their checkpoints, and where they may be."""

import io
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


@pytest.fixture(scope="module")
def released(quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """Two contents of three epochs each are trained; the second is in production."""
    for name, value in sweep.environment(quick_server, folder).items():
        patch.setenv(name, value)
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-after")
    desk = Desk(quick_server, folder)
    for without in (1, 0):
        path = sweep.small_product(folder, without=without)
        document: Any = yaml.safe_load(path.read_text("utf-8"))
        document["fine_tuning"]["hyperparameters"]["n_epochs"] = 3
        path.write_text(yaml.safe_dump(document), "utf-8")
        patch.setenv("TUNEOPS_CONFIG", str(path))
        desk.train()
    desk.release()
    return desk


@pytest.fixture
def desk(quick_azure: LocalAzure, released: Desk, patch: pytest.MonkeyPatch) -> Desk:
    assert quick_azure is released.azure
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-after")
    patch.setenv("TUNEOPS_CONFIG", str(released.folder.parent / "product-0.yaml"))
    return released


def test_all_jobs_of_the_product_are_listed_with_what_serves_them(desk: Desk) -> None:
    newest, older = desk.done("fine_tune", "list")
    assert newest["present"], not older["present"]
    assert (newest["serves"], newest["verdict"], older["serves"]) == ("tienda", "PASS", None)
    assert newest["cost_usd"] >= 0
    shown = desk.run("fine_tune", "list").shown
    assert newest["job"] in shown
    assert f"content {newest['key']}, the present one · serves tienda, PASS" in shown


def test_the_checkpoints_are_told_apart_by_what_they_measured(desk: Desk) -> None:
    """Three epochs leave three; one of them, with the least validation loss, is the best."""
    found = desk.done("fine_tune", "checkpoints")
    losses = {each["step"]: each["full_valid_loss"] for each in found}
    assert len(losses) == 3
    (best,) = (each["step"] for each in found if each["best"])
    assert losses[best] == min(losses.values())
    shown = desk.run("fine_tune", "checkpoints").shown
    assert shown.count("best") == 2  # the column and its one mark


def test_regions_that_train_come_first_with_the_quota_that_is_left(desk: Desk) -> None:
    found = desk.done("provision", "regions", "--model", "gpt-4.1")
    trains = [bool(each["trains_as"]) for each in found]
    assert trains == sorted(trains, reverse=True)
    sweden = next(each for each in found if each["region"] == "swedencentral")
    assert "Standard" in sweden["trains_as"]
    assert sweden["quota_left"]["GlobalStandard"] > 0
    assert desk.run("provision", "regions", "--model", "gpt-9").refused(6, "gpt-9")
    assert "gpt-4o" not in desk.run("provision", "regions", "--model", "Qwen3-32B").shown


def test_a_conversation_has_commands_of_its_own(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """A wrong one is said and ends nothing; what is typed after /quit is not asked."""
    typed = "Hola\n/system nobody\n/system none\n/help\n/reset\n¿Y ahora?\n/quit\nNever\n"
    patch.setattr("sys.stdin", io.StringIO(typed))
    talked = desk.run("chat", "--only", "base")
    assert talked.code == 0, talked.narration
    assert "no system message called 'nobody'" in talked.narration
    assert "A new conversation under: no system message" in talked.narration
    assert "/reset" in talked.narration
    assert talked.shown.count("gpt-4o") == 2
