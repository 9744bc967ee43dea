"""The smoke test against a local Azure, through the real SDK."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY, SCRIPTS
from tests.local_azure.conftest import LocalAzure, enter, start_server
from tests.warm_python import interpreter

PROMPTS = 4
JUDGE = {
    "deployment": "judge",
    "criteria": "warmth, and a question that keeps the talk going",
    "max_cost_usd": 1,
    "prices": {"input": 1, "output": 10},
}
NONSENSE = {"role": "assistant", "content": '{"better": "both"}'}


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [interpreter(), str(SCRIPTS / script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    server = start_server(tmp_path_factory.mktemp("smoke") / "azure", "--speed", "3000")
    with pytest.MonkeyPatch.context() as environment:
        enter(server, environment)
        done = run("provision.py", "create")
    assert done.returncode == 0, done.stderr
    yield server
    server.kill()


@pytest.fixture
def azure(provisioned: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> LocalAzure:
    enter(provisioned, monkeypatch)
    provisioned.admin("DELETE", "faults")
    return provisioned


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


@pytest.fixture
def judged_config(azure: LocalAzure, tmp_path: Path) -> Path:
    """The tienda product with a judge of another family, which is deployed."""
    document = yaml.safe_load((REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8"))
    document["smoke_test"]["judge"] = JUDGE
    path = tmp_path / "tienda.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    group = document["azure"]["resource_group"]
    [account] = azure.cognitive().accounts.list_by_resource_group(group)
    qwen = {"format": "Alibaba", "name": "Qwen3-32B", "version": "1"}
    body = {"sku": {"name": "GlobalStandard", "capacity": 100}, "properties": {"model": qwen}}
    deployments = azure.cognitive().deployments
    deployments.begin_create_or_update(group, account.name, "judge", body).result()
    return path


def chats(azure: LocalAzure) -> int:
    return sum("chat/completions" in seen["path"] for seen in azure.admin("GET", "requests"))


def judgement(config: Path, out: Path) -> dict[str, Any]:
    asked = ("--prompts", str(PROMPTS), "--samples", "1", "--candidate", "gpt-4o", "--json")
    done = run("smoke_test.py", "run", "--config", str(config), "--out", str(out), *asked)
    assert done.returncode in (1, 4), done.stderr
    assert "Qwen3-32B" in (out / "report.html").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(done.stdout)["judge"]
    return found


def test_a_judge_of_another_family_is_asked_through_the_sdk(
    azure: LocalAzure, judged_config: Path, tmp_path: Path
) -> None:
    """Each pair twice, in a form that the service keeps; what it says beside that counts not."""
    azure.admin("DELETE", "requests")
    found = judgement(judged_config, tmp_path / "judged")
    decided = found["candidate_wins"] + found["baseline_wins"] + found["ties"]
    assert (decided, found["unusable"], found["skipped"]) == (PROMPTS, 0, 0)
    assert 0 < found["cost_usd"] < JUDGE["max_cost_usd"]

    first_of_the_judge = chats(azure) - 2 * PROMPTS + 1
    match = {"path": "chat/completions", "nth": first_of_the_judge}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "Qwen3-32B"}
    body |= {"choices": [{"index": 0, "finish_reason": "stop", "message": NONSENSE}]}
    action = {"status": 200, "body": body}
    azure.admin("PUT", "faults", [{"match": match, "times": None, "action": action}])
    confused = judgement(judged_config, tmp_path / "confused")
    assert confused["unusable"] == PROMPTS


def test_a_model_reviews_training_rows(azure: LocalAzure, tmp_path: Path) -> None:
    """--review asks through the real SDK, counts what is quoted, and remembers."""
    document = yaml.safe_load((REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8"))
    reader = {"deployment": "gpt-4o", "max_cost_usd": 1, "prices": {"input": 1, "output": 10}}
    document["rules"] = {**(document.get("rules") or {}), "review": reader}
    config = tmp_path / "tienda.yaml"
    config.write_text(yaml.safe_dump(document), encoding="utf-8")
    rows = (REPOSITORY / "data/tienda/training.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = json.loads(rows[2])["messages"][-1]["content"][:20]
    said = {"role": "assistant", "content": json.dumps(
        {"findings": [{"kind": "off_topic", "quote": words}]}
    )}  # fmt: skip
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "gpt-4o"}
    body |= {"usage": {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520}}
    body |= {"choices": [{"index": 0, "finish_reason": "stop", "message": said}]}
    match = {"path": "chat/completions"}
    action = {"status": 200, "body": body}
    azure.admin("PUT", "faults", [{"match": match, "times": None, "action": action}])
    asked = ("check", str(data), "--config", str(config), "--review", "--json")
    cache = ("--cache", str(tmp_path / "cache"))

    first = json.loads(run("validate_data.py", *asked, *cache).stdout)
    found = [one for one in first["findings"] if one["code"] == "W2201"]
    assert [one["line"] for one in found] == [3]
    assert found[0]["column"] > 1
    assert first["summary"]["review"][0]["read"] == 3
    assert first["summary"]["review"][0]["cost_usd"] == pytest.approx(3 * 700 / 10**6, abs=1e-4)
    again = json.loads(run("validate_data.py", *asked, *cache).stdout)
    [review] = again["summary"]["review"]
    assert (review["read"], review["remembered"]) == (0, 3)

    azure.admin("DELETE", "faults")
    [free] = json.loads(run("validate_data.py", *asked).stdout)["summary"]["review"]
    assert free["read"] + free["unusable"] == 3
    plain = ("check", str(data), "--config", "config/tienda.yaml", "--review")
    unnamed = run("validate_data.py", *plain)
    assert unnamed.returncode == 2
    assert "rules.review" in unnamed.stderr
