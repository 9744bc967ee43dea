"""What a pull request that edits data can, and what it cannot do."""

import base64
import gzip
import json
from typing import Any

import pytest

from tests.workflows.conftest import TRAINING, Ran, Stage
from tests.workflows.github_stand_in import REPOSITORY

NUMBER = 7
HOSTILE = (
    "::add-mask::tienda",
    "::set-output name=products::[]",
    "##[error]forged",
    "\x1b[31mred",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "@acme/everybody",
)


def propose(stage: Stage, head: str, base: str) -> Ran:
    """Run what GitHub runs for the pull request: with the files of the base branch checked out."""
    stage.hub.pulls = [{"number": NUMBER, "head": {"sha": head, "ref": "idea", "owner": "ana"}}]
    return stage.run(
        "pull_request",
        "validate-data.yml",
        number=NUMBER,
        pull_request={"number": NUMBER, "base": {"sha": base}, "head": {"sha": head}},
    )


def branch(stage: Stage) -> str:
    """Go to a branch of a contributor's; the base's commit."""
    base = stage.git("rev-parse", "HEAD")
    stage.git("checkout", "--quiet", "-b", "idea")
    return base


def judged(stage: Stage, base: str) -> Ran:
    head = stage.git("rev-parse", "HEAD")
    stage.git("checkout", "--quiet", "main")
    return propose(stage, head, base)


def tell(stage: Stage, run: str, repository: str = "ana/models") -> Ran:
    """What GitHub runs once a validating run ended, of a pull request from this repository."""
    ended = {"id": int(run), "event": "pull_request", "conclusion": "success"}
    head = {"head_repository": {"full_name": repository}, "head_branch": "idea"}
    return stage.run("workflow_run", "comment.yml", workflow_run=ended | head)


def comments(stage: Stage) -> list[str]:
    """The pull request's, after the comment workflow ran for the latest run."""
    assert tell(stage, stage.run_id).code == 0
    return [comment["body"] for comment in stage.hub.comments.get(NUMBER, [])]


def commented(stage: Stage) -> str:
    [only] = comments(stage)
    return only


def record(stage: Stage, file: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((stage.hub.artifacts / stage.run_id / "validation" / file).read_bytes())


def row(answer: str) -> bytes:
    messages = [
        {"role": "user", "content": "¿Qué veo en Lima?"},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}).encode() + b"\n"


def test_a_good_change_passes_and_says_what_merging_costs(stage: Stage) -> None:
    base = branch(stage)
    stage.fewer_rows()
    ran = judged(stage, base)
    assert ran.jobs == {"validate": "success"}
    assert record(stage, "tienda/plan.json")["trained_at"] is None
    first = commented(stage)
    assert "The data passes" in first
    assert "Merging trains a new model" in first
    propose(stage, stage.git("rev-parse", "idea"), base)
    assert "The data passes" in commented(stage)


def test_a_change_of_code_passes_this_check_in_silence(stage: Stage) -> None:
    base = branch(stage)
    stage.commit({"src/tuneops/new.py": b"raise SystemExit\n"})
    ran = judged(stage, base)
    assert (ran.code, ran.jobs) == (0, {"validate": "success"})
    assert comments(stage) == []


def test_content_that_main_had_before_costs_nothing(stage: Stage) -> None:
    trained = stage.git("rev-parse", "HEAD")
    old = stage.read(TRAINING)
    stage.fewer_rows()
    base = branch(stage)
    stage.commit({TRAINING: old})
    assert judged(stage, base).code == 0
    assert record(stage, "tienda/plan.json")["trained_at"] == trained


def test_a_bad_change_is_refused_with_its_line(stage: Stage) -> None:
    base = branch(stage)
    stage.commit({TRAINING: b'{"messages": [}\n' + stage.read(TRAINING)})
    ran = judged(stage, base)
    assert ran.jobs == {"validate": "failure", "verdict": "failure"}
    assert f"{TRAINING}:1" in commented(stage)


def test_findings_reach_code_scanning(stage: Stage) -> None:
    base = branch(stage)
    stage.commit({TRAINING: b'{"messages": [}\n' + stage.read(TRAINING)})
    judged(stage, base)
    stage.variables["TUNEOPS_CODE_SCANNING"] = "true"
    assert tell(stage, stage.run_id, REPOSITORY).jobs == {"comment": "success", "scan": "success"}
    [analysis] = stage.hub.analyses
    assert analysis["ref"] == f"refs/pull/{NUMBER}/head"
    assert analysis["commit_sha"] == stage.git("rev-parse", "idea")
    [found] = json.loads(gzip.decompress(base64.b64decode(analysis["sarif"])))["runs"]
    assert found["automationDetails"] == {"id": "tunelint/tienda/"}
    [place] = [result["locations"][0]["physicalLocation"] for result in found["results"]]
    assert place["artifactLocation"]["uri"] == TRAINING


def test_hostile_rows_are_shown_and_never_obeyed(stage: Stage) -> None:
    base = branch(stage)
    rows = b"".join(row(text) + text.encode() + b"\n" for text in HOSTILE)
    stage.commit({TRAINING: stage.read(TRAINING) + rows + row("a" * 5_000_000)})
    ran = judged(stage, base)
    assert ran.jobs["validate"] == "failure"
    assert record(stage, "examination.json")["products"] == ["tienda"]
    comment = commented(stage)
    assert not [text for text in HOSTILE if text in comment]
    assert "<img" not in comment
    assert "\x1b" not in comment
    entries = [json.loads(line) for line in ran.log.splitlines() if line.startswith("{")]
    commands = {(entry.get("command"), entry["msg"]) for entry in entries}
    assert "add-mask" not in {command for command, _ in commands}
    assert not [text for command, text in commands if command == "error" and text == "forged"]


def test_data_travels_alone_and_no_code_of_the_pull_request_runs(stage: Stage) -> None:
    base = branch(stage)
    trap = stage.folder / "trap"
    stage.fewer_rows()
    stage.commit({"src/tuneops/__init__.py": f"open({str(trap)!r}, 'w')\n"})
    ran = judged(stage, base)
    assert ran.jobs["validate"] == "failure"
    assert ran.jobs["verdict"] == "failure"
    assert record(stage, "examination.json")["mixed"] == ["code"]
    assert "Split it" in commented(stage)
    assert not trap.exists()


def test_a_link_under_data_is_refused_and_not_followed(stage: Stage) -> None:
    base = branch(stage)
    link = stage.repository / TRAINING
    link.unlink()
    link.symlink_to("/etc/passwd")
    stage.commit({})
    ran = judged(stage, base)
    assert ran.jobs["validate"] == "failure"
    assert record(stage, "examination.json")["irregular"] == [TRAINING]
    assert "root:" not in ran.log


@pytest.mark.attack
def test_a_broken_record_takes_the_place_of_an_old_verdict(stage: Stage) -> None:
    """Also where the fork is gone: the pull request is found by its commit alone."""
    base = branch(stage)
    stage.fewer_rows()
    judged(stage, base)
    old = "<!-- tuneops:data-check -->\n✅ The data passes"
    stage.hub.add_comment(NUMBER, {"body": old})
    artifact = stage.hub.artifacts / stage.run_id / "validation/tienda"
    (artifact / "check.json").write_bytes(b'{"findings": [')
    stage.hub.pulls[0]["head"] |= {"repo": None, "owner": None}
    stage.hub.changed_files = [{"filename": ".github/workflows/validate-data.yml"}]
    text = commented(stage)
    assert "✅" not in text
    assert "UNREADABLE" in text
    assert "This pull request changes workflows" in text
