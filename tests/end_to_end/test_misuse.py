"""What people do to a pipeline that is half-way: each ends in a sentence, and harms nothing."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import run_forked
from tests.local_azure.conftest import LocalAzure
from tuneops.tags import owner

GROUP = "rg-misuse"


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """Everything up to the first job that succeeded."""
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    desk = Desk(quick_azure, folder)
    desk.train()
    return desk


def changed(folder: Path, name: str, **changes: object) -> str:
    """The product's configuration with changes, a pair of dotted key and value each."""
    document: Any = yaml.safe_load((folder / "product-0.yaml").read_text(encoding="utf-8"))
    for dotted, value in changes.items():
        *parents, last = dotted.split("__")
        section = document
        for parent in parents:
            section = section[parent]
        section[last] = value
    path = folder / name / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return str(path)


def count(desk: Desk, kind: str) -> int:
    return int(desk.azure.admin("GET", "state")[kind]["count"])


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        (
            "type",
            {"fine_tuning__training_type": "Developer"},
            ("does not train as Developer in swedencentral", "GlobalStandard, Standard"),
        ),
        ("dear", {"fine_tuning__max_training_cost": 0.01}, ("auto, taken as 3", "0.01")),
    ],
)
def test_what_the_region_or_the_purse_does_not_allow_is_refused_before_the_upload(
    desk: Desk, folder: Path, name: str, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    """The same for a dry run; and nothing was uploaded."""
    key = {"fine_tuning__hyperparameters": {"batch_size": 2}}  # another content
    config = changed(folder, name, **key, **changes)
    files = count(desk, "files")
    for dry in ((), ("--dry-run",)):
        refused = desk.run("fine_tune", "submit", "--config", config, *dry)
        assert refused.refused(3, *words), refused.narration
    assert (count(desk, "files"), count(desk, "jobs")) == (files, 1)


def test_a_job_of_another_product_is_not_touched(desk: Desk, folder: Path) -> None:
    shutil.copytree(folder / "data/tienda", folder / "data/other")
    files = {
        f"data__{part}": f"data/other/{name}.jsonl"
        for part, name in (
            ("training", "training-0"),
            ("validation", "validation-0"),
            ("smoke_prompts", "smoke_prompts"),
        )
    }
    theirs = {"product": "other", "fine_tuning__suffix": "ft-other", **files}
    other = changed(folder, "other", **theirs, azure__account=desk.account(GROUP))
    job = desk.done("fine_tune", "status")["job"]
    for command in (
        *(("fine_tune", name) for name in ("status", "cancel", "pause", "resume", "wait")),
        *(("deploy", name) for name in ("candidate", "promote")),
    ):
        refused = desk.run(*command, "--config", other, "--job", job)
        assert refused.refused(6, "it is not of product other", "ft-other"), refused.narration


def test_a_configuration_changed_since_the_submit_names_the_way_on(
    desk: Desk, folder: Path
) -> None:
    """The changed content has no job; the job of the old one is released by its id."""
    config = changed(folder, "later", fine_tuning__hyperparameters={"n_epochs": 2})
    lost = desk.run("deploy", "candidate", "--config", config)
    assert lost.refused(6, "No job trained this content", "--job"), lost.narration
    job = desk.done("fine_tune", "status")["job"]
    named = desk.done("deploy", "candidate", "--config", config, "--job", job)
    assert named["job"] == job
    other = desk.run("deploy", "promote", "--config", config)
    assert other.refused(6, "No job trained this content")


def test_a_training_file_deleted_since_takes_nothing_but_its_digest(desk: Desk) -> None:
    """The model does not need it: it is released, and the card says that the file is gone."""
    before = desk.release()
    assert run_forked(pipeline.delete_training_files, desk.folder / "log")[0] == 0
    assert desk.done("deploy", "promote")["job"] == before["job"]
    desk.done("deploy", "candidate")
    card = desk.run("deploy", "show", "--markdown")
    assert "| training file | deleted |" in card.shown
    assert f"| training data, SHA-256 | {before['data_digest']} |" in card.shown
    again = desk.done("fine_tune", "submit")
    assert (again["job"], again["created_job"]) == (before["job"], False)


def test_a_wait_bears_faults_and_expired_tokens_but_not_for_ever(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """It asks again, twenty times in all; then it ends, and the job goes on."""
    patch.setenv("TUNEOPS_POLL_SECONDS", "0.01")
    job = desk.done("fine_tune", "status")["job"]
    expired = {"status": 401, "code": "401", "message": "Access token is expired."}
    wait = {"path": f"/jobs/{job}/events"}
    desk.azure.admin("PUT", "faults", [{"match": wait, "action": expired, "times": 6}])
    assert desk.done("fine_tune", "wait")["status"] == "succeeded"
    desk.azure.admin("PUT", "faults", [{"match": wait, "action": expired, "times": None}])
    assert desk.run("fine_tune", "wait").refused(6, "Access token is expired", "Sign in again")
    desk.azure.admin("DELETE", "faults")


@pytest.mark.parametrize("name", ["tienda", "tienda-candidate"])
def test_a_deployment_made_by_hand_under_our_name_is_refused(desk: Desk, name: str) -> None:
    """Every command that would write there says what to do, and it stays as it is."""
    model = desk.done("fine_tune", "status")["fine_tuned_model"]
    desk.run("deploy", "retire", "--yes")
    desk.put(GROUP, name, model, {"team": "of somebody else"})
    commands = {
        "tienda": ("promote", "rollback", "retire"),
        "tienda-candidate": ("candidate", "promote", "retire"),
    }
    for command in commands[name]:
        yes = ("--yes",) if command == "retire" else ()
        refused = desk.run("deploy", command, *yes)
        assert refused.refused(4, f"{name} was not made by this project", "Delete or rename it")
    (found,) = (d for d in desk.done("deploy", "show") if d["deployment"] == name)
    assert (found["model"], found["capacity"]) == (model, 10)
    desk.delete(GROUP, name)


def test_tags_that_somebody_edited_do_not_mislead_a_release(desk: Desk) -> None:
    """Another owner or product is refused; what else they say decides nothing."""
    desk.run("deploy", "retire", "--yes")
    facts = desk.done("deploy", "candidate")
    desk.passes()
    good = {"managed-by": owner(), "tuneops-product": "tienda"}
    for edit, words in (
        ({"managed-by": "somebody"}, "was not made by this project"),
        ({"tuneops-product": "law"}, "belongs to product 'law'"),
    ):
        desk.delete(GROUP, "tienda-candidate")
        desk.put(GROUP, "tienda-candidate", facts["model"], good | edit)
        assert desk.run("deploy", "promote").refused(4, words)
    desk.delete(GROUP, "tienda-candidate")
    lies = {"tuneops-key": "0" * 12, "tuneops-job": "ftjob-0", "tuneops-smoke": "FAIL"}
    desk.put(GROUP, "tienda-candidate", facts["model"], good | lies)
    released = desk.done("deploy", "promote")
    assert (released["key"], released["job"]) == (facts["key"], facts["job"])
    assert (released["smoke"], released["smoke_model"]) == ("PASS", facts["model"])


def test_a_way_back_to_nowhere_is_not_gone(desk: Desk) -> None:
    """Tags that name a model which their job did not train: a person has to name it."""
    desk.run("deploy", "retire", "--yes")
    job = desk.done("fine_tune", "status")
    previous = {"model": "gpt-4o.ft-nowhere", "job": job["job"], "served": "2026-12-01T00:00:00Z"}
    tags = {f"tuneops-previous-{name}": value for name, value in previous.items()}
    tags |= {"managed-by": owner(), "tuneops-product": "tienda"}
    desk.put(GROUP, "tienda", job["fine_tuned_model"], tags)
    for known in (job["job"], "ftjob-0"):
        desk.put(
            *(GROUP, "tienda", job["fine_tuned_model"]), tags | {"tuneops-previous-job": known}
        )
        refused = desk.run("deploy", "rollback")
        assert refused.refused(4, f"job {known} trained gpt-4o.ft-nowhere; the service does not")
    named = desk.run("deploy", "rollback", "--to", "gpt-4o.ft-nowhere")
    assert named.refused(3, "DeploymentModelNotSupported")
    production = desk.production()
    assert production is not None
    assert (production["model"], production["state"]) == (job["fine_tuned_model"], "Succeeded")
