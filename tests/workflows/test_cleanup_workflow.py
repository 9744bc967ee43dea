"""The nightly clean-up, from the plan to the issue."""

from collections.abc import Callable

import pytest
import yaml

from tests.workflows.conftest import CONFIG, Stage

POLICY = "config/cleanup.yaml"


@pytest.fixture
def allowed(provisioned: Stage) -> Stage:
    """Clean-up may touch this subscription, and a candidate expires at once."""
    policy = yaml.safe_load(provisioned.read(POLICY))
    policy["subscriptions"] = [provisioned.azure.subscription]
    policy["groups"]["notice"] = "1s"
    config = yaml.safe_load(provisioned.read(CONFIG))
    config["release"]["candidate"]["expires_after"] = "1s"
    files = {POLICY: yaml.safe_dump(policy), CONFIG: yaml.safe_dump(config, allow_unicode=True)}
    provisioned.commit(files)
    return provisioned


def test_what_expired_goes_and_production_stays(allowed: Stage, trained: Callable[[], str]) -> None:
    trained()
    allowed.script("scripts/deploy.py", "candidate")
    allowed.act_as("cleanup")
    assert allowed.dispatch("cleanup.yml", dry_run=True).code == 0
    assert "tienda-candidate" in allowed.deployments()
    assert allowed.run("schedule", "cleanup.yml").code == 0
    assert "tienda-candidate" in allowed.deployments(), "the first night gives notice"
    assert allowed.run("schedule", "cleanup.yml").code == 0
    assert "tienda-candidate" not in allowed.deployments()
    assert "gpt-4o" in allowed.deployments()
    [issue] = allowed.hub.issues
    assert "Last run: " in issue["body"]
    assert "cleanup-plan" in allowed.hub.artifact_names(allowed.run_id)


def test_a_night_with_nothing_to_do_is_one_job_and_on_mondays_the_issue_says_so(
    allowed: Stage,
) -> None:
    """Apply and purge are skipped, and nothing is installed for them."""
    allowed.act_as("cleanup")
    done = allowed.run("schedule", "cleanup.yml", schedule="23 3 * * 0,2-6")
    assert (done.code, done.jobs, allowed.hub.issues) == (0, {"plan": "success"}, []), done.log
    done = allowed.run("schedule", "cleanup.yml", schedule="23 3 * * 1")
    assert (done.code, set(done.jobs)) == (0, {"plan", "tell"}), done.log
    [issue] = allowed.hub.issues
    assert "(plan: success, apply: skipped; " in issue["body"]


def test_the_nightly_run_has_reconcile_look_after_a_training_that_nobody_sees(
    allowed: Stage,
) -> None:
    """It only switches it on: what is due is for reconcile to find, by the training identity."""
    assert allowed.hub.workflows["reconcile.yml"]["state"] == "disabled_manually"
    allowed.azure.admin("PATCH", "settings", {"job_minutes": 10**6})
    allowed.script("scripts/fine_tune.py", "submit")
    allowed.act_as("cleanup")
    done = allowed.run("schedule", "cleanup.yml", schedule="23 3 * * 0,2-6")
    assert (done.code, set(done.jobs)) == (0, {"plan", "tell"}), done.log
    assert allowed.hub.workflows["reconcile.yml"]["state"] == "active"
    assert allowed.hub.dispatched == []
