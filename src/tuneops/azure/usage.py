"""How much the deployments of an account are called, as Azure Monitor counted it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tuneops.azure import rest
from tuneops.azure.failures import translated
from tuneops.errors import TuneopsError
from tuneops.tags import timestamp

if TYPE_CHECKING:
    from tuneops.azure.cloud import Session
    from tuneops.azure.resources import Account

_PROVIDER = "providers/Microsoft.CognitiveServices/accounts"
# Monitoring data reference of Azure OpenAI, learn.microsoft.com, 2026: requests by deployment.
_METRIC, _DIMENSION = "AzureOpenAIRequests", "ModelDeploymentName"


def calls(
    session: "Session", account: "Account", since: datetime, until: datetime
) -> Mapping[str, float]:
    """Calls by deployment name in lower case; one that is not named was not called.

    Raises:
        TuneopsError: Azure Monitor does not tell.
    """
    query = {
        "api-version": "2023-10-01",
        "metricnames": _METRIC,
        "aggregation": "Total",
        "interval": "P1D",
        "timespan": f"{timestamp(since)}/{timestamp(until)}",
        "$filter": f"{_DIMENSION} eq '*'",
    }
    path = (
        f"/subscriptions/{session.subscription}/resourceGroups/{account.resource_group}"
        f"/{_PROVIDER}/{account.name}/providers/Microsoft.Insights/metrics"
    )
    with translated(f"reading the calls of {account.name}"):
        answer = rest.get(session, f"{path}?{urlencode(query)}").json()
    try:
        return _counted(answer)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TuneopsError(
            f"Azure Monitor's answer about {account.name} cannot be read: {error!r}",
            remedy="It is safe to run again; until it can be read, nothing counts as idle.",
        ) from error


def _counted(answer: dict[str, Any]) -> dict[str, float]:
    [metric] = answer["value"]
    counted: dict[str, float] = {}
    for series in metric["timeseries"]:
        name = _deployment(series)
        counted[name] = counted.get(name, 0) + sum(p.get("total") or 0 for p in series["data"])
    return counted


def _deployment(series: dict[str, Any]) -> str:
    values = {v["name"]["value"].lower(): v["value"] for v in series["metadatavalues"]}
    return str(values[_DIMENSION.lower()]).lower()
