"""Uploads in parts, which become a file when they are completed. Dated api-versions only."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from local_azure.data_plane import files
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    invalid,
    invalid_value,
    missing,
    new_id,
    without_nulls,
    wrong_state,
)
from local_azure.json_text import JSONResponse

UPLOAD_BYTES = 9_000_000_000  # authoring 2024-10-21
LIFETIME = 2 * 3600  # seconds; authoring 2024-10-21

Upload = dict[str, Any]


async def start(call: Call) -> Response:
    body = await call.json()
    size = body.get("bytes")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= UPLOAD_BYTES:
        raise invalid_value("bytes", f"must be a number from 1 to {UPLOAD_BYTES}.")
    if not isinstance(body.get("mime_type"), str):
        raise invalid_value("mime_type", "is missing.")
    upload = files.new_file(call, body.get("filename"), body.get("purpose")) | {
        "id": new_id("upload"),
        "bytes": size,
        "status": "pending",
        "parts": [],
    }
    return _answer(call, upload)


async def add_part(call: Call) -> Response:
    upload = _pending(call)
    part = {"id": new_id("part"), "upload_id": upload["id"], "created": call.now}
    async with files.received(call, files.FILE_BYTES) as form:
        files.admit_upload(call)
        data = form.get("data")
        if not isinstance(data, UploadFile):
            raise invalid("The form has no part named 'data'.")
        await asyncio.to_thread(files.keep, data.file, call.state.store.blob(part["id"]))
    upload = _pending(call)  # other parts may have come in while this one was being read
    _save(call, upload | {"parts": [*upload["parts"], part["id"]]})
    wire = {
        "id": part["id"],
        "object": "upload.part",
        "created_at": int(call.now),
        "upload_id": upload["id"],
        "azure_block_id": part["id"].removeprefix("part-"),
    }
    return JSONResponse(wire)


async def complete(call: Call) -> Response:
    """The file is the parts in the order of `part_ids`."""
    upload = _pending(call)
    body = await call.json()
    paths = [call.state.store.blob(part) for part in _part_ids(upload, body)]
    if sum(path.stat().st_size for path in paths) != upload["bytes"]:
        raise invalid(f"The parts do not add up to the {upload['bytes']} bytes of the upload.")
    files.require_room(call, upload["purpose"], upload["bytes"])
    file = files.new_file(call, upload["filename"], upload["purpose"])
    target = call.state.store.blob(file["id"])
    digest = await asyncio.to_thread(_join, paths, target)
    if body.get("md5") not in (None, digest):
        target.unlink()
        raise invalid("The parts do not have the stated MD5 checksum.")
    files.add(call, file | {"bytes": upload["bytes"]})
    _discard_parts(call, upload)
    return _answer(call, upload | {"status": "completed", "file": file["id"], "parts": []})


async def cancel(call: Call) -> Response:
    upload = _pending(call)
    _discard_parts(call, upload)
    return _answer(call, upload | {"status": "cancelled", "parts": []})


OPERATIONS = (
    Operation("POST", "/uploads", start, surfaces=("dated",)),
    Operation("POST", "/uploads/{upload}/parts", add_part, surfaces=("dated",)),
    Operation("POST", "/uploads/{upload}/complete", complete, surfaces=("dated",)),
    Operation("POST", "/uploads/{upload}/cancel", cancel, surfaces=("dated",)),
)


def _answer(call: Call, upload: Upload) -> Response:
    _save(call, upload)
    return JSONResponse(_to_wire(call, upload))


def _save(call: Call, upload: Upload) -> None:
    call.state.store.put("upload", call.scope, upload["id"], upload)


def _to_wire(call: Call, upload: Upload) -> Json:
    made = upload.get("file")
    file = call.state.store.get("file", call.scope, made) if made else None
    return without_nulls(
        {
            "id": upload["id"],
            "object": "upload",
            "created_at": int(upload["created"]),
            "expires_at": int(upload["created"]) + LIFETIME,
            "bytes": upload["bytes"],
            "filename": upload["filename"],
            "purpose": upload["purpose"],
            "status": upload["status"],
            "file": files.to_wire(call, file) if file else None,
        }
    )


def _pending(call: Call) -> Upload:
    upload_id = call.path("upload")
    upload = call.state.store.get("upload", call.scope, upload_id)
    if upload is None:
        raise missing("upload", upload_id)
    status = upload["status"]
    if status == "pending" and call.now >= upload["created"] + LIFETIME:
        status = "expired"
    if status != "pending":
        raise wrong_state(f"The upload '{upload_id}' is {status}.")
    return upload


def _part_ids(upload: Upload, body: Json) -> list[str]:
    part_ids = body.get("part_ids")
    if not isinstance(part_ids, list) or not part_ids:
        raise invalid_value("part_ids", "is missing.")
    unknown = [part for part in part_ids if part not in upload["parts"]]
    if unknown:
        raise invalid_value(f"{unknown[0]}", f"is not a part of the upload '{upload['id']}'.")
    return part_ids


def _join(parts: list[Path], target: Path) -> str:
    """Returns the MD5 of the whole, in hexadecimal."""
    digest = hashlib.md5(usedforsecurity=False)
    with target.open("wb") as whole:
        for part in parts:
            with part.open("rb") as file:
                while chunk := file.read(files.CHUNK):
                    digest.update(chunk)
                    whole.write(chunk)
    return digest.hexdigest()


def _discard_parts(call: Call, upload: Upload) -> None:
    for part in upload["parts"]:
        call.state.store.blob(part).unlink(missing_ok=True)
