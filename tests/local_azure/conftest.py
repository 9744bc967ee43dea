"""A local Azure of its own for whoever asks: a real process, reached over TLS by the real SDKs."""

import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pytest
from azure.identity import DefaultAzureCredential
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from pydantic.alias_generators import to_camel

from tests.local_azure.witness import WITNESS

SPEED = 300
_START_SECONDS = 30
_SDK = int(version("azure-mgmt-cognitiveservices").split(".")[0])
_POLL_SECONDS = 0.05  # the SDKs' own 30 s, where the server gives no hint


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class LocalAzure:
    """A running server; `environment` is all that a client needs to know of it."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    state: Path
    _context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self._context = ssl.create_default_context(cafile=self.state / "ca.pem")

    @property
    def url(self) -> str:
        return self.environment["LOCAL_AZURE_URL"]

    @property
    def subscription(self) -> str:
        return self.environment["AZURE_SUBSCRIPTION_ID"]

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        raw: bool = False,
    ) -> Answer:
        """One request as it is, without an SDK; a refusal is an answer like any other."""
        url = path if path.startswith("https://") else self.url + path
        if body is not None:
            content = json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(url, content, sent, method=method)  # noqa: S310
        try:
            response = urllib.request.urlopen(request, context=self._context, timeout=30)  # noqa: S310
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read()
            return Answer(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                text if raw else json.loads(text) if text else None,
            )

    def admin(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """/_local/...; `path` is what comes behind it."""
        answer = self.request(method, f"/_local/{path}", body)
        assert answer.status == 200, answer
        return answer.body

    def credential(self) -> DefaultAzureCredential:
        return DefaultAzureCredential()

    def token(self, scope: str = "https://management.azure.com/.default") -> str:
        return self.credential().get_token(scope).token

    def groups(self) -> Any:  # noqa: ANN401
        """Untyped, so that tests may send plain JSON."""
        return ResourceManagementClient(
            self.credential(),
            self.subscription,
            base_url=self.url,
            credential_scopes=["https://management.azure.com/.default"],
            polling_interval=_POLL_SECONDS,
        )

    def cognitive(self) -> Any:  # noqa: ANN401
        """Untyped likewise."""
        return CognitiveServicesManagementClient(
            self.credential(),
            self.subscription,
            base_url=self.url,
            credential_scopes=["https://management.azure.com/.default"],
            polling_interval=_POLL_SECONDS,
        )

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


@pytest.fixture(autouse=True)
def _answers_conform(pytestconfig: pytest.Config) -> Iterator[None]:
    """No answer, and no request that was accepted, breaks its specification."""
    yield
    new = pytestconfig.stash[WITNESS].read()
    assert not new, "\n".join(new)


def with_fields(method: Any, *path: str, **fields: object) -> Any:  # noqa: ANN401
    """Before version 15 a body's fields are arguments of the SDK's method, then it is one."""
    if _SDK < 15:
        return method(*path, **fields)
    return method(*path, {to_camel(name): value for name, value in fields.items()})


class Start(Protocol):
    def __call__(self, *arguments: str, state: Path = ...) -> LocalAzure: ...


def start_server(state: Path, *arguments: str) -> LocalAzure:
    """Start a server on `state` and wait until it listens."""
    env_file = state.with_name(f"{state.name}.env")
    env_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local_azure", "serve", "--state", str(state)]
    command += ["--env-file", str(env_file), "--die-with-parent", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + _START_SECONDS
    while not env_file.exists():
        assert process.poll() is None, "the server ended before it listened"
        assert time.monotonic() < deadline, "the server does not listen"
        time.sleep(0.02)
    lines = env_file.read_text(encoding="utf-8").splitlines()
    environment = dict(line.split("=", 1) for line in lines)
    return LocalAzure(process, environment, state)


def stop_server(server: LocalAzure) -> int:
    """Let it end as its parent's death would, and return its exit code."""
    assert server.process.stdin is not None
    server.process.stdin.close()
    return server.process.wait(timeout=30)


def enter(server: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust our authority alone: each SDK client takes 70 ms to read the public ones."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(server.state / "ca.pem"))


@pytest.fixture
def start_local_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start servers, by default on one state directory; this process gets their environment."""
    started: list[LocalAzure] = []

    def start(*arguments: str, state: Path = tmp_path / "azure") -> LocalAzure:
        server = start_server(state, *(arguments or ("--speed", str(SPEED))))
        started.append(server)
        enter(server, monkeypatch)
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="module")
def standing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    server = start_server(tmp_path_factory.mktemp("standing") / "azure", "--speed", str(SPEED))
    yield server
    server.kill()


@pytest.fixture
def standing_azure(standing_server: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> LocalAzure:
    """One server for all tests of a module that change nothing in it."""
    enter(standing_server, monkeypatch)
    return standing_server


@pytest.fixture
def local_azure(start_local_azure: Start) -> LocalAzure:
    return start_local_azure()
