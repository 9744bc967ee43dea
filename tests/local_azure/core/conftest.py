"""A group, an account and a fine-tuned model to begin with."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.local_azure.conftest import LocalAzure

GROUP, ACCOUNT, REGION = "rg-core", "core-account", "swedencentral"
_HOURS = 3600
_POLL_SECONDS = 0.05


@pytest.fixture(scope="session")
def core_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    from tests.local_azure.conftest import SPEED, start_server

    server = start_server(tmp_path_factory.mktemp("core") / "azure", "--speed", str(SPEED))
    yield server
    server.kill()


@pytest.fixture
def local_azure(core_server: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> LocalAzure:
    """One process for all tests of this folder, as new for each of them."""
    from tests.local_azure.conftest import enter

    enter(core_server, monkeypatch)
    core_server.admin("POST", "reset")
    return core_server


@pytest.fixture
def group(local_azure: LocalAzure) -> str:
    local_azure.groups().resource_groups.create_or_update(GROUP, {"location": REGION})
    return GROUP


@pytest.fixture
def account(local_azure: LocalAzure, group: str) -> str:
    body = {
        "location": REGION,
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned"},
        "properties": {"customSubDomainName": ACCOUNT, "allowProjectManagement": True},
    }
    local_azure.cognitive().accounts.begin_create(group, ACCOUNT, body).result()
    return ACCOUNT


@pytest.fixture
def account_path(local_azure: LocalAzure, account: str) -> str:
    return (
        f"/subscriptions/{local_azure.subscription}/resourceGroups/{GROUP}"
        f"/providers/Microsoft.CognitiveServices/accounts/{account}"
    )


@pytest.fixture
def fine_tuned(local_azure: LocalAzure, account: str) -> str:
    """The name of a model fine-tuned from gpt-4o in the account."""
    return _train(local_azure, account, "gpt-4o-2024-08-06")


@pytest.fixture
def train(local_azure: LocalAzure, account: str) -> Callable[[str], str]:
    """Fine-tune a base model, named with its date, and give the new model's name."""
    return lambda base: _train(local_azure, account, base)


def _train(local_azure: LocalAzure, account: str, base: str) -> str:
    client = openai.OpenAI(
        base_url=f"{local_azure.url}/accounts/{account}/openai/v1/",
        api_key=local_azure.cognitive().accounts.list_keys(GROUP, account).key1,
    )
    with client:
        content = io.BytesIO(training_content())
        file = client.files.create(file=("training.jsonl", content), purpose="fine-tune")
        _let_pass(local_azure)
        client.files.wait_for_processing(file.id, poll_interval=_POLL_SECONDS)
        job = client.fine_tuning.jobs.create(
            model=base, training_file=file.id, extra_body={"trainingType": "GlobalStandard"}
        )
        _let_pass(local_azure)
        while job.status not in ("succeeded", "failed"):
            time.sleep(_POLL_SECONDS)
            job = client.fine_tuning.jobs.retrieve(job.id)
    assert job.fine_tuned_model is not None
    return job.fine_tuned_model


def training_content() -> bytes:
    return "\n".join(_example(number) for number in range(12)).encode()


def _example(number: int) -> str:
    messages = [
        {"role": "user", "content": f"¿Qué veo en la ciudad número {number}?"},
        {"role": "assistant", "content": f"La plaza {number} te encantará. ¿Vas en verano?"},
    ]
    return json.dumps({"messages": messages})


def _let_pass(local_azure: LocalAzure) -> None:
    """Long enough for any file or job, but for what the server really computes."""
    local_azure.admin("POST", "clock", {"step_seconds": 2 * _HOURS})
