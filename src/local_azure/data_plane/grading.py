"""Graders, run and validated; and the models that they ask."""

import json
import time
from functools import partial
from typing import Any

from starlette.responses import Response

from local_azure.arm.deployments import live
from local_azure.data_plane import chat
from local_azure.data_plane.answering import shown_model
from local_azure.data_plane.wire import Call, Json, Operation, Surface, invalid_value
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.simulated_model import graders
from local_azure.simulated_model.graders import Grade, GraderError

_V1: tuple[Surface, ...] = ("v1",)
_FLAGS = (
    "formula_parse_error",
    "sample_parse_error",
    "truncated_observation_error",
    "unresponsive_reward_error",
    "invalid_variable_error",
    "other_error",
    "python_grader_server_error",
    "python_grader_runtime_error",
    "model_grader_server_error",
    "model_grader_refusal_error",
    "model_grader_parse_error",
)
_DETAILS = (
    "python_grader_server_error_type",
    "python_grader_runtime_error_details",
    "model_grader_server_error_details",
)


async def run(call: Call) -> Response:
    body = await call.json()
    grader = checked_grader(body.get("grader"))
    sample, item = body.get("model_sample"), body.get("item")
    if not isinstance(sample, str):
        raise invalid_value("model_sample", "must be a text.")
    if not isinstance(item, dict | None):
        raise invalid_value("item", "must be an object.")
    began = time.perf_counter()
    found = await graded(call, grader, item or {}, sample)
    return JSONResponse(_result(grader, found, time.perf_counter() - began))


async def validate(call: Call) -> Response:
    return JSONResponse({"grader": checked_grader((await call.json()).get("grader"))})


OPERATIONS = (
    Operation("POST", "/fine_tuning/alpha/graders/run", run, _V1),
    Operation("POST", "/fine_tuning/alpha/graders/validate", validate, _V1),
)


def checked_grader(grader: object, param: str = "grader") -> Json:
    """Raises AzureError."""
    try:
        return graders.checked(grader)
    except GraderError as error:
        raise invalid_value(param, f"is no grader: {error}") from None


async def graded(call: Call, grader: Json, item: Json, sample: str) -> Grade:
    return await graders.reward(grader, item, sample, partial(ask, call))


async def ask(call: Call, model: str, messages: list[Json], schema: Json) -> Json | None:
    """The account's deployment of that name, or of that model with a date or without."""
    wanted = model.lower()
    for deployment in live(call.state, call.account["id"]):
        names = deployment["name"], deployment["properties"]["model"]["name"]
        if wanted in (shown_model(deployment).lower(), *map(str.lower, names)):
            return await _answer(call, deployment["name"], messages, schema)
    return None


async def _answer(call: Call, name: str, messages: list[Json], schema: Json) -> Json | None:
    form = {"type": "json_schema", "json_schema": {"name": "grade", "schema": schema}}
    body = {"messages": messages, "temperature": 0.0, "response_format": form}
    try:
        answer = await chat.whole(call, name, body)
        found: Any = json.loads(answer["choices"][0]["message"]["content"])
    except (AzureError, ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _result(grader: Json, found: Grade, seconds: float) -> Json:
    errors = {**dict.fromkeys(_FLAGS, False), **dict.fromkeys(_DETAILS), **found.errors}
    return {
        "reward": found.reward,
        "metadata": {
            "name": grader["name"],
            "type": grader["type"],
            "errors": errors,
            "execution_time": seconds,
            "scores": found.parts or {grader["name"]: found.reward},
            "token_usage": None,
            "sampled_model_name": None,
        },
        "sub_rewards": found.parts,
        "model_grader_token_usage_per_model": {},
    }
