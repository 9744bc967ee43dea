"""A Foundry project's endpoint, and what code without dates or training types meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from tests.local_azure.data_plane.conftest import PROCESSED, jsonl, tienda

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

VERSION = "api-version=v1"


@pytest.fixture
def project(service: Service) -> str:
    """The path of a new project's endpoint."""
    body = {"location": "swedencentral", "properties": {"displayName": "P"}}
    on = {"properties": {"allowProjectManagement": True}}
    version = "api-version=2025-09-01"
    service.azure.request("PATCH", f"{service.arm_path}?{version}", on, token=service.token)
    path = f"{service.arm_path}/projects/proj?{version}"
    made = service.azure.request("PUT", path, body, token=service.token)
    assert made.status == 201, made
    service.step(60)
    shown = service.azure.request("GET", path, token=service.token)
    endpoint: str = shown.body["properties"]["endpoints"]["AI Foundry API"]
    return endpoint


def asked(service: Service, url: str, method: str = "GET", body: object = None) -> Any:  # noqa: ANN401
    token = service.azure.token("https://ai.azure.com/.default")
    return service.azure.request(method, url, body, token=token)


def test_the_sdk_at_a_projects_endpoint(service: Service, project: str) -> None:
    """Files, a job, its events and chat, at the address that ARM shows, on v1 and dated."""
    service.deploy("chat", "gpt-4o:2024-08-06")
    token = service.azure.token("https://ai.azure.com/.default")
    with openai.OpenAI(base_url=f"{project}/openai/v1", api_key=token, max_retries=0) as client:
        file = client.files.create(file=("t.jsonl", jsonl(tienda())), purpose="fine-tune")
        service.step(PROCESSED)
        assert client.files.wait_for_processing(file.id).status == "processed"
        job = client.fine_tuning.jobs.create(
            model="gpt-4.1", training_file=file.id, extra_body={"trainingType": "Standard"}
        )
        assert job.model == "gpt-4.1-2025-04-14"
        assert client.fine_tuning.jobs.list_events(job.id).data
        messages: Any = [{"role": "user", "content": "Hello"}]
        assert client.chat.completions.create(model="chat", messages=messages).choices
    models = asked(service, f"{project}/openai/models?api-version=2024-10-21")
    assert models.status == 200
    assert service.status(job.id) == "pending"


def test_only_projects_that_are_there(service: Service, project: str) -> None:
    """Another name is not found, nor is a path that projects do not have."""
    other = project.replace("/proj", "/other")
    assert asked(service, f"{other}/openai/v1/models").status == 404
    assert asked(service, f"{project}/agents?{VERSION}").status == 404
    assert asked(service, f"{project}/deployments").status == 400
    assert asked(service, f"{project}/deployments?{VERSION}", "POST", {}).status == 405


def test_deployments_of_a_project(service: Service, project: str) -> None:
    """The account's, with what the SDK's ModelDeployment requires."""
    service.deploy("chat", "gpt-4o:2024-08-06", capacity=7)
    listed = asked(service, f"{project}/deployments?{VERSION}").body["value"]
    assert listed == [asked(service, f"{project}/deployments/chat?{VERSION}").body]
    assert listed[0]["modelName"] == "gpt-4o"
    assert listed[0]["sku"] == {
        "name": "GlobalStandard", "capacity": 7, "family": "", "size": "", "tier": "",
    }  # fmt: skip
    none = asked(service, f"{project}/deployments?{VERSION}&modelPublisher=Meta").body
    assert none == {"value": []}
    assert asked(service, f"{project}/deployments/none?{VERSION}").status == 404


def test_connections_of_a_project(service: Service, project: str) -> None:
    """The account itself, its key only where it was asked for and keys are on."""
    listed = asked(service, f"{project}/connections?{VERSION}").body["value"]
    assert [one["target"] for one in listed] == [f"{service.azure.url}/accounts/{service.account}/"]
    assert str(service.v1.api_key) not in str(listed)
    assert asked(service, f"{project}/connections?{VERSION}&connectionType=AzureBlob").body == {
        "value": []
    }
    one = f"{project}/connections/{service.account}"
    assert asked(service, f"{one}?{VERSION}").body == listed[0]
    secret = f"{one}/getConnectionWithCredentials?{VERSION}"
    assert asked(service, secret, "POST").body["credentials"]["key"] == service.v1.api_key
    off = {"properties": {"disableLocalAuth": True}}
    path = f"{service.arm_path}?api-version=2025-09-01"
    service.azure.request("PATCH", path, off, token=service.token)
    assert asked(service, secret, "POST").status == 403


