"""From the plan to the deletion, on the local Azure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tuneops.cleanup import apply, inventory, outcomes
from tuneops.errors import ConfigError, PreconditionError, UndecidedError
from tuneops.tags import EXPIRES, read_timestamp, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cleanup.conftest import Cloud
    from tuneops.cleanup.plan import Plan

GROUP = "rg-tuneops-stale"
HOUR = timedelta(hours=1)


def actions(cloud: Cloud) -> dict[str, str]:
    return {row.name: row.action for row in cloud.plan().groups}


def test_first_sight_marks_and_a_night_later_deletes(cloud: Cloud) -> None:
    """A stale group is marked, kept while its notice runs, and then deleted with all it holds."""
    cloud.account(cloud.group(GROUP, {"owner": "ana"}, marked=False), "stale-account")
    first = cloud.plan()
    assert [row.name for row in first.rows("mark")] == [GROUP]
    assert first.rows("mark")[0].owner == "ana"
    assert cloud.apply(first)[GROUP].result == "marked"
    patient = cloud.changed(groups={"notice": "1h"})
    assert actions(patient)[GROUP] == "keep"
    assert patient.apply(patient.plan()) == {}
    settled(cloud)
    second = cloud.plan()
    assert [row.name for row in second.rows("delete")] == [GROUP]
    assert cloud.apply(second)[GROUP].result == "deleted"
    assert cloud.groups() == {"rg-payroll"}
    assert [row.action for row in cloud.plan().deleted_accounts] in (["keep"], ["purge"])


def settled(cloud: Cloud) -> None:
    """Let the mark's one second of notice pass."""
    deadline = outcomes.utc_now() + timedelta(seconds=30)
    while outcomes.utc_now() < deadline and actions(cloud)[GROUP] == "keep":
        pass


def test_a_plan_says_what_it_knows(cloud: Cloud) -> None:
    """Age with its source, owner, locks, contents: a person can judge the row."""
    cloud.account(cloud.group(GROUP, {"owner": "ana"}), "known-account")
    cloud.lock(GROUP, "audit")
    [row] = [row for row in cloud.plan().groups if row.name == GROUP]
    assert row.action == "keep"
    assert row.reason == "locked by audit (CanNotDelete)"
    assert row.age_source == "creation of known-account"
    assert row.owner == "ana"
    assert row.locks == ("audit (CanNotDelete)",)
    assert "Microsoft.CognitiveServices/accounts/known-account" in row.contents[0]


def extend(cloud: Cloud) -> None:
    later = timestamp(outcomes.utc_now() + HOUR)
    cloud.tag(GROUP, **{"tuneops-delete-after": later})


def protect(cloud: Cloud) -> None:
    cloud.tag(GROUP, **{"tuneops-protect": "still needed"})


def other_tag(cloud: Cloud) -> None:
    cloud.tag(GROUP, note="mine")


def manage(cloud: Cloud) -> None:
    cloud.send("PATCH", cloud.path(GROUP) + "?api-version=2025-04-01", {"managedBy": "/aks"})


def add_resource(cloud: Cloud) -> None:
    cloud.account(GROUP, "late-account")


def rename_resource(cloud: Cloud) -> None:
    remove_account(cloud)
    cloud.account(GROUP, "renamed-account")


def recreate_resource(cloud: Cloud) -> None:
    """Under its old name; Azure wants the deleted one purged first."""
    remove_account(cloud)
    [deleted] = cloud.deleted()
    cloud.send("DELETE", f"{deleted}?api-version=2025-09-01")
    cloud.azure.admin("POST", "clock", {"step_seconds": 2})
    cloud.account(GROUP, "first-account")


def recreate_group(cloud: Cloud) -> None:
    cloud.send("DELETE", cloud.path(GROUP) + "?api-version=2025-04-01")
    cloud.group(GROUP, marked=False)


def remove_account(cloud: Cloud) -> None:
    path = cloud.path(GROUP, "/providers/Microsoft.CognitiveServices/accounts/first-account")
    cloud.send("DELETE", f"{path}?api-version=2025-09-01")


