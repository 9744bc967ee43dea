"""The smoke test against a local Azure, through the real SDK."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local_azure.conftest import LocalAzure, Start, start_local_azure  # noqa: F401 - a fixture


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, f"scripts/{script}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def azure(start_local_azure: Start) -> LocalAzure:  # noqa: F811 - the imported fixture
    server = start_local_azure("--speed", "3000")
    done = run("provision.py", "create")
    assert done.returncode == 0, done.stderr
    return server


def fault(azure: LocalAzure, **action: object) -> None:
    """From the fifth request on: the first asks whether the deployment is ready."""
    match = {"path": "chat/completions", "nth": 5}
    azure.admin("PUT", "faults", [{"match": match, "times": None, "action": action}])


def test_base_against_itself_and_what_breaks_it(azure: LocalAzure, tmp_path: Path) -> None:
    """One server for the whole story: absent, throttled, resumed, compared, drifted."""
    absent = run("smoke_test.py", "run", "--candidate", "nowhere", "--out", str(tmp_path / "x"))
    assert absent.returncode == 6
    assert "There is no deployment nowhere" in absent.stderr

    out = tmp_path / "out"
    asked = ("--candidate", "gpt-4o", "--prompts", "4", "--samples", "1", "--out", str(out))
    fault(azure, status=429, code="429", headers={"Retry-After": "9000"})
    throttled = run("smoke_test.py", "run", *asked)
    assert throttled.returncode == 7
    assert "nothing but throttling" in throttled.stderr
    kept = (out / "answers.jsonl").read_text(encoding="utf-8").count("\n")
    assert kept >= 1
    azure.admin("DELETE", "faults")

    first = run("smoke_test.py", "run", *asked, "--json")
    assert first.returncode in (1, 4), first.stderr
    record = json.loads(first.stdout)
    assert record["models"]["baseline"] == ["gpt-4o-2024-08-06"]
    assert record["fingerprints"]["candidate"]
    assert not (out / "answers.jsonl").exists()

    again = ("--candidate", "gpt-4o", "--prompts", "4", "--samples", "1", "--arms", "production")
    stored = ("--against", str(out / "run.json"), "--out", str(tmp_path / "drift"))
    drift = run("smoke_test.py", "run", *again, *stored, "--json")
    assert drift.returncode in (1, 4), drift.stderr
    found = json.loads(drift.stdout)
    assert len(found["answers"]) == 8
    assert found["deployments"]["baseline"].startswith("gpt-4o (")
