"""Chat in a form: tools, JSON, schemas, odds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import openai
import pytest
from openai.types.chat import ChatCompletionMessageFunctionToolCall

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer", "minimum": 1},
        "season": {"enum": ["summer", "winter"]},
        "stops": {"type": "array", "items": {"$ref": "#/$defs/stop"}, "minItems": 2},
    },
    "required": ["city", "days", "season", "stops"],
    "additionalProperties": False,
    "$defs": {"stop": {"type": "object", "properties": {"name": {"type": "string"}}}},
}
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather of a city", "parameters": SCHEMA},
}
QUESTION: dict[str, Any] = {"role": "user", "content": "What is the weather in Rome? As JSON."}


@pytest.fixture(params=[True, False], ids=["strict", "loose"])
def client(service: Service, request: pytest.FixtureRequest) -> Any:  # noqa: ANN401
    """Strict: an answer that the SDK does not know raises. Azure's first chunk is such a one."""
    service.deploy("chat", "gpt-4o:2024-08-06", capacity=1000)
    return openai.OpenAI(
        base_url=service.v1.base_url,
        api_key=service.v1.api_key,
        _strict_response_validation=request.param,
    )


def is_strict(client: Any) -> bool:  # noqa: ANN401
    return bool(client._strict_response_validation)


def ask(client: Any, **more: Any) -> Any:  # noqa: ANN401
    return client.chat.completions.create(model="chat", messages=[QUESTION], **more)


@pytest.mark.parametrize("choice", ["auto", "required", TOOL["function"]["name"]])
def test_a_tool_is_called(client: Any, choice: str) -> None:  # noqa: ANN401
    """With arguments that its parameters allow, whole or in pieces."""
    named = {"type": "function", "function": {"name": choice}}
    chosen = choice if choice in ("auto", "required") else named
    answer = ask(client, tools=[TOOL], tool_choice=chosen, stream=not is_strict(client))
    if not is_strict(client):
        deltas = [chunk.choices[0].delta for chunk in answer if chunk.choices]
        calls = [call for delta in deltas for call in delta.tool_calls or ()]
        name, arguments = calls[0].function.name, "".join(c.function.arguments for c in calls)
    else:
        assert answer.choices[0].finish_reason == "tool_calls"
        call = answer.choices[0].message.tool_calls[0]
        assert isinstance(call, ChatCompletionMessageFunctionToolCall)
        name, arguments = call.function.name, call.function.arguments
    assert name == "get_weather"
    jsonschema.validate(json.loads(arguments), SCHEMA)


def test_no_tool_is_called(client: Any) -> None:  # noqa: ANN401
    """Not with `none`, not for another question, and not after its result."""
    assert ask(client, tools=[TOOL], tool_choice="none").choices[0].message.content
    said = [
        {"role": "user", "content": "Hola"},
        {"role": "assistant", "content": "Hola."},
        {"role": "user", "content": "¿Y bien?"},
    ]
    other = client.chat.completions.create(model="chat", messages=said, tools=[TOOL])
    assert other.choices[0].message.tool_calls is None
    call = ask(client, tools=[TOOL]).choices[0].message
    after = [QUESTION, call, {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": ""}]
    done = client.chat.completions.create(model="chat", messages=after, tools=[TOOL])
    assert done.choices[0].finish_reason == "stop"


def test_json(client: Any) -> None:  # noqa: ANN401
    """An object in JSON mode, an instance of the schema with one."""
    mode = ask(client, response_format={"type": "json_object"})
    assert json.loads(mode.choices[0].message.content)["answer"]
    form = {"type": "json_schema", "json_schema": {"name": "trip", "schema": SCHEMA}}
    answer = ask(client, response_format=form, n=2)
    for choice in answer.choices:
        jsonschema.validate(json.loads(choice.message.content), SCHEMA)


def test_odds(client: Any) -> None:  # noqa: ANN401
    """They are those of the pieces that make up the answer."""
    choice = ask(client, logprobs=True, top_logprobs=3, seed=1).choices[0]
    assert "".join(one.token for one in choice.logprobs.content) == choice.message.content
    assert all(one.logprob <= 0 and len(one.top_logprobs) == 3 for one in choice.logprobs.content)
    if is_strict(client):
        return
    streamed = [
        one
        for chunk in ask(client, logprobs=True, top_logprobs=3, seed=1, stream=True)
        if chunk.choices and chunk.choices[0].logprobs
        for one in chunk.choices[0].logprobs.content
    ]
    assert streamed == choice.logprobs.content


@pytest.mark.parametrize(
    "wrong",
    [
        {"top_logprobs": 2},
        {"logprobs": True, "top_logprobs": 21},
        {"response_format": {"type": "yaml"}},
        {"response_format": {"type": "json_schema"}},
        {"tools": [{"type": "function"}]},
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "x"}}},
        {"tools": [TOOL], "tool_choice": "often"},
    ],
)
def test_mistakes(client: Any, wrong: dict[str, Any]) -> None:  # noqa: ANN401
    """Each is a 400 that names the parameter."""
    with pytest.raises(openai.BadRequestError, match=next(reversed(wrong))):
        ask(client, **wrong)


def test_json_mode_needs_the_word(client: Any) -> None:  # noqa: ANN401
    """Without "json" in a message the service refuses."""
    with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
        client.chat.completions.create(
            model="chat",
            messages=[{"role": "user", "content": "Hola"}],
            response_format={"type": "json_object"},
        )
