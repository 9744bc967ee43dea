"""What goes wrong ends in a sentence, its exit code, and nothing half-done."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY, SCRIPTS

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline
from tests.end_to_end.pipeline import Answered, run_script
from tests.local_azure.conftest import LocalAzure, enter, start_server
from tuneops import config
from tuneops.azure import files
from tuneops.azure.account import account_name
from tuneops.azure.data_plane import open_client
from tuneops.names import names_of
from tuneops.training import key

Server = LocalAzure
Run = Callable[..., Answered]
SPEED = "3000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pipeline.warm_up(REPOSITORY / "config/tienda.yaml")
    server = start_server(tmp_path_factory.mktemp("bad-input") / "azure", "--speed", SPEED)
    yield server
    server.kill()


@pytest.fixture
def local_azure(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """As new for each test."""
    enter(server, monkeypatch)
    monkeypatch.setenv("TUNEOPS_POLL_SECONDS", "0.05")
    server.admin("POST", "reset")
    return server


@pytest.fixture
def run(local_azure: Server, tmp_path: Path) -> Run:
    """A script as a process of its own, which ends as it does at a shell."""
    assert local_azure.url

    def run(script: str, *arguments: str, **environment: str) -> Answered:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return run_script(tmp_path / "desk", script, *arguments)

    return run


@pytest.fixture
def product(tmp_path: Path) -> Callable[..., Path]:
    """The shipped configuration with changes, a pair of dotted key and value each."""

    def product(**changes: object) -> Path:
        shipped = (REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8")
        document: Any = yaml.safe_load(shipped)
        for dotted, value in changes.items():
            *parents, last = dotted.split("__")
            section = document
            for parent in parents:
                section = section[parent]
            section[last] = value
        path = tmp_path / "product.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    return product


def existing(local_azure: Server) -> dict[str, int]:
    found = local_azure.admin("GET", "state?details=1")
    return {kind: listed["count"] for kind, listed in found.items()}


def create(run: Run, config: Path | str = "config/tienda.yaml") -> None:
    done = run("provision", "create", "--config", str(config))
    assert done.code == 0, done.narration


def assert_refused(done: Answered, exit_code: int, *sentences: str) -> None:
    assert done.code == exit_code, done.narration
    assert "Traceback" not in done.narration
    for sentence in (*sentences, "→"):
        assert sentence in done.narration


def test_a_wrong_subscription(run: Run, local_azure: Server) -> None:
    wrong = "00000000-0000-4000-8000-000000000000"
    done = run("provision", "create", AZURE_SUBSCRIPTION_ID=wrong)
    assert_refused(done, 2, "SubscriptionNotFound", "AZURE_SUBSCRIPTION_ID")
    assert not any(existing(local_azure).values())


def test_no_credentials(run: Run, local_azure: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "absent")
    done = run("provision", "create")
    assert_refused(done, 6, "Azure sign-in failed", "az login")
    assert not any(existing(local_azure).values())


def test_another_region_is_refused_with_those_that_train(
    run: Run, local_azure: Server, product: Callable[..., Path]
) -> None:
    config = product(azure__region="westeurope")
    done = run("provision", "create", "--config", str(config))
    assert_refused(done, 2, "westeurope", "eastus2, northcentralus, swedencentral")
    assert not any(existing(local_azure).values())


def test_a_retired_model_is_refused_with_those_that_remain(run: Run, local_azure: Server) -> None:
    local_azure.admin("PATCH", "settings", {"retired": ["gpt-4o:2024-08-06"]})
    done = run("provision", "create")
    assert_refused(done, 3, "gpt-4o 2024-08-06 retired", "gpt-4.1 2025-04-14")
    assert not any(existing(local_azure).values())


def test_a_provider_that_is_not_registered(run: Run, local_azure: Server) -> None:
    local_azure.admin("PATCH", "settings", {"registered": False})
    done = run("provision", "create")
    assert_refused(done, 6, "MissingSubscriptionRegistration", "az provider register")


def test_no_quota_is_refused(run: Run, local_azure: Server) -> None:
    local_azure.admin("PATCH", "settings", {"quota": {"OpenAI.GlobalStandard.gpt-4o": 0}})
    done = run("provision", "create")
    assert_refused(done, 3, "OpenAI.GlobalStandard.gpt-4o", "quota")
    assert existing(local_azure)["deployments"] == 0


def test_a_small_quota_gives_what_it_leaves_and_says_so(run: Run, local_azure: Server) -> None:
    """The other half is the candidate's, which counts against the same quota."""
    local_azure.admin("PATCH", "settings", {"quota": {"OpenAI.GlobalStandard.gpt-4o": 30}})
    done = run("provision", "create", "--json")
    assert done.code == 0, done.narration
    assert json.loads(done.shown)["capacity"] == 15
    assert "leaves 30K tokens a minute" in done.narration
    assert "gpt-4o gets 15K, and 15K stay for the fine-tuned" in done.narration


