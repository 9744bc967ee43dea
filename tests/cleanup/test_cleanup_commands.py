"""cleanup.py and deploy.py retire as processes: who must consent, how they end, what they write."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import REPOSITORY, ROOT
from tests.warm_python import interpreter
from tuneops import config
from tuneops.azure.account import account_name
from tuneops.tags import MANAGED_BY
from tuneops.tags import PRODUCT as OF_PRODUCT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cleanup.conftest import Cloud

GROUP = "rg-tuneops-stale"
PRODUCT = config.load(REPOSITORY / "config/tienda.yaml")


def run(*command: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script; with ``typed`` its input is a terminal, else it has none."""
    arguments = [interpreter(), str(ROOT / command[0]), *command[1:]]
    if typed is None:
        return _run(arguments, subprocess.DEVNULL)
    keyboard, terminal = pty.openpty()
    os.write(keyboard, f"{typed}\n".encode())
    try:
        return _run(arguments, terminal)
    finally:
        os.close(keyboard)
        os.close(terminal)


def _run(command: list[str], stdin: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdin=stdin, capture_output=True, text=True, check=False, timeout=60
    )


def cleanup(command: str, policy_file: Path, *options: str, **typed: str) -> Any:  # noqa: ANN401
    return run("scripts/cleanup.py", command, "--config", str(policy_file), *options, **typed)


