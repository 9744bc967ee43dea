"""Files: upload, import, list, read and delete."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
)

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message as AsgiMessage

from local_azure.data_plane import jobs
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    invalid,
    invalid_value,
    missing,
    new_id,
    over_quota,
    paged,
    without_nulls,
)
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.simulated_model.training_file import Inspection, inspect_file
from local_azure.store import Document

FILE_BYTES = 512_000_000  # MaxTrainingFileSize of an account, as Azure's own answer has it
FILES = 100  # MaxUserFileCount; quotas-limits, 2026-02-17
TOTAL_BYTES = 1_000_000_000  # fine-tuning files of a resource; quotas-limits, 2026-02-17
PURPOSES = ("fine-tune", "assistants", "batch", "evals", "user_data")
EXPIRY_DAYS = (14, 30)  # authoring 2025-04-01-preview
PENDING_SHARE = 0.25  # of the time a file takes until it is processed
FORM_OVERHEAD = 65536  # bytes of a multipart body beside the file
IMPORT_TIMEOUT = 60  # seconds
CHUNK = 1024 * 1024
FILES_PAGE = 10_000  # OpenAI's specification
ERRORS = (HTTPErrorProcessor, HTTPDefaultErrorHandler)

File = dict[str, Any]


async def create(call: Call) -> Response:
    async with received(call, FILE_BYTES) as form:
        admit_upload(call)
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise invalid("The form has no part named 'file'.")
        file = new_file(call, upload.filename, form.get("purpose"))
        file |= {"bytes": upload.size, "expires_at": _expiry(call, form)}
        if file["bytes"] > FILE_BYTES:
            raise too_large(FILE_BYTES)
        require_room(call, file["purpose"], file["bytes"])
        await asyncio.to_thread(keep, upload.file, call.state.store.blob(file["id"]))
    return call.created(add(call, file))


async def import_(call: Call) -> Response:
    admit_upload(call)
    body = await call.json()
    url = body.get("content_url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise invalid_value("content_url", "must be an http or https address.")
    file = new_file(call, body.get("filename"), body.get("purpose"))
    require_room(call, file["purpose"], 0)
    return call.created(add(call, file | {"content_url": url}))


async def list_(call: Call) -> Response:
    """The files behind `after`, `limit` of them; no has_more: so says the specification."""
    purpose = call.request.query_params.get("purpose")
    jobs.settle(call.plane, call.scope)
    shown = call.listed("files", live(call))
    files = [file for file in shown if purpose in (None, file["purpose"])]
    found, _ = paged(call, files, default_limit=FILES_PAGE)
    data = [to_wire(call, await _measured(call, file)) for file in found]
    return JSONResponse({"object": "list", "data": data})


async def get(call: Call) -> Response:
    return JSONResponse(to_wire(call, await _measured(call, _found(call))))


async def delete(call: Call) -> Response:
    """Allowed even while a job uses the file."""
    file = _found(call)
    remove(call, file)
    return JSONResponse({"id": file["id"], "object": "file", "deleted": True})


async def content(call: Call) -> Response:
    file = _found(call)
    if "job" in file:
        table = await jobs.results_csv(call, file["job"])
        return Response(table, media_type="application/octet-stream")
    path = call.state.store.blob(file["id"])
    if not path.exists():
        raise missing("content of the file", file["id"])
    return FileResponse(path, media_type="application/octet-stream")


OPERATIONS = (
    Operation("POST", "/files", create),
    Operation("GET", "/files", list_),
    Operation("POST", "/files/import", import_, surfaces=("dated",)),
    Operation("GET", "/files/{file}", get),
    Operation("DELETE", "/files/{file}", delete),
    Operation("GET", "/files/{file}/content", content),
)


def new_file(call: Call, filename: object, purpose: object) -> File:
    if not isinstance(filename, str) or not filename:
        raise invalid_value("filename", "is missing.")
    if purpose not in PURPOSES:
        raise invalid_value("purpose", f"must be one of {', '.join(PURPOSES)}.")
    return {"id": new_id("file"), "created": call.now, "filename": filename, "purpose": purpose}


def add(call: Call, file: File) -> Json:
    """Takes the file in and begins to read it; the answer is its wire form."""
    call.state.store.put("file", call.scope, file["id"], file)
    return to_wire(call, file)


def remove(call: Call, file: File) -> None:
    for kind in ("file", "inspection"):
        call.state.store.delete(kind, call.scope, file["id"])
    call.state.store.blob(file["id"]).unlink(missing_ok=True)


def live(call: Call) -> list[File]:
    """The account's files, newest first, without those that have expired."""
    files = call.state.store.list("file", call.scope, newest_first=True)
    for file in files:
        if _expired(call, file):
            remove(call, file)
    return [file for file in files if not _expired(call, file)]


def status(call: Call, file: File) -> tuple[str, str | None]:
    """The file's state and, of an error, its details."""
    if "job" in file:
        return "processed", None
    known = inspection(call, file)
    seconds = call.state.settings.file_seconds
    done = call.state.clock.work_elapsed(file["created"])
    if done < seconds * PENDING_SHARE:
        return "pending", None
    if known is None or done < seconds:
        return "running", None
    return ("error", known.error) if known.error else ("processed", None)


