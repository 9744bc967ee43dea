"""After any end of promote, production serves a model that somebody saw pass.

Signals and faults at each request of a promote, and then what release.yml does: where the step did
not succeed, it goes back to what promote named before it wrote.
"""

import itertools
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests import attack
from tests.end_to_end import pipeline, sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import Answered, Cut, Script, run_forked, start_script
from tests.local_azure.conftest import LocalAzure

pytestmark = pytest.mark.attack

SECONDS = 0.3  # that a deployment takes
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
FAULTS: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "cut in the middle": {"drop": "during"},
    "408": {"status": 408, "code": "RequestTimeout"},
    "409": {"status": 409, "code": "Conflict"},
    "400": {"status": 400, "code": "SomethingNew"},
    "403": {"status": 403, "code": "AuthorizationFailed"},
    "500": {"status": 500, "code": "InternalServerError"},
}
WRITE = {"method": "PUT", "path": "/deployments/tienda\\?"}
CHAT = {"method": "POST", "path": "chat/completions"}


@dataclass
class World:
    """A product whose last content passed as a candidate, and what production served before."""

    desk: Desk
    contents: list[Path]
    outputs: Path

    def set_up(self, *served: Path) -> None:
        """What production served so far, the last of them still; the candidate anew."""
        self.desk.azure.admin("DELETE", "faults")
        self.desk.azure.admin("PATCH", "settings", {"deployment_seconds": 0.0})
        self._forked(lambda: pipeline.in_production(list(served)))
        self.desk.done("deploy", "candidate")
        self.desk.passes()
        slow = {"deployment_seconds": SECONDS * sweep.QUICK["speed"]}
        self.desk.azure.admin("PATCH", "settings", slow)
        self.outputs.write_text("", encoding="utf-8")

    def start(self, cut: Cut | None = None) -> Script:
        command = ("deploy", "promote", "--json", "--run", self.desk.run_json())
        return start_script(self.desk.folder / "promote", *command, cut=cut)

    def promote(self, cut: Cut | None = None) -> Answered:
        return self.start(cut).wait()

    def model(self) -> str | None:
        """What production serves, once Azure has made what a killed promote asked it for."""
        wait_for(lambda: self.state() not in {"Accepted", "Creating", "Deleting"})
        assert self.state() in {"Succeeded", None}
        production = self.desk.production()
        return production["model"] if production else None

    def state(self) -> str | None:
        production = self.desk.production()
        return production["state"] if production else None

    def model_of(self, content: Path) -> str:
        status = self.desk.done("fine_tune", "status", "--config", str(content))
        return str(status["fine_tuned_model"])

    def back_to(self) -> str:
        """What promote put out before it wrote; empty where it did not come so far."""
        lines = self.outputs.read_text(encoding="utf-8").splitlines()
        told = [lines[at + 1] for at, line in enumerate(lines) if line.startswith("back_to<<")]
        return told[-1] if told else ""

    def take_back(self) -> None:
        """What the next step of release.yml does."""
        job = self.desk.done("fine_tune", "status")["job"]
        if to := self.back_to():
            self.desk.done("deploy", "rollback", "--job", job, "--to", to)

    def _forked(self, work: Callable[[], None]) -> None:
        log = self.desk.folder / "log"
        assert run_forked(work, log)[0] == 0, log.read_text(encoding="utf-8")


@pytest.fixture
def world(
    trained: Desk,
    quick_azure: LocalAzure,
    folder: Path,
    patch: pytest.MonkeyPatch,
    contents: list[Path],
) -> World:
    patch.setenv("AZURE_RESOURCE_GROUP", sweep.GROUP)
    patch.setenv("TUNEOPS_CONFIG", str(contents[-1]))
    patch.setenv("GITHUB_OUTPUT", str(folder / "outputs"))
    assert quick_azure.process.poll() is None
    return World(trained, contents, folder / "outputs")


def chosen(points: list[Any], share: int) -> list[Any]:
    """Random ones; another choice each day would not be one that somebody can run again."""
    number = min(attack.examples(share), len(points))
    return random.Random(20261201).sample(points, number)  # noqa: S311 - no secret


def problem(world: World, ended: Answered, old: str | None, new: str) -> str:
    """What is wrong with production after a promote, and after what release.yml does then."""
    now = world.model()
    if now not in ({new} if ended.code == 0 else {old, new}):
        return f"production serves {now}"
    if ended.code == 5 and now == new and "which answered" not in ended.narration:
        return "the new model stays, and nobody said so"
    if now != old and not world.back_to():
        return "nothing says what to go back to"
    if ended.code != 0:
        world.take_back()
        if world.model() != old:
            return f"after the rollback production serves {world.model()}"
    return ""


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("first", [False, True], ids=["over another", "as the first"])
def test_after_a_signal_at_any_request_production_serves_what_somebody_saw_pass(
    world: World, record_property: Callable[[str, object], None], *, first: bool
) -> None:
    served = [] if first else world.contents[:2]
    old = None if first else world.model_of(world.contents[1])
    new = world.model_of(world.contents[2])
    world.set_up(*served)
    whole = world.promote()
    assert whole.code == 0, whole.narration
    assert world.model() == new
    ats = range(1, whole.requests + 1)
    points = list(itertools.product(SIGNALS, ats, (False, True)))
    picked = chosen(points, 3)
    record_property("sweep", f"signals at {len(picked)} of {len(points)} points")
    problems = []
    for number, at, after in picked:
        world.set_up(*served)
        ended = world.promote(Cut(at, after=after, number=number))
        if world.back_to() and ended.code not in {0, 4, 5, -9}:
            problems.append(f"{number.name} at {at} {after}: ended with {ended.code}")
        if found := problem(world, ended, old, new):
            problems.append(f"{number.name} at {at} {after}: {found}\n{ended.narration}")
    assert not problems, "\n".join(problems)


