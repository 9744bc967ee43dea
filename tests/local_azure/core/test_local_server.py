"""The process: how it starts, ends, and comes back with all that it acknowledged."""

from __future__ import annotations

import http.client
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from local_azure import server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure, Start


@pytest.fixture
def local_azure(start_local_azure: Start, monkeypatch: pytest.MonkeyPatch) -> LocalAzure:
    """A process that a test may end, and its environment as it is told to the shell."""
    server = start_local_azure()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


def test_kill_loses_nothing(
    local_azure: LocalAzure, account: str, start_local_azure: Start
) -> None:
    """What was acknowledged before a kill -9 is there after the restart, settings included."""
    body = {
        "sku": {"name": "GlobalStandard", "capacity": 7},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
    }
    local_azure.cognitive().deployments.begin_create_or_update(
        "rg-core", account, "chat", body
    ).result()
    local_azure.admin("PATCH", "settings", {"speed": 77, "retired": ["gpt-4:0613"]})
    local_azure.admin("POST", "clock", {"step_seconds": 86400})
    before = local_azure.admin("GET", "state?details=1")
    keys = local_azure.cognitive().accounts.list_keys("rg-core", account).as_dict()
    local_azure.kill()

    again = start_local_azure("--port", "0")

    assert again.environment["AZURE_SUBSCRIPTION_ID"] == local_azure.subscription
    assert again.admin("GET", "state?details=1") == before
    settings = again.admin("GET", "settings")
    assert (settings["speed"], settings["retired"]) == (77, ["gpt-4:0613"])
    assert again.admin("GET", "clock")["offset"] == pytest.approx(86400, abs=5)
    assert again.cognitive().accounts.list_keys("rg-core", account).as_dict() == keys
    assert again.cognitive().deployments.get("rg-core", account, "chat").sku.capacity == 7


@pytest.mark.parametrize("acknowledged", [3, 40])
def test_a_kill_in_the_middle_of_writes(
    local_azure: LocalAzure, start_local_azure: Start, acknowledged: int
) -> None:
    """Whenever the kill comes, what was acknowledged is there, and each thing whole."""
    token = local_azure.token()
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups"
    version = "?api-version=2025-04-01"
    made: list[str] = []

    def write(worker: int) -> None:
        for number in range(1000):
            name = f"rg-{worker}-{number}"
            body = {"location": "eastus2", "tags": {"name": name}}
            try:
                answer = local_azure.request("PUT", f"{path}/{name}{version}", body, token=token)
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 201
            made.append(name)

    with ThreadPoolExecutor(3) as threads:
        for worker in range(3):
            threads.submit(write, worker)
        while len(made) < acknowledged:
            time.sleep(0.001)
        local_azure.kill()
    again = start_local_azure()
    listed = again.request("GET", f"{path}{version}", token=token).body["value"]
    assert set(made) <= {group["name"] for group in listed}
    assert all(group["tags"] == {"name": group["name"]} for group in listed)


def test_an_operation_survives_a_kill(
    local_azure: LocalAzure, group: str, start_local_azure: Start
) -> None:
    """A long-running operation goes on where it was, and ends, in the next process."""
    local_azure.admin("POST", "clock", {"freeze": True})
    local_azure.groups().resource_groups.begin_delete(group, polling=False)
    local_azure.kill()
    again = start_local_azure("--speed", "300")
    assert again.groups().resource_groups.get(group).properties.provisioning_state == "Deleting"
    again.admin("POST", "clock", {"step_seconds": 3600})
    assert not again.groups().resource_groups.check_existence(group)


def test_the_authority_stays(local_azure: LocalAzure, start_local_azure: Start) -> None:
    """A client that trusted the first server trusts the second."""
    bundle = (local_azure.state / "bundle.pem").read_bytes()
    local_azure.kill()
    again = start_local_azure()
    assert (again.state / "bundle.pem").read_bytes() == bundle


