"""Two accounts of one product in one subscription, on the local Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tuneops import config
from tuneops.tags import CREATED, JOB, KEY, PREVIOUS_JOB, PREVIOUS_KEY, PRODUCT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cleanup.conftest import Cloud
    from tuneops.cleanup.plan import Plan

pytestmark = pytest.mark.attack

STAGES = {"rg-tuneops-home": "home-account", "rg-tuneops-live": "live-account"}
RELEASED = {"rg-tuneops-home": "2026-06-01T00:00:00Z", "rg-tuneops-live": "2026-03-01T00:00:00Z"}
MODELS = {
    "rg-tuneops-home": {"name": "gpt-4o", "version": "2024-08-06"},
    "rg-tuneops-live": {"name": "gpt-4.1", "version": "2025-04-14"},
}
GROUP = "rg-tuneops-live"
IDLE: dict[str, Any] = {"value": [{"timeseries": []}]}


def deploy(cloud: Cloud, group: str, name: str, **tags: str) -> None:
    account = STAGES[group]
    below = f"/providers/Microsoft.CognitiveServices/accounts/{account}/deployments/{name}"
    model = {"format": "OpenAI", **MODELS[group]}
    body = {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}}
    tagged = body | {"tags": cloud.ours | {PRODUCT: "tienda"} | tags}
    cloud.send("PUT", f"{cloud.path(group, below)}?api-version=2025-09-01", tagged)


def due(made: Plan) -> list[str]:
    return [item.name for item in made.items if item.action != "keep"]


@pytest.fixture
def stages(cloud: Cloud) -> Cloud:
    """Each account serves a release of its own, and nobody called either lately."""
    for number, (group, account) in enumerate(STAGES.items()):
        cloud.account(cloud.group(group), account)
        tags = {JOB: f"ftjob-{number}", KEY: f"{number:012}", CREATED: RELEASED[group]}
        before = {PREVIOUS_JOB: f"ftjob-{number + 5}", PREVIOUS_KEY: f"{number + 5:012}"}
        deploy(cloud, group, "tienda", **tags, **before)
    cloud.fault("GET", "Microsoft.Insights/metrics", None, status=200, body=IDLE)
    return cloud


def test_the_older_stage_of_a_product_stays(stages: Cloud) -> None:
    """The nightly clean-up took the older of the two for a forgotten deployment and deleted it."""
    made = stages.plan()
    assert due(made) == []
    assert {row.name: row.action for row in made.groups} | dict.fromkeys(STAGES, "keep") == {
        row.name: row.action for row in made.groups
    }
    stages.apply(made)
    assert stages.azure.admin("GET", "state")["deployments"]["count"] == len(STAGES)


def product(tmp_path: Path, **place: str) -> config.Config:
    """The example's product in a place of its choice."""
    from pathlib import Path as Folder

    document: dict[str, Any] = yaml.safe_load(Folder("config/tienda.yaml").read_text("utf-8"))
    document["azure"] |= place
    path = tmp_path / "tienda.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return config.load(path)


def test_an_expiry_makes_no_candidate_of_what_the_configuration_serves(
    stages: Cloud, tmp_path: Path
) -> None:
    """Whoever may write a tag cannot have production deleted by it."""
    group, account = "rg-tuneops-live", "live-account"
    deploy(stages, group, "tienda", **{JOB: "ftjob-1", "tuneops-expires": RELEASED[group]})
    stages.places = (product(tmp_path, resource_group=group, account=account),)
    made = stages.plan()
    assert due(made) == []
    [row] = [row for row in made.groups if row.name == group]
    assert "production deployment tienda" in row.reason


@pytest.mark.parametrize("place", ["another subscription", "no role"])
def test_where_a_stage_cannot_be_seen_nothing_is_left_over(
    stages: Cloud, tmp_path: Path, place: str
) -> None:
    """Its deployments may serve what is here, so all of it stays, and the plan says why."""
    expired = {JOB: "ftjob-9", "tuneops-expires": RELEASED["rg-tuneops-live"]}
    deploy(stages, "rg-tuneops-home", "tienda-candidate", **expired)
    assert due(stages.plan()) == ["tienda-candidate"]
    there = {"resource_group": "rg-elsewhere", "account": "elsewhere-account"}
    if place == "another subscription":
        there |= {"subscription": "00000000-0000-4000-8000-00000000dead"}
    else:
        refusal = {"status": 403, "code": "AuthorizationFailed", "message": "No role."}
        stages.fault("GET", "elsewhere-account", None, **refusal)
    stages.places = (product(tmp_path, **there),)
    made = stages.plan()
    assert due(made) == []
    reasons = {item.reason for item in made.items}
    assert all("not all releases can be read" in reason for reason in reasons), reasons


def test_what_a_stage_needs_is_read_anew_before_each_deletion(stages: Cloud) -> None:
    """A release between plan and apply, in another account, keeps what it now stands on."""
    expired = {JOB: "ftjob-9", "tuneops-expires": RELEASED["rg-tuneops-live"]}
    deploy(stages, "rg-tuneops-home", "tienda-candidate", **expired)
    made = stages.plan_after_notice()
    assert due(made) == ["tienda-candidate"]
    again = {JOB: "ftjob-9", "tuneops-previous-model": "gpt-4o", CREATED: RELEASED[GROUP]}
    deploy(stages, GROUP, "tienda", **again)
    [outcome] = stages.apply(made).values()
    assert outcome.result == "skipped"