def deploy(cloud: Cloud) -> None:
    path = cloud.path(GROUP, "/providers/Microsoft.CognitiveServices/accounts/first-account")
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
    body = {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}}
    tagged = body | {"tags": cloud.ours}
    cloud.send("PUT", f"{path}/deployments/late?api-version=2025-09-01", tagged)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (protect, "tags changed"),
        (extend, "tags changed"),
        (other_tag, "tags changed"),
        (lambda cloud: cloud.lock(GROUP), "locks changed"),
        (manage, "manages it changed"),
        (add_resource, "something is new inside"),
        (deploy, "something is new inside"),
        (rename_resource, "something is new inside"),
        (recreate_resource, "something is new inside"),
        (recreate_group, "tags changed"),
    ],
)
def test_what_changed_since_the_plan_is_skipped(
    cloud: Cloud, change: Callable[[Cloud], None], why: str
) -> None:
    """Every kind of change between plan and apply keeps the group, and the outcome says which."""
    cloud.account(cloud.group(GROUP), "first-account")
    agreed = cloud.plan()
    assert [row.name for row in agreed.rows("delete")] == [GROUP], agreed.groups
    change(cloud)
    outcome = cloud.apply(agreed)[GROUP]
    assert (outcome.result, why in outcome.detail) == ("skipped", True), outcome
    assert GROUP in cloud.groups()


def test_a_group_that_went_under_another_name_is_gone(cloud: Cloud) -> None:
    """Apply deletes names of its plan only, so what is new under another name stays."""
    agreed = planned(cloud)
    cloud.send("DELETE", cloud.path(GROUP) + "?api-version=2025-04-01")
    cloud.group("rg-tuneops-renamed")
    outcome = cloud.apply(agreed)[GROUP]
    assert (outcome.result, outcome.detail) == ("skipped", "is gone already")
    assert "rg-tuneops-renamed" in cloud.groups()


def planned(cloud: Cloud) -> Plan:
    cloud.group(GROUP)
    agreed = cloud.plan()
    assert agreed.rows("delete")
    return agreed


def test_an_unchanged_group_without_a_guard_left_is_deleted(cloud: Cloud) -> None:
    assert cloud.apply(planned(cloud))[GROUP].result == "deleted"


def test_the_last_group_of_a_subscription_is_seen_gone(cloud: Cloud) -> None:
    """An empty list after the deletion is what was wanted, not a list that failed."""
    cloud.send("DELETE", cloud.path("rg-payroll") + "?api-version=2025-04-01")
    slow = {"group_delete_seconds": 300}
    agreed = planned(cloud)
    cloud.azure.admin("PATCH", "settings", slow)
    assert cloud.apply(agreed)[GROUP].result == "deleted"
    assert cloud.groups() == set()


def test_marks_are_merged_with_what_others_write(cloud: Cloud) -> None:
    """A tag that somebody sets between our read and our mark is not lost."""
    cloud.group(GROUP, marked=False)
    agreed = cloud.plan()
    cloud.apply(agreed)
    tags = cloud.send("GET", cloud.path(GROUP) + "?api-version=2025-04-01")["tags"]
    assert tags[EXPIRES]
    assert read_timestamp(tags["tuneops-delete-after"])
    writes = [r for r in cloud.azure.admin("GET", "requests") if r["method"] in {"PUT", "PATCH"}]
    assert writes[-1]["path"].endswith("/providers/Microsoft.Resources/tags/default")


def test_an_owner_answers_by_removing_the_mark(cloud: Cloud) -> None:
    cloud.group(GROUP)
    path = cloud.path(GROUP, "/providers/Microsoft.Resources/tags/default?api-version=2025-04-01")
    tags = {"tuneops-delete-after": ""}
    cloud.send("PATCH", path, {"operation": "Delete", "properties": {"tags": tags}})
    [row] = [row for row in cloud.plan().groups if row.name == GROUP]
    assert (row.action, "removed its mark" in row.reason) == ("keep", True)


