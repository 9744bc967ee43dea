"""Chat completions: base deployments answer from a grammar, fine-tuned ones from their training."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import toktok
from starlette.responses import JSONResponse, Response, StreamingResponse

from local_azure.arm.deployments import find_deployment, is_ready, note_use
from local_azure.data_plane import jobs
from local_azure.data_plane.chat_request import Asked, checked
from local_azure.data_plane.rate_limits import limits_of
from local_azure.data_plane.structured import called_tool, formed, log_probabilities
from local_azure.data_plane.wire import Call, Json, Operation, invalid
from local_azure.errors import AzureError, deployment_not_found
from local_azure.simulated_model import base_answers
from local_azure.simulated_model.content_checks import (
    completion_results,
    prompt_results,
    trips_filter,
)
from local_azure.simulated_model.training_file import count_tokens, text_of
from local_azure.store import Document

if TYPE_CHECKING:
    from local_azure.simulated_model.dialogue import TrainedAnswers

FINGERPRINT = "local-azure"
ENCODING = "o200k_base"
ANSWERS_KEPT = 8  # indexes of fine-tuned models in memory
CHUNK_WORDS = 3


@dataclass(frozen=True)
class Choice:
    text: str
    finish_reason: str
    tokens: int
    tool_call: Json | None = None
    odds: list[Json] | None = None

    @property
    def logprobs(self) -> Json | None:
        return None if self.odds is None else {"content": self.odds, "refusal": None}


async def dated(call: Call) -> Response:
    return await _complete(call, call.path("deployment"), await call.json())


async def v1(call: Call) -> Response:
    body = await call.json()
    if not isinstance(body.get("model"), str):
        raise invalid("'model' must be the name of a deployment.")
    return await _complete(call, body["model"], body)


OPERATIONS = (
    Operation("POST", "/deployments/{deployment}/chat/completions", dated, v1=False),
    Operation("POST", "/chat/completions", v1, dated=False),
)


async def _complete(call: Call, name: str, body: Json) -> Response:
    deployment = find_deployment(call.state, call.account["id"], name)
    if deployment is None or not is_ready(deployment, call.state):
        raise deployment_not_found()
    asked = checked(body)
    prompt_tokens = count_tokens([asked.messages])[0]
    headers = call.plane.rate_limits.spend(
        deployment["id"],
        prompt_tokens + (asked.max_tokens or 0) * asked.choices,
        limits_of(deployment["sku"]["capacity"]),
        call.now,
        call.state.clock.speed,
    )
    note_use(call.state, deployment)
    if any(trips_filter(text_of(message)) for message in asked.messages):
        raise _filtered(headers)
    choices = await _choices(call, deployment, asked)
    answer = Answer(f"chatcmpl-{secrets.token_hex(15)}", int(call.now), _model(deployment))
    if asked.stream:
        lines = _server_sent(answer.chunks(asked, choices, prompt_tokens))
        return StreamingResponse(lines, media_type="text/event-stream", headers=headers)
    return JSONResponse(answer.whole(choices, prompt_tokens), headers=headers)


@dataclass(frozen=True)
class Answer:
    """The wire forms of one completion."""

    id: str
    created: int
    model: str

    def whole(self, choices: list[Choice], prompt_tokens: int) -> Json:
        return {
            **self._envelope("chat.completion"),
            "choices": [_whole_choice(i, choice) for i, choice in enumerate(choices)],
            "prompt_filter_results": _prompt_filter(),
            "usage": _usage(choices, prompt_tokens),
        }

    def chunks(self, asked: Asked, choices: list[Choice], prompt_tokens: int) -> Iterator[Json]:
        """First the prompt's filter results in a chunk without a name, as Azure does."""
        unnamed = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
        yield {**unnamed, "prompt_filter_results": _prompt_filter()}
        for index, choice in enumerate(choices):
            content = "" if choice.tool_call is None else None
            yield self._chunk(index, {"role": "assistant", "content": content, "refusal": None})
            for delta in _deltas(choice):
                yield self._chunk(index, delta, odds=choice.odds)
            yield self._chunk(index, {}, choice.finish_reason)
        if asked.include_usage:
            usage = _usage(choices, prompt_tokens)
            yield {**self._envelope("chat.completion.chunk"), "choices": [], "usage": usage}

    def _chunk(
        self,
        index: int,
        delta: Json,
        finish_reason: str | None = None,
        *,
        odds: list[Json] | None = None,
    ) -> Json:
        """The odds of all tokens go with the first piece."""
        first = odds is not None and delta.get("first")
        delta = {key: value for key, value in delta.items() if key != "first"}
        choice = {
            "index": index,
            "delta": delta,
            "finish_reason": finish_reason,
            "logprobs": {"content": odds, "refusal": None} if first else None,
            "content_filter_results": completion_results() if delta.get("content") else {},
        }
        return {**self._envelope("chat.completion.chunk"), "choices": [choice]}

    def _envelope(self, kind: str) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
        }