def inspection(call: Call, file: File) -> Inspection | None:
    """What is known of the content; None while it is being read."""
    found = _read(call, file)
    if found is None:
        return None
    known = found["inspection"]
    return Inspection(**known | {"harm_types": tuple(known["harm_types"])})


def to_wire(call: Call, file: File) -> Json:
    state, details = status(call, file)
    return without_nulls(
        {
            "id": file["id"],
            "object": "file",
            "bytes": _size(call, file),
            "created_at": int(file["created"]),
            "expires_at": file.get("expires_at"),
            "filename": file["filename"],
            "purpose": file["purpose"],
            "status": state,
            "status_details": details,
        }
    )


def admit_upload(call: Call) -> None:
    call.plane.rate_limits.admit_upload(call.scope, call.now, call.state.clock.speed)


def require_room(call: Call, purpose: str, size: int) -> None:
    files = [file for file in live(call) if "job" not in file]
    if len(files) >= FILES:
        raise over_quota(f"The resource already has {FILES} files, the most it can have.")
    training = sum(_size(call, file) for file in files if file["purpose"] == "fine-tune")
    if purpose == "fine-tune" and training + size > TOTAL_BYTES:
        raise over_quota(f"The files of the resource would have more than {TOTAL_BYTES} bytes.")


def too_large(limit: int) -> AzureError:
    return invalid(f"The file has more than {limit} bytes.")


@asynccontextmanager
async def received(call: Call, limit: int) -> AsyncIterator[FormData]:
    """The multipart form of a request, kept on disk; raises when it is larger than `limit`."""
    taken = 0

    async def receive() -> AsgiMessage:
        nonlocal taken
        message = await call.request.receive()
        taken += len(message.get("body", b""))
        if taken > limit + FORM_OVERHEAD:
            while message.get("more_body"):  # a client that is still sending hears no answer
                message = await call.request.receive()
            raise too_large(limit)
        return message

    try:
        async with Request(call.request.scope, receive).form(max_files=1) as form:
            yield form
    except HTTPException as error:
        raise invalid(f"The form cannot be read: {error.detail}") from error


def keep(source: BinaryIO, target: Path) -> None:
    """Copies in constant memory; the target appears whole or not at all. Raises OSError."""
    unfinished = target.with_name(f"{target.name}.part")
    with unfinished.open("wb") as file:
        while chunk := source.read(CHUNK):
            if file.tell() + len(chunk) > FILE_BYTES:
                unfinished.unlink()
                raise OSError(f"it has more than {FILE_BYTES} bytes")
            file.write(chunk)
    unfinished.replace(target)


def _found(call: Call) -> File:
    jobs.settle(call.plane, call.scope)
    file_id = call.path("file")
    file = call.state.store.get("file", call.scope, file_id)
    if file is None or _expired(call, file):
        raise missing("file", file_id)
    return file


def _expired(call: Call, file: File) -> bool:
    expires_at = file.get("expires_at")
    return expires_at is not None and expires_at <= call.now


def _expiry(call: Call, form: FormData) -> int | None:
    anchor, seconds = form.get("expires_after[anchor]"), form.get("expires_after[seconds]")
    if anchor is None and seconds is None:
        return None
    least, most = (days * 86400 for days in EXPIRY_DAYS)
    whole = isinstance(seconds, str) and seconds.isdecimal()
    if anchor != "created_at" or not whole or not least <= int(str(seconds)) <= most:
        raise invalid_value("expires_after", f"must be {least} to {most} seconds after created_at.")
    return int(call.now) + int(str(seconds))


async def _measured(call: Call, file: File) -> File:
    """A results file with its size, which stays as it is once the job has ended."""
    if "job" not in file or "bytes" in file:
        return file
    table = await jobs.results_csv(call, file["job"])
    measured = file | {"bytes": len(table)}
    job = jobs.find(call.state.store, call.scope, file["job"], deleted=True)
    if job and "ended" in job and call.state.store.get("file", call.scope, file["id"]):
        call.state.store.put("file", call.scope, file["id"], measured)
    return measured


def _size(call: Call, file: File) -> int:
    if "content_url" not in file:
        return int(file.get("bytes", 0))
    found = _read(call, file)
    return int(found["bytes"]) if found else 0


def _read(call: Call, file: File) -> Document | None:
    work = partial(_fetched_and_read, call.state.store.blob(file["id"]), file)
    return call.plane.computations.peek("inspection", call.scope, file["id"], work)


def _fetched_and_read(path: Path, file: File) -> Document:
    if "content_url" in file:
        try:
            _fetch(file["content_url"], path)
        except (OSError, ValueError) as error:
            reason = f"The file could not be imported: {error}"
            return {"bytes": 0, "inspection": asdict(Inspection(error=reason))}
    known = inspect_file(path) if file["purpose"] == "fine-tune" else Inspection()
    return {"bytes": path.stat().st_size, "inspection": asdict(known)}


def _fetch(url: str, path: Path) -> None:
    """Raises OSError, also for an answer other than a success or one that is too large."""
    opener = OpenerDirector()  # not the default one, which would follow to file: and ftp:
    for handler in (HTTPHandler, HTTPSHandler, HTTPRedirectHandler, *ERRORS):
        opener.add_handler(handler())
    with opener.open(url, timeout=IMPORT_TIMEOUT) as response:
        if int(response.headers.get("Content-Length") or 0) > FILE_BYTES:
            raise OSError(f"it has more than {FILE_BYTES} bytes")
        keep(response, path)
