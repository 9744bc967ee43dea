"""Chat completions that were asked to be stored: list, get, change, delete, and their messages."""

from starlette.responses import Response

from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    Surface,
    invalid_value,
    missing,
    ordered_page,
)
from local_azure.json_text import JSONResponse

PAIRS, KEY_LENGTH, VALUE_LENGTH = 16, 64, 512  # of metadata; OpenAI's specification
_KIND = "completion"
_V1: tuple[Surface, ...] = ("v1",)
_ECHOED = ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "tools")


def keep(call: Call, completion: Json, body: Json) -> None:
    metadata = checked_metadata(body.get("metadata"))
    echoed = {key: body.get(key) for key in _ECHOED}
    stored = {"wire": completion | {"metadata": metadata} | echoed, "messages": body["messages"]}
    call.state.store.put(_KIND, call.scope, completion["id"], stored)


def checked_metadata(metadata: object) -> dict[str, str]:
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or len(metadata) > PAIRS:
        raise invalid_value("metadata", f"must be an object of at most {PAIRS} pairs.")
    for key, value in metadata.items():
        if not isinstance(value, str) or len(key) > KEY_LENGTH or len(value) > VALUE_LENGTH:
            raise invalid_value(f"metadata.{key[:KEY_LENGTH]}", "is no text, or too long.")
    return metadata


async def list_(call: Call) -> Response:
    query = call.request.query_params
    found = [one["wire"] for one in call.state.store.list(_KIND, call.scope)]
    wanted = {key[9:-1]: query[key] for key in query if key.startswith("metadata[")}
    kept = [
        one
        for one in found
        if wanted.items() <= one["metadata"].items() and query.get("model") in (None, one["model"])
    ]
    return ordered_page(call, kept)


async def get(call: Call) -> Response:
    return JSONResponse(_found(call)["wire"])


async def update(call: Call) -> Response:
    body = await call.json()
    if not isinstance(body.get("metadata"), dict):
        raise invalid_value("metadata", "is missing.")
    stored = _found(call)
    stored["wire"]["metadata"] = checked_metadata(body["metadata"])
    call.state.store.put(_KIND, call.scope, stored["wire"]["id"], stored)
    return JSONResponse(stored["wire"])


async def delete(call: Call) -> Response:
    completion_id = _found(call)["wire"]["id"]
    call.state.store.delete(_KIND, call.scope, completion_id)
    deleted = {"id": completion_id, "object": "chat.completion.deleted", "deleted": True}
    return JSONResponse(deleted)


async def messages(call: Call) -> Response:
    """What was asked, in order."""
    stored = _found(call)
    name = stored["wire"]["id"]
    items = [_message(f"{name}-{n}", message) for n, message in enumerate(stored["messages"])]
    return ordered_page(call, items)


def _message(name: str, message: Json) -> Json:
    content = message.get("content")
    parts = {"content_parts": content} if isinstance(content, list) else {"content_parts": None}
    text = None if isinstance(content, list) else content
    return {"id": name, "role": message["role"], "content": text, "refusal": None, **parts}


OPERATIONS = (
    Operation("GET", "/chat/completions", list_, _V1),
    Operation("GET", "/chat/completions/{completion}", get, _V1),
    Operation("POST", "/chat/completions/{completion}", update, _V1),
    Operation("DELETE", "/chat/completions/{completion}", delete, _V1),
    Operation("GET", "/chat/completions/{completion}/messages", messages, _V1),
)


def _found(call: Call) -> Json:
    name = call.path("completion")
    stored = call.state.store.get(_KIND, call.scope, name)
    if stored is None:
        raise missing("chat completion", name)
    return stored
