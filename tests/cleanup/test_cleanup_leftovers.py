"""Leftovers in an account that stays, long lists, and the pace, on the local Azure."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tuneops.azure import files, jobs, resources, subscription, usage
from tuneops.azure.data_plane import open_client
from tuneops.azure.throttle import Bucket
from tuneops.cleanup import apply, inventory, notices, outcomes
from tuneops.errors import TuneopsError, UndecidedError
from tuneops.tags import CREATED, EXPIRES, JOB, KEY, PREVIOUS_JOB, PREVIOUS_KEY, PRODUCT
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from openai import OpenAI

    from tests.cleanup.conftest import Cloud

GROUP, ACCOUNT = "rg-tuneops-stays", "stays-account"
NEW, OLD, ANCIENT = "a" * 12, "b" * 12, "c" * 12
MONTH = 30 * 24 * 3600


def example(number: int) -> str:
    said = [("user", f"¿Qué veo en la ciudad {number}?"), ("assistant", f"La plaza {number}.")]
    return json.dumps({"messages": [{"role": role, "content": text} for role, text in said]})


def start(cloud: Cloud, client: OpenAI, key: str) -> str:
    """A file and a job that carry the key; gives the job's id."""
    content = io.BytesIO("\n".join(map(example, range(12))).encode())
    name = f"tienda-training-{key}.jsonl"
    file = client.files.create(file=(name, content), purpose="fine-tune")
    cloud.azure.admin("POST", "clock", {"step_seconds": MONTH / 30})
    files.wait_until_processed(client, file.id)
    job = client.fine_tuning.jobs.create(
        model="gpt-4o-2024-08-06",
        training_file=file.id,
        suffix=f"ft-tienda-{key}",
        extra_body={"trainingType": "GlobalStandard"},
    )
    return str(job.id)


def train(cloud: Cloud, client: OpenAI, key: str) -> str:
    """As `start`, until the job has succeeded."""
    job = start(cloud, client, key)
    cloud.azure.admin("POST", "clock", {"step_seconds": MONTH / 30})
    for _ in attempts(60):
        if jobs.get(client, job).status == "succeeded":
            break
    return job


def deploy(cloud: Cloud, name: str, **tags: str) -> None:
    below = f"/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}/deployments/{name}"
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
    body = {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}}
    tagged = body | {"tags": cloud.ours | tags}
    cloud.send("PUT", f"{cloud.path(GROUP, below)}?api-version=2025-09-01", tagged)


def long_ago(cloud: Cloud) -> None:
    """An account of ours, twelve months back in the calendar of the local Azure."""
    cloud.azure.admin("POST", "clock", {"step_seconds": -12 * MONTH})
    cloud.account(cloud.group(GROUP), ACCOUNT)


@pytest.fixture
def released(cloud: Cloud) -> Cloud:
    """A product with three trainings, of which the last two were released, and an old candidate."""
    long_ago(cloud)
    with open_client(f"{cloud.azure.url}/accounts/{ACCOUNT}/") as client:
        _, old, new = (train(cloud, client, key) for key in (ANCIENT, OLD, NEW))
    past = "2026-01-01T00:00:00Z"
    made = {PRODUCT: "tienda", CREATED: past}
    before = {PREVIOUS_KEY: OLD, PREVIOUS_JOB: old}
    deploy(cloud, "tienda", **made, **before, **{JOB: new, KEY: NEW})
    expired = {JOB: new, EXPIRES: past}
    deploy(cloud, "tienda-candidate", **made, **expired)
    return cloud


def left(cloud: Cloud) -> list[str]:
    with open_client(f"{cloud.azure.url}/accounts/{ACCOUNT}/") as client:
        uploaded = [f.name for f in files.list_all(client) if f.purpose == "fine-tune"]
        suffixes = [job.suffix or "" for job in jobs.list_all(client)]
    deployments: list[str] = cloud.azure.admin("GET", "state?details=1")["deployments"]["names"]
    return sorted([*uploaded, *suffixes, *deployments])


def test_what_the_last_two_releases_need_stays_and_the_rest_goes(released: Cloud) -> None:
    """The expired candidate, and file and job of the training before the last two releases."""
    agreed = released.plan_after_notice()
    assert {(item.kind, item.label) for item in agreed.leftovers("delete")} == {
        ("deployment", "gpt-4o"),
        ("file", f"tienda-training-{ANCIENT}.jsonl"),
        ("job", f"ft-tienda-{ANCIENT}"),
    }
    done = apply.apply(released.context(), agreed, released.said.append)
    assert [outcome.result for outcome in done] == ["deleted"] * 3, done
    names = [f"tienda-training-{key}.jsonl" for key in (NEW, OLD)]
    suffixes = [f"ft-tienda-{key}" for key in (NEW, OLD)]
    assert left(released) == sorted([*names, *suffixes, "tienda"])


def test_a_leftover_that_is_needed_again_is_skipped(released: Cloud) -> None:
    """Between plan and apply the candidate was given more time, and a lock was set."""
    agreed = released.plan_after_notice()
    before = left(released)
    released.lock(GROUP)
    done = apply.apply(released.context(), agreed, released.said.append)
    assert {outcome.result for outcome in done} == {"skipped"}
    assert left(released) == before


def test_notice_is_given_first_in_a_tag_of_the_account(released: Cloud) -> None:
    """A night before anything goes; what people tagged stays beside it."""
    path = released.path(GROUP, f"/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}")
    before = left(released)
    agreed = released.plan()
    assert agreed.leftovers("delete") == ()
    marks = {item.mark for item in agreed.leftovers("mark")}
    assert len(marks) == 3
    results = {outcome.result for outcome in released.apply(agreed).values()}
    assert (results, left(released)) == ({"marked"}, before)
    tags = released.send("GET", f"{path}?api-version=2025-09-01")["tags"]
    assert notices.read(tags.pop(notices.TAG)).keys() == marks
    assert tags == released.ours
    patient = released.changed(groups={"notice": "1h"})
    assert {item.action for item in patient.plan().items} == {"keep"}


