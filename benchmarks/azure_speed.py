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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src")]

from local_azure import certificates  # noqa: E402  this file is run by its path
from local_azure.state import State  # noqa: E402
from local_azure.trained_models import TrainedModel, publish  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS, PIPELINE = 8000, 32  # so many under way at a time on the one connection
GROUPS, JOBS = 100_000, 10_000
UPLOAD_MB, MB = 511, 1_000_000
DATA_PLANE = "https://cognitiveservices.azure.com"
BEGAN = 1_700_000_000.0  # in the past: lists hide what is to come
EXAMPLES, MODELS = 10_000, 3
ACCOUNT, GROUP, JOB_ID = "bench", "/resourceGroups/rg-000000", "ftjob-{:032x}"
ACCOUNT_PATH = f"/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}"
ACCOUNT_BODY = {
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "properties": {"customSubDomainName": ACCOUNT},
}
ENDED = {
    "created": BEGAN,
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
    "segments": [[BEGAN, None]],
    "results_published": True,
    "speed": 1.0,
    "ended": "succeeded",
    "ended_at": BEGAN + 2460,
}
QUESTION = "What should I think of before I buy a good book in Lisbon?"
INDEXES = """
import json, random, sys, tempfile, time
from pathlib import Path
from local_azure.simulated_model.dialogue import TrainedAnswers
count, models = map(int, sys.argv[1:])
chance = random.Random(1)
words = ["".join(chance.choices("aeilnorstu", k=chance.randint(3, 9))) for _ in range(8000)]
said = lambda n: " ".join(chance.choices(words, k=n))
asked = lambda: {"role": "user", "content": said(14)}
lines = [{"messages": [asked(), {"role": "assistant", "content": said(60)}]} for _ in range(count)]
seconds, kept = [], []
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "training.jsonl"
    path.write_text("\\n".join(map(json.dumps, lines)))
    del lines
    for _ in range(models):
        began = time.process_time()
        kept.append(TrainedAnswers.of_file(path))
        kept[-1].reply([asked()], temperature=0, chance=chance)
        seconds.append(time.process_time() - began)
status = Path("/proc/self/status").read_text()
memory = int(next(line for line in status.splitlines() if "VmRSS" in line).split()[1]) / 1024
print(f"{max(seconds):.2f} s of processor at most, {memory:.0f} MB with {models} of them")
"""
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
        first_answers()


def started(server: Server, began: float) -> str:
    seconds = time.perf_counter() - began
    return f"{seconds:.2f} s, {server.cpu_seconds:.2f} s of processor, {server.memory():.0f} MB"


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what}: {value}\n")
    sys.stdout.flush()


def requests(server: Server, state: Path) -> None:
    """Simple documents, ARM and chat, beside an application that does nothing else."""
    tenant = server.environment["AZURE_TENANT_ID"]
    subscription = f"/subscriptions/{server.environment['AZURE_SUBSCRIPTION_ID']}"
    stand(server)
    arm = {"Authorization": f"Bearer {token_of(server)}"}
    plane = {"Authorization": f"Bearer {token_of(server, DATA_PLANE)}"}
    account = f"{subscription}{GROUP}{ACCOUNT_PATH}?api-version=2025-09-01"
    chat = {"model": "chat", "messages": [{"role": "user", "content": QUESTION}], "seed": 1}
    v1 = f"/accounts/{ACCOUNT}/openai/v1"
    with bare(state) as other:
        least = pace(other, Request("GET", "/"))
    asked = {
        "a document": Request("GET", f"/{tenant}/v2.0/.well-known/openid-configuration"),
        "ARM, an account": Request("GET", account, arm),
        "chat": Request("POST", f"{v1}/chat/completions", plane, json.dumps(chat)),
        "chat, streamed": Request(
            "POST", f"{v1}/chat/completions", plane, json.dumps(chat | {"stream": True})
        ),
    }
    say("bare Starlette", described(least))
    for what, request in asked.items():
        found = pace(server, request)
        say(what, f"{described(found)}, {found.cpu / least.cpu:.1f} times bare Starlette")


def described(found: Pace) -> str:
    rate = f"{1 / found.wall:.0f} requests a second"
    return f"{rate}, {1e6 * found.cpu:.0f} µs of processor each"


