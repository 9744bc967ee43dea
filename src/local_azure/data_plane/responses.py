"""The Responses API: answers that remember what was said before them."""

import secrets
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from local_azure.data_plane.answering import Answered, answered, require_deployment
from local_azure.data_plane.chat_request import Asked, checked
from local_azure.data_plane.event_stream import EventStream, event, pieces
from local_azure.data_plane.response_input import Prompt, text_format, tools_shown
from local_azure.data_plane.stored_completions import checked_metadata
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    Surface,
    invalid_value,
    missing,
    ordered_page,
    with_openai_errors,
    wrong_state,
)
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.simulated_model.training_file import count_tokens
from local_azure.store import Document

BACKGROUND_SECONDS = 4.0  # of work until an answer in the background is there
_KIND = "response"
_V1: tuple[Surface, ...] = ("v1",)
# What chat calls a parameter, and what it is called here.
_WORDS = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "response_format.json_schema": "text.format",
    "response_format": "text.format",
}


async def create(call: Call) -> Response:
    body = await call.json()
    name = body.get("model")
    if not isinstance(name, str):
        raise invalid_value("model", "must be the name of a deployment.")
    deployment = require_deployment(call, name)
    prompt = Prompt.of(body, _conversation(call, body.get("previous_response_id")))
    asked = _checked(prompt, body)
    found = await answered(call, deployment, asked)
    wire = _wire(call, body, asked, found)
    if body.get("store") is not False:
        _keep(call, wire, prompt, background=bool(body.get("background")))
    if asked.stream:
        return EventStream(_events(wire), found.headers)
    return JSONResponse(_now(call, wire), headers=found.headers)


async def get(call: Call) -> Response:
    return JSONResponse(_now(call, _found(call)["wire"]))


async def delete(call: Call) -> Response:
    response_id = _found(call)["wire"]["id"]
    call.state.store.delete(_KIND, call.scope, response_id)
    return JSONResponse({"id": response_id, "object": "response", "deleted": True})


async def cancel(call: Call) -> Response:
    stored = _found(call)
    wire = stored["wire"]
    if not wire["background"]:
        raise wrong_state("Only a response in the background can be cancelled.")
    if _now(call, wire)["status"] == "in_progress":
        wire |= {"status": "cancelled", "output": []}
        del wire["usage"]
        call.state.store.put(_KIND, call.scope, wire["id"], stored)
    return JSONResponse(_now(call, wire))


async def input_items(call: Call) -> Response:
    return ordered_page(call, _found(call)["items"], default="desc")


async def input_tokens(call: Call) -> Response:
    body = await call.json()
    prompt = Prompt.of(body, _conversation(call, body.get("previous_response_id")))
    asked = _checked(prompt, body)
    count = count_tokens([asked.messages])[0]
    return JSONResponse({"object": "response.input_tokens", "input_tokens": count})


OPERATIONS = with_openai_errors(
    Operation("POST", "/responses", create, _V1),
    Operation("POST", "/responses/input_tokens", input_tokens, _V1),
    Operation("GET", "/responses/{response}", get, _V1),
    Operation("DELETE", "/responses/{response}", delete, _V1),
    Operation("POST", "/responses/{response}/cancel", cancel, _V1),
    Operation("GET", "/responses/{response}/input_items", input_items, _V1),
)


def _conversation(call: Call, previous: object) -> list[Json]:
    """The messages up to and with an earlier response, without its instructions."""
    if previous is None:
        return []
    stored = call.state.store.get(_KIND, call.scope, str(previous))
    if stored is None:
        raise AzureError(
            400,
            "previous_response_not_found",
            f"Previous response with id '{previous}' not found.",
            param="previous_response_id",
        )
    messages: list[Json] = stored["messages"]
    return messages


def _checked(prompt: Prompt, body: Json) -> Asked:
    """As a chat's request is; raises AzureError in the words of this one."""
    try:
        return checked(prompt.chat_body(body))
    except AzureError as error:
        param = error.param or ""
        reason = error.message.removeprefix(f"'{param}' ")
        raise invalid_value(_own_word(param), reason) from None


def _own_word(param: str) -> str:
    for chats, own in _WORDS.items():
        if param.startswith(chats):
            return own + param.removeprefix(chats)
    return param.replace(".function.", ".")


def _found(call: Call) -> Document:
    name = call.path("response")
    stored = call.state.store.get(_KIND, call.scope, name)
    if stored is None:
        raise missing("response", name)
    return stored


