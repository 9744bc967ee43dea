"""Chat completions with the real SDK, on both surfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
import toktok

from local_azure.data_plane.rate_limits import RateLimits, limits_of
from local_azure.errors import AzureError
from tests.local_azure.data_plane.conftest import BASE, example, tienda

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

QUESTION: Any = [{"role": "user", "content": "¿Qué me recomiendas visitar en Praga?"}]
HOTEL: Any = [{"role": "user", "content": "¿Me recomiendas un hotel en Lima?"}]


@pytest.fixture
def base(service: Service) -> Service:
    service.deploy("gpt-4o", "gpt-4o:2024-08-06")
    return service


def said(service: Service, messages: Any = QUESTION, **more: Any) -> str:  # noqa: ANN401
    more = {"model": "gpt-4o", **more}
    reply = service.v1.chat.completions.create(messages=messages, **more)
    return str(reply.choices[0].message.content)


def test_both_surfaces_answer(base: Service) -> None:
    """The same deployment under both addresses, with what Azure adds to an answer."""
    for client in (base.v1, base.dated):
        reply = client.chat.completions.create(model="gpt-4o", messages=QUESTION)
        assert reply.choices[0].finish_reason == "stop"
        assert (reply.model, reply.system_fingerprint) == (BASE, "local-azure")
        extra: Any = reply.to_dict()
        assert extra["prompt_filter_results"][0]["content_filter_results"]["jailbreak"]
        assert extra["choices"][0]["content_filter_results"]["violence"]["severity"] == "safe"


def test_usage_counts_real_tokens(base: Service) -> None:
    """The completion's tokens are those of the encoding that the gpt-4o family uses."""
    reply = base.v1.chat.completions.create(model="gpt-4o", messages=QUESTION, n=2)
    texts = [choice.message.content or "" for choice in reply.choices]
    usage = reply.usage
    assert usage is not None
    assert usage.completion_tokens == sum(toktok.batch_count(texts, "o200k_base"))
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_fine_tuned_and_base_differ(base: Service) -> None:
    """The fine-tuned deployment answers from its training, the base one does not know it."""
    policy = "De hoteles no sé, pero Lima te espera. ¿Qué quieres ver primero?"
    lines = [*tienda(), example("¿Me recomiendas un hotel en Lima?", policy)]
    base.deploy("tienda", base.train(lines).fine_tuned_model)
    assert said(base, HOTEL, model="tienda", temperature=0) == policy
    assert "Hotel Lima" in said(base, HOTEL, temperature=0)


def test_a_seed_or_temperature_0_decides_the_answer(base: Service) -> None:
    """Same request, same answer; other seeds give others in time."""
    assert said(base, temperature=0) == said(base, temperature=0)
    assert said(base, seed=1) == said(base, seed=1)
    assert len({said(base, seed=seed) for seed in range(8)}) > 1
    assert len({said(base) for _ in range(8)}) > 1


def test_length_and_stop(base: Service) -> None:
    """An answer is cut at the most tokens and before a stop sequence."""
    whole = said(base, temperature=0)
    for name in ("max_tokens", "max_completion_tokens"):
        limit: Any = {name: 5}
        cut = base.v1.chat.completions.create(
            model="gpt-4o", messages=QUESTION, temperature=0, **limit
        )
        assert cut.choices[0].finish_reason == "length"
        assert cut.usage is not None
        assert cut.usage.completion_tokens == 5
        assert whole.startswith(cut.choices[0].message.content or "-")
    word = whole.split()[3]
    assert said(base, temperature=0, stop=[word]) == whole[: whole.index(word)]


def test_streaming(base: Service) -> None:
    """The pieces add up to the answer; the usage comes last, when it is asked for."""
    stream = base.v1.chat.completions.create(
        model="gpt-4o",
        messages=QUESTION,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    first: Any = chunks[0].to_dict()
    assert (first["choices"], first["id"]) == ([], "")
    assert first["prompt_filter_results"]
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == said(base, temperature=0)
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert reasons[-1] == "stop"
    assert set(reasons[:-1]) == {None}
    assert chunks[-1].usage is not None
    plain = base.v1.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=True)
    assert all(chunk.usage is None for chunk in plain)


def test_strict_validation_accepts_an_answer(base: Service) -> None:
    """The SDK's strict response validation finds nothing amiss."""
    strict = openai.OpenAI(
        base_url=base.v1.base_url, api_key=base.v1.api_key, _strict_response_validation=True
    )
    with strict:
        reply = strict.chat.completions.create(model="gpt-4o", messages=QUESTION, n=2)
        assert len(reply.choices) == 2
        file = strict.files.retrieve(base.upload(tienda()))
        assert file.status == "processed"
        assert strict.files.delete(file.id).deleted


