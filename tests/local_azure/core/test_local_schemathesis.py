"""Whatever the specifications allow, in any order: no fault of the server, no answer amiss.

Schemathesis makes the requests and follows the ids in the answers; EXAMPLES=500 makes more.
"""

from __future__ import annotations

import os
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from local_azure.recording import FOLDER
from tests.local_azure import contract
from tests.local_azure.core.conftest import ACCOUNT, GROUP, REGION, training_content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_azure.conftest import LocalAzure, Start

pytestmark = [
    pytest.mark.skipif(
        not contract.SPECS.is_dir(), reason=f"no specifications in {contract.SPECS}"
    ),
    pytest.mark.timeout(7200),
]
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
CHAT = "/chat/completions"
STEPS = 12  # requests of an example
GENERATED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [not_a_server_error, response_schema_conformance]
QUICK = {"account_seconds": 0, "project_seconds": 0, "ready_seconds": 0, "file_seconds": 0}
BASES = {
    contract.DATED: (f"/accounts/{ACCOUNT}/openai", "2024-10-21"),
    contract.PREVIEW: (f"/accounts/{ACCOUNT}/openai", "2025-04-01-preview"),
    contract.V1: (f"/accounts/{ACCOUNT}/openai/v1", ""),
    contract.OPENAI: (f"/accounts/{ACCOUNT}/openai/v1", ""),
    contract.RESPONSES: (f"/accounts/{ACCOUNT}/openai/v1", ""),
    contract.STORED: (f"/accounts/{ACCOUNT}/openai/v1", ""),
    contract.EVALS: (f"/accounts/{ACCOUNT}/openai/v1", ""),
    contract.RESOURCES: ("", "2025-04-01"),
    contract.LOCKS: ("", "2020-05-01"),
    contract.COGNITIVE: ("", "2025-09-01"),
}
# A few names for what a path may name, so that requests meet.
NAMES = {
    "resourceGroupName": [GROUP, "rg-2"],
    "accountName": [ACCOUNT, "acc-2"],
    "deploymentName": ["chat", "trial"],
    "projectName": ["trip", "plan"],
    "lockName": ["keep"],
    "location": [REGION, "eastus2"],
    "resourceProviderNamespace": ["Microsoft.CognitiveServices"],
}


def loaded(file: str, azure: LocalAzure) -> Any:  # noqa: ANN401
    """The specification with this subscription's names, as Schemathesis reads it."""
    content = deepcopy(contract.specification(file, closed=False))
    if file == contract.OPENAI:  # of which Azure has chat as it is, and all else in its own form
        content["paths"] = {path: content["paths"][path] for path in (CHAT,)}
    if file.startswith("arm-"):
        content["swagger"] = "2.0"
        names = {**NAMES, "subscriptionId": [azure.subscription]}
        scope = f"subscriptions/{azure.subscription}/resourceGroups/{GROUP}"
        for described in _operations(content):
            for parameter in described.get("parameters", ()):
                name = parameter["name"]
                if parameter["in"] == "path" and name in names:
                    parameter |= {"type": "string", "enum": names[name]}
                if name == "scope":
                    parameter |= {"type": "string", "enum": [scope]}
                if parameter["in"] == "query":
                    parameter.setdefault("type", "string")
    schema = schemathesis.openapi.from_dict(content)
    schema.config.update(base_url=azure.url + BASES[file][0])
    return schema


