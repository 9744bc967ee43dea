"""Chat completions of an account's deployments."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict

from tuneops.azure import deployments
from tuneops.azure.account import open_foundry
from tuneops.azure.failures import read_failure, translated
from tuneops.errors import NotFoundError, TuneopsError
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from openai import OpenAI

    from tuneops.azure.cloud import Session
    from tuneops.azure.resources import Account
    from tuneops.config import Config

_FILTERED = "content_filter"
_NOT_READY = frozenset({"DeploymentNotFound", "DeploymentNotReady"})
_READY_SECONDS = 900.0


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


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


class ChatSession:
    """Chat with the deployments of one account; safe to use from several threads."""

    def __init__(self, client: "OpenAI", session: "Session", account: "Account") -> None:
        self._client = client
        self._session = session
        self._account = account

    def ask(
        self,
        deployment: str,
        messages: Sequence[Message],
        *,
        temperature: float,
        max_tokens: int,
        seed: int,
    ) -> Reply:
        """One answer; a prompt that the content filter refuses is an answer too.

        Raises:
            TuneopsError: No such deployment, throttled beyond the SDK's patience, or a fault.
        """
        started = time.monotonic()
        with translated(f"asking {deployment}"):
            try:
                completion = self._client.chat.completions.create(
                    model=deployment,
                    messages=_for_sdk(messages),
                    temperature=temperature,
                    max_tokens=max_tokens,
                    seed=seed,
                )
            except Exception as error:
                failure = read_failure(error)
                if failure is None or failure.code != _FILTERED:
                    raise
                return _refused(time.monotonic() - started)
        return _reply(completion, time.monotonic() - started)

    def rate_limits(self, deployment: str) -> tuple[int, int]:
        """Requests and tokens a minute that the deployment takes.

        Raises:
            NotFoundError: There is no such deployment.
        """
        found = deployments.find(self._session, self._account, deployment)
        if found is None:
            raise NotFoundError(
                f"There is no deployment {deployment} in {self._account.name}.",
                remedy="'deploy.py show' lists what is deployed.",
            )
        return found.requests_per_minute, found.tokens_per_minute or found.capacity * 1000

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
        with translated(f"asking {deployment} for a first answer"):
            try:
                self._client.chat.completions.create(
                    model=deployment, messages=_for_sdk(messages), max_tokens=5
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
    foundry = open_foundry(config)
    return ChatSession(foundry.client, foundry.session, foundry.account)


class _NotReadyError(Exception):
    pass


def _for_sdk(messages: Sequence[Message]) -> Any:  # noqa: ANN401 - a union of the SDK's own types
    return [message for message in messages if message["content"]]


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
    )


def _refused(seconds: float) -> Reply:
    return Reply("", _FILTERED, "", None, 0, 0, seconds, filtered=True)
