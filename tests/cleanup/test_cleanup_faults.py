"""Apply against an Azure that fails: the right word for each group, and a second apply finishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cleanup.conftest import Cloud

GROUP, OTHER = "rg-tuneops-hit", "rg-tuneops-fine"
SOON = {"x-ms-retry-after-ms": "10"}
HIT = f"/resourcegroups/{GROUP}"

PASSING: dict[str, dict[str, Any]] = {
    "throttled": {"status": 429, "headers": SOON},
    "internal error": {"status": 500, "headers": SOON},
    "bad gateway": {"status": 502, "headers": SOON},
    "unavailable": {"status": 503, "headers": SOON},
    "gateway timeout": {"status": 504, "headers": SOON},
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "slow": {"delay_seconds": 0.3},
}
BUSY: dict[str, Any] = {
    "status": 409,
    "code": "RequestConflict",
    "message": "Another operation is running.",
}
FINAL: dict[str, dict[str, Any]] = {
    "forbidden": {"status": 403, "code": "AuthorizationFailed", "message": "No role."},
    "locked meanwhile": {"status": 409, "code": "ScopeLocked", "message": "A lock."},
    "conflict": {"status": 409, "code": "Conflict", "message": "Some resource says no."},
    "throttled for ever": {"status": 429, "headers": SOON},
    "broken for ever": {"status": 500, "headers": SOON},
}
NESTED = {
    "code": "ResourceGroupDeletionBlocked",
    "message": "Some resources were not deleted.",
    "details": [{"code": "Conflict", "message": "The account acc has deployments."}],
}


@pytest.fixture
def two(cloud: Cloud) -> Cloud:
    """Two groups that go; the faults hit one of them."""
    cloud.group(GROUP)
    cloud.group(OTHER)
    return cloud


def results(cloud: Cloud) -> dict[str, str]:
    return {name: outcome.result for name, outcome in cloud.apply(cloud.plan()).items()}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault", [*PASSING, "busy"])
def test_what_passes_is_waited_out(two: Cloud, method: str, fault: str) -> None:
    """A fault that goes away, while reading or while deleting, changes nothing of the result."""
    agreed = two.plan()
    action = {**PASSING, "busy": BUSY if method == "DELETE" else PASSING["slow"]}[fault]
    two.fault(method, HIT, 2 if fault == "throttled" else 1, **action)
    outcomes = two.apply(agreed)
    assert {name: outcome.result for name, outcome in outcomes.items()} == {
        GROUP: "deleted",
        OTHER: "deleted",
    }
    assert two.groups() == {"rg-payroll"}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault", FINAL)
def test_what_stays_fails_and_the_rest_is_done(two: Cloud, method: str, fault: str) -> None:
    """One group's failure is called so, stops no other, and a second apply finishes the work."""
    agreed = two.plan()
    two.fault(method, HIT, None, **FINAL[fault])
    outcomes = two.apply(agreed)
    assert outcomes[GROUP].result == "failed"
    assert str(FINAL[fault]["status"]) in outcomes[GROUP].detail
    assert outcomes[OTHER].result == "deleted"
    two.azure.admin("DELETE", "faults")
    again = two.apply(agreed)
    assert (again[GROUP].result, again[OTHER].detail) == ("deleted", "is gone already")


def test_a_nested_error_is_told(two: Cloud) -> None:
    """A deletion that Azure took on and gave up says which resource would not go, and why."""
    agreed = two.plan()
    place = f"/subscriptions/{two.azure.subscription}/operationresults/given-up"
    location = {"Location": f"{two.azure.url}{place}?api-version=2025-04-01"}
    two.fault("DELETE", HIT, None, status=202, headers=location, body={})
    two.fault("GET", "operationresults/given-up", None, status=409, body={"error": NESTED})
    outcomes = two.apply(agreed)
    assert outcomes[GROUP].result == "failed"
    assert "The account acc has deployments." in outcomes[GROUP].detail
    assert outcomes[OTHER].result == "deleted"
    two.azure.admin("DELETE", "faults")
    assert two.apply(agreed)[GROUP].result == "deleted"


def test_a_deletion_without_an_end_is_requested(two: Cloud) -> None:
    """Never "deleted" before it was seen gone (azure-janitor); a second apply sees it through."""
    brief = two.changed(apply={"wait": "1s"})
    agreed = brief.plan()
    two.azure.admin("PATCH", "settings", {"group_delete_seconds": 100_000})
    outcomes = brief.apply(agreed)
    assert {outcome.result for outcome in outcomes.values()} == {"requested"}
    two.azure.admin("POST", "clock", {"step_seconds": 2000})
    again = brief.apply(agreed)
    assert {outcome.result for outcome in again.values()} == {"deleted"} or {
        outcome.detail for outcome in again.values()
    } == {"is gone already"}
    assert two.groups() == {"rg-payroll"}


def test_a_list_that_hides_a_group_is_not_believed(two: Cloud) -> None:
    """Missing from the list is not gone: the group itself is asked for."""
    brief = two.changed(apply={"wait": "1s"})
    agreed = brief.plan()
    two.azure.admin("PATCH", "settings", {"group_delete_seconds": 100_000})
    [payroll] = [g for g in two.send("GET", _list(two))["value"] if g["name"] == "rg-payroll"]
    two.fault("GET", r"/resourcegroups\?", None, nth=2, status=200, body={"value": [payroll]})
    outcomes = brief.apply(agreed)
    assert {outcome.result for outcome in outcomes.values()} == {"requested"}


def _list(cloud: Cloud) -> str:
    return f"/subscriptions/{cloud.azure.subscription}/resourcegroups?api-version=2025-04-01"


def test_marking_fails_alone(cloud: Cloud) -> None:
    """A group that cannot be marked is called failed, and the other is marked."""
    cloud.group(GROUP, marked=False)
    cloud.group(OTHER, marked=False)
    cloud.fault("PATCH", HIT, None, **FINAL["forbidden"])
    assert results(cloud) == {GROUP: "failed", OTHER: "marked"}
