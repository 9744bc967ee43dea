"""What is wrong with a set-up is said, with what to do about it."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, SCRIPTS
from tests.local_azure.conftest import LocalAzure
from tests.warm_python import interpreter
from tests.workflows.github_stand_in import REPOSITORY, TOKEN, GitHub, serve
from tuneops import config
from tuneops.azure.catalog import CatalogModel, Quota
from tuneops.doctor import azure_checks, examination, github_checks
from tuneops.doctor.azure_checks import Permission
from tuneops.doctor.findings import DoctorFinding, Level
from tuneops.doctor.workflow_files import WorkflowFile

NOW = datetime(2026, 11, 22, tzinfo=UTC)
REVIEWED_BRANCH = [
    {
        "type": "pull_request",
        "parameters": {"required_approving_review_count": 1, "require_code_owner_review": True},
    },
    {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": "code verdict"}, {"context": "data verdict"}]
        },
    },
]


def scheduled(file: str, cron: str) -> WorkflowFile:
    events: Any = {"schedule": [{"cron": cron}]}
    return WorkflowFile(file, file, events, {})


NIGHTLY = scheduled("cleanup.yml", "23 3 * * *")
TWICE_A_MONTH = scheduled("doctor.yml", "41 4 1,15 * *")
SWITCHED = scheduled("reconcile.yml", "*/20 * * * *")


def levels(findings: Any) -> list[Level]:  # noqa: ANN401 - any iterable of findings
    found: list[DoctorFinding] = list(findings)
    assert all(one.remedy for one in found if one.level is not Level.OK)
    return [one.level for one in found]


def model(days: int | None) -> CatalogModel:
    retires = None if days is None else NOW + timedelta(days=days)
    return CatalogModel("OpenAI", "gpt-4o", "2024-08-06", (), True, retires, None)


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (None, Level.OK),
        (91, Level.OK),
        (90, Level.WARNING),
        (60, Level.WARNING),
        (31, Level.WARNING),
        (30, Level.ERROR),
        (-1, Level.ERROR),
    ],
)
def test_a_retirement_is_announced_in_time(days: int | None, level: Level) -> None:
    product = config.load(ROOT / "tests/repository/config/tienda.yaml")
    found = levels(azure_checks.lifecycle(product, [model(days)], NOW))
    assert found[0] is level


def test_a_model_that_is_not_offered_is_an_error() -> None:
    product = config.load(ROOT / "tests/repository/config/tienda.yaml")
    assert levels(azure_checks.lifecycle(product, [], NOW)) == [Level.ERROR]


@pytest.mark.parametrize(
    ("left", "deployed", "level"),
    [
        (50, False, Level.OK),
        (10, False, Level.WARNING),
        (0, False, Level.ERROR),
        (0, True, Level.OK),
    ],
)
def test_quota_counts_only_for_what_is_not_deployed_yet(
    left: int, deployed: bool, level: Level
) -> None:
    product = config.load(ROOT / "tests/repository/config/tienda.yaml")
    found = Quota("OpenAI.Standard.gpt-4o", 100 - left, 100)
    said = azure_checks.quota(product, "Standard", found, wanted=50, deployed=deployed)
    assert levels(said) == [level]


CONTRIBUTOR = Permission(("*",), ("Microsoft.Authorization/*/Write",))
OWNER = Permission(("*",))
READER = Permission(("*/read",))


@pytest.mark.parametrize(
    ("on_group", "on_subscription", "expected"),
    [
        ([CONTRIBUTOR], [READER], [Level.OK]),
        ([READER], [], [Level.ERROR]),
        ([OWNER], [OWNER], [Level.ERROR]),
        ([], [OWNER], [Level.ERROR, Level.ERROR]),
    ],
)
def test_an_identity_may_do_enough_and_not_give_roles(
    on_group: list[Permission], on_subscription: list[Permission], expected: list[Level]
) -> None:
    assert levels(azure_checks.roles(on_group, on_subscription)) == expected


def test_placeholders_among_the_owners_are_found() -> None:
    assert levels(github_checks.code_owners("* @your-org/data-owners")) == [Level.ERROR]
    assert levels(github_checks.code_owners("* @acme/data")) == [Level.OK]
    assert levels(github_checks.code_owners("")) == [Level.ERROR]


def test_an_environment_without_rules_is_found() -> None:
    reviewers = [{"type": "required_reviewers", "reviewers": [{"reviewer": {"login": "berta"}}]}]
    policy = {"protected_branches": True}
    found: dict[str, Any] = {
        "a": None,
        "production": {"protection_rules": [], "deployment_branch_policy": policy},
        "train": {"protection_rules": [], "deployment_branch_policy": None},
        "z": {"protection_rules": reviewers, "deployment_branch_policy": policy},
    }
    expected = [Level.ERROR, Level.ERROR, Level.WARNING, Level.OK]
    assert levels(github_checks.environments(found)) == expected


def test_an_unprotected_branch_is_found() -> None:
    assert levels(github_checks.branch([])) == [Level.ERROR, Level.ERROR]
    assert levels(github_checks.branch(REVIEWED_BRANCH)) == [Level.OK]


@pytest.mark.parametrize(
    ("known", "hours", "level"),
    [
        ({"state": "active"}, 24, Level.OK),
        ({"state": "active"}, 72, Level.WARNING),
        ({"state": "active"}, None, Level.WARNING),
        ({"state": "disabled_inactivity"}, 24, Level.ERROR),
        (None, None, Level.WARNING),
    ],
)
def test_a_schedule_that_sleeps_is_found(known: Any, hours: int | None, level: Level) -> None:  # noqa: ANN401
    ago = NOW - timedelta(hours=hours or 0)
    runs = [] if hours is None else [{"created_at": ago.isoformat()}]
    assert levels(github_checks.schedule(NIGHTLY, known, runs, NOW)) == [level]


@pytest.mark.parametrize(("days", "level"), [(17, Level.OK), (19, Level.WARNING)])
def test_a_schedule_of_two_days_a_month_may_be_silent_between_them(days: int, level: Level) -> None:
    runs = [{"created_at": (NOW - timedelta(days=days)).isoformat()}]
    assert levels(github_checks.schedule(TWICE_A_MONTH, {"state": "active"}, runs, NOW)) == [level]


@pytest.mark.parametrize("state", ["active", "disabled_manually"])
def test_reconcile_may_be_off_and_silent(state: str) -> None:
    assert levels(github_checks.schedule(SWITCHED, {"state": state}, [], NOW)) == [Level.OK]


@pytest.mark.parametrize(
    ("running", "state", "level"),
    [
        (["tienda ftjob-1"], "disabled_manually", Level.WARNING),
        (["tienda ftjob-1"], "active", Level.OK),
        ([], "disabled_manually", Level.OK),
    ],
)
def test_a_job_that_runs_while_reconcile_is_off_is_found(
    running: list[str], state: str, level: Level
) -> None:
    assert levels(github_checks.unattended(running, state)) == [level]


def test_doctor_reads_both_sides_to_find_a_job_that_nobody_waits_for(
    hub: GitHub, local_azure: LocalAzure
) -> None:
    local_azure.admin("PATCH", "settings", {"job_minutes": 10**6})
    for command in (("provision.py", "create"), ("fine_tune.py", "submit")):
        subprocess.run([interpreter(), str(SCRIPTS / command[0]), command[1]], check=True)
    hub.switch("reconcile.yml", "disabled_manually")
    _, found = doctor()
    assert found["jobs that run"]["level"] == "warning"
    assert "ftjob-" in found["jobs that run"]["message"]
    assert "gh workflow enable reconcile.yml" in found["jobs that run"]["remedy"]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A repository that is set up as docs/setup.md says."""
    hub = GitHub(tmp_path)
    for name in ("train", "cleanup", "production"):
        hub.protect(name, "berta")
        hub.environments[name]["deployment_branch_policy"] = {"protected_branches": True}
    hub.rules = REVIEWED_BRANCH
    hub.runs = [{"created_at": datetime.now(UTC).isoformat(), "display_title": ""}]
    crons = ("cleanup.yml", "doctor.yml", "reconcile.yml")
    hub.workflows = {file: {"state": "active"} for file in crons}
    server = serve(hub)
    monkeypatch.setenv("GITHUB_API_URL", hub.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    yield hub
    server.shutdown()
    server.server_close()


def doctor(*options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Its exit code, and its findings by what they are about; each that is not ok has a remedy."""
    done = subprocess.run(
        [interpreter(), str(SCRIPTS / "doctor.py"), *options, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["about"]: one for one in json.loads(done.stdout)}
    assert all(one["remedy"] for one in found.values() if one["level"] != "ok")
    return done.returncode, found


def test_on_github_everything_in_order_is_said_to_be(
    hub: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the placeholders that this repository ships with are left to do."""
    assert hub.url
    code, found = doctor("--github-only")
    assert code == 1
    assert [about for about, one in found.items() if one["level"] != "ok"] == ["code owners"]
    assert "identity" not in found
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    refused = list(examination.on_github())
    assert len([one for one in refused if "cannot be read" in one.message]) == 5


def test_on_github_everything_that_is_missing_is_told(hub: GitHub) -> None:
    hub.environments = {"train": {"protection_rules": [], "deployment_branch_policy": None}}
    hub.rules, hub.runs, hub.workflows = [], [], {"cleanup.yml": {"state": "disabled_inactivity"}}
    code, found = doctor("--github-only")
    wrong = {about: one["level"] for about, one in found.items() if one["level"] != "ok"}
    assert code == 1
    assert wrong == {
        "branch protection": "error",
        "code owners": "error",
        "environment cleanup": "error",
        "environment production": "error",
        "environment train": "warning",
        "schedule of cleanup.yml": "error",
        "schedule of doctor.yml": "warning",
        "schedule of reconcile.yml": "warning",
    }
    assert "gh workflow enable cleanup.yml" in found["schedule of cleanup.yml"]["remedy"]


@pytest.mark.parametrize(
    ("roles", "level"),
    [
        (("Cognitive Services OpenAI Contributor", "Reader"), "ok"),
        (("Reader",), "error"),
        (("Owner",), "error"),
    ],
)
def test_on_azure_identity_roles_model_and_quota_are_read(
    local_azure: LocalAzure, roles: Sequence[str], level: str
) -> None:
    """Too little is an error, and so is a right to give roles."""
    local_azure.admin("PATCH", "settings", {"roles": [{"role": role} for role in roles]})
    code, found = doctor("--azure-only")
    assert code == int("error" in {one["level"] for one in found.values()})
    assert found.pop("model of tienda")["message"]
    assert {about: one["level"] for about, one in found.items()} == {
        "identity": "ok",
        "roles of this identity": level,
        "quota of tienda, GlobalStandard": "ok",
        "quota of tienda, Standard": "ok",
    }


def test_without_an_identity_azure_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID", raising=False)
    assert levels(examination.on_azure()) == [Level.ERROR]
