"""Azure Monitor's metrics of deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

VERSION = "api-version=2023-10-01"


def metrics(service: Service, query: str) -> Any:  # noqa: ANN401
    path = f"{service.arm_path}/providers/Microsoft.Insights/metrics?{VERSION}&{query}"
    return service.azure.request("GET", path, token=service.token)


def chat(service: Service, deployment: str) -> Any:  # noqa: ANN401
    messages: Any = [{"role": "user", "content": "Hello"}]
    return service.v1.chat.completions.create(model=deployment, messages=messages).usage


def totals(series: dict[str, Any]) -> float:
    return float(sum(point["total"] for point in series["data"]))


def test_requests_and_tokens_are_counted(service: Service) -> None:
    """Altogether, or by deployment; by the interval that was asked for."""
    for name in ("one", "two"):
        service.deploy(name, "gpt-4o:2024-08-06")
    used = [chat(service, "one"), chat(service, "one"), chat(service, "two")]
    service.step(60)
    names = "metricnames=AzureOpenAIRequests,GeneratedTokens,ProcessedPromptTokens,TokenTransaction"
    found = metrics(service, f"{names}&interval=PT1H").body["value"]
    sums = [totals(metric["timeseries"][0]) for metric in found]
    generated = sum(usage.completion_tokens for usage in used)
    asked = sum(usage.prompt_tokens for usage in used)
    assert sums == [3, generated, asked, generated + asked]
    split = metrics(service, "$filter=ModelDeploymentName%20eq%20'*'").body["value"][0]
    by_name = {one["metadatavalues"][0]["value"]: totals(one) for one in split["timeseries"]}
    assert by_name == {"one": 2, "two": 1}
    one = metrics(service, "$filter=ModelDeploymentName%20eq%20'two'").body["value"][0]
    assert [totals(series) for series in one["timeseries"]] == [1]
    twice = "timespan=2020-01-01T00%253A00%253A00%252F2020-01-01T00%253A10%253A00"
    assert len(metrics(service, twice).body["value"][0]["timeseries"][0]["data"]) == 10
    past = "timespan=2020-01-01T00:00:00Z/2020-01-01T01:00:00Z"
    assert totals(metrics(service, past).body["value"][0]["timeseries"][0]) == 0


@pytest.mark.parametrize(
    "query",
    [
        "metricnames=Luck",
        "interval=hourly",
        "interval=PT0M",
        "timespan=yesterday",
        "timespan=2020-01-02T00:00:00Z/2020-01-01T00:00:00Z",
        "timespan=2020-01-01T00:00:00Z/2026-01-01T00:00:00Z",
        "aggregation=Median",
    ],
)
def test_bad_questions(service: Service, query: str) -> None:
    assert metrics(service, query).status == 400


def test_definitions(service: Service) -> None:
    path = f"{service.arm_path}/providers/Microsoft.Insights/metricDefinitions?{VERSION}"
    found = service.azure.request("GET", path, token=service.token).body["value"]
    assert "AzureOpenAIRequests" in [one["name"]["value"] for one in found]
