"""Which findings are handed to code scanning."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.github_stand_in import REPOSITORY, TOKEN, GitHub, serve
from tuneops.commands import workflow
from tuneops.github import Repository

RUN = "7"
COMMIT = "a" * 40
ANALYSIS = {"tool": {"driver": {"name": "tunelint"}}, "results": list[object]()}
LOG = {"version": "2.1.0", "runs": [ANALYSIS]}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    """A pull request whose run validated two products."""
    hub = GitHub(tmp_path)
    hub.pulls = [{"number": 3, "head": {"sha": COMMIT, "ref": "idea", "owner": "acme"}}]
    hub.changed_files = [{"filename": "data/tienda/training.jsonl"}]
    keep(hub, "examination.json", {"products": ["ayuda", "tienda"]})
    for product in ("ayuda", "tienda"):
        keep(hub, f"{product}/findings.sarif", LOG)
    server = serve(hub)
    yield hub
    server.shutdown()
    server.server_close()


def keep(hub: GitHub, name: str, content: object) -> None:
    file = hub.artifacts / RUN / "validation" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")


def scan(hub: GitHub, *, dry_run: bool = False) -> dict[str, Any]:
    return workflow.scan(Repository(REPOSITORY, TOKEN, hub.url), RUN, dry_run=dry_run)


def test_each_product_s_findings_are_an_analysis_of_its_own(hub: GitHub) -> None:
    assert scan(hub) == {"pull_request": 3, "products": ["ayuda", "tienda"]}
    assert len(hub.analyses) == 2
    assert {one["commit_sha"] for one in hub.analyses} == {COMMIT}


def test_a_dry_run_hands_nothing_over(hub: GitHub) -> None:
    assert scan(hub, dry_run=True)["products"] == ["ayuda", "tienda"]
    assert hub.analyses == []


@pytest.mark.attack
def test_a_pull_request_that_changes_workflows_writes_no_alerts(hub: GitHub) -> None:
    """It could have written the record itself, by its own version of the workflow."""
    hub.changed_files.append({"filename": ".github/workflows/validate-data.yml"})
    assert scan(hub) == {"pull_request": 3, "products": []}
    assert hub.analyses == []


@pytest.mark.attack
@pytest.mark.parametrize(
    "forged",
    [
        {"runs": [{"tool": {"driver": {"name": "CodeQL"}}}]},
        {"runs": [ANALYSIS, ANALYSIS]},
        {"runs": "tunelint"},
        [],
        None,
    ],
    ids=["another tool", "two runs", "a text", "a list", "nothing"],
)
def test_what_is_not_a_log_of_the_data_check_is_left_out(hub: GitHub, forged: object) -> None:
    keep(hub, "tienda/findings.sarif", forged)
    assert scan(hub)["products"] == ["ayuda"]
    assert len(hub.analyses) == 1
