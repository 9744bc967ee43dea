"""Asks both deployments every prompt at the same time, within each one's rate limits."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from tuneops.azure.chat import Message, Reply
from tuneops.errors import TuneopsError
from tuneops.smoke.prompts import Prompt

ARMS = ("baseline", "candidate")
_MINUTE = 60.0
_CHARACTERS_A_TOKEN = 3  # Spanish has about 4: an estimate that errs towards waiting

Ask = Callable[[str, Sequence[Message], int], Reply]


@dataclass(frozen=True)
class Answer:
    """One reply to one prompt; ``error`` says why there is none."""

    prompt_id: str
    arm: str
    sample: int
    deployment: str
    text: str = ""
    finish_reason: str = ""
    model: str = ""
    tokens: int = 0
    seconds: float = 0.0
    filtered: bool = False
    error: str = ""


@dataclass(frozen=True)
class RateLimit:
    requests_per_minute: int
    tokens_per_minute: int


@dataclass(frozen=True)
class Sampling:
    """How often each prompt is asked; ``limits`` are by deployment."""

    system_message: str
    max_tokens: int
    samples: int
    seed: int
    limits: Mapping[str, RateLimit]


class Pace:
    """When the next request to one deployment may start.

    Requests are evenly spaced, as Azure also counts them over 1 to 10 seconds; the tokens of any
    minute stay within the limit, with max_tokens counted for each answer as Azure does (Azure
    OpenAI quota guide, learn.microsoft.com, 2026-02).
    """

    def __init__(
        self,
        limit: RateLimit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._started: deque[tuple[float, int]] = deque()

    def wait(self, tokens: int) -> None:
        with self._lock:
            start = self._next_start(min(tokens, self._limit.tokens_per_minute))
            delay = start - self._clock()
        if delay > 0:
            self._sleep(delay)

    def _next_start(self, tokens: int) -> float:
        start = self._clock()
        if self._started:
            spacing = _MINUTE / self._limit.requests_per_minute
            start = max(start, self._started[-1][0] + spacing)
        spent = sum(used for _, used in self._started)
        while self._started and (
            self._started[0][0] <= start - _MINUTE or spent + tokens > self._limit.tokens_per_minute
        ):
            oldest, used = self._started.popleft()
            spent -= used
            start = max(start, oldest + _MINUTE)
        self._started.append((start, tokens))
        return start


def ask_all(
    prompts: Sequence[Prompt],
    arms: Mapping[str, str],
    ask: Ask,
    *,
    settings: Sampling,
    concurrency: int = 8,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Answer]:
    """Every answer of every arm, in the order of prompts, arms and samples.

    A TuneopsError of one request is recorded in its answer; any other error ends the run.
    ``arms`` maps an arm's name to its deployment; ``concurrency`` holds for each arm.
    """
    paces = {deployment: Pace(settings.limits[deployment]) for deployment in arms.values()}
    pools = {arm: ThreadPoolExecutor(concurrency, thread_name_prefix=arm) for arm in arms}
    try:
        futures: list[Future[Answer]] = [
            pools[arm].submit(
                _answer, prompt, Answer(prompt.id, arm, sample, deployment), ask, settings, paces
            )
            for prompt in prompts
            for arm, deployment in arms.items()
            for sample in range(settings.samples)
        ]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            progress(done, len(futures))
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _answer(
    prompt: Prompt,
    blank: Answer,
    ask: Ask,
    settings: Sampling,
    paces: Mapping[str, Pace],
) -> Answer:
    messages = _messages(prompt, settings.system_message)
    paces[blank.deployment].wait(_estimated_tokens(messages, settings.max_tokens))
    try:
        reply = ask(blank.deployment, messages, settings.seed + blank.sample)
    except TuneopsError as error:
        return replace(blank, error=error.message)
    return replace(
        blank,
        text=reply.text.encode(errors="replace").decode(),  # no lone surrogates
        finish_reason=reply.finish_reason,
        model=reply.model,
        tokens=reply.completion_tokens,
        seconds=reply.seconds,
        filtered=reply.filtered,
    )


def _messages(prompt: Prompt, system_message: str) -> list[Message]:
    system = [Message(role="system", content=system_message)] if system_message else []
    return [*system, *prompt.messages]


def _estimated_tokens(messages: Sequence[Message], max_tokens: int) -> int:
    return max_tokens + sum(len(m["content"]) for m in messages) // _CHARACTERS_A_TOKEN
