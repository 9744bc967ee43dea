"""What a deployment answers to checked messages, whatever the form of request and answer."""

import asyncio
import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import toktok

from local_azure.arm.deployments import find_deployment, is_ready, note_use
from local_azure.data_plane import jobs
from local_azure.data_plane.chat_request import Asked
from local_azure.data_plane.progress import method
from local_azure.data_plane.rate_limits import limits_of
from local_azure.data_plane.structured import called_tool, formed, log_probabilities, tool_call
from local_azure.data_plane.wire import Call, Json
from local_azure.errors import AzureError, batch_only, deployment_not_found, operation_not_supported
from local_azure.simulated_model import base_answers, json_instructions
from local_azure.simulated_model.content_checks import prompt_results, trips_filter
from local_azure.simulated_model.script import Rule
from local_azure.simulated_model.training_file import count_tokens, text_of
from local_azure.store import Document

if TYPE_CHECKING:
    from local_azure.simulated_model.dialogue import TrainedAnswers

ENCODING = "o200k_base"
ANSWERS_KEPT = 8  # indexes of fine-tuned models in memory


@dataclass(frozen=True)
class Choice:
    text: str
    finish_reason: str
    tokens: int
    tool_call: Json | None = None
    odds: list[Json] | None = None


@dataclass(frozen=True)
class Answered:
    """`model` is what answered; `headers` say how much of the rate limits is left."""

    model: str
    choices: list[Choice]
    prompt_tokens: int
    completion_tokens: int
    headers: dict[str, str]


async def answered(
    call: Call, deployment: Document, asked: Asked, *, batch: bool = False
) -> Answered:
    """Raises AzureError. In a `batch`, no rate is limited."""
    name = deployment["name"]
    if deployment["_embeds"]:
        raise operation_not_supported("chatCompletion", deployment["properties"]["model"]["name"])
    prompt_tokens = count_tokens([asked.messages])[0]
    wanted = prompt_tokens + (asked.max_tokens or 0) * asked.choices
    headers = {} if batch else spent(call, deployment, wanted)
    note_use(call.state, deployment)
    if any(trips_filter(text_of(message)) for message in asked.messages):
        raise _filtered(headers)
    model = shown_model(deployment)
    rule = call.plane.script.find(name, model, asked.messages)
    choices = await _choices(call, deployment, asked, rule)
    found = Answered(model, choices, prompt_tokens, sum(c.tokens for c in choices), headers)
    usage = rule.usage if rule else None
    found = replace(found, **usage.model_dump()) if usage else found
    note_metrics(call, deployment, found.prompt_tokens, found.completion_tokens)
    return found


def note_metrics(call: Call, deployment: Document, prompt: int, completion: int) -> None:
    account, name = call.account["id"], deployment["name"]
    call.state.metrics.note(account, name, call.now, prompt, completion)


def require_deployment(call: Call, name: str, *, batch: bool = False) -> Document:
    """A deployment that answers by now; raises DeploymentNotFound.

    One with a batch SKU answers in a `batch` only.
    """
    deployment = find_deployment(call.state, call.account["id"], name)
    if deployment is None or not is_ready(deployment, call.state):
        raise deployment_not_found()
    if deployment["sku"]["name"].endswith("Batch") and not batch:
        raise batch_only(name)
    return deployment


def spent(call: Call, deployment: Document, tokens: int) -> dict[str, str]:
    """Takes tokens off the deployment's rate limit; raises the 429."""
    limits = limits_of(deployment["sku"]["capacity"])
    speed = call.state.clock.speed
    return call.plane.rate_limits.spend(deployment["id"], tokens, limits, call.now, speed)


def shown_model(deployment: Document) -> str:
    """A base model by its dated name, as Azure gives it; a fine-tuned one by its own."""
    model = deployment["properties"]["model"]
    if deployment["_fine_tuned"] or model["format"] != "OpenAI":
        return str(model["name"])
    return f"{model['name']}-{model['version']}"


async def _choices(
    call: Call, deployment: Document, asked: Asked, rule: Rule | None
) -> list[Choice]:
    if rule is not None:
        return [_scripted(rule, asked)] * asked.choices
    model = await _trained_answers(call, deployment) if deployment["_fine_tuned"] else None
    return [_choice(asked, model, _chance(asked, number)) for number in range(asked.choices)]


def _scripted(rule: Rule, asked: Asked) -> Choice:
    if rule.tool is None:
        return _finished(rule.answer, asked)
    called = tool_call(rule.tool.name, rule.tool.arguments)
    return _calling(called)


def _choice(asked: Asked, model: "TrainedAnswers | None", chance: Random) -> Choice:
    called = called_tool(asked.tools, asked.tool_choice, asked.messages, chance)
    if called is not None:
        return _calling(called)
    if model is not None:
        text = model.reply(asked.messages, temperature=asked.temperature, chance=chance)
        return _finished(formed(text, asked.response_format, chance), asked)
    return _finished(_base_text(asked, chance), asked)


def _base_text(asked: Asked, chance: Random) -> str:
    text = base_answers.reply(asked.messages, chance)
    kind = asked.response_format["type"]
    if kind == "json_object" or (kind == "text" and json_instructions.is_asked_for(asked.messages)):
        return json_instructions.guess(asked.messages, text, chance)
    return formed(text, asked.response_format, chance)


def _calling(called: Json) -> Choice:
    tokens = toktok.batch_count([json.dumps(called["function"])], ENCODING)[0]
    return Choice("", "tool_calls", tokens, called)


async def _trained_answers(call: Call, deployment: Document) -> "TrainedAnswers":
    from local_azure.simulated_model.dialogue import TrainedAnswers  # numpy is slow to start

    model = deployment["properties"]["model"]
    scope = str(model.get("source") or call.scope).lower()
    job = jobs.find(call.state.store, scope, deployment["_job"], deleted=True)
    if job is None:
        raise deployment_not_found()
    path = jobs.training_data(call.state.store, job)
    kept = call.plane.answers
    if path.name not in kept:
        if method(job) == "reinforcement":
            learnt = (await jobs.run(call, scope, job))["conversations"]
            made = await asyncio.to_thread(TrainedAnswers, learnt)
        else:
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