@pytest.mark.parametrize("misfit", ["age", "subscription", "policy"])
def test_a_plan_that_does_not_fit_deletes_nothing(cloud: Cloud, misfit: str) -> None:
    """Too old, for another subscription, or under another policy."""
    agreed = planned(cloud)
    other = {
        "age": replace(agreed, created=outcomes.utc_now() - timedelta(days=2)),
        "subscription": replace(agreed, subscription="00000000-0000-4000-8000-000000000009"),
        "policy": replace(agreed, policy="another"),
    }
    with pytest.raises(ConfigError):
        cloud.apply(other[misfit])
    assert GROUP in cloud.groups()


def too_many(cloud: Cloud) -> Plan:
    """Two groups where the policy lets one go."""
    cloud.group("rg-tuneops-second")
    cloud.policy = cloud.changed(breakers={"max_groups": 1}).policy
    return planned(cloud)


def too_large_a_share(cloud: Cloud) -> Plan:
    """One group of two."""
    cloud.policy = cloud.changed(breakers={"max_percent": 49}).policy
    return planned(cloud)


@pytest.mark.parametrize("scene", [too_many, too_large_a_share])
def test_over_a_breaker_nothing_is_deleted(
    cloud: Cloud, scene: Callable[[Cloud], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the number or the share: exit code 4 and not one deletion; it is this guard alone."""
    agreed = scene(cloud)
    with pytest.raises(UndecidedError, match="Too much"):
        cloud.apply(agreed)
    assert GROUP in cloud.groups()
    monkeypatch.setattr(apply, "check_breakers", lambda *_: None)
    assert cloud.apply(agreed)[GROUP].result == "deleted"


def test_the_share_is_of_what_is_listed_now(cloud: Cloud) -> None:
    """A plan cannot hide how little there is to delete from."""
    agreed = planned(cloud)
    rows = [replace(agreed.groups[0], name=f"other-{n}", action="keep") for n in range(50)]
    cloud.policy = cloud.changed(breakers={"max_percent": 10}).policy
    padded = replace(agreed, groups=(*agreed.groups, *rows), policy=cloud.policy.digest)
    with pytest.raises(UndecidedError, match="Too much"):
        cloud.apply(padded)


def test_a_list_without_groups_is_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost permission looks like cleanliness, for plan and for apply; it is this guard alone."""
    agreed = planned(cloud)
    cloud.fault("GET", r"/resourcegroups\?", None, status=200, body={"value": []})
    with pytest.raises(PreconditionError, match="no resource group"):
        cloud.plan()
    with pytest.raises(PreconditionError, match="no resource group"):
        cloud.apply(agreed)
    monkeypatch.setattr(inventory, "check_not_blind", lambda _: None)
    assert cloud.plan().groups == ()


@pytest.mark.parametrize("skew", [-timedelta(minutes=6), timedelta(minutes=6)])
def test_a_wrong_clock_is_an_error(
    cloud: Cloud, skew: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than five minutes between this machine and Azure; it is this guard alone."""
    agreed = planned(cloud)

    def wrong() -> datetime:
        return outcomes.utc_now() + skew

    agreed = replace(agreed, created=wrong())
    with pytest.raises(PreconditionError, match="clock"):
        cloud.apply(agreed, clock=wrong)
    with pytest.raises(PreconditionError, match="clock"):
        inventory.read_subscription(cloud.session, cloud.policy, (), wrong())
    assert GROUP in cloud.groups()
    monkeypatch.setattr(inventory, "check_clock", lambda *_: None)
    assert cloud.apply(agreed, clock=wrong)[GROUP].result == "deleted"


def test_an_account_whose_jobs_cannot_be_read_protects_its_group(cloud: Cloud) -> None:
    """A missing role on the data plane is not an empty list of jobs."""
    cloud.account(cloud.group(GROUP), "closed-account")
    refusal = {"status": 403, "code": "PermissionDenied", "message": "No data action."}
    cloud.fault("GET", "fine_tuning/jobs", None, **refusal)
    [row] = [row for row in cloud.plan().groups if row.name == GROUP]
    assert (row.action, "PermissionDenied" in row.reason) == ("keep", True)