def _keep(call: Call, wire: Json, prompt: Prompt, *, background: bool) -> None:
    said = [_as_message(item) for item in wire["output"]]
    if background:
        wire |= {"background": True, "created": call.now}
    stored = {"wire": wire, "messages": prompt.messages + said, "items": prompt.items}
    call.state.store.put(_KIND, call.scope, wire["id"], stored)


def _now(call: Call, wire: Json) -> Json:
    """As a client sees it: in the background, an answer takes some time."""
    shown = {key: value for key, value in wire.items() if key != "created"}
    working = call.state.clock.work_elapsed(wire["created"]) if "created" in wire else None
    if working is None or working >= BACKGROUND_SECONDS or wire["status"] == "cancelled":
        return shown
    return _unfinished(shown)


def _unfinished(wire: Json) -> Json:
    begun = {key: value for key, value in wire.items() if key != "usage"}
    return begun | {"status": "in_progress", "output": []}


def _as_message(item: Json) -> Json:
    if item["type"] == "message":
        return {"role": "assistant", "content": item["content"][0]["text"]}
    function = {"name": item["name"], "arguments": item["arguments"]}
    called = {"id": item["call_id"], "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [called]}


def _wire(call: Call, body: Json, asked: Asked, found: Answered) -> Json:
    choice = found.choices[0]
    cut = choice.finish_reason == "length"
    user = {"user": body["user"]} if isinstance(body.get("user"), str) else {}
    return {
        "id": f"resp_{secrets.token_hex(24)}",
        "object": "response",
        "created_at": int(call.now),
        "status": "incomplete" if cut else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": checked_metadata(body.get("metadata")),
        "model": found.model,
        "output": [_output(found)],
        "parallel_tool_calls": body.get("parallel_tool_calls", True) is not False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "store": body.get("store") is not False,
        "temperature": asked.temperature,
        "text": {"format": text_format(body)},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": tools_shown(body),
        "top_p": 1.0 if body.get("top_p") is None else body["top_p"],
        "truncation": "disabled",
        "usage": _usage(found),
        **user,
    }


def _output(found: Answered) -> Json:
    choice = found.choices[0]
    if choice.tool_call is not None:
        function = choice.tool_call["function"]
        return {
            "id": f"fc_{secrets.token_hex(24)}",
            "type": "function_call",
            "status": "completed",
            "call_id": choice.tool_call["id"],
            "name": function["name"],
            "arguments": function["arguments"],
        }
    return {
        "id": f"msg_{secrets.token_hex(24)}",
        "type": "message",
        "status": "incomplete" if choice.finish_reason == "length" else "completed",
        "role": "assistant",
        "content": [_text(choice.text)],
    }


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(found: Answered) -> Json:
    return {
        "input_tokens": found.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": found.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": found.prompt_tokens + found.completion_tokens,
    }


def _events(wire: Json) -> Iterator[bytes]:
    """Numbered, each under its own name."""
    for number, (kind, content) in enumerate(_stages(wire)):
        yield event({"type": kind, "sequence_number": number, **content}, kind)


def _stages(wire: Json) -> Iterator[tuple[str, Json]]:
    begun = {"response": _unfinished(wire)}
    yield "response.created", begun
    yield "response.in_progress", begun
    item = wire["output"][0]
    unfinished: Json = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    started = {**item, "status": "in_progress", **unfinished}
    yield "response.output_item.added", {"output_index": 0, "item": started}
    yield from _call_stages(item) if item["type"] == "function_call" else _text_stages(item)
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield f"response.{wire['status']}", {"response": wire}


def _call_stages(item: Json) -> Iterator[tuple[str, Json]]:
    at: dict[str, Any] = {"item_id": item["id"], "output_index": 0}
    for piece in pieces(item["arguments"]):
        yield "response.function_call_arguments.delta", {**at, "delta": piece}
    done = {"name": item["name"], "arguments": item["arguments"]}
    yield "response.function_call_arguments.done", {**at, **done}


def _text_stages(item: Json) -> Iterator[tuple[str, Json]]:
    at: dict[str, Any] = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    part = item["content"][0]
    yield "response.content_part.added", {**at, "part": _text("")}
    for piece in pieces(part["text"]):
        yield "response.output_text.delta", {**at, "delta": piece, "logprobs": []}
    yield "response.output_text.done", {**at, "text": part["text"], "logprobs": []}
    yield "response.content_part.done", {**at, "part": part}
