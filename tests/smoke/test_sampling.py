"""Asking both arms: complete, in order, paced, and steady under failing requests."""

import threading
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.azure.chat import Message, Reply
from tuneops.errors import QuotaError
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.sampling import ARMS, Pace, RateLimit, Sampling, ask_all

NAMES = {"baseline": "gpt-4o", "candidate": "travel-candidate"}
FAST = RateLimit(10**6, 10**9)


def prompts(count: int) -> list[Prompt]:
    return [Prompt(f"p{n}", ({"role": "user", "content": f"¿{n}?"},)) for n in range(count)]


def settings(samples: int = 1, system: str = "Eres amable.", limit: RateLimit = FAST) -> Sampling:
    return Sampling(system, 600, samples, 7, dict.fromkeys(NAMES.values(), limit))


def reply(text: str) -> Reply:
    return Reply(text, "stop", "gpt-4o-2024-08-06", None, 10, 5, 0.1, filtered=False)


def echo(deployment: str, messages: Sequence[Message], seed: int) -> Reply:
    return reply(f"{deployment} {messages[-1]['content']} {seed}")


@given(st.integers(1, 6), st.integers(1, 3))
def test_every_prompt_arm_and_sample_is_answered_in_order(count: int, samples: int) -> None:
    answers = ask_all(prompts(count), NAMES, echo, settings=settings(samples))
    assert [(a.prompt_id, a.arm, a.sample) for a in answers] == [
        (f"p{n}", arm, sample) for n in range(count) for arm in ARMS for sample in range(samples)
    ]
    assert all(a.text == f"{a.deployment} ¿{a.prompt_id[1:]}? {7 + a.sample}" for a in answers)


def test_the_system_message_comes_first_and_an_empty_one_not_at_all() -> None:
    seen: list[list[str]] = []

    def ask(_deployment: str, messages: Sequence[Message], _seed: int) -> Reply:
        seen.append([message["role"] for message in messages])
        return reply("Hola")

    ask_all(prompts(1), {"candidate": "travel-candidate"}, ask, settings=settings())
    ask_all(prompts(1), {"candidate": "travel-candidate"}, ask, settings=settings(system=""))
    assert seen == [["system", "user"], ["user"]]


def test_the_arms_are_asked_at_the_same_time() -> None:
    """Each arm's first request waits for the other's, so a serial run would never end."""
    meeting = threading.Barrier(2, timeout=60)

    def ask(deployment: str, messages: Sequence[Message], seed: int) -> Reply:
        if messages[-1]["content"] == "¿0?":
            meeting.wait()
        return echo(deployment, messages, seed)

    answers = ask_all(prompts(2), NAMES, ask, settings=settings(), concurrency=1)
    assert not any(answer.error for answer in answers)


def test_no_more_requests_than_allowed_run_at_once_for_each_arm() -> None:
    lock, running, most = threading.Lock(), dict.fromkeys(NAMES.values(), 0), 0

    def ask(deployment: str, messages: Sequence[Message], seed: int) -> Reply:
        nonlocal most
        with lock:
            running[deployment] += 1
            most = max(most, running[deployment])
        threading.Event().wait(0.002)
        with lock:
            running[deployment] -= 1
        return echo(deployment, messages, seed)

    ask_all(prompts(20), NAMES, ask, settings=settings(), concurrency=3)
    assert 1 <= most <= 3


def test_a_failed_request_is_an_answer_and_the_run_goes_on() -> None:
    def ask(deployment: str, messages: Sequence[Message], seed: int) -> Reply:
        if messages[-1]["content"] == "¿1?":
            raise QuotaError("Azure throttled the request.", remedy="Wait.")
        return echo(deployment, messages, seed)

    answers = ask_all(prompts(3), NAMES, ask, settings=settings())
    assert [bool(answer.error) for answer in answers] == [False, False, True, True, False, False]
    assert answers[2].error == "Azure throttled the request."
    assert answers[2].deployment == "gpt-4o"


def test_a_fault_of_our_own_ends_the_run() -> None:
    def ask(_deployment: str, _messages: Sequence[Message], _seed: int) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_all(prompts(40), NAMES, ask, settings=settings(), concurrency=1)


def test_progress_counts_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    ask_all(
        prompts(3),
        NAMES,
        echo,
        settings=settings(),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(n, 6) for n in range(1, 7)]


def test_half_a_surrogate_pair_does_not_break_the_record() -> None:
    arms = {"candidate": "travel-candidate"}
    answers = ask_all(prompts(1), arms, lambda *_: reply("a\ud83d"), settings=settings())
    assert answers[0].text == "a?"


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(
    st.integers(1, 600),
    st.integers(1000, 100_000),
    st.lists(st.integers(1, 2000), min_size=2, max_size=80),
)
def test_no_minute_holds_more_than_the_limits(requests: int, tokens: int, costs: list[int]) -> None:
    watch = Watch()
    pace = Pace(RateLimit(requests, tokens), watch.time, watch.sleep)
    started = []
    for cost in costs:
        pace.wait(cost)
        started.append((watch.now, min(cost, tokens)))
    for first, _ in started:
        minute = [cost for at, cost in started if first <= at < first + 60 - 1e-6]
        assert sum(minute) <= tokens
        assert len(minute) <= requests + 1
    gaps = [after - before for (before, _), (after, _) in pairwise(started)]
    assert all(gap >= 60 / requests - 1e-6 for gap in gaps)


def test_within_the_limits_nothing_waits_for_tokens() -> None:
    watch = Watch()
    pace = Pace(RateLimit(300, 50_000), watch.time, watch.sleep)
    for _ in range(60):
        pace.wait(800)
    assert watch.now == pytest.approx(59 * 60 / 300)
