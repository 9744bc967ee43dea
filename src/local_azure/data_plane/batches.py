"""Batch jobs: a file of requests, answered in the time that a batch takes here."""

import asyncio
import json
import secrets
from typing import Any

from starlette.responses import Response

from local_azure.data_plane import chat, embeddings, files
from local_azure.data_plane.stored_completions import checked_metadata
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    invalid,
    invalid_value,
    missing,
    ordered_page,
    without_nulls,
    wrong_state,
)
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.store import Document

WINDOW = 24 * 3600  # seconds; the one completion window there is
# Work until each stage begins; the real service takes up to the window.
STAGES = (("in_progress", 20.0), ("finalizing", 60.0), ("completed", 70.0))
_KIND = "batch"
_ENDPOINTS = ("/chat/completions", "/embeddings")


async def create(call: Call) -> Response:
    body = await call.json()
    endpoint = str(body.get("endpoint")).removeprefix("/v1")
    if endpoint not in _ENDPOINTS:
        raise invalid_value(
            "endpoint", f"must be one of {', '.join(_ENDPOINTS)}, with /v1 or without."
        )
    if body.get("completion_window") != "24h":
        raise invalid_value("completion_window", "must be 24h.")
    file = call.state.store.get("file", call.scope, str(body.get("input_file_id")))
    if file is None or file["purpose"] != "batch":
        raise invalid(f"There is no file '{body.get('input_file_id')}' for batches.")
    state, _ = files.status(call, file)
    if state != "processed":
        raise wrong_state(f"The file '{file['id']}' is {state}, not processed.")
    batch = {
        "id": f"batch_{secrets.token_hex(16)}",
        "created": call.now,
        "endpoint": body["endpoint"],
        "input_file_id": file["id"],
        "metadata": checked_metadata(body.get("metadata")),
        "output_file_id": f"file-{secrets.token_hex(16)}",
        "error_file_id": f"file-{secrets.token_hex(16)}",
    }
    call.state.store.put(_KIND, call.scope, batch["id"], batch)
    return JSONResponse(_wire(call, batch))


async def list_(call: Call) -> Response:
    batches = [await _settled(call, one) for one in call.state.store.list(_KIND, call.scope)]
    return ordered_page(call, [_wire(call, batch) for batch in batches], default="desc")


async def get(call: Call) -> Response:
    return JSONResponse(_wire(call, await _found(call)))


async def cancel(call: Call) -> Response:
    batch = await _found(call)
    status = _status(call, batch)
    if status not in ("validating", "in_progress", "finalizing"):
        raise wrong_state(f"The batch '{batch['id']}' is {status}.")
    batch["cancelled"] = call.now
    call.state.store.put(_KIND, call.scope, batch["id"], batch)
    return JSONResponse(_wire(call, batch))


OPERATIONS = (
    Operation("POST", "/batches", create),
    Operation("GET", "/batches", list_),
    Operation("GET", "/batches/{batch}", get),
    Operation("POST", "/batches/{batch}/cancel", cancel),
)


async def _found(call: Call) -> Document:
    name = call.path("batch")
    batch = call.state.store.get(_KIND, call.scope, name)
    if batch is None:
        raise missing("batch", name)
    return await _settled(call, batch)


def _status(call: Call, batch: Document) -> str:
    if "cancelled" in batch:
        return "cancelled"
    if "failed" in batch:
        return "failed"
    done = call.state.clock.work_elapsed(batch["created"])
    return next((stage for stage, since in STAGES[::-1] if done >= since), "validating")


async def _settled(call: Call, batch: Document) -> Document:
    """Answers the requests of a batch whose time has come; a killed server does so again."""
    if _status(call, batch) != "completed" or "counts" in batch:
        return batch
    path = call.state.store.blob(batch["input_file_id"])
    try:
        requests = _requests(path.read_bytes() if path.exists() else b"")
    except ValueError as error:
        batch["failed"] = str(error)
    else:
        await _answer(call, batch, requests)
    call.state.store.put(_KIND, call.scope, batch["id"], batch)
    return batch


