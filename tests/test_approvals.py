"""Only a required reviewer's approval of this environment, in this attempt, opens it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.workflows.github_stand_in import REPOSITORY, TOKEN, GitHub, review, serve
from tuneops import approvals
from tuneops.approvals import Approval, WorkflowRun
from tuneops.errors import PreconditionError

pytestmark = pytest.mark.attack

ANA = WorkflowRun(1, ("ana",))


def nobody_knows(_team: str, _login: str) -> bool:
    return False


def environment(*people: str, teams: tuple[str, ...] = (), **changes: object) -> dict[str, Any]:
    listed = [{"type": "User", "reviewer": {"login": login}} for login in people]
    listed += [{"type": "Team", "reviewer": {"slug": slug}} for slug in teams]
    rule = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": listed}
    return {"can_admins_bypass": True, "protection_rules": [rule, {"type": "wait"}]} | changes


def decided(described: dict[str, Any], *reviews: Any, run: WorkflowRun = ANA) -> Approval:  # noqa: ANN401
    rule = approvals.read_rule("production", described)
    return approvals.approval(rule, reviews, run, nobody_knows)


def test_a_listed_reviewer_who_did_not_start_it_approves_it() -> None:
    found = decided(environment("Berta"), review("berta", "Production"))
    assert found == Approval(("berta",))
    assert found.record == "berta"


@pytest.mark.parametrize(
    ("reviews", "record"),
    [
        ([], "bypass by an administrator"),
        ([review("berta", "train")], "bypass by an administrator"),
        ([review("berta", "production", "rejected")], "bypass by an administrator"),
        ([review("berta", "production", "pending")], "bypass by an administrator"),
        ([{"state": "approved", "user": {"login": "berta"}}], "bypass by an administrator"),
        ([review("root", "production")], "bypass by root"),
        ([review("ana", "production")], "bypass by ana"),
        ([review("ANA", "production"), review("root", "production")], "bypass by ANA, root"),
    ],
)
def test_whatever_else_let_it_in_is_a_bypass(reviews: list[Any], record: str) -> None:
    """Nobody, another environment, a rejection, who is not listed, or who started it."""
    found = decided(environment("berta", "ana"), *reviews)
    assert found.bypass
    assert found.record == record


def test_an_approval_of_ones_own_counts_where_the_rule_lets_it() -> None:
    described = environment("ana")
    described["protection_rules"][0]["prevent_self_review"] = False
    assert decided(described, review("ana", "production")) == Approval(("ana",))


def test_a_later_attempt_is_refused_as_its_approval_may_be_of_the_first() -> None:
    with pytest.raises(PreconditionError, match="attempt 2"):
        decided(environment("berta"), review("berta", "production"), run=WorkflowRun(2, ("ana",)))


def test_a_member_of_a_team_counts_where_that_is_certain() -> None:
    """Told by GitHub, or because no administrator can have gone round the rule."""
    described = environment(teams=("owners",))
    approved = review("berta", "production")
    assert decided(described, approved).bypass
    strict = environment(teams=("owners",), can_admins_bypass=False)
    assert decided(strict, approved) == Approval(("berta",))
    assert decided(strict, review("ana", "production")).bypass
    rule = approvals.read_rule("production", described)
    told = approvals.approval(rule, [approved], ANA, lambda team, _: team == "owners")
    assert told == Approval(("berta",))


def test_an_environment_that_does_not_exist_asks_for_nobody() -> None:
    assert approvals.read_rule("production", None).reviewers == []
    assert approvals.read_rule("production", {}).reviewers == []


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    hub = GitHub(tmp_path / "artifacts")
    server = serve(hub)
    hub.protect("production", "berta")
    yield hub
    server.shutdown()
    server.server_close()


def asked(hub: GitHub, *options: str) -> subprocess.CompletedProcess[str]:
    names = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.url}
    output = hub.artifacts.parent / "output"
    names |= {"GITHUB_RUN_ID": "7", "GITHUB_OUTPUT": str(output)}
    command = ("scripts/ci/approval.py", "require-reviewers", "--environment", "production")
    return subprocess.run(
        [sys.executable, str(ROOT / command[0]), *command[1:], *options, "--json"],
        env=os.environ | names,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def put_out(hub: GitHub) -> str:
    return (hub.artifacts.parent / "output").read_text(encoding="utf-8").splitlines()[1]


def test_the_command_says_who_approved(hub: GitHub) -> None:
    done = asked(hub)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"reviewers": ["berta"], "approved_by": "berta"}
    assert put_out(hub) == "berta"


def test_a_bypass_ends_with_6_or_is_recorded_as_one(hub: GitHub) -> None:
    hub.approvals = [review("berta", "train"), review("root", "production")]
    refused = asked(hub, "--allow-none", "true")
    assert refused.returncode == 6
    assert "approved this run: bypass by root" in refused.stderr
    assert "TUNEOPS_RELEASE_WITH_BYPASS" in refused.stderr
    passed = asked(hub, "--allow-bypass", "true")
    assert passed.returncode == 0
    assert "warning" in passed.stderr
    assert put_out(hub) == "bypass by root"


def test_a_later_attempt_ends_with_6(hub: GitHub) -> None:
    hub.attempt = 2
    assert asked(hub, "--allow-bypass", "true").returncode == 6


def test_of_teams_github_is_asked(hub: GitHub) -> None:
    """A token that may not read the organisation gets no answer, and then nobody is a member."""
    hub.environments["production"] = environment(teams=("owners",))
    assert asked(hub).returncode == 6
    hub.members = {"owners": ["berta"]}
    assert asked(hub).returncode == 0