def stand(server: Server) -> None:
    """A group, an account and a base deployment that chats without a limit."""
    quota = {"OpenAI.GlobalStandard.gpt-4o": 10_000_000}
    quick = {"account_seconds": 0, "ready_seconds": 0, "quota": quota}
    ask(server, "PATCH", "/_local/settings", json.dumps(quick))
    arm_put(server, GROUP, {"location": "swedencentral"})
    arm_put(server, f"{GROUP}{ACCOUNT_PATH}", ACCOUNT_BODY)
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
    sku = {"name": "GlobalStandard", "capacity": 10_000_000}
    body = {"sku": sku, "properties": {"model": model}}
    arm_put(server, f"{GROUP}{ACCOUNT_PATH}/deployments/chat", body)


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def bytes(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()


@dataclass
class Pace:
    """Seconds a request."""

    wall: float
    cpu: float


def pace(server: Server, asked: Request) -> Pace:
    request = asked.bytes()
    with server.connect() as connection:
        burst(connection, request)
        cpu, wall = server.cpu_seconds, time.perf_counter()
        for _ in range(REQUESTS // PIPELINE):
            burst(connection, request)
        wall, cpu = time.perf_counter() - wall, server.cpu_seconds - cpu
    return Pace(wall / REQUESTS, cpu / REQUESTS)


def burst(connection: ssl.SSLSocket, request: bytes) -> None:
    """Each answer must be a success; of a stream, its end is awaited."""
    connection.sendall(request * PIPELINE)
    ends = b"data: [DONE]" if b'"stream": true' in request else b"HTTP/1.1 200"
    answers, tail = 0, b""
    while answers < PIPELINE:
        received = connection.recv(1 << 20)
        assert b"HTTP/1.1 4" not in received, received[:500]  # noqa: S101
        tail += received
        answers += tail.count(ends)
        tail = tail[tail.rfind(ends) + len(ends) :] if ends in tail else tail[-len(ends) :]
    assert answers == PIPELINE  # noqa: S101


def upload(server: Server) -> None:
    """One large file through the form; memory before and at most."""
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
    groups = f"/subscriptions/{subscription}/resourceGroups?api-version=2025-04-01"
    tagged = f"{groups}&$filter=tagName%20eq%20'batch'%20and%20tagValue%20eq%20'7'"
    base = f"/accounts/{ACCOUNT}/openai/v1"
    jobs = f"{base}/fine_tuning/jobs"
    asked = {
        f"1,000 of {GROUPS} groups": Listed(groups, arm, 40, "value", 1000),
        f"100 by a tag of {GROUPS} groups": Listed(tagged, arm, 40, "value", 100),
        f"100 of {JOBS} jobs": Listed(
            f"{base}/fine_tuning/jobs?limit=100", plane, 100, "data", 100
        ),
        f"100 of {JOBS} models": Listed(f"{base}/models?limit=100", plane, 40, "data", 100),
        "one job": Listed(f"{jobs}/{JOB_ID.format(50)}", plane, 400),
        "_local/state": Listed("/_local/state", "", 40),
    }
    return {what: processor(server, listed) for what, listed in asked.items()}


@dataclass
class Listed:
    """What is asked how often, and how many items its answer must have."""

    path: str
    token: str
    times: int
    key: str = ""
    count: int = 0

    def check(self, content: bytes) -> None:
        found = json.loads(content)
        assert not self.key or len(found[self.key]) == self.count, content[:300]  # noqa: S101


def processor(server: Server, listed: Listed) -> float:
    bearer = f"Authorization: Bearer {listed.token}\r\n" if listed.token else ""
    request = f"GET {listed.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}\r\n"
    with server.connect() as connection, connection.makefile("rb") as answers:

        def answer() -> bytes:
            connection.sendall(request.encode())
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"  # noqa: S101
            headers = dict(line.split(b": ") for line in iter(answers.readline, b"\r\n"))
            return answers.read(int(headers[b"content-length"]))

        listed.check(answer())
        before = server.cpu_seconds
        for _ in range(listed.times):
            answer()
        return 1000 * (server.cpu_seconds - before) / listed.times


def first_answers() -> None:
    """Indexes of fine-tuned models, each of as many examples, in a process of their own."""
    done = subprocess.run(  # noqa: S603  the text below
        [sys.executable, "-c", INDEXES, str(EXAMPLES), str(MODELS)],
        env={**os.environ, "PYTHONPATH": sys.path[0]},
        check=True,
        capture_output=True,
        text=True,
    )
    say(f"the first answer of a model with {EXAMPLES} examples", done.stdout.strip())


def fill(directory: Path, groups: int, count: int) -> None:
    """Groups, an account and jobs that have ended, straight into the store."""
    state = State(directory)
    group = f"{state.subscription}{GROUP}"
    account = f"{group}{ACCOUNT_PATH}"
    with state.store.transaction():
        for number in range(groups):
            put_group(state, f"rg-{number:06}", {"batch": str(number // 100)})
        made = {"id": account, "name": ACCOUNT, "_scope": group, "_domain": ACCOUNT}
        state.store.put("account", group, ACCOUNT, ACCOUNT_BODY | made)
        owner = {"account": account, "group": group, "name": ACCOUNT}
        state.store.put("domain", "", ACCOUNT, owner)
        for number in range(count):
            job = {"id": JOB_ID.format(number), **ENDED}
            state.store.put("job", account, job["id"], job)
            name = f"{ENDED['base']}.ft-{number:032x}-{ENDED['suffix']}"
            publish(state.store, account, TrainedModel(name, str(ENDED["base"]), str(job["id"])))
    state.store.close()


def put_group(state: State, name: str, tags: dict[str, str]) -> None:
    group = {
        "id": f"{state.subscription}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "swedencentral",
        "tags": tags,
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
