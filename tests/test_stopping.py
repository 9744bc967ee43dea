"""Ctrl-C, and what no command can work with, as processes: the right sentence and exit code."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tuneops import waiting
from tuneops.errors import ConfigError

SCRIPTS = (ROOT / "scripts").resolve()
PRODUCT = Path("tests/repository/config/tienda.yaml").resolve()


def start(script: str, *arguments: str, folder: Path | None = None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / f"{script}.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env=dict(os.environ),
    )


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    try:
        _, narration = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    return process.returncode, narration


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """An Azure that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        address = f"https://127.0.0.1:{server.getsockname()[1]}/metadata/endpoints"
        monkeypatch.setenv("ARM_CLOUD_METADATA_URL", address)
        monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "00000000-0000-4000-8000-000000000001")
        yield server


@pytest.mark.parametrize(
    ("script", "command", "said"),
    [
        ("fine_tune", ["submit"], "trains on and costs money"),
        ("deploy", ["promote"], "Production is what it was"),
        ("provision", ["create"], "Azure finishes what was begun"),
        ("provision", ["show"], "What it had done until then stays"),
    ],
)
def test_ctrl_c_ends_with_5_and_says_what_goes_on(
    silent: socket.socket, script: str, command: list[str], said: str
) -> None:
    """Neither a traceback, nor the code of data that did not pass."""
    process = start(script, *command, "--config", str(PRODUCT))
    connection, _ = silent.accept()
    with connection:
        process.send_signal(signal.SIGINT)
        code, narration = end(process)
    assert code == 5, narration
    assert "Stopped by Ctrl-C. " in narration
    assert said in narration
    assert "again" in narration
    assert "Traceback" not in narration


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("cleanup", ("plan", "--out", "/nowhere/plan.json")),
        ("cleanup", ("plan", "--issue", "/nowhere/issue.md")),
        ("fine_tune", ("metrics", "--svg", "/nowhere/loss.svg")),
        ("smoke_test", ("report", "run.json", "--out", "/nowhere/report.html")),
        ("reconcile", ("--config-dir", "/nowhere")),
    ],
)
def test_what_cannot_be_written_or_read_ends_with_2_before_any_work(
    script: str, arguments: tuple[str, ...]
) -> None:
    code, narration = end(start(script, *arguments))
    assert code == 2, narration
    assert "/nowhere" in narration


@pytest.mark.parametrize("content", ["A=1\n".encode("utf-16"), b"A=\x00\n"], ids=["utf-16", "nul"])
def test_an_odd_env_file_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")
    (tmp_path / ".env").write_bytes(content)
    code, narration = end(start("fine_tune", "status", "--config", str(PRODUCT), folder=tmp_path))
    assert code == 2, narration
    assert ".env cannot be read" in narration
    assert "Save it as UTF-8" in narration


@pytest.mark.parametrize("text", ["abc", "0", "-1", "inf", "nan", "1e999"])
def test_a_pause_that_is_no_number_of_seconds_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("TUNEOPS_POLL_SECONDS", text)
    with pytest.raises(ConfigError, match=f"TUNEOPS_POLL_SECONDS is '{text}'"):
        waiting.poll_seconds()


def test_a_pause_that_is_unset_or_empty_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting.seconds_from("TUNEOPS_NOWHERE", 15.0) == 15.0
    monkeypatch.setenv("TUNEOPS_NOWHERE", "")
    assert waiting.seconds_from("TUNEOPS_NOWHERE", 15.0) == 15.0


@pytest.mark.parametrize("port", ["99999", "-1", "x", "²"])
def test_a_local_azure_on_what_is_no_port_ends_with_2(tmp_path: Path, port: str) -> None:
    arguments = ["serve", "--state", str(tmp_path), f"--port={port}"]
    done = subprocess.run(
        [sys.executable, "-m", "local_azure", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "is not a port; name one from 0 to 65535" in done.stderr
    assert "Traceback" not in done.stderr
