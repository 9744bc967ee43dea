"""The set-up guide's commands: run with stand-ins for gh and az, and held to the workflows."""

import json
import re
import subprocess
from typing import Any

import pytest

from tests.workflows.conftest import BIN
from tests.workflows.guide import BLOCKS, GUIDE, these
from tests.workflows.parsers import FILES, ROOT
from tuneops import github
from tuneops.doctor.github_checks import REQUIRED_CHECKS

ENVIRONMENTS = {name for file in FILES for name in file.environments}
WORKFLOWS = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml")
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:40])
def test_a_block_is_sound_shell(block: str) -> None:
    """Variables come from the blocks before; names have no spaces; what fails is seen at once."""
    known = ["--exclude", "SC2086,SC2154,SC2155", "--shell", "bash", "-"]
    command = [str(BIN / "shellcheck"), *known]
    done = subprocess.run(command, input=block, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def sent(part: str) -> dict[str, Any]:
    """What goes to GitHub's REST API by `gh api --input -`, by the last word of its path."""
    asked = [one for one in these("gh", "api") if part in one.words[2] and one.stdin]
    return {one.words[2].rpartition("/")[2]: json.loads(one.stdin) for one in asked}


def test_every_environment_is_made_with_its_rules() -> None:
    made = sent("/environments/")
    assert set(made) == ENVIRONMENTS
    assert all(rules["deployment_branch_policy"]["protected_branches"] for rules in made.values())
    assert [name for name, rules in made.items() if rules.get("reviewers")] == ["production"]


def test_every_identity_trusts_one_environment_alone() -> None:
    for verb in ("create", "update"):
        found = these("az", "ad", "app", "federated-credential", verb)
        credentials = [json.loads(one.options["--parameters"]) for one in found]
        subjects = {
            one["name"]: one["subject"].rpartition(":environment:")[2] for one in credentials
        }
        assert subjects == {f"github-{name}": name for name in ENVIRONMENTS}
        assert {tuple(one["audiences"]) for one in credentials} == {("api://AzureADTokenExchange",)}


def test_no_identity_may_give_roles_or_has_more_than_a_group_but_to_look_and_purge() -> None:
    given = [one.options for one in these("az", "role", "assignment", "create")]
    wide = {one["--role"] for one in given if "/resourceGroups/" not in one["--scope"]}
    assert wide == {"Reader", "Cognitive Services Contributor"}
    assert not {one["--role"] for one in given} & {"Owner", "User Access Administrator"}
    assert {one["--assignee-principal-type"] for one in given} == {"ServicePrincipal"}


def test_every_variable_of_the_workflows_is_set_or_explained() -> None:
    used = set(re.findall(r"vars\.([A-Z_]+)", WORKFLOWS))
    given = {one.words[3] for one in these("gh", "variable", "set")}
    assert given <= used
    assert not [name for name in used - given if f"`{name}" not in GUIDE]
    named = [one.options.get("--env") for one in these("gh", "variable", "set")]
    assert set(named) - {None} == ENVIRONMENTS


def test_branch_protection_names_the_checks_that_there_are() -> None:
    [ruleset] = sent("/rulesets").values()
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    checks = rules["required_status_checks"]["required_status_checks"]
    assert [check["context"] for check in checks] == [*REQUIRED_CHECKS]
    assert rules["pull_request"]["require_code_owner_review"]


def test_what_is_started_and_labelled_exists() -> None:
    inputs = {file.file: file.events.get("workflow_dispatch") or {} for file in FILES}
    for one in these("gh", "workflow", "run"):
        field = one.options.get("--field", "").partition("=")[0]
        assert field in {"", *inputs[one.words[3]].get("inputs", {})}
    assert these("gh", "label", "create")[0].words[3] == github.ISSUE_LABEL
