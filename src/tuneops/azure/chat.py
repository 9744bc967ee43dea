"""Chat completions of an account's deployments."""

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NotRequired

from typing_extensions import TypedDict

from tuneops.azure import deployments
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.failures import read_failure, translated
from tuneops.checks.base import ToolCall
from tuneops.errors import CredentialsError, NotFoundError, TuneopsError
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from openai import OpenAI

    from tuneops.config import Config

_FILTERED = "content_filter"
_THROTTLED = 429
_NOT_READY = frozenset({"DeploymentNotFound", "DeploymentNotReady"})
_READY_SECONDS = 900.0
_FORM_SECONDS = 120.0
_BRIEF = 5  # tokens of a first answer
_REASONING = re.compile(r"o\d|gpt-5")  # models that think before they answer


class Message(TypedDict):
    """An assistant's message that calls tools may have an empty content."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: NotRequired[list[dict[str, Any]]]
    tool_call_id: NotRequired[str]


@dataclass(frozen=True)
class Asked:
    """A conversation, and what a request says beside it: tools, tool_choice, response_format."""

    messages: Sequence[Message]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer of a deployment; ``text`` is empty where the content filter took it."""

    text: str
    finish_reason: str
    model: str
    system_fingerprint: str | None
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    filtered: bool
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """How an answer is drawn."""

    temperature: float
    max_tokens: int
    seed: int

    def options(self, *, reasons: bool) -> dict[str, Any]:
        """As parameters of a chat completion.

        Models that reason take neither a temperature nor max_tokens (OpenAI's specification,
        CreateChatCompletionRequest, 2026-08).
        """
        if reasons:
            return {"max_completion_tokens": self.max_tokens, "seed": self.seed}
        return {"temperature": self.temperature, "max_tokens": self.max_tokens, "seed": self.seed}


@dataclass(frozen=True)
class Quota:
    """What the x-ratelimit headers of an answer say, per minute; None where they are absent."""

    requests: int | None = None
    tokens: int | None = None
    tokens_left: int | None = None


