"""Microsoft.Insights/metrics of an account, for each of its deployments."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm import accounts
from local_azure.arm.resources import timestamp
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.errors import bad_request
from local_azure.metrics import MINUTE, NAMES, TOKENS
from local_azure.store import Document

POINTS = 1440  # of a series at most
AGGREGATIONS = ("total", "count", "average", "minimum", "maximum")
_INSIGHTS = accounts.PATH + "/{account}/providers/Microsoft.Insights"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", re.IGNORECASE)
_DEPLOYMENT = re.compile(r"ModelDeploymentName\s+eq\s+'([^']*)'", re.IGNORECASE)


def routes() -> list[Route]:
    return [
        arm_route(_INSIGHTS + "/metrics", GET=_metrics),
        arm_route(_INSIGHTS + "/metricDefinitions", GET=_definitions),
    ]


def _metrics(arm: ArmRequest) -> Response:
    """Of a window of the calendar, an interval at a time; without a filter, all together."""
    account = accounts.require_account(arm)
    names = _names(arm)
    start, end = _timespan(arm)
    seconds = _interval(arm)
    if (end - start) / seconds > POINTS:
        raise bad_request("BadRequest", f"The interval gives more than {POINTS} points.")
    wanted = _DEPLOYMENT.search(arm.query.get("$filter", ""))
    window = (start, end, seconds)
    value = [_metric(arm, account, name, window, wanted[1] if wanted else None) for name in names]
    return ok(
        {
            "cost": 0,
            "timespan": f"{timestamp(start)}/{timestamp(end)}",
            "interval": arm.query.get("interval", "PT1M"),
            "namespace": f"{NAMESPACE}/accounts",
            "resourceregion": account["location"],
            "value": value,
        }
    )


def _metric(
    arm: ArmRequest,
    account: Document,
    name: str,
    window: tuple[float, float, int],
    deployment: str | None,
) -> Document:
    known = arm.state.metrics.deployments(account["id"])
    chosen = [one for one in known if deployment in (None, "*", one)]
    groups = [[one] for one in chosen] if deployment is not None else [chosen]
    return {
        "id": f"{account['id']}/providers/Microsoft.Insights/metrics/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Count",
        "errorCode": "Success",
        "timeseries": [_series(arm, account, name, window, group) for group in groups],
    }


def _series(
    arm: ArmRequest,
    account: Document,
    name: str,
    window: tuple[float, float, int],
    deployments: list[str],
) -> Document:
    counts: dict[int, int] = {}
    for deployment in deployments:
        for minute, count in arm.state.metrics.series(account["id"], deployment, name).items():
            counts[minute] = counts.get(minute, 0) + count
    split = "$filter" in arm.query and len(deployments) == 1
    named = {"name": {"value": "modeldeploymentname", "localizedValue": "modeldeploymentname"}}
    labels = [{**named, "value": deployments[0]}] if split else []
    return {"metadatavalues": labels, "data": list(_points(arm, counts, window))}


def _points(
    arm: ArmRequest, counts: dict[int, int], window: tuple[float, float, int]
) -> Iterator[Document]:
    start, end, seconds = window
    asked = arm.query.get("aggregation", "Total").lower().replace(" ", "").split(",")
    if not set(asked) <= set(AGGREGATIONS):
        raise bad_request("BadRequest", f"aggregation must be some of {', '.join(AGGREGATIONS)}.")
    at = start // seconds * seconds
    while at < end:
        minutes = range(int(at // MINUTE), int((at + seconds) // MINUTE))
        found = [counts[minute] for minute in minutes if minute in counts]
        results = _aggregated(found)
        yield {"timeStamp": timestamp(at), **{name: results[name] for name in asked}}
        at += seconds


def _aggregated(counts: list[int]) -> dict[str, float]:
    total, number = float(sum(counts)), float(len(counts))
    return {
        "total": total,
        "count": number,
        "average": total / number if number else 0.0,
        "minimum": float(min(counts, default=0)),
        "maximum": float(max(counts, default=0)),
    }


def _names(arm: ArmRequest) -> list[str]:
    known = {name.lower(): name for name in (*NAMES, TOKENS)}
    asked = arm.query.get("metricnames", NAMES[0]).split(",")
    wrong = [name for name in asked if name.lower() not in known]
    if wrong:
        raise bad_request(
            "BadRequest",
            f"Failed to find metric configuration for provider: {NAMESPACE}, resource Type: "
            f"accounts, metric: {wrong[0]}, Valid metrics: {','.join(known.values())}",
        )
    return [known[name.lower()] for name in asked]


def _timespan(arm: ArmRequest) -> tuple[float, float]:
    """Epoch seconds; by default the last hour."""
    now = arm.state.clock.now()
    if "timespan" not in arm.query:
        return now - 3600, now
    text = unquote(arm.query["timespan"])  # the Azure CLI encodes it twice
    start, _, end = text.partition("/")
    try:
        times = [datetime.fromisoformat(part.replace(" ", "+")) for part in (start, end)]
    except ValueError:
        raise bad_request("BadRequest", f"The timespan '{text}' is no start/end.") from None
    first, last = (one.replace(tzinfo=one.tzinfo or UTC).timestamp() for one in times)
    if first >= last:
        raise bad_request("BadRequest", f"The timespan '{text}' ends before it begins.")
    return first, last


def _interval(arm: ArmRequest) -> int:
    text = arm.query.get("interval", "PT1M")
    found = _DURATION.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    seconds = days * 86400 + hours * 3600 + minutes * MINUTE
    if seconds == 0:
        raise bad_request("BadRequest", f"The interval '{text}' is no duration of whole minutes.")
    return seconds


def _definitions(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    return ok({"value": [_definition(account, name) for name in (*NAMES, TOKENS)]})


def _definition(account: Document, name: str) -> dict[str, Any]:
    return {
        "id": f"{account['id']}/providers/Microsoft.Insights/metricdefinitions/{name}",
        "resourceId": account["id"],
        "namespace": f"{NAMESPACE}/accounts",
        "name": {"value": name, "localizedValue": name},
        "isDimensionRequired": False,
        "unit": "Count",
        "primaryAggregationType": "Total",
        "supportedAggregationTypes": [one.capitalize() for one in AGGREGATIONS],
        "metricAvailabilities": [{"timeGrain": "PT1M", "retention": "P93D"}],
        "dimensions": [{"value": "ModelDeploymentName", "localizedValue": "ModelDeploymentName"}],
    }
