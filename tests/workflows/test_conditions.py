"""What runs, and when: every condition's truth table, by GitHub's own evaluator."""

import json
import os
import re
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.workflows.conftest import git
from tests.workflows.parsers import FILES, ROOT, ask, templates
from tuneops import products
from tuneops.doctor.github_checks import REQUIRED_CHECKS

SUCCESS, FAILURE, CANCELLED = "success", "failure", "cancelled"
STATES = (SUCCESS, FAILURE, CANCELLED)


@pytest.fixture(autouse=True)
def _in_this_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def needs(outputs: dict[str, str] | None = None, **results: str) -> dict[str, Any]:
    """Jobs by what they ended with; the outputs are everybody's."""
    ended = {name: {"result": result, "outputs": outputs or {}} for name, result in results.items()}
    return {"needs": ended}


def outputs(job: str, **values: str) -> dict[str, Any]:
    return {"needs": {job: {"result": SUCCESS, "outputs": values}}}


def outcome(step: str, value: str) -> dict[str, Any]:
    return {"steps": {step: {"outcome": value}}}


def event(name: str, **inputs: bool) -> dict[str, Any]:
    return {"github": {"event_name": name}, "inputs": inputs}


def after(event: str, conclusion: str) -> dict[str, Any]:
    run = {"event": event, "conclusion": conclusion}
    return {"github": {"event": {"workflow_run": run}}}


ANYTHING_DUE = (
    "success() && (needs.look.outputs.releases != '[]' || needs.look.outputs.failures != '[]' || "
    "needs.look.outputs.running == '[]')"
)
TRAINED = (
    "always() && needs.products.result == 'success' && needs.products.outputs.products != '[]'"
)
JUDGED = (
    "success() && (github.event.workflow_run.event == 'pull_request' && "
    "github.event.workflow_run.conclusion != 'cancelled')"
)
SCANNED = (
    f"{JUDGED[:-1]} && github.event.workflow_run.head_repository.full_name == github.repository && "
    "(vars.TUNEOPS_CODE_SCANNING == 'true' || github.event.repository.visibility == 'public'))"
)
UNSEEN = "always() && steps.promote.outputs.back_to != '' && steps.smoke.outcome != 'success'"
ATTESTED = (
    "success() && (vars.TUNEOPS_ATTESTATIONS == 'true' || "
    "github.event.repository.visibility == 'public')"
)
TELLING = (
    "always() && (needs.plan.result != 'success' || needs.plan.outputs.due != '0' || "
    "needs.plan.outputs.recent != '[]' || github.event_name != 'schedule' || "
    "github.event.schedule == '23 3 * * 1')"
)
LOOKED_AFTER = "always() && needs.plan.outputs.recent != '[]' && needs.plan.outputs.recent != ''"


OWN = "acme/models"


def proposed(repository: str, visibility: str) -> dict[str, Any]:
    """A pull request from a repository was validated; this one is public, or it is not."""
    head = {"head_repository": {"full_name": repository}}
    run = {"event": "pull_request", "conclusion": "success", **head}
    seen = {"workflow_run": run, "repository": {"visibility": visibility}}
    return {"repository": OWN, "event": seen}


def night(plan: str, due: str, recent: str, cron: str) -> dict[str, Any]:
    found = {"plan": {"result": plan, "outputs": {"due": due, "recent": recent}}}
    return {"needs": found, "github": {"event_name": "schedule", "event": {"schedule": cron}}}