class ThrottledError(TuneopsError):
    """Too many requests; ``retry_after`` is in seconds, None where Azure names no time."""

    status = 429

    def __init__(self, message: str, *, remedy: str, retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class ChatSession:
    """Chat with the deployments of one account; safe to use from several threads.

    ``assumed`` are deployments by name that need not be read, or cannot be with a key alone.
    """

    def __init__(
        self, foundry: Foundry, assumed: Mapping[str, deployments.Deployment] | None = None
    ) -> None:
        self._client = foundry.client
        self._foundry = foundry
        self._assumed = assumed or {}
        self._reasons: dict[str, bool] = {}

    def ask(self, deployment: str, asked: Asked, drawn: Drawing) -> Reply:
        """One answer; a prompt that the content filter refuses is an answer too.

        Raises:
            ThrottledError: Throttled beyond the SDK's patience.
            TuneopsError: No such deployment, or a fault.
        """
        return self._answered(self._client, deployment, asked, drawn)[0]

    def ask_once(self, deployment: str, asked: Asked, drawn: Drawing) -> tuple[Reply, Quota]:
        """As ask, but a refused request is left to the caller, and the rate limits are told."""
        client = self._client.with_options(max_retries=0)
        return self._answered(client, deployment, asked, drawn)

    def ask_in_form(
        self,
        deployment: str,
        messages: Sequence[Message],
        form: dict[str, Any],
        *,
        max_tokens: int,
    ) -> Reply:
        """One answer in a form, at temperature 0, with patience for the rate limit.

        Raises:
            ThrottledError: It is throttled for minutes.
            TuneopsError: No such deployment, or a fault.
        """
        asked = Asked(messages, {"response_format": form})
        drawn = Drawing(temperature=0, max_tokens=max_tokens, seed=1)
        for _ in attempts(_FORM_SECONDS):
            try:
                return self.ask_once(deployment, asked, drawn)[0]
            except ThrottledError:
                continue
        raise ThrottledError(
            f"{deployment} is throttled.", remedy="Raise its capacity, or run again."
        )

    def _answered(
        self, client: "OpenAI", deployment: str, asked: Asked, drawn: Drawing
    ) -> tuple[Reply, Quota]:
        options = {**asked.options, **drawn.options(reasons=self._does_reason(deployment))}
        started = time.monotonic()
        with translated(f"asking {deployment}"):
            try:
                raw = client.chat.completions.with_raw_response.create(
                    model=deployment, messages=_for_sdk(asked.messages), **options
                )
            except Exception as error:
                failure = read_failure(error)
                if failure is not None and failure.code == _FILTERED:
                    return _refused(time.monotonic() - started), _quota(_headers(error))
                if failure is not None and failure.status == _THROTTLED:
                    raise _throttled(deployment, failure.message, _headers(error)) from error
                raise
            return _reply(raw.parse(), time.monotonic() - started), _quota(raw.headers)

    def stream(self, deployment: str, asked: Asked, drawn: Drawing) -> Iterator[str]:
        """One answer in pieces, as they come.

        Raises:
            TuneopsError: No such deployment, throttled, filtered, or a fault.
        """
        options = {**asked.options, **drawn.options(reasons=self._does_reason(deployment))}
        with translated(f"asking {deployment}"):
            chunks = self._client.chat.completions.create(
                model=deployment, messages=_for_sdk(asked.messages), stream=True, **options
            )
            for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    yield chunk.choices[0].delta.content

    def deployment(self, name: str) -> deployments.Deployment:
        """The deployment as it is.

        Raises:
            NotFoundError: There is no such deployment.
        """
        if name in self._assumed:
            return self._assumed[name]
        account = self._foundry.account
        found = deployments.find(self._foundry.session, account, name)
        if found is None:
            raise NotFoundError(
                f"There is no deployment {name} in {account.name}.",
                remedy="'deploy.py show' lists what is deployed.",
            )
        return found

    def _does_reason(self, deployment: str) -> bool:
        """Looked up once; a deployment that is not there is for the request to complain of."""
        if deployment not in self._reasons:
            try:
                model = self.deployment(deployment).model
            except (NotFoundError, CredentialsError):
                model = ""
            self._reasons[deployment] = bool(_REASONING.match(model))
        return self._reasons[deployment]

    def wait_until_ready(self, deployment: str) -> None:
        """Ask until the deployment answers: ARM's "Succeeded" comes minutes before.

        Raises:
            TuneopsError: It does not answer within a quarter of an hour.
        """
        hello: list[Message] = [{"role": "user", "content": "Hola"}]
        for _ in attempts(_READY_SECONDS):
            try:
                self._probe(deployment, hello)
            except _NotReadyError:
                continue
            return
        raise TuneopsError(
            f"Deployment {deployment} does not answer yet.",
            remedy="Wait a few minutes and run again; if it stays so, delete it and deploy again.",
        )

    def _probe(self, deployment: str, messages: Sequence[Message]) -> None:
        brief = "max_completion_tokens" if self._does_reason(deployment) else "max_tokens"
        options: dict[str, Any] = {brief: _BRIEF}
        with translated(f"asking {deployment} for a first answer"):
            try:
                self._client.chat.completions.create(
                    model=deployment, messages=_for_sdk(messages), **options
                )
            except Exception as error:
                failure = read_failure(error)
                if failure is not None and failure.code in _NOT_READY:
                    raise _NotReadyError from error
                raise


def open_chat(config: "Config") -> ChatSession:
    """Chat with the deployments of the product's account.

    Raises:
        NotFoundError: The account does not exist yet.
    """
    return ChatSession(open_foundry(config))


class _NotReadyError(Exception):
    pass


def _for_sdk(messages: Sequence[Message]) -> Any:  # noqa: ANN401 - a union of the SDK's own types
    return [message for message in messages if message["content"] or "tool_calls" in message]


def _headers(error: Exception) -> Mapping[str, str]:
    return getattr(getattr(error, "response", None), "headers", {})


def _quota(headers: Mapping[str, str]) -> Quota:
    names = ("limit-requests", "limit-tokens", "remaining-tokens")
    requests, tokens, left = (_number(headers.get(f"x-ratelimit-{name}")) for name in names)
    return Quota(_whole(requests), _whole(tokens), _whole(left))


def _throttled(deployment: str, message: str, headers: Mapping[str, str]) -> ThrottledError:
    milliseconds, seconds = (_number(headers.get(h)) for h in ("retry-after-ms", "retry-after"))
    return ThrottledError(
        f"{deployment} is throttled: {message}",
        remedy="Wait, or raise the deployment's capacity.",
        retry_after=seconds if milliseconds is None else milliseconds / 1000,
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _reply(completion: Any, seconds: float) -> Reply:  # noqa: ANN401 - the SDK's ChatCompletion
    choice = completion.choices[0]
    usage = completion.usage
    return Reply(
        text=choice.message.content or "",
        finish_reason=choice.finish_reason or "",
        model=completion.model,
        system_fingerprint=completion.system_fingerprint,
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        seconds=seconds,
        filtered=choice.finish_reason == _FILTERED,
        tool_calls=tuple(_calls(choice.message.tool_calls or ())),
    )


def _calls(calls: Iterable[Any]) -> Iterator[ToolCall]:
    for call in calls:
        if call.type == "function":
            yield ToolCall(call.function.name, call.function.arguments)


def _refused(seconds: float) -> Reply:
    return Reply("", _FILTERED, "", None, 0, 0, seconds, filtered=True)