def test_datasets_of_a_project(service: Service, project: str) -> None:
    """By reference: put, listed with the latest version, got and deleted."""
    for version in ("1", "2"):
        body = {"type": "uri_file", "dataUri": f"https://example.com/{version}.jsonl"}
        url = f"{project}/datasets/tienda/versions/{version}?{VERSION}"
        assert asked(service, url, "PATCH", body).status == 201
    assert asked(service, url, "PATCH", body).status == 200
    assert asked(service, url).body["dataUri"].endswith("2.jsonl")
    listed = asked(service, f"{project}/datasets?{VERSION}").body["value"]
    assert [(one["name"], one["version"]) for one in listed] == [("tienda", "2")]
    versions = asked(service, f"{project}/datasets/tienda/versions?{VERSION}").body["value"]
    assert len(versions) == 2
    assert asked(service, url, "DELETE").status == 204
    assert asked(service, url).status == 404
    assert asked(service, url, "PATCH", {"type": "uri_file"}).status == 400


def test_pages_of_files_end(service: Service) -> None:
    """An SDK's pager asks `after` the last file and gets none."""
    made = [service.v1.files.create(file=("a.jsonl", b"{}"), purpose="batch").id for _ in range(5)]
    assert [file.id for file in service.v1.files.list()] == made[::-1]
    assert [file.id for file in service.dated.files.list(limit=2)] == made[::-1]
    body = service.raw("GET", f"/v1/files?limit=2&after={made[3]}").body
    assert [file["id"] for file in body["data"]] == [made[2], made[1]]
    assert set(body) == {"object", "data"}
    assert service.raw("GET", "/v1/files?after=file-none").body["data"] == []


@pytest.mark.parametrize(
    ("asked_for", "base"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("GPT-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("Ministral-3B", "Ministral-3B"),
    ],
)
def test_base_models_without_a_date(service: Service, asked_for: str, base: str) -> None:
    """Each is its newest version that trains; the fine-tuned model's name has the date."""
    job = service.train(tienda(), model=asked_for)
    assert (job.model, job.status) == (base, "succeeded")
    assert job.fine_tuned_model.startswith(f"{base}.ft-")


@pytest.mark.parametrize("model", ["gpt-4", "gpt-3.5-turbo", "o4-mini"])
def test_base_models_that_do_not_train(service: Service, model: str) -> None:
    """Retired, unknown, or trained in another way."""
    with pytest.raises(openai.BadRequestError, match="does not support fine-tuning"):
        service.job(service.upload(tienda()), model=model)


def test_training_types_may_be_left_out_by_a_setting(service: Service) -> None:
    """By default the service says that the model cannot be trained; `off` takes one that can."""
    file = service.upload(tienda())
    body = {"model": "gpt-4.1-mini", "training_file": file}
    refused = service.raw("POST", "/v1/fine_tuning/jobs", body)
    assert (refused.status, refused.body["error"]["message"]) == (
        400, "The specified base model does not support fine-tuning",
    )  # fmt: skip
    service.settings(strict_training_type="off")
    assert service.raw("POST", "/v1/fine_tuning/jobs", body).status == 200
    assert service.raw("POST", "/v1/fine_tuning/jobs", body | {"trainingType": "x"}).status == 400
    retired = body | {"model": "gpt-4"}
    assert service.raw("POST", "/v1/fine_tuning/jobs", retired).status == 400


def test_a_batch_deployment_does_not_chat(service: Service) -> None:
    """It is for batch jobs."""
    body = {
        "sku": {"name": "GlobalBatch", "capacity": 10},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
    }
    path = f"{service.arm_path}/deployments/batch?api-version=2025-09-01"
    assert service.azure.request("PUT", path, body, token=service.token).status == 201
    chat = {"model": "batch", "messages": [{"role": "user", "content": "Hi"}]}
    answer = service.raw("POST", "/v1/chat/completions", chat)
    assert (answer.status, answer.body["error"]["code"]) == (400, "OperationNotSupported")
