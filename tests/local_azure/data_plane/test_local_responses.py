"""The Responses API and embeddings, through the SDK with strict validation of answers."""

from __future__ import annotations

import base64
import json
import struct
from typing import TYPE_CHECKING, Any

import openai
import pytest
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_azure.data_plane.conftest import Service

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class Place(BaseModel):
    name: str
    visitors: int


@pytest.fixture
def client(service: Service) -> Iterator[openai.OpenAI]:
    service.deploy("chat", "gpt-4o:2024-08-06")
    with openai.OpenAI(
        base_url=service.v1.base_url,
        api_key=service.v1.api_key,
        max_retries=0,
        _strict_response_validation=True,
    ) as strict:
        yield strict


def test_a_text_and_what_was_said_before(client: openai.OpenAI) -> None:
    """An answer is kept; the next one goes on from it, without its instructions."""
    first = client.responses.create(
        model="chat", input="¿Un libro en Lisboa?", instructions="Sé breve.", metadata={"a": "b"}
    )
    assert (first.status, first.model, first.metadata) == (
        "completed", "gpt-4o-2024-08-06", {"a": "b"},
    )  # fmt: skip
    assert "Lisboa" in first.output_text
    assert first.usage is not None
    assert first.usage.total_tokens == first.usage.input_tokens + first.usage.output_tokens
    items: Any = [{"role": "user", "content": [{"type": "input_text", "text": "¿Un museo?"}]}]
    second = client.responses.create(model="chat", input=items, previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert second.instructions is None
    assert second.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens
    assert client.responses.retrieve(first.id).output_text == first.output_text
    listed = client.responses.input_items.list(second.id).data
    assert [item.type for item in listed] == ["message"]


def test_it_is_deleted_or_never_kept(client: openai.OpenAI) -> None:
    """With store false, and after a deletion, there is nothing to go on from."""
    never = client.responses.create(model="chat", input="Hi", store=False).id
    deleted = client.responses.create(model="chat", input="Hi").id
    client.responses.delete(deleted)
    for response_id in (never, deleted):
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(response_id)
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model="chat", input="Hi", previous_response_id=response_id)
        assert (refused.value.code, refused.value.param) == (
            "previous_response_not_found", "previous_response_id",
        )  # fmt: skip


def test_a_function_is_called_and_answered(client: openai.OpenAI) -> None:
    """The call has arguments that its parameters allow; its output goes back by the call's id."""
    asked = client.responses.create(model="chat", input="Weather in Lima?", tools=[WEATHER])
    call: Any = asked.output[0]
    assert (call.type, call.name) == ("function_call", "get_weather")
    assert set(json.loads(call.arguments)) == {"city"}
    output: Any = [{"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}]
    done = client.responses.create(
        model="chat", input=output, previous_response_id=asked.id, tools=[WEATHER]
    )
    assert done.output_text


@pytest.mark.parametrize("tools", [[], [WEATHER]])
def test_a_stream_has_every_stage(client: openai.OpenAI, tools: list[Any]) -> None:
    """Numbered events whose deltas add up to what is there at the end."""
    events: list[Any] = list(
        client.responses.create(model="chat", input="Weather in Lima?", tools=tools, stream=True)
    )
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:3] == [
        "response.created", "response.in_progress", "response.output_item.added",
    ]  # fmt: skip
    assert kinds[-2:] == ["response.output_item.done", "response.completed"]
    item = events[-1].response.output[0]
    whole = item.arguments if tools else item.content[0].text
    deltas = [event.delta for event in events if event.type.endswith(".delta")]
    assert "".join(deltas) == whole


def test_a_schema_is_filled_in(client: openai.OpenAI) -> None:
    """Structured output, as the SDK parses it."""
    parsed = client.responses.parse(model="chat", input="A place", text_format=Place)
    assert isinstance(parsed.output_parsed, Place)


def test_an_answer_is_cut(client: openai.OpenAI) -> None:
    """At the most tokens asked for it is incomplete, and says why."""
    cut = client.responses.create(model="chat", input="Tell me of Rome", max_output_tokens=16)
    assert cut.status == "incomplete"
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"


def test_in_the_background(client: openai.OpenAI, service: Service) -> None:
    """It takes some time, in which it can be cancelled."""
    begun = client.responses.create(model="chat", input="Hi", background=True)
    assert (begun.status, begun.output) == ("in_progress", [])
    service.step(10)
    assert client.responses.retrieve(begun.id).status == "completed"
    other = client.responses.create(model="chat", input="Hi", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"
    service.step(10)
    assert client.responses.retrieve(other.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="in the background"):
        client.responses.cancel(client.responses.create(model="chat", input="Hi").id)


def test_tokens_are_counted(client: openai.OpenAI) -> None:
    """Without an answer."""
    counted = client.responses.input_tokens.count(model="chat", input="Hello there")
    made = client.responses.create(model="chat", input="Hello there")
    assert made.usage is not None
    assert counted.input_tokens == made.usage.input_tokens


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": 7}, "input"),
        ({"input": []}, "input"),
        ({"input": [{"type": "image"}]}, "input[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": "x"}, "tools"),
        ({"text": "x"}, "text.format"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
        ({"text": {"format": {"type": "json_object"}}}, "input"),
        ({"temperature": 9}, "temperature"),
        ({"max_output_tokens": 15}, "max_output_tokens"),
        ({"max_output_tokens": "x"}, "max_output_tokens"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"instructions": 1}, "instructions"),
        ({"model": 7}, "model"),
    ],
)
def test_bad_requests(
    client: openai.OpenAI, service: Service, body: dict[str, object], param: str
) -> None:
    """Each is a 400 in OpenAI's form, with a sentence that begins with the parameter."""
    assert client.base_url
    answer = service.raw("POST", "/v1/responses", {"model": "chat", "input": "a", **body})
    error = answer.body["error"]
    assert error.pop("message").startswith(f"'{param}' ")
    named = {"type": "invalid_request_error", "param": param, "code": "invalid_value"}
    assert (answer.status, error) == (400, named)