async def _choices(call: Call, deployment: Document, asked: Asked) -> list[Choice]:
    model = await _trained_answers(call, deployment) if deployment["_fine_tuned"] else None
    return [_choice(asked, model, _chance(asked, number)) for number in range(asked.choices)]


def _choice(asked: Asked, model: "TrainedAnswers | None", chance: Random) -> Choice:
    call = called_tool(asked.tools, asked.tool_choice, asked.messages, chance)
    if call is not None:
        tokens = toktok.batch_count([json.dumps(call["function"])], ENCODING)[0]
        return Choice("", "tool_calls", tokens, call)
    if model is None:
        text = base_answers.reply(asked.messages, chance)
    else:
        text = model.reply(asked.messages, temperature=asked.temperature, chance=chance)
    return _finished(formed(text, asked.response_format, chance), asked)


async def _trained_answers(call: Call, deployment: Document) -> "TrainedAnswers":
    from local_azure.simulated_model.dialogue import (
        TrainedAnswers,  # numpy takes a fifth of the start
    )

    model = deployment["properties"]["model"]
    scope = str(model.get("source") or call.scope).lower()
    job = jobs.find(call.state.store, scope, deployment["_job"], deleted=True)
    if job is None:
        raise deployment_not_found()
    path = jobs.training_data(call.state.store, job)
    kept = call.plane.answers
    if path.name not in kept:
        made = await asyncio.to_thread(TrainedAnswers.of_file, path)
        while len(kept) >= ANSWERS_KEPT:
            del kept[next(iter(kept))]
        kept[path.name] = made
    return kept[path.name]


def _chance(asked: Asked, number: int) -> Random:
    """Decided by the request alone at temperature 0 or with a seed, else by nothing."""
    if asked.seed is None and asked.temperature > 0:
        return Random(secrets.randbits(64))  # noqa: S311
    decided = [asked.messages, asked.temperature and [asked.seed, number]]
    digest = hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).digest()
    return Random(int.from_bytes(digest[:8]))  # noqa: S311


def _finished(text: str, asked: Asked) -> Choice:
    """Cut at the first stop sequence and at the most tokens asked for."""
    ends = [at for stop in asked.stops if (at := text.find(stop)) >= 0]
    text = text[: min(ends, default=len(text))]
    tokens = toktok.batch_count([text], ENCODING)[0]
    if asked.max_tokens is None or tokens <= asked.max_tokens:
        return Choice(text, "stop", tokens, odds=_odds(text, asked))
    cut, _ = toktok.truncate(text, asked.max_tokens, ENCODING)
    return Choice(cut, "length", asked.max_tokens, odds=_odds(cut, asked))


def _odds(text: str, asked: Asked) -> list[Json] | None:
    return None if asked.top_logprobs is None else log_probabilities(text, asked.top_logprobs)


def _model(deployment: Document) -> str:
    """A base model by its dated name, as Azure gives it; a fine-tuned one by its own."""
    model = deployment["properties"]["model"]
    if deployment["_fine_tuned"] or model["format"] != "OpenAI":
        return str(model["name"])
    return f"{model['name']}-{model['version']}"


def _whole_choice(index: int, choice: Choice) -> Json:
    return {
        "index": index,
        "finish_reason": choice.finish_reason,
        "logprobs": choice.logprobs,
        "message": _message(choice),
        "content_filter_results": {} if choice.tool_call else completion_results(),
    }


def _message(choice: Choice) -> Json:
    if choice.tool_call is None:
        return {"role": "assistant", "content": choice.text, "refusal": None}
    calls = {"tool_calls": [choice.tool_call]}
    return {"role": "assistant", "content": None, "refusal": None, **calls}


def _deltas(choice: Choice) -> Iterator[Json]:
    if choice.tool_call is None:
        for number, piece in enumerate(_pieces(choice.text)):
            yield {"content": piece, "first": number == 0}
        return
    function = choice.tool_call["function"]
    begun = {**choice.tool_call, "function": {**function, "arguments": ""}}
    yield {"tool_calls": [{"index": 0, **begun}]}
    for piece in _pieces(function["arguments"]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def _prompt_filter() -> list[dict[str, Any]]:
    return [{"prompt_index": 0, "content_filter_results": prompt_results()}]


def _usage(choices: list[Choice], prompt_tokens: int) -> Json:
    completion_tokens = sum(choice.tokens for choice in choices)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words, spaces and all."""
    words = text.split(" ")
    for start in range(0, len(words), CHUNK_WORDS):
        piece = " ".join(words[start : start + CHUNK_WORDS])
        yield f" {piece}" if start else piece


def _server_sent(chunks: Iterator[Json]) -> Iterator[str]:
    for chunk in chunks:
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


def _filtered(headers: dict[str, str]) -> AzureError:
    message = (
        "The response was filtered due to the prompt triggering Azure OpenAI's content management "
        "policy. Please modify your prompt and retry. To learn more about our content filtering "
        "policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
    )
    error = {
        "code": "content_filter",
        "message": message,
        "param": "prompt",
        "status": 400,
        "type": None,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": prompt_results(filtered=True),
        },
    }
    return AzureError(400, "content_filter", message, headers=headers, body={"error": error})
