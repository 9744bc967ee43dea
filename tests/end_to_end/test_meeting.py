"""A release and a rollback that meet, and rollbacks from whatever production is in."""

import json
import sys
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline, sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import Answered, Script, run_forked, start_script
from tests.local_azure.conftest import LocalAzure

GROUP = "rg-meeting"
TIMES = 10 if sweep.ALL else 2
SLOW = 1.0  # seconds that a deployment takes here
CHANGED = "Another run changed tienda meanwhile"


@pytest.fixture(scope="module")
def contents(folder: Path) -> list[Path]:
    """Three contents of one product: their configurations."""
    return [sweep.small_product(folder, without=number) for number in range(3)]


@pytest.fixture(scope="module")
def trained(
    quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch, contents: list[Path]
) -> Desk:
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    desk = Desk(quick_server, folder)
    for content in contents:
        patch.setenv("TUNEOPS_CONFIG", str(content))
        desk.train()
    return desk


@pytest.fixture
def desk(
    trained: Desk, quick_azure: LocalAzure, patch: pytest.MonkeyPatch, contents: list[Path]
) -> Desk:
    """The second content in production, over the first; the third has passed its smoke test."""
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    patch.setenv("TUNEOPS_CONFIG", str(contents[-1]))
    quick_azure.admin("PATCH", "settings", {"deployment_seconds": 0.0})
    code, _ = run_forked(lambda: pipeline.second_over_first(contents), trained.folder / "log")
    assert code == 0
    slow = {"deployment_seconds": SLOW * sweep.QUICK["speed"]}
    quick_azure.admin("PATCH", "settings", slow)
    return trained


def started(desk: Desk, command: str, *arguments: str) -> Script:
    record = ("--run", desk.run_json()) if command == "promote" else ()
    return start_script(desk.folder / command, "deploy", command, "--json", *record, *arguments)


def model_of(answered: Answered) -> str | None:
    return json.loads(answered.shown)["model"] if answered.code == 0 else None


@pytest.mark.parametrize("number", range(TIMES))
def test_of_a_release_and_a_rollback_at_once_neither_overwrites_the_other_unseen(
    desk: Desk, number: int
) -> None:
    """One stops and says so, or came after the other and has it in its history."""
    order = ("promote", "rollback") if number % 2 else ("rollback", "promote")
    running = [started(desk, command) for command in order]
    ended = [script.wait() for script in running]
    production = desk.production()
    assert production is not None
    assert production["state"] == "Succeeded"
    models = {model_of(answered) for answered in ended if answered.code == 0}
    assert production["model"] in models
    assert models <= {production["model"], production["previous"]["model"]}
    assert all(answered.refused(4, CHANGED) for answered in ended if answered.code)


def test_two_rollbacks_at_once_go_back_one_step(desk: Desk) -> None:
    before = desk.production()
    assert before is not None
    command = ("deploy", "rollback", "--job", before["job"], "--json")
    running = [start_script(desk.folder / name, *command) for name in ("one", "other")]
    assert [script.wait().code for script in running] == [0, 0]
    production = desk.production()
    assert production is not None
    assert production["job"] == before["previous"]["job"]
    repeated = desk.done("deploy", "rollback", "--job", before["job"])
    assert repeated["job"] == production["job"]


def test_a_release_that_is_being_made_is_taken_back(desk: Desk) -> None:
    """The rollback waits for Azure's one write at a time; the release ends by saying so.

    On a machine so slow that the release ends first, it is taken back all the same.
    """
    before = desk.production()
    assert before is not None
    candidate = next(d for d in desk.done("deploy", "show") if d["role"] == "candidate")
    long = 4 * SLOW * sweep.QUICK["speed"]
    desk.azure.admin("PATCH", "settings", {"deployment_seconds": long})
    release = started(desk, "promote")
    while (desk.production() or before)["model"] != candidate["model"]:
        time.sleep(0.02)
    desk.azure.admin("PATCH", "settings", {"deployment_seconds": 0.0})
    back = desk.done("deploy", "rollback")
    assert back["model"] == before["model"]
    ended = release.wait()
    assert ended.code == 0 or ended.refused(4, CHANGED)


def test_a_rollback_needs_no_production(desk: Desk) -> None:
    """Somebody deleted it: the base deployment still knows what served last, and before."""
    before = desk.production()
    assert before is not None
    desk.delete(GROUP, "tienda")
    planned = desk.done("deploy", "rollback", "--dry-run")
    assert planned["would_deploy"] == before["model"]
    answered = desk.run("deploy", "rollback", "--json")
    assert model_of(answered) == before["model"]
    assert answered.narration.startswith(f"Going back to {before['model']} ")
    assert desk.done("deploy", "rollback")["model"] == before["previous"]["model"]


def test_a_broken_production_is_taken_back(desk: Desk) -> None:
    """Azure says that the deployment failed; the model before takes its place."""
    before = desk.production()
    assert before is not None
    path = f"/accounts/{desk.account(GROUP)}/deployments/tienda"
    broken = {"nth": 1, "method": "GET", "path": f"{path}\\?"}
    found = desk.azure.cognitive().deployments.get(GROUP, desk.account(GROUP), "tienda").as_dict()
    found["properties"]["provisioningState"] = "Failed"
    body = {"status": 200, "body": found}
    desk.azure.admin("PUT", "faults", [{"match": broken, "action": body, "times": 1}])
    assert desk.done("deploy", "rollback")["model"] == before["previous"]["model"]
    desk.azure.admin("DELETE", "faults")