def test_refusals_have_openais_form(client: openai.OpenAI, service: Service) -> None:
    """Whoever refuses: the API, the deployment that is not there, the filter, the rate limit."""
    with pytest.raises(openai.NotFoundError) as missing:
        client.responses.delete("resp\nnone")
    assert (missing.value.type, missing.value.code) == ("invalid_request_error", None)
    with pytest.raises(openai.NotFoundError) as undeployed:
        client.responses.create(model="nobody", input="Hi")
    assert undeployed.value.code == "DeploymentNotFound"
    with pytest.raises(openai.BadRequestError) as filtered:
        client.responses.create(model="chat", input="[[local-azure:filter]]")
    assert (filtered.value.type, filtered.value.param) == ("invalid_request_error", "prompt")
    service.deploy("small", "gpt-4o:2024-08-06", capacity=1)
    client.responses.create(model="small", input="Hi", max_output_tokens=900)
    with pytest.raises(openai.RateLimitError) as limited:
        client.responses.create(model="small", input="Hi", max_output_tokens=900)
    assert limited.value.type == "too_many_requests"


@pytest.fixture
def embedder(service: Service) -> openai.OpenAI:
    """Not strict: the SDK asks for base64, and turns it into numbers after validation."""
    service.deploy("chat", "gpt-4o:2024-08-06")
    service.deploy("embed", "text-embedding-3-small:1")
    service.deploy("large", "text-embedding-3-large:1")
    service.deploy("ada", "text-embedding-ada-002:2")
    return service.v1


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_similar_texts_are_near(embedder: openai.OpenAI) -> None:
    """Vectors of length 1 that are decided by the text, nearer the more words are shared."""
    texts = ["What can I see in Rome?", "What could I see in Rome?", "El gato duerme."]
    found = embedder.embeddings.create(model="embed", input=[*texts, texts[0]])
    vectors = [one.embedding for one in found.data]
    assert [len(vector) for vector in vectors] == [1536] * 4
    assert near(vectors[0], vectors[3]) == pytest.approx(1, abs=1e-5)
    assert near(vectors[0], vectors[1]) > 0.6
    assert near(vectors[0], vectors[2]) < 0.3
    assert found.usage.prompt_tokens == found.usage.total_tokens > 0


def test_dimensions_and_forms(embedder: openai.OpenAI, service: Service) -> None:
    """Both encodings hold the same numbers; dimensions as each model allows."""
    body = {"model": "large", "input": "Rome", "dimensions": 8}
    plain = service.raw("POST", "/v1/embeddings", body).body["data"][0]["embedding"]
    coded = {**body, "encoding_format": "base64"}
    text = service.raw("POST", "/v1/embeddings", coded).body["data"][0]["embedding"]
    assert struct.unpack("<8f", base64.b64decode(text)) == pytest.approx(plain, abs=1e-6)
    assert len(embedder.embeddings.create(model="large", input="Rome").data[0].embedding) == 3072
    tokens = embedder.embeddings.create(model="embed", input=[[1, 2], [3]])
    assert len(tokens.data) == 2
    dated = "/deployments/embed/embeddings?api-version=2024-10-21"
    assert service.raw("POST", dated, {"input": "Rome"}).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"model": "embed", "input": ""}, "invalidPayload"),
        ({"model": "embed", "input": []}, "invalidPayload"),
        ({"model": "embed", "input": "a", "dimensions": 0}, "invalidPayload"),
        ({"model": "ada", "input": "a", "dimensions": 9}, "invalidPayload"),
        ({"model": "embed", "input": "a", "encoding_format": "hex"}, "invalidPayload"),
        ({"model": "embed", "input": "word " * 9000}, "invalidPayload"),
        ({"model": "chat", "input": "a"}, "OperationNotSupported"),
    ],
)
def test_bad_embeddings(
    embedder: openai.OpenAI, service: Service, body: dict[str, object], code: str
) -> None:
    """And a chat model does not embed, nor an embedding model chat."""
    assert embedder.base_url
    answer = service.raw("POST", "/v1/embeddings", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, code)
    chat = {"model": "embed", "messages": [{"role": "user", "content": "Hi"}]}
    refused = service.raw("POST", "/v1/chat/completions", chat)
    assert refused.body["error"]["code"] == "OperationNotSupported"
