"""Two runs at once do what one does."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline, sweep
from tests.local_azure.conftest import LocalAzure

TIMES = 20 if sweep.ALL else 3


def at_once(work: Callable[[], None], logs: list[Path]) -> list[int]:
    """Run ``work`` in as many processes as there are logs; their exit codes."""
    started = [pipeline.start_forked(work, log) for log in logs]
    return [forked.wait()[0] for forked in started]


@pytest.mark.usefixtures("quick_azure")
def test_two_submits_with_one_key_create_one_job(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for time in range(TIMES):
        group = f"rg-two-{time}"
        sweep.provisioned(group, folder, patch)
        logs = [folder / f"{group}-{index}.log" for index in range(2)]
        codes = at_once(pipeline.submit, logs)
        assert codes == [0, 0], [log.read_text(encoding="utf-8") for log in logs]
        stock = sweep.ending(group, folder, patch)
        assert len(stock.jobs) == 1
        assert len(stock.files) == 2


def test_lists_that_lag_lead_to_no_second_job(
    quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """Nearly half a lease late, as a minute is of two: two at once, and one after them."""
    lease = 24.0
    lag = (lease / 2 - 5.0) * sweep.QUICK["speed"]
    sweep.provisioned("rg-lag", folder, patch)
    patch.setenv("TUNEOPS_LEASE_SECONDS", str(lease))
    quick_azure.admin("PATCH", "settings", {"list_lag_seconds": {"files": lag, "jobs": lag}})
    logs = [folder / f"rg-lag-{index}.log" for index in range(3)]
    codes = [*at_once(pipeline.submit, logs[:2]), *at_once(pipeline.submit, logs[2:])]
    quick_azure.admin("PATCH", "settings", {"list_lag_seconds": {}})
    assert codes == [0, 0, 0], [log.read_text(encoding="utf-8") for log in logs]
    stock = sweep.ending("rg-lag", folder, patch)
    assert len(stock.jobs) == 1
    assert {name.split("-")[1] for name in stock.files} == {"training", "validation"}


@pytest.mark.usefixtures("quick_azure")
def test_two_reconciles_at_once_change_nothing(folder: Path, patch: pytest.MonkeyPatch) -> None:
    sweep.provisioned("rg-reconcile", folder, patch)
    before = sweep.ending("rg-reconcile", folder, patch)
    logs = [folder / f"reconcile-{index}.log" for index in range(2)]
    assert at_once(pipeline.reconcile, logs) == [0, 0]
    assert sweep.ending("rg-reconcile", folder, patch) == before


def test_a_slow_service_that_is_late_to_be_ready_still_ends_with_one_release(
    quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """Half an hour of provisioning, sped up, and a deployment that answers minutes later."""
    slow = {"deployment_seconds": 1800.0, "account_seconds": 1800.0, "ready_seconds": 600.0}
    quick_azure.admin("PATCH", "settings", {**slow, "speed": 1800.0})
    sweep.whole_run("rg-slow", folder, patch)


def test_a_create_that_takes_effect_after_its_lease_leaves_one_job_that_goes_on(
    quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """The second run created meanwhile; it looks again, and cancels the younger."""
    lease = float(sweep.LEASE_SECONDS)
    sweep.provisioned("rg-late", folder, patch)
    unhurried = {"job_minutes": 10 * sweep.QUICK["speed"]}
    quick_azure.admin("PATCH", "settings", unhurried)
    create = {"method": "POST", "path": "/fine_tuning/jobs"}
    late = {"match": create, "action": {"delay_seconds": 1.5 * lease}, "times": 1}
    quick_azure.admin("PUT", "faults", [late])
    logs = [folder / f"rg-late-{index}.log" for index in range(2)]
    codes = at_once(pipeline.submit, logs)
    quick_azure.admin("DELETE", "faults")
    quick_azure.admin("PATCH", "settings", {"job_minutes": 40.0})
    jobs = sweep.statuses("rg-late", folder, patch)
    said = "".join(log.read_text(encoding="utf-8") for log in logs)
    assert sorted(codes) in ([0, 0], [0, 7]), said  # 7: its answer never came, run it again
    assert sorted(jobs.values()) == ["cancelled", "running"], (jobs, said)
    assert "the younger, is cancelled; it cost 0.00 USD" in said
