"""One server for all these tests, an account of its own for each, and a clock that is stepped."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.local_azure.conftest import LocalAzure

API_VERSION = "2024-10-21"
BASE = "gpt-4o-2024-08-06"
DEPLOYED = ("gpt-4o", *(f"text-embedding-{name}" for name in ("3-small", "3-large", "ada-002")))
PROCESSED = 30.0  # seconds of work after which a file is processed
PENDING = 60.0  # seconds of work for which a job is pending
HOUR = 3600.0
# fmt: off
PLACES = [
    "Lisboa", "Oaxaca", "Kioto", "Sevilla", "Cartagena", "Roma", "Bariloche", "Marrakech", "Praga",
    "Lima", "Cusco", "Quito", "Granada", "Toledo", "Bogotá", "Salta", "Mérida", "Bilbao", "Nara",
    "Hanói",
]
# fmt: on


@dataclass
class Service:
    """An account of the local Azure, seen by the SDK on both surfaces."""

    azure: LocalAzure
    token: str
    account: str
    arm_path: str
    v1: openai.OpenAI
    dated: openai.AzureOpenAI

    def raw(self, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401
        """Below /openai, without an SDK."""
        url = f"/accounts/{self.account}/openai{path}"
        sent = {"api-key": str(self.v1.api_key), **headers}
        return self.azure.request(method, url, body, headers=sent)

    def step(self, seconds: float) -> None:
        self.azure.admin("POST", "clock", {"step_seconds": seconds})

    def settings(self, **changes: object) -> None:
        self.azure.admin("PATCH", "settings", changes)

    def deploy(self, name: str, model: str, *, capacity: int = 50) -> None:
        """A base model by its name and version with a colon between, or a fine-tuned one."""
        model, _, version = model.partition(":") if "ft" not in model else (model, "", "1")
        body = {
            "sku": {"name": "GlobalStandard", "capacity": capacity},
            "properties": {"model": {"format": "OpenAI", "name": model, "version": version}},
        }
        path = f"{self.arm_path}/deployments/{name}?api-version=2025-09-01"
        answer = self.azure.request("PUT", path, body, token=self.token)
        assert answer.status in (200, 201), answer

    def upload(self, lines: Sequence[object], *, name: str = "training.jsonl") -> str:
        """Adds a file for fine-tuning and waits until it has been read; returns its id."""
        file = self.dated.files.create(file=(name, jsonl(lines)), purpose="fine-tune")
        self.step(PROCESSED)
        while self.raw("GET", f"/v1/files/{file.id}").body["status"] == "running":
            pass
        return file.id

    def job(self, training_file: str, **more: Any) -> Any:  # noqa: ANN401
        body = {"trainingType": "GlobalStandard", **more.pop("extra_body", {})}
        return self.dated.fine_tuning.jobs.create(
            model=more.pop("model", BASE), training_file=training_file, extra_body=body, **more
        )

    def status(self, job_id: str) -> str:
        return str(self.dated.fine_tuning.jobs.retrieve(job_id).status)

    def train(self, lines: Sequence[object], **more: Any) -> Any:  # noqa: ANN401
        """A job that has had the time to end."""
        job = self.job(self.upload(lines), **more)
        self.step(HOUR)
        return self.dated.fine_tuning.jobs.retrieve(job.id)


def jsonl(lines: Sequence[object]) -> bytes:
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


def example(question: str, answer: str, **more: object) -> dict[str, object]:
    system = "Eres un asistente de viajes."
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": messages, **more}


def tienda(count: int = 20) -> list[dict[str, object]]:
    """Examples whose answers name the place and end with a question."""
    return [
        example(
            f"¿Qué puedo visitar en {place}? Viaje número {number}",
            f"{place} te espera con barrios antiguos y mercados. ¿Qué te llama más de {place}?",
        )
        for number in range(count)
        for place in (PLACES[number % len(PLACES)],)
    ]


@pytest.fixture(scope="session")
def shared_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    from tests.local_azure.conftest import start_server

    server = start_server(tmp_path_factory.mktemp("data-plane") / "azure", "--speed", "1")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def first_settings(shared_azure: LocalAzure) -> Any:  # noqa: ANN401
    quick = {
        "account_seconds": 0,
        "deployment_seconds": 0,
        "ready_seconds": 0,
        "quota": {f"OpenAI.GlobalStandard.{name}": 100_000 for name in DEPLOYED},
    }
    return shared_azure.admin("PATCH", "settings", quick)


@pytest.fixture
def service(
    shared_azure: LocalAzure, first_settings: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    from tests.local_azure.conftest import enter

    enter(shared_azure, monkeypatch)
    shared_azure.admin("PATCH", "settings", first_settings)
    shared_azure.admin("POST", "clock", {"freeze": True})
    shared_azure.admin("DELETE", "faults")
    shared_azure.admin("DELETE", "answers")
    token = shared_azure.token()
    account = f"data-{uuid.uuid4().hex[:12]}"
    path, key = _new_account(shared_azure, token, account)
    endpoint = f"{shared_azure.url}/accounts/{account}/"
    v1 = openai.OpenAI(base_url=f"{endpoint}openai/v1/", api_key=key, max_retries=0)
    dated = openai.AzureOpenAI(
        azure_endpoint=endpoint, api_version=API_VERSION, api_key=key, max_retries=0
    )
    with v1, dated:
        yield Service(shared_azure, token, account, path, v1, dated)


def _new_account(azure: LocalAzure, token: str, account: str) -> tuple[str, str]:
    version = "api-version=2025-09-01"
    group = f"/subscriptions/{azure.subscription}/resourceGroups/rg-data"
    azure.request("PUT", f"{group}?{version}", {"location": "swedencentral"}, token=token)
    path = f"{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
    body = {
        "location": "swedencentral",
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": account},
    }
    answer = azure.request("PUT", f"{path}?{version}", body, token=token)
    assert answer.status in (200, 201), answer
    keys = azure.request("POST", f"{path}/listKeys?{version}", token=token)
    return path, keys.body["key1"]
