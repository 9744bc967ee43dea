"""ARM's answers against the operations and schemas derived from the SDKs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_azure.recording import FOLDER
from tests.local_azure import contract
from tests.local_azure.conftest import enter, start_server, stop_server
from tests.local_azure.coverage import LISTED, PAGE, coverage_table, on_page
from tests.local_azure.witness import WITNESS, Witness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure

pytestmark = pytest.mark.skipif(
    not contract.SPECS.is_dir(), reason=f"no specifications in {contract.SPECS}"
)
COGNITIVE, RESOURCES, LOCK = "2025-09-01", "2025-04-01", "2020-05-01"
FT = "/fine_tuning/jobs"
ACCOUNT = {
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "tags": {"a": "b"},
    "properties": {"customSubDomainName": "acc", "allowProjectManagement": True},
}
DEPLOYMENT = {
    "sku": {"name": "GlobalStandard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
}
EMBEDDING = {
    "sku": {"name": "GlobalStandard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "text-embedding-3-small", "version": "1"}},
}
LEVEL = {"level": "CanNotDelete", "notes": "n"}
PROJECT = {"location": "swedencentral", "properties": {"displayName": "Travel"}}
SKU_QUESTION = {"skus": ["S0"], "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts"}
DOMAIN_QUESTION = {"subdomainName": "x", "type": "Microsoft.CognitiveServices/accounts"}

NO_UPGRADE = {"properties": {"tierUpgradePolicy": "NoAutoUpgrade"}}
WRONG_POLICY = {"tierUpgradePolicy": "Never"}
WORKLOADS = {
    "model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"},
    "skuName": "GlobalStandard",
    "workloads": [
        {
            "requestPerMinute": 10,
            "requestParameters": {"avgPromptTokens": 700, "avgGeneratedTokens": 300},
        }
    ],
}

# Version, method, path, body, status; {G} is the group, {P} the provider, {A} the account.
STEPS: list[tuple[str, str, str, Any, int]] = [
    (RESOURCES, "PUT", "{G}", {"location": "eastus2", "tags": {"a": "b"}}, 201),
    (RESOURCES, "PUT", "{G}", {"location": "eastus2"}, 200),
    (RESOURCES, "PATCH", "{G}", {"tags": {"c": "d"}}, 200),
    (RESOURCES, "GET", "{G}", None, 200),
    (RESOURCES, "HEAD", "{G}", None, 204),
    (RESOURCES, "GET", "{S}/resourcegroups", None, 200),
    (RESOURCES, "GET", "{S}/providers/Microsoft.CognitiveServices", None, 200),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 201),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 200),
    (COGNITIVE, "PATCH", "{A}", {"tags": {"x": "y"}}, 200),
    (COGNITIVE, "GET", "{A}", None, 200),
    (COGNITIVE, "GET", "{G}{P}/accounts", None, 200),
    (COGNITIVE, "GET", "{S}{P}/accounts", None, 200),
    (COGNITIVE, "POST", "{A}/listKeys", None, 200),
    (COGNITIVE, "POST", "{A}/regenerateKey", {"keyName": "Key2"}, 200),
    (COGNITIVE, "GET", "{A}/skus", None, 200),
    (COGNITIVE, "GET", "{A}/usages", None, 200),
    (COGNITIVE, "GET", "{A}/models", None, 200),
    (RESOURCES, "GET", "{G}/resources", None, 200),
    (RESOURCES, "GET", "{S}/resources", None, 200),
    (COGNITIVE, "PUT", "{A}/projects/tienda", PROJECT, 201),
    (COGNITIVE, "PATCH", "{A}/projects/tienda", {"properties": {"description": "d"}}, 200),
    (COGNITIVE, "GET", "{A}/projects/tienda", None, 200),
    (COGNITIVE, "GET", "{A}/projects", None, 200),
    (COGNITIVE, "PUT", "{A}/deployments/chat", DEPLOYMENT, 201),
    (COGNITIVE, "PUT", "{A}/deployments/embed", EMBEDDING, 201),
    (COGNITIVE, "PUT", "{A}/deployments/chat", DEPLOYMENT, 200),
    (COGNITIVE, "PUT", "{A}/deployments/more", {"properties": {}}, 400),
    (COGNITIVE, "PATCH", "{A}/deployments/chat", {"tags": {"e": "f"}}, 200),
    (COGNITIVE, "GET", "{A}/deployments/chat", None, 200),
    (COGNITIVE, "GET", "{A}/deployments/chat/skus", None, 200),
    (COGNITIVE, "GET", "{A}/deployments", None, 200),
    (COGNITIVE, "GET", "{A}/deployments/none", None, 404),
    (COGNITIVE, "GET", "{S}{P}/locations/swedencentral/models", None, 200),
    (COGNITIVE, "GET", "{S}{P}/locations/swedencentral/usages", None, 200),
    (COGNITIVE, "GET", "{S}{P}/modelCapacities?{MODEL}", None, 200),
    (COGNITIVE, "GET", "{S}{P}/locations/eastus2/modelCapacities?{MODEL}", None, 200),
    (COGNITIVE, "GET", "{S}{P}/skus", None, 200),
    (COGNITIVE, "POST", "{S}{P}/checkDomainAvailability", DOMAIN_QUESTION, 200),
    (COGNITIVE, "POST", "{S}{P}/locations/eastus2/checkSkuAvailability", SKU_QUESTION, 200),
    (LOCK, "PUT", "{G}/providers/Microsoft.Authorization/locks/l", {"properties": {}}, 400),
    (LOCK, "PUT", "{G}/providers/Microsoft.Authorization/locks/l", {"properties": LEVEL}, 201),
    (LOCK, "GET", "{G}/providers/Microsoft.Authorization/locks", None, 200),
    (LOCK, "GET", "{G}/providers/Microsoft.Authorization/locks/l", None, 200),
    (COGNITIVE, "DELETE", "{A}", None, 409),
    (RESOURCES, "DELETE", "{G}", None, 409),
    (LOCK, "DELETE", "{G}/providers/Microsoft.Authorization/locks/l", None, 200),
    (LOCK, "DELETE", "{G}/providers/Microsoft.Authorization/locks/l", None, 204),
    (LOCK, "PUT", "{A}{L}/l", {"properties": LEVEL}, 201),
    (LOCK, "GET", "{A}{L}/l", None, 200),
    (LOCK, "GET", "{A}{L}", None, 200),
    (LOCK, "DELETE", "{A}{L}/l", None, 200),
    (LOCK, "PUT", "{S}{L}/l", {"properties": LEVEL}, 201),
    (LOCK, "GET", "{S}{L}/l", None, 200),
    (LOCK, "GET", "{S}{L}", None, 200),
    (LOCK, "DELETE", "{S}{L}/l", None, 200),
    (LOCK, "GET", "/providers/Microsoft.Authorization/operations", None, 200),
    (RESOURCES, "PUT", "{A}{T}", {"properties": {"tags": {"t": "1"}}}, 200),
    (RESOURCES, "PATCH", "{G}{T}", {"operation": "Merge", "properties": {"tags": {}}}, 200),
    (RESOURCES, "GET", "{A}{T}", None, 200),
    (RESOURCES, "DELETE", "{A}{T}", None, 200),
    (RESOURCES, "GET", "{S}/providers", None, 200),
    (RESOURCES, "GET", "/providers", None, 200),
    (RESOURCES, "GET", "{P}", None, 200),
    (RESOURCES, "GET", "{S}{P}/resourceTypes", None, 200),
    (RESOURCES, "GET", "/providers/Microsoft.Resources/operations", None, 200),
    (RESOURCES, "POST", "{S}{P}/unregister", None, 200),
    (RESOURCES, "POST", "{S}{P}/register", None, 200),
    (COGNITIVE, "GET", "{P}/operations", None, 200),
    (COGNITIVE, "GET", "{S}{P}/quotaTiers", None, 200),
    (COGNITIVE, "GET", "{S}{P}/quotaTiers/default", None, 200),
    (COGNITIVE, "PATCH", "{S}{P}/quotaTiers/default", NO_UPGRADE, 200),
    (COGNITIVE, "PUT", "{S}{P}/quotaTiers/default", NO_UPGRADE, 200),
    (COGNITIVE, "PATCH", "{S}{P}/quotaTiers/default", {"properties": WRONG_POLICY}, 400),
    (COGNITIVE, "POST", "{S}{P}/calculateModelCapacity", WORKLOADS, 200),
    (COGNITIVE, "POST", "{S}{P}/calculateModelCapacity", {"skuName": "Standard"}, 400),
    (COGNITIVE, "DELETE", "{A}/projects/tienda", None, 200),
    (COGNITIVE, "DELETE", "{A}/deployments/chat", None, 200),
    (COGNITIVE, "DELETE", "{A}/deployments/chat", None, 204),
    (COGNITIVE, "DELETE", "{A}", None, 200),
    (COGNITIVE, "GET", "{A}", None, 404),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 409),
    (COGNITIVE, "GET", "{S}{P}/deletedAccounts", None, 200),
    (COGNITIVE, "GET", "{D}", None, 200),
    (COGNITIVE, "DELETE", "{D}", None, 200),
    (COGNITIVE, "DELETE", "{D}", None, 204),
    (RESOURCES, "DELETE", "{G}", None, 202),
]


def test_every_operation(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every listed operation is asked for and answers in the specification's words."""
    own = Witness(pytestconfig.stash[WITNESS].folder / "every-operation")
    monkeypatch.setenv(FOLDER, str(own.folder))
    server = start_server(tmp_path / "azure", "--speed", "1")
    enter(server, monkeypatch)
    try:
        quick = {"deployment_seconds": 0, "account_seconds": 0, "project_seconds": 0}
        server.admin("PATCH", "settings", {**quick, "ready_seconds": 0})
        _walk(server, STEPS[:ACCOUNT_STANDS])
        DataPlane(server).walk()
        _walk(server, STEPS[ACCOUNT_STANDS:])
    finally:
        stop_server(server)
    assert own.read() == []
    missing = [one.name for one in LISTED if (one.file, one.name) not in own.exercised]
    assert missing == []