@pytest.mark.timeout(7200)
def test_after_a_fault_at_any_request_production_serves_what_somebody_saw_pass(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    served = world.contents[:2]
    old, new = (world.model_of(content) for content in world.contents[1:])
    world.set_up(*served)
    requests = world.promote().requests
    points = list(itertools.product(FAULTS, range(1, requests + 1)))
    picked = chosen(points, 4)
    record_property("sweep", f"faults at {len(picked)} of {len(points)} points")
    problems = []
    for name, nth in picked:
        world.set_up(*served)
        fault = {"match": {"nth": nth}, "action": FAULTS[name]}
        world.desk.azure.admin("PUT", "faults", [fault])
        ended = world.promote()
        world.desk.azure.admin("DELETE", "faults")
        if found := problem(world, ended, old, new):
            problems.append(f"{name} at {nth}: {found}\n{ended.narration}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("first", [False, True], ids=["over another", "as the first"])
def test_a_release_that_does_not_answer_is_undone_by_promote(world: World, *, first: bool) -> None:
    served = [] if first else world.contents[:2]
    old = None if first else world.model_of(world.contents[1])
    world.set_up(*served)
    fault = {"match": CHAT, "times": None, "action": {"status": 500, "code": "InternalError"}}
    world.desk.azure.admin("PUT", "faults", [fault])
    ended = world.promote()
    assert ended.refused(7, "That failed: ", "InternalError"), ended.narration
    assert world.model() == old
    assert world.back_to() == (old or "nothing")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_release_that_is_interrupted_while_it_is_made_is_undone(
    world: World, number: signal.Signals
) -> None:
    """Also where the request that makes it takes effect after the signal."""
    old = world.model_of(world.contents[1])
    world.set_up(*world.contents[:2])
    late = {"match": WRITE, "action": {"delay_seconds": 1.0}}
    world.desk.azure.admin("PUT", "faults", [late])
    script = world.start()
    wait_for(lambda: bool(world.back_to()))
    time.sleep(0.3)
    os.kill(script.forked.pid, number)
    ended = script.wait()
    assert ended.refused(5, f"Interrupted ({number.name}): tienda serves {old}"), ended.narration
    time.sleep(1.5)
    assert world.model() == old


def test_a_release_that_cannot_be_undone_in_time_says_so_and_a_rollback_undoes_it(
    world: World,
) -> None:
    """GitHub's second signal comes while Azure still makes the first write."""
    old, new = (world.model_of(content) for content in world.contents[1:])
    world.set_up(*world.contents[:2])
    slow = {"deployment_seconds": 4 * sweep.QUICK["speed"]}
    world.desk.azure.admin("PATCH", "settings", slow)
    script = world.start()
    production = "tienda"
    wait_for(lambda: serves(world, production, new))
    os.kill(script.forked.pid, signal.SIGINT)
    wait_for(lambda: "putting" in script.narration)
    os.kill(script.forked.pid, signal.SIGTERM)
    ended = script.wait()
    assert ended.refused(4, "could not be undone", "may serve", f"--to {old}"), ended.narration
    world.desk.azure.admin("PATCH", "settings", {"deployment_seconds": 0.0})
    world.take_back()
    assert world.model() == old


def serves(world: World, name: str, model: str) -> bool:
    account = world.desk.account(sweep.GROUP)
    found = world.desk.azure.cognitive().deployments.get(sweep.GROUP, account, name).as_dict()
    return bool(found["properties"]["model"]["name"] == model)


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise TimeoutError


def test_history_tells_only_of_what_served(world: World) -> None:
    """A release that was undone is not offered by a rollback, and not in its history."""
    world.set_up(*world.contents[:2])
    first, second = (world.model_of(content) for content in world.contents[:2])
    fault = {"match": CHAT, "times": None, "action": {"status": 500, "code": "InternalError"}}
    world.desk.azure.admin("PUT", "faults", [fault])
    assert world.promote().code == 7
    world.desk.azure.admin("DELETE", "faults")
    production = world.desk.production()
    assert production is not None
    assert (production["model"], production["previous"]["model"]) == (second, first)
    assert world.desk.done("deploy", "rollback")["model"] == first
    again = world.desk.done("deploy", "rollback")
    assert (again["model"], again["previous"]["model"]) == (second, first)
