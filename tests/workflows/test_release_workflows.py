"""Nothing goes to production that nobody approved or that did not pass; all of it can go back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.conftest import Stage

Train = Callable[[], str]


@pytest.fixture
def ready(provisioned: Stage) -> Stage:
    provisioned.hub.protect("production", "berta")
    return provisioned


def release(stage: Stage, job: str) -> int:
    return stage.dispatch("release.yml", product="tienda", job=job).code


def spoil_answers(stage: Stage) -> None:
    """From now on every deployment answers, and with what no smoke test lets pass."""
    message = {"role": "assistant", "content": "Stay at the Ritz."}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer = {"id": "x", "object": "chat.completion", "created": 0, "model": "x"}
    spoilt: dict[str, Any] = {
        "match": {"method": "POST", "path": "chat/completions"},
        "times": None,
        "action": {"status": 200, "body": answer | {"choices": [choice]}},
    }
    stage.azure.admin("PUT", "faults", [spoilt])


def released_twice(stage: Stage, train: Train) -> list[str]:
    """The models of two releases, oldest first."""
    models = []
    for _ in range(2):
        stage.fewer_rows()
        assert release(stage, train()) == 0
        models.append(stage.deployments()["tienda"]["model"])
    return models


def test_from_a_push_to_production_each_identity_has_the_roles_it_needs(stage: Stage) -> None:
    """Those that docs/setup.md gives, in the group that it makes; the record is attested."""
    stage.variables["TUNEOPS_ATTESTATIONS"] = "true"
    stage.make_group()
    stage.hub.protect("production", "berta")
    stage.act_as("production")
    assert stage.dispatch("provision.yml", product="tienda").code == 0
    stage.act_as("train")
    assert stage.push().code == 0
    assert stage.run("schedule", "reconcile.yml").code == 0
    [start] = stage.hub.dispatched
    stage.hub.when_approved = lambda: stage.act_as("production")
    assert stage.dispatch(start["workflow"], **start["inputs"]).code == 0
    production = stage.deployments()["tienda"]
    assert [production["job"]] == stage.exists("jobs")
    assert production["sku"] == "Standard"
    assert production["approved_by"] == "berta"
    assert (stage.hub.artifacts / "attested").exists()
    pages = {f"{kind}-tienda-{production['key']}.html" for kind in ("report", "production-report")}
    names = set(stage.hub.artifact_names(stage.run_id))
    assert names == pages | {"report", "production-report"}


def test_without_reviewers_nothing_is_deployed(provisioned: Stage, trained: Train) -> None:
    """An environment that GitHub made itself protects nothing: exit code 6."""
    provisioned.hub.protect("production")
    ran = provisioned.dispatch("release.yml", product="tienda", job=trained())
    assert ran.jobs == {"candidate": "success", "deploy": "failure"}
    assert "exit status 6" in ran.log or "exitcode '6'" in ran.log
    assert "tienda" not in provisioned.deployments()


def test_only_a_repository_variable_does_without_reviewers(stage: Stage) -> None:
    """Of every job that asks, in the same words; no input of a workflow can give it."""
    stage.hub.protect("production")
    assert stage.dispatch("provision.yml", product="tienda").code != 0
    assert stage.exists("accounts") == []
    stage.variables["TUNEOPS_RELEASE_WITHOUT_REVIEWERS"] = "true"
    assert stage.dispatch("provision.yml", product="tienda").code == 0
    assert len(stage.exists("accounts")) == 1


def test_a_candidate_that_fails_leaves_production_as_it_was(ready: Stage, trained: Train) -> None:
    ready.demand_long_answers()
    ran = ready.dispatch("release.yml", product="tienda", job=trained())
    assert ran.jobs["candidate"] == "failure"
    assert "tienda" not in ready.deployments()
    assert "report" in ready.hub.artifact_names(ready.run_id)


def change_the_record(stage: Stage) -> None:
    """Somebody replaces the artifact while it waits for its approval."""
    record = stage.hub.artifacts / stage.run_id / "report/run.json"
    record.write_bytes(record.read_bytes() + b" ")


def test_a_record_that_was_changed_on_the_way_releases_nothing(
    ready: Stage, trained: Train
) -> None:
    """It is not the one that the candidate's job put out."""
    job = trained()
    ready.hub.when_approved = lambda: change_the_record(ready)
    ran = ready.dispatch("release.yml", product="tienda", job=job)
    assert ran.jobs == {"candidate": "success", "deploy": "failure"}
    assert "is not what the candidate" in ran.log
    assert "tienda" not in ready.deployments()


def break_answers(stage: Stage) -> None:
    """From now on no deployment answers."""
    fault = {"match": {"method": "POST", "path": "chat/completions"}, "times": None}
    stage.azure.admin("PUT", "faults", [fault | {"action": {"status": 500}}])


def test_a_release_that_never_answers_is_taken_away_by_promote_itself(
    ready: Stage, trained: Train
) -> None:
    job = trained()
    ready.hub.when_approved = lambda: break_answers(ready)
    ran = ready.dispatch("release.yml", product="tienda", job=job)
    assert ran.jobs == {"candidate": "success", "deploy": "failure"}
    assert "There is nothing to take away" in ran.log
    assert "tienda" not in ready.deployments()


def test_a_release_that_fails_in_production_is_taken_back(ready: Stage, trained: Train) -> None:
    """Its candidate passed; the model before answers again."""
    assert release(ready, trained()) == 0
    before = ready.deployments()["tienda"]
    ready.fewer_rows()
    job = trained()
    ready.hub.when_approved = lambda: spoil_answers(ready)
    ran = ready.dispatch("release.yml", product="tienda", job=job)
    assert ran.jobs == {"candidate": "success", "deploy": "failure"}
    now = ready.deployments()["tienda"]
    assert (now["model"], now["job"]) == (before["model"], before["job"])
    assert now["previous"]["job"] == job
    assert "production-report" in ready.hub.artifact_names(ready.run_id)


def test_a_first_release_that_fails_in_production_is_taken_away(
    ready: Stage, trained: Train
) -> None:
    """There is no model before it: nothing stays that nobody saw pass."""
    job = trained()
    ready.hub.when_approved = lambda: spoil_answers(ready)
    ran = ready.dispatch("release.yml", product="tienda", job=job)
    assert ran.jobs == {"candidate": "success", "deploy": "failure"}
    assert set(ready.deployments()) == {"gpt-4o"}
    assert ready.exists("jobs") == [job]


def test_by_hand_the_model_before_comes_back(ready: Stage, trained: Train) -> None:
    first, second = released_twice(ready, trained)
    assert first != second
    ready.act_as("production")
    assert ready.dispatch("rollback.yml", product="tienda").code == 0
    assert ready.deployments()["tienda"]["model"] == first