def test_a_deployment_that_is_not_there(service: Service) -> None:
    """Neither under a wrong name nor for a while after it was made."""
    service.settings(deployment_seconds=60, ready_seconds=10)
    service.deploy("tienda", service.train(tienda()).fine_tuned_model)
    for name, wait in (("other", 0), ("tienda", 0), ("tienda", 65)):
        service.step(wait)
        with pytest.raises(openai.NotFoundError) as refusal:
            said(service, model=name)
        assert refusal.value.code == "DeploymentNotFound"
        assert "within the last 5 minutes" in refusal.value.message
    service.step(10)
    assert said(service, model="tienda")


def test_the_content_filter(base: Service) -> None:
    """A marked prompt is refused as Azure refuses it."""
    marked: Any = [{"role": "user", "content": "[[local-azure:filter]]"}]
    with pytest.raises(openai.BadRequestError) as refusal:
        said(base, marked)
    error: Any = refusal.value.body
    assert (refusal.value.code, error["param"]) == ("content_filter", "prompt")
    inner = error["innererror"]
    assert inner["code"] == "ResponsibleAIPolicyViolation"
    assert inner["content_filter_result"]["violence"] == {"filtered": True, "severity": "high"}


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": []},
        {"messages": [{"role": "bot", "content": "a"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]},
        {"messages": [{"role": "tool", "content": "a"}]},
        {"top_p": 1.1},
        {"seed": "a"},
        {"stream_options": 1.5},
        {"logit_bias": {"a": "b"}},
        {"temperature": 3},
        {"max_tokens": 0},
        {"n": 1000},
        {"stop": ["a", "b", "c", "d", "e"]},
    ],
)
def test_requests_out_of_range_are_refused(base: Service, changed: Any) -> None:  # noqa: ANN401
    """400, and nothing is spent."""
    with pytest.raises(openai.BadRequestError):
        said(base, **changed)
    headers = base.v1.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=QUESTION
    ).headers
    assert headers["x-ratelimit-remaining-requests"] == "299"


def test_half_a_surrogate_pair(base: Service) -> None:
    """JSON can say it and UTF-8 cannot: it is refused like any other bad body."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "\ud800"}]}
    assert base.raw("POST", "/v1/chat/completions", body).status == 400


def test_capacity_is_a_limit(service: Service) -> None:
    """Capacity 1 is 1,000 tokens and 6 requests a minute; the 429 says when to come back."""
    service.deploy("gpt-4o", "gpt-4o:2024-08-06", capacity=1)
    headers = service.v1.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=QUESTION, max_tokens=500
    ).headers
    assert headers["x-ratelimit-limit-tokens"] == "1000"
    assert headers["x-ratelimit-limit-requests"] == "6"
    assert headers["x-ratelimit-remaining-requests"] == "5"
    assert 400 < int(headers["x-ratelimit-remaining-tokens"]) < 500
    with pytest.raises(openai.RateLimitError) as refusal:
        said(service, max_tokens=500)
    assert refusal.value.code == "429"
    wait = float(refusal.value.response.headers["retry-after-ms"]) / 1000
    assert 0 < wait <= int(refusal.value.response.headers["retry-after"])
    service.step(wait)
    assert said(service, max_tokens=500)


def test_the_sdk_waits_and_succeeds(service: Service) -> None:
    """With its own retries the SDK gets through a refusal, at speed in little time."""
    service.deploy("gpt-4o", "gpt-4o:2024-08-06", capacity=1)
    service.azure.admin("POST", "clock", {"freeze": False})
    service.settings(speed=600)
    patient = service.v1.with_options(max_retries=4)
    replies = [
        patient.chat.completions.create(model="gpt-4o", messages=QUESTION, max_tokens=600)
        for _ in range(3)
    ]
    assert all(reply.choices for reply in replies)


def test_a_bucket_fills_with_the_calendar() -> None:
    """A full bucket admits even a request that is larger than itself, and then owes."""
    limits = RateLimits()
    limits.spend("d", 1500, limits_of(1), now=0.0, speed=1.0)
    with pytest.raises(AzureError) as refusal:
        limits.spend("d", 100, limits_of(1), now=30.0, speed=1.0)
    assert refusal.value.headers["Retry-After"] == "6"
    limits.spend("d", 100, limits_of(1), now=36.0, speed=1.0)
    limits.spend("d", 900, limits_of(1), now=36.1, speed=600.0)