def test_a_restart_inside_its_own_environment(
    local_azure: LocalAzure, start_local_azure: Start
) -> None:
    """The bundle does not grow when the server starts with its own variables exported."""
    before = (local_azure.state / "bundle.pem").read_bytes().count(b"BEGIN CERTIFICATE")
    local_azure.kill()
    again = start_local_azure()
    after = (again.state / "bundle.pem").read_bytes().count(b"BEGIN CERTIFICATE")
    assert 1 < after <= before


def test_stdout_is_for_the_shell(tmp_path: Path) -> None:
    """`eval "$(...)"` sets the variables that the env file holds."""
    env_file = tmp_path / "env"
    process = serve(tmp_path / "state", "--env-file", str(env_file))
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(11)]
    script = "".join(lines) + 'printf %s "$ARM_CLOUD_METADATA_URL"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout  # noqa: S607
    values = dict(line.split("=", 1) for line in env_file.read_text("utf-8").splitlines())
    assert said == values["ARM_CLOUD_METADATA_URL"]
    assert {line.split("=")[0].removeprefix("export ") for line in lines} == values.keys()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def serve(state: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "local_azure", "serve", "--state", str(state), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_end_of_the_parent_is_the_end(local_azure: LocalAzure) -> None:
    """With --die-with-parent the end of standard input ends the server."""
    assert local_azure.process.stdin is not None
    local_azure.process.stdin.close()
    assert local_azure.process.wait(timeout=30) == 0


def test_shutdown_by_request(local_azure: LocalAzure) -> None:
    """POST /_local/shutdown ends the server, with a client still connected."""
    client = local_azure.groups()
    assert list(client.resource_groups.list()) == []
    local_azure.admin("POST", "shutdown")
    assert local_azure.process.wait(timeout=30) == 0


def test_a_second_server_waits_for_the_first(
    local_azure: LocalAzure, start_local_azure: Start
) -> None:
    """Two servers never share a state directory; the second begins when the first is gone."""
    second = serve(local_azure.state)
    assert second.stdout is not None
    time.sleep(1)
    assert second.poll() is None
    local_azure.kill()
    assert second.stdout.readline().startswith("export ")
    second.terminate()
    second.communicate(timeout=30)
    assert start_local_azure().admin("GET", "health")["status"] == "ok"


def test_a_directory_in_use(local_azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits in vain is told which directory is in use."""
    monkeypatch.setattr(server, "LOCK_WAIT_SECONDS", 0.2)
    with pytest.raises(server.DirectoryInUseError, match=str(local_azure.state)):
        server.serve(server.Options(local_azure.state))


@pytest.mark.parametrize("content", ["regions: 7", "regions: [", None])
def test_a_bad_catalogue(tmp_path: Path, content: str | None) -> None:
    """A file that is wrong or missing ends the start with its name or its fault, not a trace."""
    file = tmp_path / "catalog.yaml"
    if content is not None:
        file.write_text(content, "utf-8")
    process = serve(tmp_path / "state", "--catalog", str(file))
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "Traceback" not in said
    assert "regions" in said or str(file) in said


@pytest.mark.parametrize("spoil", ["PRAGMA user_version=1", None])
def test_the_state_of_another_version(
    local_azure: LocalAzure, group: str, start_local_azure: Start, spoil: str | None
) -> None:
    """It is put aside, whole, and the server begins anew; so is what is no database at all."""
    local_azure.kill()
    file = local_azure.state / "state.sqlite"
    if spoil is None:
        file.with_name("state.sqlite-wal").unlink()
        file.write_bytes(b"no database" * 1000)
    else:
        with sqlite3.connect(file) as connection:
            connection.execute(spoil)
        connection.close()
    left = file.read_bytes()
    again = start_local_azure()
    assert (local_azure.state / "old-1" / "state.sqlite").read_bytes() == left
    assert group not in again.admin("GET", "state?details=1")["groups"]["names"]


def test_state_is_one_file(local_azure: LocalAzure, account: str) -> None:
    """Names lie in the store in lower case, and as they were written in the bodies."""
    local_azure.kill()
    with sqlite3.connect(local_azure.state / "state.sqlite") as connection:
        rows = connection.execute("SELECT scope, name FROM documents WHERE kind = 'account'")
        scope, name = rows.fetchone()
    connection.close()
    assert name == account
    assert scope == scope.lower()
