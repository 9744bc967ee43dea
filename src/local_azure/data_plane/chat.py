"""Chat completions, whole and streamed."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from local_azure.data_plane import stored_completions
from local_azure.data_plane.answering import Answered, Choice, answered, require_deployment
from local_azure.data_plane.chat_request import Asked, checked
from local_azure.data_plane.event_stream import EventStream, event, pieces
from local_azure.data_plane.wire import Call, Json, Operation, invalid_value
from local_azure.json_text import JSONResponse
from local_azure.simulated_model.content_checks import completion_results, prompt_results

FINGERPRINT = "local-azure"
_SAFE = completion_results()
_PROMPT_FILTER: list[dict[str, Any]] = [
    {"prompt_index": 0, "content_filter_results": prompt_results()}
]


async def dated(call: Call) -> Response:
    return await _complete(call, call.path("deployment"), await call.json())


async def v1(call: Call) -> Response:
    body = await call.json()
    if not isinstance(body.get("model"), str):
        raise invalid_value("model", "must be the name of a deployment.")
    return await _complete(call, body["model"], body)


OPERATIONS = (
    Operation("POST", "/deployments/{deployment}/chat/completions", dated, surfaces=("dated",)),
    Operation("POST", "/chat/completions", v1, surfaces=("v1",)),
)


async def _complete(call: Call, name: str, body: Json) -> Response:
    deployment = require_deployment(call, name)
    asked = checked(body)
    found = await answered(call, deployment, asked)
    completion = Completion(f"chatcmpl-{secrets.token_hex(15)}", int(call.now), found)
    if body.get("store"):
        stored_completions.keep(call, completion.whole(), body)
    if asked.stream:
        return EventStream(completion.events(asked), found.headers)
    return JSONResponse(completion.whole(), headers=found.headers)


async def whole(call: Call, name: str, body: Json, *, batch: bool = False) -> Json:
    """The answer to a body as if it had been asked alone and not streamed."""
    deployment = require_deployment(call, name, batch=batch)
    found = await answered(call, deployment, checked(body), batch=batch)
    return Completion(f"chatcmpl-{secrets.token_hex(15)}", int(call.now), found).whole()


@dataclass(frozen=True)
class Completion:
    """The wire forms of one completion."""

    id: str
    created: int
    found: Answered

    def whole(self) -> Json:
        return {
            **self._envelope("chat.completion"),
            "choices": [_whole_choice(i, choice) for i, choice in enumerate(self.found.choices)],
            "prompt_filter_results": _PROMPT_FILTER,
            "usage": self._usage(),
        }

    def events(self, asked: Asked) -> Iterator[bytes]:
        for chunk in self._chunks(asked):
            yield event(chunk)
        yield b"data: [DONE]\n\n"

    def _chunks(self, asked: Asked) -> Iterator[Json]:
        """First the prompt's filter results in a chunk without a name, as Azure does."""
        unnamed = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
        yield {**unnamed, "prompt_filter_results": _PROMPT_FILTER}
        envelope = self._envelope("chat.completion.chunk")
        for index, choice in enumerate(self.found.choices):
            content = "" if choice.tool_call is None else None
            opening = {"role": "assistant", "content": content, "refusal": None}
            yield {**envelope, "choices": [_part(index, opening)]}
            odds = choice.odds
            for delta in _deltas(choice):
                yield {**envelope, "choices": [_part(index, delta, odds=odds)]}
                odds = None
            yield {**envelope, "choices": [_part(index, {}, choice.finish_reason)]}
        if asked.include_usage:
            yield {**envelope, "choices": [], "usage": self._usage()}

    def _envelope(self, kind: str) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.found.model,
            "system_fingerprint": FINGERPRINT,
        }

    def _usage(self) -> Json:
        found = self.found
        return {
            "prompt_tokens": found.prompt_tokens,
            "completion_tokens": found.completion_tokens,
            "total_tokens": found.prompt_tokens + found.completion_tokens,
        }


def _part(
    index: int,
    delta: Json,
    finish_reason: str | None = None,
    *,
    odds: list[Json] | None = None,
) -> Json:
    """The odds of all tokens go with the first piece."""
    return {
        "index": index,
        "delta": delta,
        "finish_reason": finish_reason,
        "logprobs": None if odds is None else {"content": odds, "refusal": None},
        "content_filter_results": _SAFE if delta.get("content") else {},
    }


def _whole_choice(index: int, choice: Choice) -> Json:
    odds = choice.odds
    return {
        "index": index,
        "finish_reason": choice.finish_reason,
        "logprobs": None if odds is None else {"content": odds, "refusal": None},
        "message": _message(choice),
        "content_filter_results": {} if choice.tool_call else _SAFE,
    }


def _message(choice: Choice) -> Json:
    if choice.tool_call is None:
        return {"role": "assistant", "content": choice.text, "refusal": None}
    calls = {"tool_calls": [choice.tool_call]}
    return {"role": "assistant", "content": None, "refusal": None, **calls}


def _deltas(choice: Choice) -> Iterator[Json]:
    if choice.tool_call is None:
        for piece in pieces(choice.text):
            yield {"content": piece}
        return
    function = choice.tool_call["function"]
    begun = {**choice.tool_call, "function": {**function, "arguments": ""}}
    yield {"tool_calls": [{"index": 0, **begun}]}
    for piece in pieces(function["arguments"]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