def _operations(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in content["paths"].values():
        yield from methods.values()


class Client:
    """Signs each request, and gives a job a file that there is."""

    def __init__(self, azure: LocalAzure, file: str) -> None:
        self.azure = azure
        self.base, self.version = BASES[file]
        scope = "cognitiveservices.azure" if self.base else "management.azure"
        self.session = requests.Session()
        self.session.verify = azure.environment["SSL_CERT_FILE"]
        token = azure.token(f"https://{scope}.com/.default")
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.arm = azure.token()
        self.files: list[str] = []

    def begin(self) -> None:
        """A group with an account with a deployment, and nothing else."""
        self.azure.admin("POST", "reset")
        self.azure.admin("PATCH", "settings", {"speed": 3000, **QUICK})
        group = f"/subscriptions/{self.azure.subscription}/resourceGroups/{GROUP}"
        account = f"{group}/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}"
        properties = {"customSubDomainName": ACCOUNT, "allowProjectManagement": True}
        body = {"kind": "AIServices", "sku": {"name": "S0"}, "properties": properties}
        model = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
        sku = {"name": "GlobalStandard", "capacity": 400}
        self._put(group, {"location": REGION})
        self._put(account, {"location": REGION, **body})
        self._put(f"{account}/deployments/chat", {"sku": sku, "properties": {"model": model}})
        self.files.clear()

    def _put(self, path: str, body: object) -> None:
        url = f"{path}?api-version=2025-04-01"
        answer = self.azure.request("PUT", url, body, token=self.arm)
        assert answer.status == 201, answer

    def prepare(self, case: Any) -> None:  # noqa: ANN401
        for name in ("Authorization", "api-key"):
            case.headers.pop(name, None)
        if self.version:
            case.query["api-version"] = self.version
        if not self.base or not isinstance(case.body, dict):
            return
        if case.operation.path in (CHAT, "/responses", "/responses/input_tokens"):
            case.body["model"] = "chat"
        if case.operation.path == "/files":
            case.body |= {"file": training_content(), "purpose": "fine-tune"}
        if case.operation.path == "/fine_tuning/jobs" and self.files:
            named = {"model": "gpt-4o-2024-08-06", "trainingType": "GlobalStandard"}
            case.body |= {"training_file": self.files[-1], **named}
            case.body.pop("validation_file", None)

    def note(self, response: Any, case: Any) -> None:  # noqa: ANN401
        if (case.method, case.operation.path) == ("POST", "/files") and response.status_code < 300:
            self.files.append(response.json()["id"])


def machine(file: str, azure: LocalAzure) -> Any:  # noqa: ANN401
    client = Client(azure, file)

    class Machine(loaded(file, azure).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            client.begin()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002
            return {"session": client.session}

        def before_call(self, case: Any) -> None:  # noqa: ANN401
            client.prepare(case)

        def after_call(self, response: Any, case: Any) -> None:  # noqa: ANN401
            client.note(response, case)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:  # noqa: ANN401
            case.validate_response(response, checks=CHECKS)

    return Machine


LINKED = [file for file in BASES if file != contract.OPENAI]


@pytest.mark.parametrize("file", LINKED, ids=LINKED)
def test_any_order_of_requests(local_azure: LocalAzure, file: str) -> None:
    """A chain of requests, each with what the answers before it held."""
    bounded = settings(GENERATED, max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(machine(file, local_azure), settings=bounded)


def test_any_chat(local_azure: LocalAzure) -> None:
    """Requests for a completion that OpenAI's specification allows.

    Azure's errors have a form of their own; the witness knows it.
    """
    chat(local_azure, GenerationMode.POSITIVE)


def test_chat_that_is_not_allowed(
    start_local_azure: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is refused or, where it concerns what is not looked at here, answered; it breaks nothing."""
    monkeypatch.delenv(FOLDER, raising=False)
    chat(start_local_azure(), GenerationMode.NEGATIVE)


def chat(azure: LocalAzure, mode: GenerationMode) -> None:
    client = Client(azure, contract.OPENAI)
    client.begin()
    operation = loaded(contract.OPENAI, azure)[CHAT]["POST"]

    @settings(GENERATED, max_examples=EXAMPLES * 8)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:  # noqa: ANN401
        client.prepare(case)
        answer = case.call(session=client.session)
        case.validate_response(answer, checks=[not_a_server_error])

    ask()
