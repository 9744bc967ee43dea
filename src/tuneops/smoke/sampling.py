"""Asks both deployments every prompt at the same time, within each one's rate limits."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from tuneops.azure.chat import Asked, Quota, Reply, ThrottledError
from tuneops.errors import TuneopsError
from tuneops.smoke.answer import Answer
from tuneops.smoke.journal import Journal
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.rate_pacer import Pace, RateLimit

STANDSTILL = 300.0  # seconds of nothing but throttling
ATTEMPTS = 4  # of a request that fails for another reason
_BACKOFF = 1.0
_BAD_REQUEST = 400
_FRAME = 3  # tokens of a message besides its text, and of a request besides its messages

Ask = Callable[[str, Asked, int], tuple[Reply, Quota]]


@dataclass(frozen=True)
class Sampling:
    """How often each prompt is asked; ``limits`` and ``models`` are by deployment."""

    system_message: str
    max_tokens: int
    samples: int
    seed: int
    limits: Mapping[str, RateLimit]
    temperature: float = 0.7
    models: Mapping[str, str] = field(default_factory=dict)
    standstill: float = STANDSTILL

    def digest(self, blank: Answer, asked: Asked) -> str:
        """What an answer hangs on: model, conversation, sample and settings."""
        model = [blank.deployment, self.models.get(blank.deployment, ""), blank.arm]
        sampled = [self.temperature, self.max_tokens, self.seed + blank.sample, blank.prompt_id]
        request = [list(asked.messages), *([asked.options] if asked.options else [])]
        text = json.dumps([model, sampled, *request], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def ask_all(
    prompts: Sequence[Prompt],
    arms: Mapping[str, str],
    ask: Ask,
    *,
    settings: Sampling,
    journal: Journal | None = None,
    concurrency: int = 32,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Answer]:
    """Every answer of every arm, in the order of prompts, arms and samples.

    ``arms`` maps an arm's name to its deployment; ``concurrency`` holds for each arm.

    Raises:
        ThrottledError: A deployment answered nothing but throttling for ``settings.standstill``.
        TuneopsError: Azure refuses, whatever is asked. Other errors are recorded in their answer.
    """
    asking = _Asking(ask, settings, journal)
    blanks = [
        (prompt, Answer(prompt.id, arm, sample, deployment))
        for sample in range(settings.samples)
        for prompt in prompts
        for arm, deployment in arms.items()
    ]
    pools = {arm: ThreadPoolExecutor(concurrency, thread_name_prefix=arm) for arm in arms}
    try:
        futures: list[Future[Answer]] = [
            pools[blank.arm].submit(asking.answer, prompt, blank) for prompt, blank in blanks
        ]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            progress(done, len(futures))
    finally:
        asking.stop()
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    places = {prompt.id: place for place, prompt in enumerate(prompts)}
    order = list(arms)
    answers = [future.result() for future in futures]
    return sorted(answers, key=lambda a: (places[a.prompt_id], order.index(a.arm), a.sample))


class _Asking:
    """One run's asking, from several threads."""

    def __init__(self, ask: Ask, settings: Sampling, journal: Journal | None) -> None:
        self._ask = ask
        self._settings = settings
        self._journal = journal
        self._paces = {name: Pace(limit) for name, limit in settings.limits.items()}
        self._moved = dict.fromkeys(settings.limits, time.monotonic())
        self._lock = threading.Lock()

    def stop(self) -> None:
        for pace in self._paces.values():
            pace.stop()

    def answer(self, prompt: Prompt, blank: Answer) -> Answer:
        asked = prompt.asked(self._settings.system_message)
        digest = self._settings.digest(blank, asked)
        known = None if self._journal is None else self._journal.find(digest)
        if known is not None:
            return known
        try:
            reply = self._insist(blank, asked)
        except TuneopsError as error:
            if not error.may_have_happened and error.status != _BAD_REQUEST:
                raise
            return replace(blank, error=error.message)
        answer = _answered(blank, reply)
        if self._journal is not None:
            self._journal.add(digest, answer)
        return answer

    def _insist(self, blank: Answer, asked: Asked) -> Reply:
        """Ask until there is an answer: throttling is waited out, faults a few times."""
        tokens = _tokens(asked) + self._settings.max_tokens
        pace, seed = self._paces[blank.deployment], self._settings.seed + blank.sample
        failed = 0
        while True:
            pace.wait(tokens)
            try:
                reply, quota = self._ask(blank.deployment, asked, seed)
            except ThrottledError as error:
                self._note_throttling(blank.deployment, error)
                pace.throttled(tokens, error.retry_after or _BACKOFF)
            except TuneopsError as error:
                failed += 1
                if failed == ATTEMPTS or not error.may_have_happened:
                    raise
                pace.pause(_BACKOFF * 2 ** (failed - 1))
            else:
                pace.learn(quota, reply.seconds)
                self._note_movement(blank.deployment)
                return reply

    def _note_movement(self, deployment: str) -> None:
        with self._lock:
            self._moved[deployment] = time.monotonic()

    def _note_throttling(self, deployment: str, error: ThrottledError) -> None:
        """Raises ThrottledError where waiting has no end in sight."""
        with self._lock:
            still = time.monotonic() - self._moved[deployment]
        if max(still, error.retry_after or 0) < self._settings.standstill:
            return
        raise ThrottledError(
            f"{deployment} answers nothing but throttling: {error.message}",
            remedy="Raise its capacity or wait, and run again: the answers so far are kept.",
            retry_after=error.retry_after,
        )


def _answered(blank: Answer, reply: Reply) -> Answer:
    return replace(
        blank,
        text=reply.text.encode(errors="replace").decode(),  # no lone surrogates
        finish_reason=reply.finish_reason,
        model=reply.model,
        tokens=reply.completion_tokens,
        prompt_tokens=reply.prompt_tokens,
        fingerprint=reply.system_fingerprint or "",
        seconds=reply.seconds,
        filtered=reply.filtered,
        tool_calls=reply.tool_calls,
    )


def _tokens(asked: Asked) -> int:
    """About as many as the request has; those of tools and forms are counted as their JSON."""
    from tunelint.tokens import count_texts

    contents = [message["content"] for message in asked.messages]
    beside = [json.dumps(asked.options)] if asked.options else []
    return sum(count_texts([*contents, *beside])) + _FRAME * (len(asked.messages) + 1)