# Expression, contexts, state of what came before, whether it runs.
TRUTH: list[tuple[str, dict[str, Any], str, bool]] = [
    *(("always()", {}, state, True) for state in STATES),
    *(
        (
            "always() && steps.smoke.outcome != 'skipped'",
            outcome("smoke", seen),
            state,
            seen != "skipped",
        )
        for seen in (SUCCESS, FAILURE, "skipped")
        for state in STATES
    ),
    *(
        (
            "success() && (needs.changes.outputs.code == 'true')",
            outputs("changes", code=code),
            state,
            (code, state) == ("true", SUCCESS),
        )
        for code in ("true", "false")
        for state in STATES
    ),
    *(
        (
            "success() && (steps.examine.outputs.products != '[]')",
            {"steps": {"examine": {"outputs": {"products": products}}}},
            state,
            (products, state) == ('["tienda"]', SUCCESS),
        )
        for products in ("[]", '["tienda"]')
        for state in STATES
    ),
    *(
        (
            UNSEEN,
            {"steps": {"promote": {"outputs": told}, "smoke": {"outcome": seen}}},
            state,
            bool(told) and seen != SUCCESS,
        )
        for told in ({}, {"back_to": "nothing"}, {"back_to": "gpt-4o.ft-1"})
        for seen in (SUCCESS, FAILURE, CANCELLED, "skipped")
        for state in STATES
    ),
    *(
        (
            ATTESTED,
            {"vars": asked, "github": {"event": {"repository": repository}}},
            state,
            (asked == {"TUNEOPS_ATTESTATIONS": "true"} or repository == {"visibility": "public"})
            and state == SUCCESS,
        )
        for asked in ({}, {"TUNEOPS_ATTESTATIONS": "true"}, {"TUNEOPS_ATTESTATIONS": "yes"})
        for repository in ({}, *({"visibility": seen} for seen in ("public", "private")))
        for state in STATES
    ),
    *(
        (
            SCANNED,
            {"vars": {"TUNEOPS_CODE_SCANNING": asked}, "github": proposed(repository, visibility)},
            SUCCESS,
            repository == OWN and "true" in {asked, str(visibility == "public").lower()},
        )
        for asked in ("", "true", "yes")
        for repository in (OWN, "ana/models")
        for visibility in ("public", "private")
    ),
    *(
        ("success() && (github.event_name == 'pull_request')", event(name), SUCCESS, runs)
        for name, runs in (("pull_request", True), ("push", False))
    ),
    *(
        (
            f"success() && (needs.{job}.outputs.products != '[]')",
            outputs(job, products=products),
            state,
            products != "[]" and state == SUCCESS,
        )
        for job in ["products"]
        for products in ("[]", '["tienda"]')
        for state in STATES
    ),
    *(
        (
            ANYTHING_DUE,
            outputs("look", releases=releases, failures=failures, running=running),
            SUCCESS,
            (releases, failures) != ("[]", "[]") or running == "[]",
        )
        for releases in ("[]", '[{"job": "a"}]')
        for failures in ("[]", '[{"job": "b"}]')
        for running in ("[]", '[{"job": "c"}]')
    ),
    *(
        (
            "success() && (needs.look.outputs.running == '[]')",
            outputs("look", running=running),
            state,
            (running, state) == ("[]", SUCCESS),
        )
        for running in ("[]", '[{"job": "c"}]')
        for state in STATES
    ),
    *(
        (
            TRAINED,
            {"needs": {"products": {"result": found, "outputs": {"products": products}}}},
            state,
            (found, products) == (SUCCESS, '["tienda"]'),
        )
        for found in STATES
        for products in ("[]", '["tienda"]')
        for state in STATES
    ),
    *(
        (
            (
                "success() && (needs.plan.outputs.due != '0' && "
                "(github.event_name == 'schedule' || !inputs.dry_run))"
            ),
            context | outputs("plan", due=due),
            SUCCESS,
            runs and due != "0",
        )
        for context, runs in (
            (event("schedule"), True),
            (event("workflow_dispatch", dry_run=True), False),
            (event("workflow_dispatch", dry_run=False), True),
        )
        for due in ("0", "1", "12")
    ),
    *(
        (
            TELLING,
            night(plan, due, recent, cron),
            state,
            (plan, due, recent, cron) != (SUCCESS, "0", "[]", "23 3 * * 0,2-6"),
        )
        for plan in STATES
        for due in ("0", "3")
        for recent in ("[]", "", '[{"job": "a"}]')
        for cron in ("23 3 * * 1", "23 3 * * 0,2-6")
        for state in STATES
    ),
    (TELLING, event("workflow_dispatch") | outputs("plan", due="0", recent="[]"), SUCCESS, True),
    *(
        (LOOKED_AFTER, outputs("plan", recent=recent), state, recent not in {"[]", ""})
        for recent in ("[]", "", '[{"job": "a"}]')
        for state in STATES
    ),
    *(
        ("success() && (!inputs.retry)", {"inputs": inputs}, SUCCESS, runs)
        for inputs, runs in (({}, True), ({"retry": False}, True), ({"retry": True}, False))
    ),
    *(
        ("success() && (inputs.retry)", {"inputs": inputs}, SUCCESS, runs)
        for inputs, runs in (({}, False), ({"retry": False}, False), ({"retry": True}, True))
    ),
    *(
        (
            JUDGED,
            after(name, conclusion),
            SUCCESS,
            name == "pull_request" and conclusion != CANCELLED,
        )
        for name in ("pull_request", "push")
        for conclusion in STATES
    ),
]
VERDICTS = {
    "ci.yml": [
        (
            needs({"code": code}, changes=changes, lint=lint, test=test),
            changes == SUCCESS and lint == test == (SUCCESS if code == "true" else "skipped"),
        )
        for code in ("true", "false")
        for changes in (*STATES, "skipped")
        for lint in (*STATES, "skipped")
        for test in (*STATES, "skipped")
    ],
    "validate-data.yml": [
        (needs(validate=validate), validate == SUCCESS) for validate in (*STATES, "skipped")
    ],
}


