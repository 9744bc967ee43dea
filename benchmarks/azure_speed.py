"""Speed of the local Azure: `python benchmarks/azure_speed.py`, a few minutes.

Prints one line a measurement. The client is one keep-alive TLS connection a process, written
without an SDK so that the server is what is measured.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src")]

from local_azure.state import State  # noqa: E402  this file is run by its path

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS, GROUPS = 4000, 100_000
PIPELINE = 32  # requests under way at a time on the one connection


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        began = time.perf_counter()
        with served(state) as (environment, process):
            say("start", f"{time.perf_counter() - began:.2f} s")
            say("simple requests", f"{rate(environment):.0f} a second")
            cpu(process)
        fill(state)
        with served(state) as (environment, process):
            cpu(process)
            path = f"/subscriptions/{environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups"
            say(f"a page of 1,000 of {GROUPS} groups", f"{page(environment, path):.0f} ms")


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what}: {value}\n")


@contextmanager
def served(state: Path) -> Iterator[tuple[dict[str, str], subprocess.Popen[bytes]]]:
    env_file = state.with_suffix(".env")
    env_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local_azure", "serve", "--state", str(state)]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*command, "--env-file", str(env_file)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": sys.path[0]},
    )
    while not env_file.exists():
        time.sleep(0.005)
    lines = env_file.read_text("utf-8").splitlines()
    yield dict(line.split("=", 1) for line in lines), process
    process.terminate()
    process.wait()


def connect(environment: dict[str, str]) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    port = int(environment["LOCAL_AZURE_URL"].rpartition(":")[2])
    raw = socket.create_connection(("127.0.0.1", port))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(raw, server_hostname="127.0.0.1")


def rate(environment: dict[str, str]) -> float:
    """Requests a second for a small document, some always under way."""
    path = f"/{environment['AZURE_TENANT_ID']}/v2.0/.well-known/openid-configuration"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with connect(environment) as connection:
        began, done = time.perf_counter(), 0
        while done < REQUESTS:
            connection.sendall(request * PIPELINE)
            answers = 0
            while answers < PIPELINE:
                answers += connection.recv(1 << 20).count(b"HTTP/1.1 200")
            done += PIPELINE
        return done / (time.perf_counter() - began)


def cpu(process: subprocess.Popen[bytes]) -> None:
    """Processor seconds and peak memory of the server so far."""
    stat = Path(f"/proc/{process.pid}/stat").read_text("ascii").split()
    ticks = int(stat[13]) + int(stat[14])
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    seconds = ticks / os.sysconf("SC_CLK_TCK")
    say("server so far", f"{seconds:.1f} s of processor, {int(peak) / 1024:.0f} MB at most")


def fill(directory: Path) -> None:
    """Groups straight into the store."""
    state = State(directory)
    with state.store.transaction():
        for number in range(GROUPS):
            name = f"rg-{number:06}"
            group = {
                "id": f"{state.subscription}/resourceGroups/{name}",
                "name": name,
                "type": "Microsoft.Resources/resourceGroups",
                "location": "swedencentral",
                "tags": {},
                "_scope": state.subscription,
            }
            state.store.put("group", state.subscription, name, group)
    state.store.close()


def page(environment: dict[str, str], path: str) -> float:
    """Milliseconds of the slowest of ten requests for a page."""
    token = arm_token(environment)
    slowest = 0.0
    for _ in range(10):
        began = time.perf_counter()
        body = ask(environment, "GET", f"{path}?api-version=2025-04-01", token=token)
        slowest = max(slowest, time.perf_counter() - began)
        assert len(json.loads(body)["value"]) == 1000  # noqa: S101, PLR2004
    return slowest * 1000


def arm_token(environment: dict[str, str]) -> str:
    from urllib.parse import urlencode

    assertion = Path(environment["AZURE_FEDERATED_TOKEN_FILE"]).read_text("ascii")
    form = {
        "grant_type": "client_credentials",
        "client_id": environment["AZURE_CLIENT_ID"],
        "scope": "https://management.azure.com/.default",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    path = f"/{environment['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    token: str = json.loads(ask(environment, "POST", path, urlencode(form)))["access_token"]
    return token


def ask(
    environment: dict[str, str], method: str, path: str, form: str = "", token: str = ""
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    with connect(environment) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + form).encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 20), b""))
    return answer.partition(b"\r\n\r\n")[2]


if __name__ == "__main__":
    main()
