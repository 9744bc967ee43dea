"""A request for a completion, checked by what OpenAI's specification allows."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local_azure.data_plane.structured import checked_format, checked_tools
from local_azure.data_plane.wire import Json, invalid_value
from local_azure.simulated_model.training_file import Message

DEFAULT_TEMPERATURE = 1.0


class _Strict(BaseModel):
    """A text is no number; what is not named here is not looked at."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Text(_Strict):
    type: Literal["text"]
    text: str


class _Refusal(_Strict):
    type: Literal["refusal"]
    refusal: str


class _Image(_Strict):
    url: str
    detail: Literal["auto", "low", "high"] | None = None


class _ImageUrl(_Strict):
    type: Literal["image_url"]
    image_url: _Image


class _Unheard(_Strict):
    type: Literal["input_audio", "file"]


_Texts = str | Annotated[list[_Text], Field(min_length=1)]


class _Instruction(_Strict):
    role: Literal["system", "developer"]
    content: _Texts


class _User(_Strict):
    role: Literal["user"]
    content: str | Annotated[list[_Text | _ImageUrl | _Unheard], Field(min_length=1)]


class _Call(_Strict):
    id: str
    type: Literal["function", "custom"]


class _Assistant(_Strict):
    role: Literal["assistant"]
    content: str | Annotated[list[_Text | _Refusal], Field(min_length=1)] | None = None
    tool_calls: list[_Call] | None = None


class _Tool(_Strict):
    role: Literal["tool"]
    content: _Texts
    tool_call_id: str


class _Function(_Strict):
    role: Literal["function"]
    content: str | None
    name: str


class _StreamOptions(_Strict):
    include_usage: bool | None = None


_Said = Annotated[
    _Instruction | _User | _Assistant | _Tool | _Function, Field(discriminator="role")
]
_Count = Annotated[int, Field(ge=1)] | None
_Penalty = Annotated[float, Field(ge=-2, le=2)] | None


class _Request(_Strict):
    messages: Annotated[list[_Said], Field(min_length=1)]
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    frequency_penalty: _Penalty = None
    presence_penalty: _Penalty = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    max_tokens: _Count = None
    max_completion_tokens: _Count = None
    seed: int | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    logit_bias: dict[str, int] | None = None
    user: str | None = None
    parallel_tool_calls: bool | None = None


@dataclass(frozen=True)
class Asked:
    """A checked request; its messages are as they came."""

    messages: list[Message]
    temperature: float
    seed: int | None
    choices: int
    max_tokens: int | None
    stops: list[str]
    stream: bool
    include_usage: bool
    tools: list[Json]
    tool_choice: Any
    response_format: Json
    top_logprobs: int | None  # None: no odds at all


def checked(body: Json) -> Asked:
    """Raises AzureError with the first thing that is wrong."""
    request = _parsed(body)
    stops = [request.stop] if isinstance(request.stop, str) else request.stop or []
    if request.top_logprobs is not None and not request.logprobs:
        raise invalid_value("top_logprobs", "needs 'logprobs' to be true.")
    return Asked(
        messages=body["messages"],
        temperature=DEFAULT_TEMPERATURE if request.temperature is None else request.temperature,
        seed=request.seed,
        choices=request.n or 1,
        max_tokens=request.max_completion_tokens or request.max_tokens,
        stops=[stop for stop in stops if stop],
        stream=bool(request.stream),
        include_usage=bool(request.stream_options and request.stream_options.include_usage),
        tools=checked_tools(body),
        tool_choice=body.get("tool_choice"),
        response_format=checked_format(body),
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
    )


def _parsed(body: Json) -> _Request:
    try:
        return _Request.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise invalid_value(where, f"{first['msg']}.") from None