def _requests(content: bytes) -> list[Json]:
    """Raises ValueError."""
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines:
        raise ValueError("The input file is empty.")
    requests = []
    for number, line in enumerate(lines, 1):
        request = json.loads(line)
        if not isinstance(request, dict) or not isinstance(request.get("body"), dict):
            raise ValueError(f"Line {number} has no body.")  # noqa: TRY004
        requests.append(request)
    if len({request.get("custom_id") for request in requests}) != len(requests):
        raise ValueError("Two lines have the same custom_id, or none.")
    return requests


async def _answer(call: Call, batch: Document, requests: list[Json]) -> None:
    answers = []
    for request in requests:
        answers.append(await _one(call, batch, request))
        await asyncio.sleep(0)  # others are served between two requests
    good = [answer for answer in answers if answer["response"]["status_code"] == 200]  # noqa: PLR2004
    bad = [answer for answer in answers if answer not in good]
    for key, found in (("output_file_id", good), ("error_file_id", bad)):
        if found:
            _keep(call, batch[key], f"{batch['id']}_{key.partition('_')[0]}.jsonl", found)
        else:
            del batch[key]
    batch["counts"] = {"total": len(answers), "completed": len(good), "failed": len(bad)}


async def _one(call: Call, batch: Document, request: Json) -> Json:
    body = request["body"]
    try:
        if batch["endpoint"].endswith("/embeddings"):
            answer, _ = embeddings.whole(call, str(body.get("model")), body, batch=True)
        else:
            answer = await chat.whole(call, str(body.get("model")), body, batch=True)
        status = 200
    except AzureError as error:
        status, answer = error.status, {"error": {"code": error.code, "message": error.message}}
    response = {"status_code": status, "request_id": secrets.token_hex(16), "body": answer}
    return {
        "id": f"batch_req_{secrets.token_hex(12)}",
        "custom_id": request.get("custom_id"),
        "response": response,
        "error": None,
    }


def _keep(call: Call, file_id: str, name: str, lines: list[Json]) -> None:
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    call.state.store.blob(file_id).write_bytes(content)
    file = {"id": file_id, "created": call.now, "filename": name, "purpose": "batch_output"}
    call.state.store.put("file", call.scope, file_id, file | {"bytes": len(content)})


def _wire(call: Call, batch: Document) -> Json:
    status = _status(call, batch)
    reached = _times(call, batch)
    none = {"total": 0, "completed": 0, "failed": 0}
    outputs: dict[str, Any] = {}
    if "counts" in batch:
        outputs = {key: batch.get(key) for key in ("output_file_id", "error_file_id")}
    return without_nulls(
        {
            "id": batch["id"],
            "object": "batch",
            "endpoint": batch["endpoint"],
            "errors": _errors(batch),
            "input_file_id": batch["input_file_id"],
            "completion_window": "24h",
            "status": status,
            **outputs,
            "created_at": int(batch["created"]),
            "expires_at": int(batch["created"] + WINDOW),
            **reached,
            "request_counts": batch.get("counts", none),
            "metadata": batch["metadata"],
        }
    )


def _times(call: Call, batch: Document) -> dict[str, int]:
    if "cancelled" in batch:
        when = int(batch["cancelled"])
        return {"cancelling_at": when, "cancelled_at": when}
    speed = call.state.clock.speed
    done = call.state.clock.work_elapsed(batch["created"])
    times = {stage: int(batch["created"] + since / speed) for stage, since in STAGES}
    if "failed" in batch:
        return {"failed_at": times["completed"]}
    return {f"{stage}_at": times[stage] for stage, since in STAGES if done >= since}


def _errors(batch: Document) -> Json | None:
    if "failed" not in batch:
        return None
    error = {"code": "invalid_input", "message": batch["failed"], "param": None, "line": None}
    return {"object": "list", "data": [error]}
