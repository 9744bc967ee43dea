"""What ARM checks before any operation runs, and the marks on what it answers."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

VERSION = "api-version=2025-04-01"
ODD: list[object] = [
    *(None, 0, -1.5, True, "", "x", "\ud800", [], [1], {}, {"x": 1}, {"model": 1}, {"name": 1}),
    *({"model": {"name": []}}, {"name": "S0", "capacity": "many"}, {"type": None}),
    *({"level": ["x"]}, {"customSubDomainName": 7}),
]


def path(local_azure: LocalAzure, rest: str) -> str:
    return f"/subscriptions/{local_azure.subscription}{rest}"


@pytest.mark.parametrize(
    ("method", "rest", "status", "code"),
    [
        ("GET", "/resourceGroups", 400, "MissingApiVersionParameter"),
        ("GET", "/resourceGroups?api-version=latest", 400, "InvalidApiVersionParameter"),
        ("GET", f"/resourceGroups/none?{VERSION}", 404, "ResourceGroupNotFound"),
        ("GET", f"/providers/Microsoft.Nothing?{VERSION}", 404, "InvalidResourceNamespace"),
        ("GET", f"/providers/Microsoft.Nothing/x?{VERSION}", 404, "InvalidResourceNamespace"),
        (
            "GET",
            f"/providers/Microsoft.CognitiveServices/things/a/parts/b?{VERSION}",
            404,
            "InvalidResourceType",
        ),
        ("GET", f"/somewhere?{VERSION}", 404, "NotFound"),
        ("GET", f"/resourceGroups?{VERSION}&$top=none", 400, "InvalidTopInQueryString"),
        ("GET", f"/resourceGroups?{VERSION}&$skiptoken=none", 400, "InvalidSkipToken"),
        ("GET", f"/resourceGroups?{VERSION}&$skiptoken=MTI%3D", 400, "InvalidSkipToken"),
        (
            "GET",
            f"/resourceGroups?{VERSION}&$filter=colour%20eq%20'red'",
            400,
            "InvalidFilterInQueryString",
        ),
        ("PUT", f"/resourceGroups/rg?{VERSION}", 400, "LocationRequired"),
    ],
)
def test_refusals(
    standing_azure: LocalAzure, method: str, rest: str, status: int, code: str
) -> None:
    """Each mistake has ARM's status and code."""
    answer = standing_azure.request(
        method,
        path(standing_azure, rest),
        {} if method == "PUT" else None,
        token=standing_azure.token(),
    )
    assert (answer.status, answer.body["error"]["code"]) == (status, code)


def test_a_body_that_is_no_object(standing_azure: LocalAzure) -> None:
    """JSON of the wrong sort is refused, not a crash."""
    target = path(standing_azure, f"/resourceGroups/rg?{VERSION}")
    for body in (["a"], "text", {"location": "eastus2", "tags": {"a": 1}}):
        answer = standing_azure.request("PUT", target, body, token=standing_azure.token())
        assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidRequestContent")


def test_odd_bodies_are_no_crash(local_azure: LocalAzure, account_path: str) -> None:
    """Whatever stands in a body, the answer is never a fault of the server."""
    sent = {"Authorization": f"Bearer {local_azure.token()}"}
    context = ssl.create_default_context(cafile=local_azure.state / "ca.pem")
    connection = http.client.HTTPSConnection(local_azure.url.split("//")[1], context=context)
    targets = (
        account_path.partition("/providers/")[0],
        account_path,
        f"{account_path}-2",
        f"{account_path}/deployments/d",
        f"{account_path}/projects/p",
        f"{account_path}/providers/Microsoft.Authorization/locks/l",
    )
    for target in targets:
        for method in ("PUT", "PATCH"):
            for field in ("location", "kind", "sku", "identity", "tags", "properties", "managedBy"):
                for value in ODD:
                    body = {"location": "swedencentral", field: value}
                    connection.request(method, f"{target}?{VERSION}", json.dumps(body), sent)
                    answer = connection.getresponse()
                    answer.read()
                    assert answer.status < 500, (method, target, body)
    connection.close()


