"""Who may write to Azure, but not release, gets no model into production that nobody saw pass."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline, sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import run_forked
from tests.local_azure.conftest import LocalAzure

pytestmark = pytest.mark.attack

CANDIDATE = "tienda-candidate"


@pytest.fixture
def desk(
    trained: Desk, quick_azure: LocalAzure, patch: pytest.MonkeyPatch, contents: list[Path]
) -> Desk:
    """The second content as a candidate; nothing in production."""
    patch.setenv("AZURE_RESOURCE_GROUP", sweep.GROUP)
    patch.setenv("TUNEOPS_CONFIG", str(contents[-1]))
    quick_azure.admin("DELETE", "faults")
    trained.run("deploy", "retire", "--yes")
    trained.done("deploy", "candidate")
    return trained


@pytest.fixture
def other_model(desk: Desk, contents: list[Path]) -> str:
    """A model of this account that nobody compared."""
    status = desk.done("fine_tune", "status", "--config", str(contents[0]))
    return str(status["fine_tuned_model"])


def deployment(desk: Desk, name: str) -> dict[str, Any] | None:
    account = desk.account(sweep.GROUP)
    found = desk.azure.cognitive().deployments.list(sweep.GROUP, account)
    return next((each.as_dict() for each in found if each.name == name), None)


def model(desk: Desk, name: str) -> str | None:
    found = deployment(desk, name)
    return str(found["properties"]["model"]["name"]) if found else None


def swap(desk: Desk, model: str) -> None:
    """Another model under the candidate's name, with all of the tags that it had."""
    found = deployment(desk, CANDIDATE)
    assert found is not None
    desk.delete(sweep.GROUP, CANDIDATE)
    desk.put(sweep.GROUP, CANDIDATE, model, found["tags"])


def test_a_candidate_swapped_after_its_comparison_is_not_promoted(
    desk: Desk, other_model: str
) -> None:
    desk.passes()
    swap(desk, other_model)
    refused = desk.run("deploy", "promote")
    assert refused.refused(4, f"{CANDIDATE} serves {other_model}", "which was compared")
    assert desk.production() is None


def test_a_model_that_its_job_did_not_train_is_not_promoted_however_it_was_compared(
    desk: Desk, other_model: str
) -> None:
    """Swapped before the comparison: tags, record and verdict agree, and the service does not."""
    swap(desk, other_model)
    desk.passes()
    refused = desk.run("deploy", "promote")
    assert refused.refused(4, f"did not train {other_model}")
    assert desk.run("deploy", "promote", "--dry-run").code == 4
    assert desk.production() is None


def test_tags_without_a_record_promote_nothing(desk: Desk, folder: Path) -> None:
    desk.passes()
    nowhere = str(folder / "nowhere.json")
    assert desk.run("deploy", "promote", "--run", nowhere).refused(6, "Nobody compared the model")
    assert desk.production() is None


def test_a_record_of_another_account_or_product_is_refused(desk: Desk, folder: Path) -> None:
    desk.passes()
    record = json.loads(Path(desk.run_json()).read_text(encoding="utf-8"))
    forged = folder / "forged.json"
    for change in ({"product": "law"}, {"origin": record["origin"] | {"account": "/elsewhere"}}):
        forged.write_text(json.dumps(record | change), encoding="utf-8")
        assert desk.run("deploy", "promote", "--run", str(forged)).refused(4, "The smoke test is")
    assert desk.production() is None


def test_in_a_workflow_the_record_is_the_one_that_the_candidates_job_put_out(desk: Desk) -> None:
    """Its digest, model and verdict, which came by job outputs; nothing less, nothing else."""
    desk.passes()
    record = Path(desk.run_json()).read_bytes()
    told = {"verdict": "PASS", "digest": hashlib.sha256(record).hexdigest()}
    put_out = told | {"model": json.loads(record)["origin"]["model"]}
    for lie in ({"digest": "0" * 64}, {"model": "gpt-4o.ft-other"}, {"verdict": ""}):
        refused = desk.run("deploy", "promote", "--compared", json.dumps(put_out | lie))
        assert refused.refused(4, "is not what the candidate's job put out")
    for text in ("", "{}", "[]", "null", json.dumps(told)):
        refused = desk.run("deploy", "promote", "--compared", text)
        assert refused.refused(2, "JSON with model, verdict and digest")
    assert desk.production() is None
    passed = desk.done("deploy", "promote", "--compared", json.dumps(put_out | {"job": "x"}))
    assert passed["smoke_report"] == put_out["digest"]


@pytest.mark.parametrize("outcome", ["FAIL", "INCONCLUSIVE", "INVALID"])
def test_what_did_not_pass_is_not_promoted_whatever_its_tags_say(desk: Desk, outcome: str) -> None:
    desk.passes()
    record = json.loads(Path(desk.run_json()).read_text(encoding="utf-8"))
    failed = Path(desk.run_json())
    failed.write_text(json.dumps(record | {"verdict": {"outcome": outcome}}), encoding="utf-8")
    assert desk.run("deploy", "promote").refused(1, f"ended with {outcome}")
    assert desk.production() is None


def test_a_late_verdict_does_not_touch_a_newer_candidate(desk: Desk, contents: list[Path]) -> None:
    """The record was of the first content; the second is deployed when its tags are written."""
    old = ("--config", str(contents[0]))
    desk.done("deploy", "candidate", *old)
    desk.passes()
    desk.done("deploy", "candidate")
    before = deployment(desk, CANDIDATE)
    log = desk.folder / "late"
    assert run_forked(pipeline.record_again, log)[0] == 4
    assert "which was judged" in log.read_text(encoding="utf-8")
    assert deployment(desk, CANDIDATE) == before
    refused = desk.run("deploy", "promote", *old)
    assert refused.refused(4, "which was compared")
    assert desk.production() is None


def test_the_page_for_the_approver_pairs_no_record_with_another_candidate(
    desk: Desk, contents: list[Path]
) -> None:
    desk.passes()
    page = ("ci/approval", "approval-page", "--run", desk.run_json())
    shown = desk.done(*page)
    assert (shown["verdict"], shown["model"]) == ("PASS", model(desk, CANDIDATE))
    assert shown["verdict_sentence"].startswith("tienda-candidate passes all")
    desk.done("deploy", "candidate", "--config", str(contents[0]))
    assert desk.run(*page).refused(4, "which was compared")


def test_another_products_deployments_are_neither_replaced_nor_retired_nor_taken_back(
    desk: Desk, folder: Path
) -> None:
    """Its configuration has the same account and names; read one by one, nothing tells."""
    desk.passes()
    theirs = desk.done("deploy", "promote")
    desk.done("deploy", "candidate")
    account = desk.account(sweep.GROUP)
    config = sweep.another_product(folder, "law", deployment="tienda", account=account)
    thief = ("--config", str(config))
    desk.done("fine_tune", "submit", *thief)
    desk.done("fine_tune", "wait", *thief)
    for command in (
        ("deploy", "candidate"),
        ("deploy", "rollback"),
        ("deploy", "rollback", "--to", "nothing"),
        ("deploy", "retire", "--yes"),
        ("deploy", "promote"),
    ):
        refused = desk.run(*command, *thief)
        assert refused.refused(4, "belongs to product 'tienda', not to 'law'"), command
    assert [model(desk, name) for name in ("tienda", CANDIDATE)] == [theirs["model"]] * 2