@pytest.fixture
def plan_file(cloud: Cloud, policy_file: Path, tmp_path: Path) -> Path:
    cloud.group(GROUP, {"owner": "ana"})
    path = tmp_path / "plan.json"
    done = cleanup("plan", policy_file, "--out", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("typed", ["Local Azure", "local azure", ""])
def test_a_person_sees_the_table_and_types_the_subscriptions_name(
    cloud: Cloud, policy_file: Path, plan_file: Path, typed: str
) -> None:
    """Nothing goes before the right name is typed."""
    done = cleanup("apply", policy_file, "--plan", str(plan_file), typed=typed)
    right = typed == "Local Azure"
    assert done.returncode == (0 if right else 4), done.stderr
    assert GROUP in done.stderr
    assert "ana" in done.stderr
    assert (GROUP in cloud.groups()) is not right


def test_without_a_person_it_needs_yes(cloud: Cloud, policy_file: Path, plan_file: Path) -> None:
    """Neither a terminal nor --yes nor CI: nobody has looked at the plan."""
    done = cleanup("apply", policy_file, "--plan", str(plan_file))
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert GROUP in cloud.groups()
    assert cleanup("apply", policy_file, "--plan", str(plan_file), "--yes").returncode == 0
    assert GROUP not in cloud.groups()


def test_in_ci_the_plan_is_the_review(
    cloud: Cloud, policy_file: Path, plan_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = cleanup("apply", policy_file, "--plan", str(plan_file), "--json")
    assert done.returncode == 0
    assert [row["result"] for row in json.loads(done.stdout)] == ["deleted"]
    assert cloud.groups() == {"rg-payroll"}


def test_a_dry_run_changes_nothing_and_asks_nobody(
    cloud: Cloud, policy_file: Path, plan_file: Path
) -> None:
    done = cleanup("apply", policy_file, "--plan", str(plan_file), "--dry-run", "--json")
    assert done.returncode == 0
    assert "would delete" in done.stdout
    assert GROUP in cloud.groups()


def test_a_failure_ends_with_1(cloud: Cloud, policy_file: Path, plan_file: Path) -> None:
    """Azure/rg-cleanup logs errors and exits 0."""
    refusal = {"status": 403, "code": "AuthorizationFailed", "message": "No role."}
    cloud.fault("DELETE", GROUP, None, **refusal)
    done = cleanup("apply", policy_file, "--plan", str(plan_file), "--yes", "--json")
    assert done.returncode == 1
    assert [row["result"] for row in json.loads(done.stdout)] == ["failed"]


@pytest.mark.parametrize("name", ["../../x", "a/b", "a?b", "a b", "..", "a.", ""])
def test_a_plan_names_groups_only_as_azure_does(
    cloud: Cloud, policy_file: Path, plan_file: Path, name: str
) -> None:
    """A file that somebody else wrote puts no path of its own into a request."""
    document = json.loads(plan_file.read_text(encoding="utf-8"))
    document["groups"][0]["name"] = name
    plan_file.write_text(json.dumps(document), encoding="utf-8")
    cloud.azure.admin("DELETE", "requests")
    done = cleanup("apply", policy_file, "--plan", str(plan_file), "--yes")
    assert done.returncode == 2
    assert cloud.azure.admin("GET", "requests") == []


@pytest.mark.parametrize("content", ["[" * 200_000, '{"version": 2}', "\x00", "{}"])
def test_what_is_no_plan_ends_with_2_and_asks_azure_nothing(
    cloud: Cloud, policy_file: Path, plan_file: Path, content: str
) -> None:
    plan_file.write_text(content, encoding="utf-8")
    cloud.azure.admin("DELETE", "requests")
    done = cleanup("apply", policy_file, "--plan", str(plan_file), "--yes")
    assert done.returncode == 2
    assert "is not a clean-up plan" in done.stderr
    assert cloud.azure.admin("GET", "requests") == []


def test_over_a_breaker_a_plan_is_written_and_ends_with_4(
    cloud: Cloud, policy_file: Path, plan_file: Path
) -> None:
    policy = json.loads(policy_file.read_text("utf-8"))
    policy["breakers"]["max_percent"] = 10
    policy_file.write_text(json.dumps(policy), encoding="utf-8")
    plan_file.unlink()
    done = cleanup("plan", policy_file, "--out", str(plan_file))
    assert (done.returncode, plan_file.exists()) == (4, True)
    assert "Too much would be deleted" in done.stderr
    assert cleanup("apply", policy_file, "--plan", str(plan_file), "--yes").returncode == 4
    assert GROUP in cloud.groups()


def test_the_issue_names_owners_and_tells_how_to_answer(
    cloud: Cloud, policy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One body, found again by its first line; nothing in it is live Markdown of somebody else."""
    cloud.group(GROUP, {"owner": "@ana | <b>"})
    issue, outputs = tmp_path / "issue.md", tmp_path / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    done = cleanup("plan", policy_file, "--issue", str(issue))
    assert done.returncode == 0, done.stderr
    lines = issue.read_text("utf-8").splitlines()
    assert lines[0] == "<!-- tuneops-cleanup -->"
    [row] = [line for line in lines if "stale&#45;" in line or GROUP in line]
    assert row.count(" | ") == 7
    assert "@ana" not in row
    assert "<b>" not in row
    assert any("tuneops-protect" in line for line in lines)
    assert not any("payroll" in line for line in lines)
    assert "delete<<" in outputs.read_text("utf-8")


def test_a_rejected_policy_ends_with_2(policy_file: Path) -> None:
    policy = json.loads(policy_file.read_text("utf-8")) | {
        "subscriptions": [f"{0:08}-0000-4000-8000-{0:012}"]
    }
    policy_file.write_text(json.dumps(policy), encoding="utf-8")
    for command in ("plan", "purge"):
        done = cleanup(command, policy_file)
        assert done.returncode == 2
        assert "not on the policy's list" in done.stderr


def test_purge_takes_our_deleted_accounts_only(cloud: Cloud, policy_file: Path) -> None:
    """Ours go after a person's consent, somebody else's stay (no other tool purges at all)."""
    theirs = {"managed-by": "somebody"}
    for name, tags in (("ours-gone", cloud.ours), ("theirs-gone", theirs)):
        cloud.account(cloud.group(GROUP), name, **tags)
    cloud.azure.admin("POST", "clock", {"step_seconds": -60})
    cloud.send("DELETE", cloud.path(GROUP) + "?api-version=2025-04-01")
    cloud.azure.admin("POST", "clock", {"step_seconds": 60})
    assert len(cloud.deleted()) == 2
    dry = cleanup("purge", policy_file, "--dry-run", "--json")
    assert [row["name"] for row in json.loads(dry.stdout)] == ["ours-gone"]
    assert cleanup("purge", policy_file).returncode == 2
    assert cleanup("purge", policy_file, typed="Wrong").returncode == 4
    assert len(cloud.deleted()) == 2
    done = cleanup("purge", policy_file, "--json", typed="Local Azure")
    assert done.returncode == 0, done.stderr
    assert [(r["name"], r["result"]) for r in json.loads(done.stdout)] == [("ours-gone", "deleted")]
    assert [name.rpartition("/")[2] for name in cloud.deleted()] == ["theirs-gone"]


@pytest.fixture
def released(cloud: Cloud) -> Cloud:
    """The product's account with something under its production name."""
    group = PRODUCT.azure.resource_group
    cloud.group(group)
    name = account_name(PRODUCT, cloud.azure.subscription)
    cloud.account(group, name)
    deploy(cloud, PRODUCT.release.deployment, cloud.ours | {OF_PRODUCT: PRODUCT.product})
    return cloud


def deploy(cloud: Cloud, name: str, tags: dict[str, str]) -> None:
    place = account_name(PRODUCT, cloud.azure.subscription)
    below = f"/providers/Microsoft.CognitiveServices/accounts/{place}/deployments/{name}"
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
    body = {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}}
    path = cloud.path(PRODUCT.azure.resource_group, below)
    cloud.send("PUT", f"{path}?api-version=2025-09-01", body | {"tags": tags})


def deployed(cloud: Cloud) -> list[str]:
    names: list[str] = cloud.azure.admin("GET", "state?details=1")["deployments"]["names"]
    return names


def test_retiring_needs_the_deployments_name(released: Cloud) -> None:
    """Whoever calls the deployment fails from then on, so its name is typed, or --yes given."""
    retire = ("scripts/deploy.py", "retire")
    name = PRODUCT.release.deployment
    assert json.loads(run(*retire, "--dry-run", "--json").stdout) == {"would_retire": [name]}
    assert run(*retire).returncode == 2
    assert run(*retire, typed="no").returncode == 4
    assert deployed(released) == [name]
    assert run(*retire, typed=name).returncode == 0
    assert deployed(released) == []


def test_retiring_takes_nothing_that_is_not_ours(released: Cloud) -> None:
    """A deployment that somebody made under the candidate's name stops it before it begins."""
    deploy(released, PRODUCT.release.candidate_deployment, {MANAGED_BY: "somebody"})
    done = run("scripts/deploy.py", "retire", "--yes")
    assert done.returncode == 4
    assert len(deployed(released)) == 2
