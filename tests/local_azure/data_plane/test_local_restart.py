"""What a killed server and a careless client leave behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import openai
import pytest
from starlette.requests import Request

from local_azure.data_plane import files
from local_azure.data_plane.wire import Call
from local_azure.errors import AzureError
from tests.local_azure.data_plane.conftest import BASE, jsonl, tienda

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure, Start

BOUNDARY = b"frontier"


def client_of(server: LocalAzure, account: str, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/accounts/{account}/openai/v1/", api_key=key)


def new_account(server: LocalAzure) -> str:
    """Its key; the account is called `restarted`."""
    server.admin("PATCH", "settings", {"account_seconds": 0})
    group = f"/subscriptions/{server.subscription}/resourceGroups/rg"
    path = f"{group}/providers/Microsoft.CognitiveServices/accounts/restarted"
    body = {
        "location": "swedencentral",
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": "restarted"},
    }
    token, version = server.token(), "?api-version=2025-09-01"
    server.request("PUT", group + version, {"location": "swedencentral"}, token=token)
    server.request("PUT", path + version, body, token=token)
    return str(server.request("POST", f"{path}/listKeys{version}", token=token).body["key1"])


def test_a_killed_server_loses_nothing(start_local_azure: Start) -> None:
    """A job goes on after a kill, with the same events and the same results."""
    server = start_local_azure("--speed", "1")
    key = new_account(server)
    with client_of(server, "restarted", key) as client:
        file = client.files.create(file=("a.jsonl", jsonl(tienda())), purpose="fine-tune")
        server.admin("POST", "clock", {"step_seconds": 60})
        client.files.wait_for_processing(file.id, poll_interval=0.05)
        extra = {"trainingType": "GlobalStandard"}
        job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id, extra_body=extra)
        server.admin("POST", "clock", {"step_seconds": 1000})
        before = client.fine_tuning.jobs.list_events(job.id).data
    server.kill()
    server = start_local_azure("--speed", "1")
    server.admin("POST", "clock", {"step_seconds": 3600})
    with client_of(server, "restarted", key) as client:
        done = client.fine_tuning.jobs.retrieve(job.id)
        after = client.fine_tuning.jobs.list_events(job.id, limit=100).data
        table = client.files.content((done.result_files or [""])[0]).text
    assert done.status == "succeeded"
    assert [event.to_dict() for event in after][-len(before) :] == [
        event.to_dict() for event in before
    ]
    assert len(table.splitlines()) == 61


def form_of(content: bytes) -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    return b"--" + BOUNDARY + b"\r\n" + head + content + b"\r\n--" + BOUNDARY + b"--\r\n"


def received_size(content: bytes, limit: int) -> int:
    """What files.received() makes of a form that comes in small pieces."""
    body = form_of(content)
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]

    async def receive() -> Any:  # noqa: ANN401
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    content_type = b"multipart/form-data; boundary=" + BOUNDARY
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type)]}
    call = Call(None, Request(scope, receive), {}, None, "v1", {})  # type: ignore[arg-type]

    async def read() -> int:
        async with files.received(call, limit) as form:
            return len(await form["file"].read())  # type: ignore[union-attr]

    try:
        return asyncio.run(read())
    finally:
        assert pieces == []


def test_a_file_that_is_too_large_is_read_to_its_end_and_refused() -> None:
    """A client that is cut off while it sends would never see the refusal."""
    assert received_size(b"x" * 5000, limit=5000) == 5000
    with pytest.raises(AzureError) as refusal:
        received_size(b"x" * (6000 + files.FORM_OVERHEAD), limit=5000)
    assert refusal.value.code == "invalidPayload"