def test_a_name_that_is_taken(run: Run, local_azure: Server, product: Callable[..., Path]) -> None:
    create(run, product(azure__account="ours-alone", azure__resource_group="rg-first"))
    config = product(azure__account="ours-alone", azure__resource_group="rg-second")
    done = run("provision", "create", "--config", str(config))
    assert_refused(done, 3, "CustomDomainInUse", "azure.account")
    assert existing(local_azure)["accounts"] == 1


def test_training_before_provisioning(run: Run, local_azure: Server) -> None:
    done = run("fine_tune", "submit")
    assert_refused(done, 6, "does not exist", "provision.py create")
    assert not any(existing(local_azure).values())


@pytest.mark.parametrize("content", ["", "{}\n" * 9, None], ids=["empty", "nine", "missing"])
def test_data_that_cannot_be_trained_is_not_uploaded(
    run: Run,
    local_azure: Server,
    product: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
) -> None:
    config = product(data__training="data/tienda/new.jsonl")
    shutil.copytree("data", config.parent / "data")
    monkeypatch.chdir(config.parent)
    if content is not None:
        Path("data/tienda/new.jsonl").write_text(content, encoding="utf-8")
    create(run, config)
    done = run("fine_tune", "submit", "--config", str(config))
    assert done.code in {1, 2}, done.narration
    assert "Traceback" not in done.narration
    assert existing(local_azure)["files"] == 0
    assert existing(local_azure)["jobs"] == 0


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("fail_content_check", "The provided training data failed RAI checks"),
        ("fail_evaluation", "This model is unable to be deployed"),
    ],
)
def test_the_services_own_words_end_a_wait(
    run: Run, local_azure: Server, switch: str, words: str
) -> None:
    """A job that the service's checks end is reported in its words, and not tried again."""
    local_azure.admin("PATCH", "settings", {switch: True})
    create(run)
    assert run("fine_tune", "submit").code == 0
    failed = run("fine_tune", "wait")
    assert_refused(failed, 3, words)
    metrics = run("fine_tune", "metrics")
    if switch == "fail_content_check":  # before the first step
        assert_refused(metrics, 6, "is failed: it has no metrics, and will have none", words)
    else:
        assert metrics.code == 0
    again = run("fine_tune", "submit")
    assert_refused(again, 3, "with exactly this content is failed", "--retry")
    assert existing(local_azure)["jobs"] == 1
    assert run("fine_tune", "submit", "--retry").code == 0
    assert existing(local_azure)["jobs"] == 2


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_ctrl_c_ends_the_waiting_and_names_the_job(
    run: Run, local_azure: Server, sent: signal.Signals
) -> None:
    local_azure.admin("PATCH", "settings", {"job_minutes": 400_000})
    create(run)
    submitted = run("fine_tune", "submit", "--json")
    job = json.loads(submitted.shown)["job"]
    waiting = subprocess.Popen(
        [sys.executable, str(SCRIPTS / "fine_tune.py"), "wait"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert waiting.stderr is not None
        assert "Job enqueued" in waiting.stderr.readline()
        waiting.send_signal(sent)
        _, narration = waiting.communicate(timeout=60)
    finally:
        waiting.kill()
        waiting.wait()
    assert waiting.returncode == 5, narration
    assert f"wait --job {job}" in narration
    assert f"cancel --job {job}" in narration
    assert existing(local_azure)["jobs"] == 1


def test_ctrl_c_in_submit_takes_the_claim_back(run: Run, local_azure: Server) -> None:
    """The next run waits for nobody, and no job was made."""
    create(run)
    local_azure.admin("PATCH", "settings", {"list_lag_seconds": {"files": 1_000_000}})
    submitting = subprocess.Popen(
        [sys.executable, str(SCRIPTS / "fine_tune.py"), "submit"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TUNEOPS_LEASE_SECONDS": "120"},
    )
    claimed = 3  # after the two files of the training
    try:
        deadline = time.monotonic() + 120
        while existing(local_azure)["files"] < claimed and submitting.poll() is None:
            assert time.monotonic() < deadline
        time.sleep(1)  # the upload's answer has to arrive, or nobody knows whose claim it is
        submitting.send_signal(signal.SIGINT)
        _, narration = submitting.communicate(timeout=60)
    finally:
        submitting.kill()
        submitting.wait()
    assert submitting.returncode == 5, narration
    assert "Stopped by Ctrl-C. Uploaded files stay" in narration
    assert (existing(local_azure)["files"], existing(local_azure)["jobs"]) == (2, 0)
    local_azure.admin("PATCH", "settings", {"list_lag_seconds": {}})
    again = run("fine_tune", "submit", TUNEOPS_LEASE_SECONDS="120")
    assert again.code == 0, again.narration
    assert "Another run" not in again.narration


def test_another_runs_claim_is_told_once_and_with_how_long(run: Run, local_azure: Server) -> None:
    """The claim is of a run that died; its lease is waited for."""
    create(run)
    product = config.load(REPOSITORY / "config/tienda.yaml")
    name = names_of(product, key.content_key(product)).claim
    row = b'{"messages":[{"role":"user","content":"?"},{"role":"assistant","content":"!"}]}\n'
    account = account_name(product, local_azure.subscription)
    with open_client(f"{local_azure.url}/accounts/{account}/") as client:
        files.upload(client, name, row)
    waited = run("fine_tune", "submit", TUNEOPS_LEASE_SECONDS="10")
    assert waited.code == 0, waited.narration
    told = [line for line in waited.narration.splitlines() if "Another run claims" in line]
    assert len(told) == 1, waited.narration
    assert re.search(r"waiting up to \d+ s for its job", told[0])


def test_a_job_that_is_not_there_is_looked_for_by_its_id(run: Run, local_azure: Server) -> None:
    assert local_azure.url
    create(run)
    unknown = run("fine_tune", "status", "--job", "ftjob-0123456789abcdef")
    assert_refused(unknown, 6, "ftjob-0123456789abcdef", "Check the id")


def test_with_a_key_alone_nobody_reads_how_sign_in_failed(run: Run, local_azure: Server) -> None:
    create(run)
    assert run("fine_tune", "submit").code == 0
    accounts = local_azure.cognitive().accounts
    [account] = accounts.list()
    place = ("rg-tuneops-tienda", account.name)
    accounts.begin_update(*place, {"properties": {"disableLocalAuth": False}}).result()
    key = accounts.list_keys(*place).key1
    signed_out = {"AZURE_FEDERATED_TOKEN_FILE": "absent", "AZURE_TOKEN_CREDENTIALS": "prod"}
    named = {"AZURE_OPENAI_ENDPOINT": account.properties.endpoint, "AZURE_OPENAI_KEY": key}
    done = run("fine_tune", "status", "--json", **signed_out, **named)
    assert (done.code, done.narration) == (0, "")


def test_the_time_to_wait_is_over(run: Run, local_azure: Server) -> None:
    local_azure.admin("PATCH", "settings", {"job_minutes": 400_000})
    create(run)
    assert run("fine_tune", "submit").code == 0
    started = time.monotonic()
    done = run("fine_tune", "wait", "--minutes", "0.02")
    assert_refused(done, 5, "is still running")
    assert time.monotonic() - started < 60


def test_nothing_is_deployed_before_it_is_trained(run: Run, local_azure: Server) -> None:
    create(run)
    for command in ("candidate", "promote"):
        assert_refused(run("deploy", command), 6, "No job trained this content")
    assert_refused(run("deploy", "rollback"), 6, "no deployment tienda")
    assert existing(local_azure)["deployments"] == 1
