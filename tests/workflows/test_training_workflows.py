"""From a push to a job, and from a job to a release or an issue."""

from collections.abc import Callable

from tests.workflows.conftest import Stage

ON, OFF = "active", "disabled_manually"


def reconcile_state(stage: Stage) -> str:
    return str(stage.hub.workflows["reconcile.yml"]["state"])


def test_a_push_of_data_trains_and_the_same_push_again_adopts(provisioned: Stage) -> None:
    before = provisioned.git("rev-parse", "HEAD")
    provisioned.fewer_rows()
    assert provisioned.push(before).code == 0
    jobs = provisioned.exists("jobs")
    assert provisioned.push(before).code == 0
    assert len(jobs) == 1
    assert provisioned.exists("jobs") == jobs


def test_a_job_that_succeeds_while_it_is_waited_for_is_released_without_reconcile(
    provisioned: Stage,
) -> None:
    """Once, whatever is pushed and waited for again; and reconcile stays off."""
    for _ in range(2):
        assert provisioned.push().jobs["follow"] == "success"
    [job] = provisioned.exists("jobs")
    assert [one["inputs"] for one in provisioned.hub.dispatched] == [
        {"product": "tienda", "job": job}
    ]
    assert reconcile_state(provisioned) == OFF


def test_a_push_that_touches_no_product_trains_nothing(stage: Stage) -> None:
    before = stage.git("rev-parse", "HEAD")
    stage.commit({"config/cleanup.yaml": b"subscriptions: []\n"})
    assert stage.push(before).code == 0
    assert stage.exists("jobs") == []


def test_a_job_that_goes_on_is_left_to_reconcile(provisioned: Stage) -> None:
    """Waiting ends after the configured minutes, and that is no failure."""
    provisioned.azure.admin("PATCH", "settings", {"job_minutes": 10**6})
    provisioned.variables["TUNEOPS_WAIT_MINUTES"] = "0.01"
    assert provisioned.push().code == 0
    assert len(provisioned.exists("jobs")) == 1
    assert provisioned.hub.dispatched == []
    assert reconcile_state(provisioned) == ON
    assert provisioned.run("schedule", "reconcile.yml").jobs == {"look": "success"}
    assert reconcile_state(provisioned) == ON


def test_a_failed_job_is_one_issue_however_often_it_is_seen(provisioned: Stage) -> None:
    provisioned.azure.admin("PATCH", "settings", {"fail_content_check": True})
    ran = provisioned.push()
    assert (ran.jobs["train"], ran.jobs["follow"]) == ("failure", "success")
    assert reconcile_state(provisioned) == ON
    for _ in range(2):
        assert provisioned.run("schedule", "reconcile.yml").code == 0
    assert len(provisioned.hub.issues) == 1
    assert provisioned.exists("jobs")[0] in str(provisioned.hub.issues[0])
    assert provisioned.hub.dispatched == []
    assert reconcile_state(provisioned) == OFF


def test_a_finished_job_is_released_once(provisioned: Stage, trained: Callable[[], str]) -> None:
    job = trained()
    for _ in range(2):
        assert provisioned.run("schedule", "reconcile.yml").code == 0
    assert [one["inputs"] for one in provisioned.hub.dispatched] == [
        {"product": "tienda", "job": job}
    ]
    assert provisioned.hub.issues == []
    assert reconcile_state(provisioned) == OFF