def flow() -> ModuleType:
    """What docs/workflows.md is made by."""
    spec = spec_from_file_location("flow", ROOT / "docs/flow.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def conditions() -> set[str]:
    """Every `if:` of a job or a step, as GitHub completes it."""
    jobs = [job for template in templates().values() for job in template["jobs"]]
    parts = [*jobs, *(step for job in jobs for step in job["steps"])]
    found = {part["if"]["expr"] for part in parts} - {"success()"}
    return {text for text in found if not text.startswith("always() && !(")}  # the verdicts'


def test_every_condition_has_its_truth_table_and_keeps_to_it() -> None:
    asked = [{"text": text, "contexts": c, "status": status} for text, c, status, _ in TRUTH]
    values = ask(expressions=asked)["values"]
    wrong = [row for row, value in zip(TRUTH, values, strict=True) if bool(value) != row[3]]
    assert wrong == []
    assert conditions() == {text for text, *_ in TRUTH}


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("state", STATES)
def test_the_last_job_fails_what_did_not_pass(name: str, state: str) -> None:
    """Skipped it counts as passed in branch protection: it is where everything passed, only."""
    [file] = [file for file in FILES if file.file == name]
    verdict = file.jobs["verdict"]
    assert set(verdict["needs"]) == set(file.jobs) - {"verdict"}
    assert [step["run"] for step in verdict["steps"]] == ["exec false"]
    text = verdict["if"]
    asked = [
        {"text": text, "contexts": contexts, "status": state} for contexts, _ in VERDICTS[name]
    ]
    assert ask(expressions=asked)["values"] == [not passes for _, passes in VERDICTS[name]]


def test_every_pull_request_gets_both_verdicts_by_their_own_names() -> None:
    """Branch protection waits for a check by its name, and for ever where none comes."""
    judging = [file for file in FILES if "pull_request" in file.events]
    assert {file.file for file in judging} == set(VERDICTS)
    assert [file.events["pull_request"] for file in judging] == [None, None]
    assert sorted(file.jobs["verdict"]["name"] for file in judging) == sorted(REQUIRED_CHECKS)


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (["data/x.jsonl"], False),
        (["config/y.yaml", "data/new/z"], False),
        (["README.md"], True),
        (["data/x.jsonl", "src/a.py"], True),
        (["database.py"], True),
    ],
)
def test_code_is_what_is_neither_data_nor_configuration(
    tmp_path: Path, paths: list[str], code: bool
) -> None:
    """The step of ci.yml, on a merge commit as GitHub makes it for a pull request."""
    [file] = [file for file in FILES if file.file == "ci.yml"]
    [step] = [step for step in file.jobs["changes"]["steps"] if step.get("id") == "diff"]
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Base")
    git(tmp_path, "checkout", "--quiet", "-b", "idea")
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x", encoding="utf-8")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Idea")
    git(tmp_path, "checkout", "--quiet", "main")
    git(tmp_path, "merge", "--quiet", "--no-ff", "idea", "--message", "Merge")
    output = tmp_path / "output"
    environment = os.environ | {"GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-c", step["run"]], cwd=tmp_path, env=environment, check=True)  # noqa: S607
    assert output.read_text(encoding="utf-8").startswith("code=") == code


def test_the_table_says_what_github_runs() -> None:
    """Each job's condition, with what the jobs before it find in a change of that path."""
    asked, said = [], []
    for event_name, path, jobs in flow().rows():
        for file in FILES if path else []:
            shown = re.search(rf"{file.file}: ([^;]+)", jobs)
            for job in templates()[file.file]["jobs"] if shown else []:
                contexts = found_in(path, event_name)
                asked.append({"text": job["if"]["expr"], "contexts": contexts, "status": SUCCESS})
                said.append(job["id"] in str(shown and shown[1]).split(", "))
    values = ask(expressions=asked)["values"]
    assert len(said) > 40
    assert [bool(value) for value in values] == said


def found_in(path: str, event_name: str) -> dict[str, Any]:
    """What the jobs before put out for a change of this path, all of which passed."""
    touched = [one.name for one in products.touched([flow().EXAMPLE], [path])]
    data = path.startswith(("data/", "config/"))
    found = {"products": json.dumps(touched), "code": json.dumps(not data)}
    first = dict.fromkeys(("products", "changes", "validate"), SUCCESS)
    code = dict.fromkeys(("lint", "test"), "skipped" if data else SUCCESS)
    judged = dict.fromkeys(["train"], SUCCESS if touched else "skipped")
    return needs(found, **first, **code, **judged) | event(event_name)


def test_the_picture_has_every_need_and_no_other() -> None:
    drawn = set(re.findall(r"    (\w+) --> (\w+)", flow().page()))
    frames = {name: name.removesuffix(".yml").replace("-", "_") for name in templates()}
    needed = {
        (f"{frames[name]}_{need}", f"{frames[name]}_{job['id']}")
        for name, template in templates().items()
        for job in template["jobs"]
        for need in job.get("needs", [])
    }
    assert drawn == needed
