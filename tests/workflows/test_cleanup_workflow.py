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
    assert "travel-candidate" in allowed.deployments()
    assert allowed.run("schedule", "cleanup.yml").code == 0
    assert "travel-candidate" in allowed.deployments(), "the first night gives notice"
    assert allowed.run("schedule", "cleanup.yml").code == 0
    assert "travel-candidate" not in allowed.deployments()
    assert "gpt-4o" in allowed.deployments()
    [issue] = allowed.hub.issues
    assert "Last run: " in issue["body"]
    assert "cleanup-plan" in allowed.hub.artifact_names(allowed.run_id)


def test_a_night_with_nothing_to_do_starts_no_second_job_with_an_identity(allowed: Stage) -> None:
    """Apply and purge are skipped, nothing is installed for them, and the issue says so."""
    allowed.act_as("cleanup")
    done = allowed.run("schedule", "cleanup.yml")
    assert (done.code, set(done.jobs)) == (0, {"plan", "tell"}), done.log
    [issue] = allowed.hub.issues
    assert "(plan: success, apply: skipped; " in issue["body"]
