"""What other clean-up tools got wrong, one test for each row of what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tuneops import tags
from tuneops.azure import locks

if TYPE_CHECKING:
    from tests.cleanup.conftest import Cloud

GROUP = "rg-tuneops-peer"
SWEEPER_BAIT = ("NetworkWatcherRG", "DefaultResourceGroup-SEC", "MC_rg_aks_swedencentral")


def row(cloud: Cloud, name: str = GROUP) -> tuple[str, str]:
    [found] = [found for found in cloud.plan().groups if found.name == name]
    return found.action, found.reason


def test_rg_cleanup_deletes_what_has_no_time(cloud: Cloud) -> None:
    """A group without a readable time of creation is of unknown age, and stays."""
    cloud.group(GROUP, {tags.CREATED: ""})
    assert row(cloud)[0] == "keep"
    assert "unknown age" in row(cloud)[1]


def test_cloud_nuke_honours_its_tag_in_the_dry_run_only(cloud: Cloud) -> None:
    """The tag that is set after the plan protects in the real run as in the dry one."""
    cloud.group(GROUP)
    agreed = cloud.plan()
    cloud.tag(GROUP, **{"tuneops-protect": ""})
    dry, real = (cloud.apply(agreed, dry_run=dry)[GROUP] for dry in (True, False))
    assert dry == real
    assert GROUP in cloud.groups()


def test_azure_janitor_ignores_its_filter(cloud: Cloud) -> None:
    """A group of ours outside the patterns stays, whatever its tags say."""
    cloud.group("rg-elsewhere")
    assert row(cloud, "rg-elsewhere") == ("keep", "its name matches no pattern of the policy")


@pytest.mark.parametrize("tag", [tags.EXPIRES, "tuneops-delete-after", "tuneops-marked"])
@pytest.mark.parametrize("text", ["4 days", "", "2026-02-30T00:00:00Z", "1e9", "²"])
def test_cloud_custodian_raises_on_a_malformed_tag(cloud: Cloud, tag: str, text: str) -> None:
    """A tag that is no time keeps the group, and the plan goes on."""
    cloud.group(GROUP, {tag: text})
    assert row(cloud)[0] == "keep"


def test_azure_sdk_tools_asks_the_expiry_first(cloud: Cloud) -> None:
    """Expired, marked, its notice long over: manager, lock and tag still hold it."""
    cloud.group(GROUP)
    assert row(cloud)[0] == "delete"
    cloud.lock(GROUP)
    assert row(cloud) == ("keep", "locked by keep (CanNotDelete)")
    cloud.unlock(GROUP)
    cloud.send("PATCH", cloud.path(GROUP) + "?api-version=2025-04-01", {"managedBy": "/aks"})
    assert row(cloud) == ("keep", "managed by /aks")


@pytest.mark.parametrize("name", SWEEPER_BAIT)
def test_openshift_had_to_exclude_azures_own_groups(cloud: Cloud, name: str) -> None:
    """Not even a policy that names them, and our own tag on them, lets them go."""
    cloud.group(name)
    wide = cloud.changed(groups={"names": ["*r*", "mc_*"]})
    assert row(wide, name) == ("keep", "its name is protected")


def test_runs_on_missed_one_event(cloud: Cloud) -> None:
    """Nothing has to announce itself: a group that no run remembers is found by its tags."""
    cloud.group(GROUP, marked=False)
    assert row(cloud) == ("mark", "stale, seen for the first time")


def test_agnosticd_and_teamcloud_fought_locks(cloud: Cloud) -> None:
    """A lock is reported with its name, outlives the apply, and no request ever touched it."""
    cloud.group(GROUP)
    cloud.group("rg-tuneops-free")
    agreed = cloud.plan()
    cloud.lock(GROUP, "audit")
    cloud.azure.admin("DELETE", "requests")
    assert cloud.apply(agreed)[GROUP].detail == "since the plan: its locks changed"
    asked = cloud.azure.admin("GET", "requests")
    assert {r["method"] for r in asked if "/locks" in r["path"].lower()} == {"GET"}
    assert [lock.name for lock in locks.list_locks(cloud.session)] == ["audit"]
    assert cloud.groups() == {"rg-payroll", GROUP}


def test_nobody_applies_only_a_plan(cloud: Cloud) -> None:
    """What became due after the plan was made is not deleted by it."""
    cloud.group(GROUP)
    agreed = cloud.plan()
    cloud.group("rg-tuneops-later")
    assert set(cloud.apply(agreed)) == {GROUP}
    assert "rg-tuneops-later" in cloud.groups()
