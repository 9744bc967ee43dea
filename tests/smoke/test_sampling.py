"""Asking both arms: complete, in order, paced, and steady under failing requests."""

import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from tuneops.azure.chat import Asked, Quota, Reply, ThrottledError
from tuneops.errors import AzureRefusedError, PermissionMissingError
from tuneops.smoke.answer import ARMS
from tuneops.smoke.journal import Journal
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.rate_pacer import Pace, RateLimit, StoppedError
from tuneops.smoke.sampling import Sampling, ask_all

NAMES = {"baseline": "gpt-4o", "candidate": "tienda-candidate"}
FAST = RateLimit(10**6, 10**9)


def prompts(count: int) -> list[Prompt]:
    return [Prompt(f"p{n}", ({"role": "user", "content": f"¿{n}?"},)) for n in range(count)]


def settings(samples: int = 1, system: str = "Eres amable.", limit: RateLimit = FAST) -> Sampling:
    return Sampling(system, 600, samples, 7, dict.fromkeys(NAMES.values(), limit))


def reply(text: str) -> tuple[Reply, Quota]:
    return Reply(text, "stop", "gpt-4o-2024-08-06", "fp", 10, 5, 0.1, filtered=False), Quota()


def echo(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
    return reply(f"{deployment} {asked.messages[-1]['content']} {seed}")


@given(st.integers(1, 6), st.integers(1, 3))
def test_every_prompt_arm_and_sample_is_answered_in_order(count: int, samples: int) -> None:
    answers = ask_all(prompts(count), NAMES, echo, settings=settings(samples))
    assert [(a.prompt_id, a.arm, a.sample) for a in answers] == [
        (f"p{n}", arm, sample) for n in range(count) for arm in ARMS for sample in range(samples)
    ]
    assert all(a.text == f"{a.deployment} ¿{a.prompt_id[1:]}? {7 + a.sample}" for a in answers)


def test_the_system_message_comes_first_and_an_empty_one_not_at_all() -> None:
    seen: list[list[str]] = []

    def ask(_deployment: str, asked: Asked, _seed: int) -> tuple[Reply, Quota]:
        seen.append([message["role"] for message in asked.messages])
        return reply("Hola")

    ask_all(prompts(1), {"candidate": "tienda-candidate"}, ask, settings=settings())
    ask_all(prompts(1), {"candidate": "tienda-candidate"}, ask, settings=settings(system=""))
    assert seen == [["system", "user"], ["user"]]


def test_the_arms_are_asked_at_the_same_time() -> None:
    """Each arm's first request waits for the other's, so a serial run would never end."""
    meeting = threading.Barrier(2, timeout=60)

    def ask(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        if asked.messages[-1]["content"] == "¿0?":
            meeting.wait()
        return echo(deployment, asked, seed)

    answers = ask_all(prompts(2), NAMES, ask, settings=settings(), concurrency=1)
    assert not any(answer.error for answer in answers)


def test_no_more_requests_than_allowed_run_at_once_for_each_arm() -> None:
    lock, running, most = threading.Lock(), dict.fromkeys(NAMES.values(), 0), 0

    def ask(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        nonlocal most
        with lock:
            running[deployment] += 1
            most = max(most, running[deployment])
        threading.Event().wait(0.002)
        with lock:
            running[deployment] -= 1
        return echo(deployment, asked, seed)

    ask_all(prompts(20), NAMES, ask, settings=settings(), concurrency=3)
    assert 1 <= most <= 3


def test_a_request_that_azure_refuses_is_an_answer_and_the_run_goes_on() -> None:
    def ask(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        if asked.messages[-1]["content"] == "¿1?":
            refused = AzureRefusedError("Azure answered 400.", remedy="Mend it.")
            refused.status = 400
            raise refused
        return echo(deployment, asked, seed)

    answers = ask_all(prompts(3), NAMES, ask, settings=settings())
    assert [bool(answer.error) for answer in answers] == [False, False, True, True, False, False]
    assert answers[2].error == "Azure answered 400."
    assert answers[2].deployment == "gpt-4o"


def test_a_missing_permission_ends_the_run() -> None:
    def ask(_deployment: str, _asked: Asked, _seed: int) -> tuple[Reply, Quota]:
        raise PermissionMissingError("Azure answered 403.", remedy="Ask for the role.")

    with pytest.raises(PermissionMissingError):
        ask_all(prompts(3), NAMES, ask, settings=settings())


def test_throttling_is_waited_out_as_long_as_azure_says() -> None:
    refusals = iter([ThrottledError("429", remedy="Wait.", retry_after=0.2)])

    def ask(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        for refusal in refusals:
            raise refusal
        return echo(deployment, asked, seed)

    started = time.monotonic()
    answers = ask_all(prompts(1), {"candidate": "tienda-candidate"}, ask, settings=settings())
    assert not answers[0].error
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(("patience", "retry_after"), [(0.3, 0.1), (60.0, 3600.0)])
def test_throttled_to_a_standstill_ends_with_what_was_answered_kept(
    tmp_path: Path, patience: float, retry_after: float
) -> None:
    def ask(deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        if asked.messages[-1]["content"] == "¿0?":
            return echo(deployment, asked, seed)
        raise ThrottledError("429", remedy="Wait.", retry_after=retry_after)

    impatient = replace(settings(), standstill=patience)
    with (
        Journal(tmp_path / "answers.jsonl") as journal,
        pytest.raises(ThrottledError, match="nothing but throttling") as caught,
    ):
        ask_all(prompts(2), NAMES, ask, settings=impatient, journal=journal)
    assert caught.value.exit_code == 7
    assert "the answers so far are kept" in caught.value.remedy
    with Journal(tmp_path / "answers.jsonl") as journal:
        assert len(journal) >= 1


class Counted:
    """Counts what is paid for."""

    def __init__(self, until: int = 10**9) -> None:
        self.asked = 0
        self._until = until
        self._lock = threading.Lock()

    def __call__(self, deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        with self._lock:
            self.asked += 1
            if self.asked > self._until:
                raise KeyboardInterrupt
        return echo(deployment, asked, seed)


@settings_of_hypothesis(max_examples=15, deadline=None)
@given(st.integers(0, 11), st.binary(max_size=20))
def test_a_killed_run_goes_on_and_pays_for_no_prompt_twice(
    tmp_path_factory: pytest.TempPathFactory, until: int, torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("run") / "answers.jsonl"
    first, second = Counted(until), Counted()
    with Journal(path) as journal, pytest.raises(KeyboardInterrupt):
        ask_all(prompts(3), NAMES, first, settings=settings(2), journal=journal, concurrency=1)
    with path.open("ab") as file:
        file.write(b'{"asked": "' + torn)
    with Journal(path) as journal:
        kept = len(journal)
        answers = ask_all(prompts(3), NAMES, second, settings=settings(2), journal=journal)
        assert second.asked == 12 - kept
    with Journal(path) as journal:
        assert len(journal) == 12
    assert answers == ask_all(prompts(3), NAMES, echo, settings=settings(2))


def test_what_was_asked_in_another_way_is_asked_anew(tmp_path: Path) -> None:
    def paid(changed: Sampling) -> int:
        ask = Counted()
        with Journal(tmp_path / "answers.jsonl") as journal:
            ask_all(prompts(2), NAMES, ask, settings=changed, journal=journal)
        return ask.asked

    assert paid(settings()) == 4
    assert paid(settings()) == 0
    assert paid(settings(2)) == 4
    assert paid(replace(settings(), temperature=0.1)) == 4
    assert paid(replace(settings(), models={"gpt-4o": "gpt-4o 2024-11-20"})) == 2
    assert paid(settings(system="Sé breve.")) == 4


def test_a_fault_of_our_own_ends_the_run() -> None:
    def ask(_deployment: str, _asked: Asked, _seed: int) -> tuple[Reply, Quota]:
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
    arms = {"candidate": "tienda-candidate"}
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
def test_no_time_holds_more_than_a_full_bucket_and_its_refill(
    requests: int, tokens: int, costs: list[int]
) -> None:
    watch = Watch()
    pace = Pace(RateLimit(requests, tokens), watch.time, watch.sleep)
    started = []
    for cost in costs:
        pace.wait(cost)
        started.append((watch.now, min(cost, tokens)))
    spent = 0
    for at, cost in started:
        spent += cost
        assert spent <= tokens + at * tokens / 60 + 1e-6
    gaps = [after - before for (before, _), (after, _) in pairwise(started)]
    assert all(gap >= 60 / requests - 1e-6 for gap in gaps)


def test_within_the_limits_nothing_waits_for_tokens() -> None:
    watch = Watch()
    pace = Pace(RateLimit(300, 50_000), watch.time, watch.sleep)
    for _ in range(60):
        pace.wait(800)
    assert watch.now == pytest.approx(59 * 60 / 300)


def test_headers_go_before_what_was_assumed() -> None:
    """A bucket that others have drained is waited for, at the rate that the header names."""
    watch = Watch()
    pace = Pace(RateLimit(6000, 60_000), watch.time, watch.sleep)
    pace.wait(1)
    pace.learn(Quota(requests=6000, tokens=6000, tokens_left=0), 0.0)
    started = watch.now
    pace.wait(1000)
    assert watch.now - started == pytest.approx(1000 / 6000 * 60, rel=0.02)


def test_a_stopped_pace_sends_nothing_more() -> None:
    pace = Pace(FAST)
    pace.stop()
    with pytest.raises(StoppedError):
        pace.wait(1)


@pytest.mark.parametrize(("capacity", "requests"), [(50, 180), (10, 90)])
def test_the_wall_time_is_near_what_the_token_budget_allows(capacity: int, requests: int) -> None:
    """Against a bucket as Azure's: full at first, refilled evenly; within 15 % of its bound."""
    watch, budget, cost = Watch(), capacity * 1000, 730
    pace = Pace(RateLimit(capacity * 6, budget), watch.time, watch.sleep)
    for _ in range(requests):
        pace.wait(cost)
    bound = (requests * cost - budget) / budget * 60
    assert bound <= watch.now <= 1.15 * bound
