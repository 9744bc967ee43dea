"""The example that ships is complete, and its data passes its own checks."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tunelint.check import check
from tuneops.config import Config, load
from tuneops.linting.options import check_product, options
from tuneops.smoke.plan import Wanted, read_plan
from tuneops.smoke.prompts import read_prompts


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def travel() -> Config:
    return load(Path("config/travel.yaml"))


def test_the_data_that_ships_is_silent(travel: Config) -> None:
    report = check_product(travel)
    assert report.findings == ()
    assert set(report.statistics) == set(map(str, travel.data.rows))


def test_sixty_prompts_ship_and_none_is_trained_on(travel: Config) -> None:
    assert len(read_prompts(travel.data.smoke_prompts)) == 60
    assert read_plan(travel, Wanted()).faults == ()


def test_a_recommendation_is_not_taught(travel: Config, tmp_path: Path) -> None:
    row = json.loads(travel.data.training_files[0].read_text(encoding="utf-8").splitlines()[0])
    row["messages"][-1]["content"] = "Te recomiendo el Hotel Arts, junto a la playa. ¿Vamos?"
    path = tmp_path / "training.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    found = check([path], options(travel)).findings
    assert [one.message.partition(":")[0] for one in found if one.code == "E1800"] == [
        "no_recommendation"
    ]


def test_its_figures_are_those_of_the_readme(travel: Config) -> None:
    assert (travel.base.model, travel.base.sku, travel.base.capacity) == (
        "gpt-4o",
        "GlobalStandard",
        50,
    )
    assert (travel.release.sku, travel.release.capacity) == ("Standard", 50)
    assert travel.release.content_filter is None