def test_a_method_that_is_not_offered(local_azure: LocalAzure, account_path: str) -> None:
    """A known type that does not take a method says so."""
    answer = local_azure.request("POST", f"{account_path}?{VERSION}", token=local_azure.token())
    assert (answer.status, answer.body["error"]["code"]) == (405, "MethodNotAllowed")


def test_another_subscription(standing_azure: LocalAzure) -> None:
    """A subscription that is not this one is not found, by name."""
    answer = standing_azure.request(
        "GET", f"/subscriptions/other/resourceGroups?{VERSION}", token=standing_azure.token()
    )
    assert (answer.status, answer.body["error"]) == (
        404,
        {
            "code": "SubscriptionNotFound",
            "message": "The subscription 'other' could not be found.",
        },
    )


@pytest.mark.parametrize("spelling", ["resourcegroups", "RESOURCEGROUPS", "resourceGroups"])
def test_paths_have_no_case(local_azure: LocalAzure, group: str, spelling: str) -> None:
    """The SDKs disagree on the case of a path; it makes no difference."""
    found = local_azure.request(
        "GET",
        path(local_azure, f"/{spelling}/{group.upper()}?{VERSION}"),
        token=local_azure.token(),
    )
    assert (found.status, found.body["name"]) == (200, group)


def test_answers_carry_azures_marks(local_azure: LocalAzure) -> None:
    """Identifiers for support, the date, and what is left of the allowance."""
    target = path(local_azure, f"/resourceGroups/rg?{VERSION}")
    correlation = {"x-ms-correlation-request-id": "c0", "x-ms-client-request-id": "c1"}
    answer = local_azure.request(
        "PUT", target, {"location": "eastus2"}, token=local_azure.token(), headers=correlation
    )
    assert answer.headers["x-ms-request-id"]
    assert answer.headers["x-ms-correlation-request-id"] == "c0"
    assert answer.headers["x-ms-client-request-id"] == "c1"
    assert "date" in answer.headers
    assert int(answer.headers["x-ms-ratelimit-remaining-subscription-writes"]) < 200
    refused = local_azure.request("GET", target.partition("?")[0], token=local_azure.token())
    assert int(refused.headers["x-ms-ratelimit-remaining-subscription-reads"]) < 250


def test_the_cloud_describes_itself(standing_azure: LocalAzure) -> None:
    """ARM_CLOUD_METADATA_URL leads to this server's login and resource manager."""
    url = standing_azure.environment["ARM_CLOUD_METADATA_URL"]
    (found,) = standing_azure.request("GET", url).body
    assert found["resourceManager"].rstrip("/") == standing_azure.url
    assert found["authentication"]["loginEndpoint"] == standing_azure.url
    assert "https://management.azure.com/" in found["authentication"]["audiences"]
    newer = standing_azure.request("GET", "/metadata/endpoints?api-version=2022-09-01").body
    assert newer["name"] == found["name"]


def test_the_subscription(standing_azure: LocalAzure) -> None:
    """There is one, it is enabled, and its tenant is the one that signs in."""
    token, query = standing_azure.token(), "?api-version=2022-12-01"
    listed = standing_azure.request("GET", f"/subscriptions{query}", token=token).body["value"]
    one = standing_azure.request("GET", path(standing_azure, query), token=token).body
    tenants = standing_azure.request("GET", f"/tenants{query}", token=token).body["value"]
    assert listed == [one]
    assert (one["displayName"], one["state"]) == ("Local Azure", "Enabled")
    assert [tenant["tenantId"] for tenant in tenants] == [one["tenantId"]]


def test_providers_and_locations(standing_azure: LocalAzure) -> None:
    """The provider names its types, the subscription its regions."""
    provider = standing_azure.groups().providers.get("Microsoft.CognitiveServices")
    assert "accounts" in {found.resource_type for found in provider.resource_types}
    target = path(standing_azure, "/locations?api-version=2022-12-01")
    regions = standing_azure.request("GET", target, token=standing_azure.token()).body["value"]
    assert {"swedencentral", "eastus2"} <= {region["name"] for region in regions}
