"""Answers as they are on the wire, against the specifications where these are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator

from tests.local_azure.data_plane.conftest import BASE, tienda

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

SPECS = Path(__file__).parents[4] / "shared" / "azure" / "specs"
VERSIONS = ("2024-10-21", "2025-04-01-preview")
SPEC_FILES = {
    "2024-10-21": "azure-openai-authoring-2024-10-21.transcribed.json",
    "2025-04-01-preview": "azure-openai-authoring-2025-04-01-preview.transcribed-partial.json",
}

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the specifications are not beside this repository"
)


def validate(body: object, definition: str, version: str = "2024-10-21") -> None:
    specification = json.loads((SPECS / SPEC_FILES[version]).read_text("utf-8"))
    schema = {**specification, "$ref": f"#/definitions/{definition}"}
    errors = [error.message for error in Draft4Validator(schema).iter_errors(body)]
    assert errors == []


def sample(name: str) -> Any:  # noqa: ANN401
    samples = json.loads((SPECS / "azure-wire-samples.json").read_text("utf-8"))
    return samples[name]["body"] if "body" in samples[name] else samples[name]


@pytest.fixture
def trained(service: Service) -> str:
    """The id of a job with a suffix and a validation file that has succeeded."""
    job = service.train(
        tienda(), suffix="gpt41-chart-qa-dev-01", validation_file=service.upload(tienda(5))
    )
    return str(job.id)


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_have_the_specified_form(service: Service, trained: str, version: str) -> None:
    """Files, jobs, events, checkpoints and models, one by one and in lists."""
    service.job(service.upload(tienda(3)))
    query = f"?api-version={version}"
    answers = {
        f"/files{query}": "FileList",
        f"/fine_tuning/jobs{query}": "FineTuningJobList",
        f"/fine_tuning/jobs/{trained}{query}": "FineTuningJob",
        f"/fine_tuning/jobs/{trained}/events{query}&limit=100": "FineTuningJobEventList",
        f"/fine_tuning/jobs/{trained}/checkpoints{query}": "FineTuningJobCheckpointList",
        f"/models{query}": "ModelList",
        f"/models/{BASE}{query}": "Model",
    }
    for path, definition in answers.items():
        answer = service.raw("GET", path)
        assert answer.status == 200
        validate(answer.body, definition, version)


def test_refusals_have_the_specified_form(service: Service) -> None:
    """Each has an error object with a code and a message."""
    query = "?api-version=2024-10-21"
    for method, path in (
        ("GET", "/files/file-0"),
        ("GET", "/fine_tuning/jobs/ftjob-0"),
        ("POST", "/fine_tuning/jobs/ftjob-0/cancel"),
        ("POST", "/fine_tuning/jobs"),
        ("POST", "/uploads"),
        ("GET", "/models/gpt-9"),
    ):
        answer = service.raw(method, path + query, {} if method == "POST" else None)
        assert answer.status in (400, 404)
        validate(answer.body, "ErrorResponse")


def test_uploads_have_the_specified_form(service: Service) -> None:
    """The upload and its part."""
    body = {"bytes": 2, "filename": "a.jsonl", "mime_type": "text/plain", "purpose": "fine-tune"}
    upload = service.raw("POST", "/uploads?api-version=2024-10-21", body).body
    validate(upload, "UploadResource")
    part = service.dated.uploads.parts.create(upload["id"], data=b"{}")
    validate(part.to_dict(), "UploadPartResource")
    path = f"/uploads/{upload['id']}/complete?api-version=2024-10-21"
    validate(service.raw("POST", path, {"part_ids": [part.id]}).body, "UploadResource")


def test_jobs_have_the_keys_seen_on_azure(service: Service, trained: str) -> None:
    """A succeeded job has exactly the keys of the recorded one, types and all."""
    recorded = sample("job_succeeded_wire_keys_only")
    body = service.raw("GET", f"/fine_tuning/jobs/{trained}?api-version=2024-10-21").body
    assert set(body) == set(recorded)
    assert {key: type(value) for key, value in body.items()} == {
        key: type(value) for key, value in recorded.items()
    }
    assert body["fine_tuned_model"].endswith("-gpt41-chart-qa-dev-01")


def test_a_pending_job_has_no_nulls(service: Service) -> None:
    """What is not known yet is left out."""
    job = service.job(service.upload(tienda()))
    body = service.raw("GET", f"/fine_tuning/jobs/{job.id}?api-version=2024-10-21").body
    recorded = sample("job_pending_model_dump")
    assert set(body) <= set(recorded) | {"suffix"}
    assert None not in body.values()
    assert body["hyperparameters"] == recorded["hyperparameters"]


def test_events_and_checkpoints_have_the_keys_seen_on_azure(service: Service, trained: str) -> None:
    """Messages, metrics and checkpoints as they were recorded, and the messages in their order."""
    path = f"/fine_tuning/jobs/{trained}"
    events = service.raw("GET", f"{path}/events?api-version=2024-10-21&limit=100").body
    recorded = sample("events_page")
    assert set(events) == set(recorded)
    for kind in ("message", "metrics"):
        mine, theirs = (
            next(event for event in page["data"] if event["type"] == kind)
            for page in (events, recorded)
        )
        assert set(mine) == set(theirs)
        assert set(mine.get("data", {})) == set(theirs.get("data", {}))
    checkpoints = service.raw("GET", f"{path}/checkpoints?api-version=2024-10-21").body
    mine, theirs = checkpoints["data"][0], sample("checkpoints")["data"][0]
    assert set(mine) == set(theirs)
    assert set(mine["metrics"]) == set(theirs["metrics"])


def test_messages_are_the_services(service: Service, trained: str) -> None:
    """Every message but those with a number or a name in them is in the recording."""
    recorded = sample("event_messages_chronological_2026")["messages"]
    path = f"/fine_tuning/jobs/{trained}/events?api-version=2024-10-21&limit=100"
    events = service.raw("GET", path).body["data"][::-1]
    known = [message.split(": ")[0] for message in recorded if not message.startswith(("S", "."))]
    mine = [event["message"].split(": ")[0] for event in events if event["type"] == "message"]
    assert mine == known


def test_v1_answers_have_the_specified_keys(service: Service, trained: str) -> None:
    """The v1 surface knows every key that it is sent, the nulls aside."""
    name = "azure-openai-v1-files-finetuning.transcribed-partial.json"
    schemas = json.loads((SPECS / name).read_text("utf-8"))["components"]["schemas"]
    job = service.raw("GET", f"/v1/fine_tuning/jobs/{trained}").body
    known = set(schemas["OpenAI.FineTuningJob"]["properties"])
    assert set(job) - known <= {"suffix"}
    assert job["user_provided_suffix"] == job["suffix"]
    file = service.raw("GET", f"/v1/files/{job['training_file']}").body
    assert set(file) <= set(schemas["AzureOpenAIFile"]["properties"])
