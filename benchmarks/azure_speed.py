"""Speed of the local Azure: `python benchmarks/azure_speed.py`, a few minutes.

Prints one line a measurement, and ratios that hold on a busy machine: a request's processor time
against that of a bare Starlette application under the same server, a page of a full store against
one of a small store. The client is one keep-alive TLS connection without an SDK.
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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src")]

from local_azure import certificates  # noqa: E402  this file is run by its path
from local_azure.state import State  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS, PIPELINE = 8000, 32  # so many under way at a time on the one connection
GROUPS, JOBS = 100_000, 10_000
UPLOAD_MB, MB = 511, 1_000_000
DATA_PLANE = "https://cognitiveservices.azure.com"
ACCOUNT, GROUP, JOB_ID = "bench", "/resourceGroups/rg-000000", "ftjob-{:032x}"
ACCOUNT_PATH = f"/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}"
ACCOUNT_BODY = {
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "properties": {"customSubDomainName": ACCOUNT},
}
ENDED = {
    "created": 1_800_000_000.0,
    "model": "gpt-4o-2024-08-06",
    "base": "gpt-4o-2024-08-06",
    "training_type": "GlobalStandard",
    "training_file": f"file-{0:032x}",
    "result_file": f"file-{1:032x}",
    "seed": 1,
    "suffix": "ft-travel",
    "requested": {"n_epochs": -1, "batch_size": -1, "learning_rate_multiplier": -1},
    "resolved": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 2.0},
    "examples": 500,
    "tokens": 50_000,
    "minutes": 40.0,
    "segments": [[1_800_000_000.0, None]],
    "results_published": True,
    "speed": 1.0,
    "ended": "succeeded",
    "ended_at": 1_800_002_460.0,
}
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
document = dict.fromkeys("abcdefghij", "x" * 60)
async def answer(_): return JSONResponse(document)
app = Starlette(routes=[Route("/", answer)])
uvicorn.run(app, port=int(sys.argv[1]), ssl_certfile=sys.argv[2], ssl_keyfile=sys.argv[3],
            http="httptools", log_level="warning", access_log=False, lifespan="off")
"""


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    authority: str
    environment: dict[str, str]

    @property
    def cpu_seconds(self) -> float:
        stat = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").split()
        return (int(stat[13]) + int(stat[14])) / os.sysconf("SC_CLK_TCK")

    def memory(self, which: str = "VmRSS") -> float:
        """MB now, or at most with VmHWM."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(next(line for line in status.splitlines() if which in line).split()[1]) / 1024

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.authority)
        raw = socket.create_connection(("127.0.0.1", self.port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(raw, server_hostname="127.0.0.1")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        began = time.perf_counter()
        with served(state) as server:
            say("first start", started(server, began))
        began = time.perf_counter()
        with served(state) as server:
            say("start", started(server, began))
            requests(server, state)
            upload(server)
        lists(Path(folder))


def started(server: Server, began: float) -> str:
    seconds = time.perf_counter() - began
    return f"{seconds:.2f} s, {server.cpu_seconds:.2f} s of processor, {server.memory():.0f} MB"


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what}: {value}\n")
    sys.stdout.flush()


def requests(server: Server, state: Path) -> None:
    """Simple documents, beside those of an application that does nothing else."""
    tenant = server.environment["AZURE_TENANT_ID"]
    with bare(state) as other:
        least = pace(other, "/")
    mine = pace(server, f"/{tenant}/v2.0/.well-known/openid-configuration")
    token = {"Authorization": f"Bearer {token_of(server)}"}
    arm = pace(server, "/subscriptions?api-version=2022-12-01", token)
    for what, found in (("bare Starlette", least), ("a document", mine), ("ARM, signed in", arm)):
        micro = 1e6 * found.cpu
        say(what, f"{1 / found.wall:.0f} requests a second, {micro:.0f} µs of processor each")
    say("a document against bare Starlette", f"{mine.cpu / least.cpu:.1f} times the processor")


@dataclass
class Pace:
    """Seconds a request."""

    wall: float
    cpu: float


def pace(server: Server, path: str, headers: dict[str, str] | None = None) -> Pace:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with server.connect() as connection:
        burst(connection, request)
        cpu, wall = server.cpu_seconds, time.perf_counter()
        for _ in range(REQUESTS // PIPELINE):
            burst(connection, request)
        wall, cpu = time.perf_counter() - wall, server.cpu_seconds - cpu
    return Pace(wall / REQUESTS, cpu / REQUESTS)


def burst(connection: ssl.SSLSocket, request: bytes) -> None:
    connection.sendall(request * PIPELINE)
    answers = 0
    while answers < PIPELINE:
        answers += connection.recv(1 << 20).count(b"HTTP/1.1 200")


def upload(server: Server) -> None:
    """One large file through the form; memory before and at most."""
    arm_put(server, GROUP, {"location": "swedencentral"})
    ask(server, "PATCH", "/_local/settings", json.dumps({"account_seconds": 0}))
    arm_put(server, f"{GROUP}{ACCOUNT_PATH}", ACCOUNT_BODY)
    part = "--b\r\nContent-Disposition: form-data; name="
    head = f'{part}"purpose"\r\n\r\nbatch\r\n{part}"file"; filename="a"\r\n\r\n'.encode()
    tail = b"\r\n--b--\r\n"
    lines = [f"POST /accounts/{ACCOUNT}/openai/v1/files HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Authorization: Bearer {token_of(server, DATA_PLANE)}", "Connection: close"]
    lines += ["Content-Type: multipart/form-data; boundary=b"]
    lines += [f"Content-Length: {len(head) + UPLOAD_MB * MB + len(tail)}"]
    before, began = server.memory(), time.perf_counter()
    with server.connect() as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + head)
        for _ in range(UPLOAD_MB):
            connection.sendall(bytes(MB))
        connection.sendall(tail)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert b"HTTP/1.1 200" in answer, answer  # noqa: S101
    grown, seconds = server.memory("VmHWM") - before, time.perf_counter() - began
    say(f"an upload of {UPLOAD_MB} MB", f"{seconds:.0f} s, {grown:.0f} MB more memory at most")


def lists(folder: Path) -> None:
    """Pages of a small store and of a full one."""
    found = {}
    for name, groups, count in (("small", 1000, 100), ("full", GROUPS, JOBS)):
        fill(folder / name, groups, count)
        with served(folder / name) as server:
            found[name] = pages(server)
    for what, small in found["small"].items():
        full = found["full"][what]
        say(what, f"{full:.2f} ms of processor, {full / small:.2f} times that of a small store")


def pages(server: Server) -> dict[str, float]:
    """Milliseconds of processor a request: others use the machine too."""
    arm, plane = token_of(server), token_of(server, DATA_PLANE)
    subscription = server.environment["AZURE_SUBSCRIPTION_ID"]
    listed = f"/subscriptions/{subscription}/resourceGroups?api-version=2025-04-01"
    base = f"/accounts/{ACCOUNT}/openai/v1"
    asked = {
        f"1,000 of {GROUPS} groups": (listed, arm, 40),
        f"100 of {JOBS} jobs": (f"{base}/fine_tuning/jobs?limit=100", plane, 400),
        "one job": (f"{base}/fine_tuning/jobs/{JOB_ID.format(50)}", plane, 400),
    }
    return {what: processor(server, *how) for what, how in asked.items()}


def processor(server: Server, path: str, token: str, times: int) -> float:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    before = server.cpu_seconds
    with server.connect() as connection, connection.makefile("rb") as answers:
        for _ in range(times):
            connection.sendall(request.encode())
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"  # noqa: S101
            headers = dict(line.split(b": ") for line in iter(answers.readline, b"\r\n"))
            answers.read(int(headers[b"content-length"]))
    return 1000 * (server.cpu_seconds - before) / times


def fill(directory: Path, groups: int, count: int) -> None:
    """Groups, an account and jobs that have ended, straight into the store."""
    state = State(directory)
    group = f"{state.subscription}{GROUP}"
    account = f"{group}{ACCOUNT_PATH}"
    with state.store.transaction():
        for number in range(groups):
            put_group(state, f"rg-{number:06}")
        made = {"id": account, "name": ACCOUNT, "_scope": group, "_domain": ACCOUNT}
        state.store.put("account", group, ACCOUNT, ACCOUNT_BODY | made)
        owner = {"account": account, "group": group, "name": ACCOUNT}
        state.store.put("domain", "", ACCOUNT, owner)
        for number in range(count):
            job = {"id": JOB_ID.format(number), **ENDED}
            state.store.put("job", account, job["id"], job)
    state.store.close()


def put_group(state: State, name: str) -> None:
    group = {
        "id": f"{state.subscription}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "swedencentral",
        "tags": {},
        "_scope": state.subscription,
        "_made": 0.0,
    }
    state.store.put("group", state.subscription, name, group)


@contextmanager
def served(state: Path) -> Iterator[Server]:
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
    environment = dict(line.split("=", 1) for line in env_file.read_text("utf-8").splitlines())
    port = int(environment["LOCAL_AZURE_URL"].rpartition(":")[2])
    try:
        yield Server(process, port, environment["SSL_CERT_FILE"], environment)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def bare(state: Path) -> Iterator[Server]:
    """An application with one route, on the certificate that `state` has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = certificates.prepare(state)
    command = [sys.executable, "-c", BARE, str(port), str(made.chain), str(made.key)]
    process = subprocess.Popen(command)  # noqa: S603  the text above
    server = Server(process, port, str(made.bundle), {})
    while True:
        try:
            server.connect().close()
        except OSError:
            time.sleep(0.05)
        else:
            break
    try:
        yield server
    finally:
        process.terminate()
        process.wait()


def arm_put(server: Server, path: str, body: object) -> None:
    subscription = server.environment["AZURE_SUBSCRIPTION_ID"]
    url = f"/subscriptions/{subscription}{path}?api-version=2025-04-01"
    answer = ask(server, "PUT", url, json.dumps(body), token=token_of(server))
    assert "error" not in answer, answer  # noqa: S101


def token_of(server: Server, resource: str = "https://management.azure.com") -> str:
    assertion = Path(server.environment["AZURE_FEDERATED_TOKEN_FILE"]).read_text("ascii")
    form = {
        "grant_type": "client_credentials",
        "client_id": server.environment["AZURE_CLIENT_ID"],
        "scope": f"{resource}/.default",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    path = f"/{server.environment['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    token: str = ask(server, "POST", path, urlencode(form))["access_token"]
    return token


def ask(server: Server, method: str, path: str, body: str = "", token: str = "") -> dict[str, Any]:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    if body:
        kind = "json" if body.startswith("{") else "x-www-form-urlencoded"
        lines += [f"Content-Type: application/{kind}", f"Content-Length: {len(body)}"]
    with server.connect() as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 20), b""))
    found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


if __name__ == "__main__":
    main()