@pytest.mark.parametrize("breaker", ["max_deployments", "max_leftovers"])
def test_over_a_breaker_for_leftovers_nothing_is_deleted(released: Cloud, breaker: str) -> None:
    """Of two, where one may go: exit code 4, and a lost release history costs one night."""
    second = {JOB: "ftjob-lost", EXPIRES: "2026-01-01T00:00:00Z"}
    deploy(released, "tienda-second", **second)
    agreed = released.plan_after_notice()
    before = left(released)
    released.policy = released.changed(breakers={breaker: 1}).policy
    over = replace(agreed, policy=released.policy.digest)
    with pytest.raises(UndecidedError, match=r"Too much would be deleted: 2 .*, at most 1"):
        released.apply(over)
    assert left(released) == before


def test_production_protects_its_group(released: Cloud) -> None:
    """The group is stale and marked, but users call what is in it."""
    [row] = [row for row in released.plan().groups if row.name == GROUP]
    assert (row.action, "production deployment tienda" in row.reason) == ("keep", True)


def test_a_running_job_protects_its_group(cloud: Cloud) -> None:
    """The group is stale and marked, but a run is in flight (azure-iot-sdk-csharp #3538)."""
    long_ago(cloud)
    with open_client(f"{cloud.azure.url}/accounts/{ACCOUNT}/") as client:
        job = start(cloud, client, NEW)
    [row] = [row for row in cloud.plan().groups if row.name == GROUP]
    assert (row.action, f"fine-tuning job {job}" in row.reason) == ("keep", True)


def test_calls_are_read_by_deployment(released: Cloud) -> None:
    """Azure Monitor's answer, summed over days; where it does not tell, nobody knows."""
    moment = outcomes.utc_now()
    [account] = resources.list_all_accounts(released.session)
    refused = {"status": 404, "code": "ResourceNotFound", "message": "There is none."}
    released.fault("GET", "Microsoft.Insights/metrics", 1, **refused)
    facts = inventory.read_account(released.session, released.policy, moment, account)
    assert facts.calls is None
    released.fault("GET", "Microsoft.Insights/metrics", None, status=200, body=metrics())
    counted = usage.calls(released.session, account, moment, moment)
    assert counted == {"tienda": 5.0, "idle": 0.0}
    facts = inventory.read_account(released.session, released.policy, moment, account)
    assert facts.calls == counted


def test_calls_that_cannot_be_read_are_not_known(cloud: Cloud) -> None:
    """Nobody knows then, and the clean-up of everything else goes on."""
    cloud.account(cloud.group(GROUP), ACCOUNT)
    [account] = resources.list_all_accounts(cloud.session)
    now = outcomes.utc_now()
    answers: tuple[Any, ...] = (
        {},
        {"value": []},
        {"value": [{}]},
        {"value": [{"timeseries": [1]}]},
        [],
    )
    for answer in answers:
        cloud.azure.admin("DELETE", "faults")
        cloud.fault("GET", "Microsoft.Insights/metrics", None, status=200, body=answer)
        with pytest.raises(TuneopsError, match="cannot be read"):
            usage.calls(cloud.session, account, now, now)


def metrics() -> dict[str, Any]:
    def series(name: str, *totals: float | None) -> dict[str, Any]:
        dimension = {"name": {"value": "modeldeploymentname"}, "value": name}
        data = [{"timeStamp": "2026-11-01T00:00:00Z", "total": total} for total in totals]
        return {"metadatavalues": [dimension], "data": data}

    return {"value": [{"timeseries": [series("Tienda", 2.0, None, 3.0), series("idle", 0.0)]}]}


def test_every_page_is_read(cloud: Cloud) -> None:
    """A thousand groups fill one page (azure-nuke reads only that one)."""
    path = f"/subscriptions/{cloud.azure.subscription}/resourcegroups"
    names = ["rg-payroll", *(cloud.group(f"rg-tuneops-{number}") for number in range(4))]
    one = cloud.send("GET", f"{path}?api-version=2025-04-01&$top=2")
    assert "nextLink" in one
    cloud.fault("GET", rf"{path}\?api-version=2025-04-01$", None, status=200, body=one)
    found = subscription.list_groups(cloud.session).groups
    assert sorted(group.name for group in found) == sorted(names)


def test_the_pace_is_the_buckets() -> None:
    """So many at once, then one after another as they refill; in several threads as in one."""
    bucket = Bucket(size=3, refill=10)
    waits = [bucket.take() for _ in range(6)]
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] <= 0.1
    assert waits[5] == pytest.approx(0.3, abs=0.05)


def test_deletions_run_side_by_side(cloud: Cloud) -> None:
    """Twenty deletions take nothing like twenty times as long as one."""
    cloud.azure.admin("PATCH", "settings", {"group_delete_seconds": 300})
    one, twenty = (timed(cloud, number) for number in (1, 20))
    assert twenty < 10 * one


def timed(cloud: Cloud, number: int) -> float:
    """Seconds that an apply takes for so many groups."""
    for each in range(number):
        cloud.group(f"rg-tuneops-{each}")
    agreed = cloud.plan()
    started = time.monotonic()
    outcomes = cloud.apply(agreed)
    assert [outcome.result for outcome in outcomes.values()] == ["deleted"] * number
    return time.monotonic() - started