def test_the_page_says_what_is_there() -> None:
    """The table in the docs is the one that the routes give."""
    assert coverage_table() == on_page(PAGE.read_text(encoding="utf-8"))


def _walk(server: LocalAzure, steps: list[tuple[str, str, str, Any, int]]) -> None:
    names, token = _names(server), server.token()
    for version, method, path, body, status in steps:
        target, _, query = path.format(**names).partition("?")
        url = f"{target}?api-version={version}&{query}"
        answer = server.request(method, url, body, token=token)
        assert answer.status == status, (method, path, answer)


class DataPlane:
    """The account's operations on each of its surfaces."""

    def __init__(self, server: LocalAzure) -> None:
        self._server = server
        account = _names(server)["A"]
        path = f"{account}/listKeys?api-version={COGNITIVE}"
        self._key = server.request("POST", path, token=server.token()).body["key1"]

    def ask(self, method: str, path: str, body: object = None, *, raw: bool = False) -> Any:  # noqa: ANN401
        url = f"/accounts/acc/openai{path}"
        answer = self._server.request(method, url, body, headers={"api-key": self._key}, raw=raw)
        assert answer.status < 300, (method, path, answer)
        return answer.body

    def walk(self) -> None:
        for prefix, version in (
            ("", "?api-version=2024-10-21"),
            ("", "?api-version=2025-04-01-preview"),
            ("/v1", ""),
        ):
            self._files(prefix, version)
            if not prefix:
                self._uploads(version)
            self._jobs(prefix, version)
        self._chat()

    def _step(self, seconds: float) -> None:
        self._server.admin("POST", "clock", {"step_seconds": seconds})

    def _form(self, path: str, **fields: str) -> Any:  # noqa: ANN401
        text = ""
        for name, value in fields.items():
            filename = '; filename="t.jsonl"' if name in ("file", "data") else ""
            text += f'--edge\r\nContent-Disposition: form-data; name="{name}"{filename}'
            text += f"\r\n\r\n{value}\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=edge", "api-key": self._key}
        url, content = f"/accounts/acc/openai{path}", f"{text}--edge--\r\n".encode()
        return self._server.request("POST", url, headers=kind, content=content).body

    def _files(self, prefix: str, version: str) -> None:
        name = self._form(f"{prefix}/files{version}", purpose="fine-tune", file=TRAINING)["id"]
        self.ask("GET", f"{prefix}/files{version}")
        self.ask("GET", f"{prefix}/files/{name}{version}")
        self.ask("GET", f"{prefix}/files/{name}/content{version}", raw=True)
        self.ask("DELETE", f"{prefix}/files/{name}{version}")
        if not prefix:
            content = {"purpose": "fine-tune", "filename": "i", "content_url": "http://127.0.0.1:9"}
            self.ask("POST", f"/files/import{version}", content)

    def _uploads(self, version: str) -> None:
        size = len(TRAINING.encode())
        body = {"bytes": size, "filename": "t", "mime_type": "text/plain", "purpose": "fine-tune"}
        for ending in ("complete", "cancel"):
            upload = self.ask("POST", f"/uploads{version}", body)["id"]
            part = self._form(f"/uploads/{upload}/parts{version}", data=TRAINING)["id"]
            path = f"/uploads/{upload}/{ending}{version}"
            self.ask("POST", path, {"part_ids": [part]} if ending == "complete" else None)

    def _jobs(self, prefix: str, version: str) -> None:
        file = self._form(f"{prefix}/files{version}", purpose="fine-tune", file=TRAINING)["id"]
        self._step(60)
        while self.ask("GET", f"{prefix}/files/{file}{version}")["status"] == "running":
            pass
        body = {"model": "gpt-4o-2024-08-06", "training_file": file, "trainingType": "Standard"}
        job = self.ask("POST", f"{prefix}{FT}{version}", body)["id"]
        at = f"{prefix}{FT}/{job}"
        self._step(1800)
        if prefix or "preview" in version:
            self.ask("POST", f"{at}/pause{version}")
            self._step(600)
            self.ask("POST", f"{at}/resume{version}")
        self._step(7200)
        for path in (f"{prefix}{FT}", at, f"{at}/events", f"{at}/checkpoints", f"{prefix}/models"):
            self.ask("GET", f"{path}{version}")
        self.ask("GET", f"{prefix}/models/gpt-4o-2024-08-06{version}")
        other = self.ask("POST", f"{prefix}{FT}{version}", body)["id"]
        self.ask("POST", f"{prefix}{FT}/{other}/cancel{version}")
        if prefix:
            model = self.ask("GET", at)["fine_tuned_model"]
            self.ask("DELETE", f"/v1/models/{model}")
        else:
            self.ask("DELETE", f"{at}{version}")

    def _chat(self) -> None:
        question = {"messages": [{"role": "user", "content": "¿Qué veo en Roma?"}]}
        self.ask("POST", "/deployments/chat/chat/completions?api-version=2024-10-21", question)
        self.ask("POST", "/v1/chat/completions", {**question, "model": "chat"})
        self._stored({**question, "model": "chat", "store": True})
        self._responses()
        self._grading()
        self._batches("?api-version=2024-10-21", "")
        self._batches("", "/v1")
        self._evals()

    def _stored(self, question: dict[str, Any]) -> None:
        at = f"/v1/chat/completions/{self.ask('POST', '/v1/chat/completions', question)['id']}"
        for path in ("/v1/chat/completions", at, f"{at}/messages"):
            self.ask("GET", path)
        self.ask("POST", at, {"metadata": {"a": "b"}})
        self.ask("DELETE", at)

    def _responses(self) -> None:
        body = {"model": "chat", "input": "Hello"}
        self.ask("POST", "/v1/responses/input_tokens", body)
        background = self.ask("POST", "/v1/responses", {**body, "background": True})["id"]
        at = f"/v1/responses/{background}"
        self.ask("POST", f"{at}/cancel")
        self.ask("GET", at)
        self.ask("GET", f"{at}/input_items")
        self.ask("DELETE", at)
        self.ask("POST", "/v1/embeddings", {"model": "embed", "input": "Hello"})

    def _grading(self) -> None:
        body: dict[str, Any] = {"grader": GRADER, "item": {"a": "yes"}, "model_sample": "yes"}
        self.ask("POST", "/v1/fine_tuning/alpha/graders/run", body)
        self.ask("POST", "/v1/fine_tuning/alpha/graders/validate", {"grader": GRADER})

    def _batches(self, version: str, prefix: str) -> None:
        chat = {"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}
        line = {"custom_id": "1", "method": "POST", "url": "/chat/completions", "body": chat}
        name = self._form(f"{prefix}/files{version}", purpose="batch", file=json.dumps(line))["id"]
        self._step(60)
        while self.ask("GET", f"{prefix}/files/{name}{version}")["status"] == "running":
            pass
        body = {"input_file_id": name, "endpoint": "/v1/chat/completions"}
        body["completion_window"] = "24h"
        batch = self.ask("POST", f"{prefix}/batches{version}", body)["id"]
        self.ask("POST", f"{prefix}/batches/{batch}/cancel{version}")
        self.ask("GET", f"{prefix}/batches/{batch}{version}")
        self.ask("GET", f"{prefix}/batches{version}")

    def _evals(self) -> None:
        config = {"type": "custom", "item_schema": {"type": "object"}}
        body = {"name": "e", "data_source_config": config, "testing_criteria": [GRADER]}
        at = f"/v1/evals/{self.ask('POST', '/v1/evals', body)['id']}"
        self.ask("GET", "/v1/evals")
        self.ask("GET", at)
        self.ask("POST", at, {"name": "f"})
        rows = [{"item": {"a": "yes"}, "sample": {"output_text": "yes"}}]
        source = {"type": "jsonl", "source": {"type": "file_content", "content": rows}}
        run = f"{at}/runs/{self.ask('POST', f'{at}/runs', {'data_source': source})['id']}"
        self._step(60)
        self.ask("GET", f"{at}/runs")
        self.ask("GET", run)
        item = self.ask("GET", f"{run}/output_items")["data"][0]["id"]
        self.ask("GET", f"{run}/output_items/{item}")
        other = f"{at}/runs/{self.ask('POST', f'{at}/runs', {'data_source': source})['id']}"
        self.ask("POST", other)
        self.ask("DELETE", other)
        self.ask("DELETE", at)


GRADER = {
    "type": "string_check",
    "name": "same",
    "input": "{{sample.output_text}}",
    "reference": "{{item.a}}",
    "operation": "eq",
}
TRAINING = "\n".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"¿Qué veo en la ciudad número {number}?"},
                {"role": "assistant", "content": f"La plaza {number}. ¿Vas en verano?"},
            ]
        }
    )
    for number in range(12)
)
ACCOUNT_STANDS = [step[2] for step in STEPS].index("{A}/deployments/chat/skus")


def _names(local_azure: LocalAzure) -> dict[str, str]:
    subscription = f"/subscriptions/{local_azure.subscription}"
    provider = "/providers/Microsoft.CognitiveServices"
    return {
        "S": subscription,
        "G": f"{subscription}/resourceGroups/rg",
        "P": provider,
        "L": "/providers/Microsoft.Authorization/locks",
        "T": "/providers/Microsoft.Resources/tags/default",
        "A": f"{subscription}/resourceGroups/rg{provider}/accounts/acc",
        "D": f"{subscription}{provider}/locations/swedencentral/resourceGroups/rg"
        "/deletedAccounts/acc",
        "MODEL": "modelFormat=OpenAI&modelName=gpt-4o&modelVersion=2024-08-06",
    }
