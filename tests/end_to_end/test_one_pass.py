"""What one pass of reconcile.py says of a product, as a workflow reads it."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import start_script
from tests.local_azure.conftest import LocalAzure

PATIENCE = 1
MOST_REQUESTS = 10  # sign-in, account, deployments and jobs of one product


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """A provisioned account; each pass looks at a folder with this one product."""
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-pass")
    config = folder / "config"
    config.mkdir(exist_ok=True)
    product = config / "tienda.yaml"
    document: Any = yaml.safe_load((folder / "product-0.yaml").read_text(encoding="utf-8"))
    document["fine_tuning"]["pending_warning"] = f"{PATIENCE}s"
    product.write_text(yaml.safe_dump(document), encoding="utf-8")
    patch.setenv("TUNEOPS_CONFIG", str(product))
    at_once = ("account_seconds", "project_seconds", "file_seconds")
    quick_azure.admin("PATCH", "settings", dict.fromkeys(at_once, 0.0))
    desk = Desk(quick_azure, folder)
    desk.done("provision", "create")
    return desk


def look(desk: Desk, folder: Path, *more: str) -> tuple[str, str]:
    """What a pass shows and narrates; it ends with 0."""
    answered = desk.run("reconcile", "--config-dir", str(folder / "config"), *more)
    assert answered.code == 0, answered.narration
    return answered.shown, answered.narration


def test_nothing_to_do_is_silent_and_asks_little(desk: Desk, folder: Path) -> None:
    assert look(desk, folder) == ("", "")
    pass_ = start_script(desk.folder, "reconcile", "--config-dir", str(folder / "config"))
    code, requests = pass_.forked.wait()
    assert code == 0
    assert requests <= MOST_REQUESTS


def test_a_job_that_waits_too_long_is_a_warning_and_one_that_failed_an_issue(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """The issue has the service's own words as text, and what to do; it comes until mended."""
    desk.azure.admin("PATCH", "settings", {"speed": 1.0, "fail_content_check": True})
    job = desk.done("fine_tune", "submit")["job"]
    time.sleep(PATIENCE + 1)
    shown, narration = look(desk, folder)
    assert shown == ""
    assert f"warning: tienda: job {job} has been pending since " in narration
    desk.azure.admin("PATCH", "settings", {"speed": sweep.QUICK["speed"]})
    outputs = folder / "outputs"
    patch.setenv("GITHUB_OUTPUT", str(outputs))
    due = json.loads(look(desk, folder, "--json")[0])
    patch.delenv("GITHUB_OUTPUT")
    assert due["releases"] == due["warnings"] == []
    (failure,) = due["failures"]
    assert failure["job"] == job
    assert failure["title"] == "Fine-tuning of tienda failed"
    assert "The provided training data failed RAI checks" in failure["body"]
    assert "What to do: " in failure["body"]
    written = outputs.read_text(encoding="utf-8")
    assert job in written
    assert "releases" in written
    desk.azure.admin("PATCH", "settings", {"fail_content_check": False})


def test_a_job_that_succeeded_is_due_until_it_was_released(desk: Desk, folder: Path) -> None:
    desk.azure.admin("PATCH", "settings", {"fail_content_check": False})
    job = desk.done("fine_tune", "submit", "--retry")["job"]
    desk.done("fine_tune", "wait", "--job", job)
    (due,) = json.loads(look(desk, folder, "--json")[0])["releases"]
    assert (due["product"], due["job"]) == ("tienda", job)
    assert Path(due["config"]).name == "tienda.yaml"
    desk.release()
    assert look(desk, folder) == ("", "")
