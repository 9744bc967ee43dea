"""Faults, settings, the clock, and what else a test may ask of the server."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure, Start

SUBSCRIPTIONS = "/subscriptions?api-version=2022-12-01"


def fault(action: dict[str, object], **match: object) -> dict[str, object]:
    return {"match": {"path": "subscriptions", **match}, "action": action}


def test_a_throttled_client_comes_back(local_azure: LocalAzure) -> None:
    """429 with a hint is retried by the SDK, and the call succeeds."""
    throttled = {"status": 429, "headers": {"x-ms-retry-after-ms": "10"}}
    local_azure.admin("PUT", "faults", [{**fault(throttled, method="PUT"), "times": 2}])
    local_azure.groups().resource_groups.create_or_update("rg", {"location": "eastus2"})
    seen = [one["status"] for one in local_azure.admin("GET", "requests") if one["method"] == "PUT"]
    assert seen == [429, 429, 201]


def test_a_fault_has_a_code_and_a_message(local_azure: LocalAzure) -> None:
    """What the fault says is what the client reads."""
    refused = {"status": 403, "code": "AuthorizationFailed", "message": "No role."}
    local_azure.admin("PUT", "faults", [fault(refused, method="GET")])
    with pytest.raises(HttpResponseError, match=r"^\(AuthorizationFailed\) No role\."):
        list(local_azure.groups().resource_groups.list())


def test_the_nth_request_fails(local_azure: LocalAzure) -> None:
    """`nth` counts the requests that match, `times` those that fail."""
    local_azure.admin("PUT", "faults", [{**fault({"status": 418}, nth=2), "times": 1}])
    token = local_azure.token()
    statuses = [local_azure.request("GET", SUBSCRIPTIONS, token=token).status for _ in range(3)]
    assert statuses == [200, 418, 200]
    assert local_azure.admin("GET", "faults")[0]["fired"] == 1


@pytest.mark.parametrize(("when", "made"), [("before", False), ("after", True)])
def test_a_dropped_connection(local_azure: LocalAzure, when: str, made: bool) -> None:
    """`before` loses the request, `after` loses only the answer."""
    token = local_azure.token()
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/rg?api-version=2025-04-01"
    local_azure.admin("PUT", "faults", [{**fault({"drop": when}, method="PUT"), "times": 1}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        local_azure.request("PUT", path, {"location": "eastus2"}, token=token)
    found = local_azure.request("GET", path, token=token)
    assert found.status == (200 if made else 404)


def test_a_truncated_answer(local_azure: LocalAzure) -> None:
    """`during` does the work, and the answer breaks off in the middle of its body."""
    token = local_azure.token()
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/rg?api-version=2025-04-01"
    local_azure.admin("PUT", "faults", [{**fault({"drop": "during"}, method="PUT"), "times": 1}])
    with pytest.raises(http.client.IncompleteRead) as broken:
        local_azure.request("PUT", path, {"location": "eastus2"}, token=token)
    assert broken.value.partial.startswith(b'{"id"')
    assert local_azure.request("GET", path, token=token).status == 200


def test_a_truncated_answer_without_a_body(local_azure: LocalAzure, group: str) -> None:
    """Where there is no body to cut, the whole answer is lost."""
    token = local_azure.token()
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/{group}"
    local_azure.admin("PUT", "faults", [{**fault({"drop": "during"}, method="DELETE"), "times": 1}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        local_azure.request("DELETE", f"{path}?api-version=2025-04-01", token=token)


def test_faults_can_be_taken_back(local_azure: LocalAzure) -> None:
    """DELETE ends a fault that would never end by itself."""
    local_azure.admin("PUT", "faults", [{**fault({"status": 500}), "times": None}])
    token = local_azure.token()
    for _ in range(2):
        assert local_azure.request("GET", SUBSCRIPTIONS, token=token).status == 500
    local_azure.admin("DELETE", "faults")
    assert local_azure.request("GET", SUBSCRIPTIONS, token=token).status == 200


def test_faults_from_a_file(tmp_path: Path, start_local_azure: Start) -> None:
    """A server can begin with faults."""
    file = tmp_path / "faults.yaml"
    file.write_text("- {match: {path: /subscriptions}, action: {status: 503}}\n", "utf-8")
    server = start_local_azure("--faults", str(file))
    answer = server.request("GET", SUBSCRIPTIONS, token=server.token())
    assert answer.status == 503


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "faults", [{"action": {"explode": True}}]),
        ("PUT", "faults", [{"match": {"path": "("}, "action": {"status": 500}}]),
        ("PATCH", "settings", {"sped": 3}),
        ("PATCH", "settings", {"speed": 0}),
        ("POST", "clock", {"step": 3}),
    ],
)
def test_mistakes_are_named(local_azure: LocalAzure, method: str, path: str, body: object) -> None:
    """An unknown key or a senseless value is refused and changes nothing."""
    before = local_azure.admin("GET", path)
    answer = local_azure.request(method, f"/_local/{path}", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidContent")
    after = local_azure.admin("GET", path)
    assert after == before or path == "clock"


def test_a_frozen_clock_stands(local_azure: LocalAzure) -> None:
    """Frozen, the calendar moves only by steps; thawed, it runs on from there."""
    frozen = local_azure.admin("POST", "clock", {"freeze": True})["now"]
    assert local_azure.admin("GET", "clock")["now"] == frozen
    assert local_azure.admin("POST", "clock", {"step_seconds": 60})["now"] == frozen + 60
    thawed = local_azure.admin("POST", "clock", {"freeze": False})
    assert not thawed["frozen"]
    assert frozen + 60 <= thawed["now"] < frozen + 120


def test_the_state_counts_everything(local_azure: LocalAzure, account: str) -> None:
    """Every kind is counted, and named where details are asked for."""
    state = local_azure.admin("GET", "state?details=1")
    counts = {kind: {"count": found["count"]} for kind, found in state.items()}
    assert local_azure.admin("GET", "state") == counts
    assert state["groups"] == {"count": 1, "names": ["rg-core"]}
    assert state["accounts"] == {"count": 1, "names": [account]}
    assert state.keys() == {
        "groups",
        "accounts",
        "deleted_accounts",
        "deployments",
        "files",
        "jobs",
    }


def test_the_state_of_one_scope(local_azure: LocalAzure, account_path: str) -> None:
    """`scope` names a group or an account, by its name or its id, in whatever case."""
    local_azure.groups().resource_groups.create_or_update("rg-core-2", {"location": "eastus2"})
    group, _, account = account_path.partition("/providers/")

    def names(scope: str) -> tuple[list[str], list[str]]:
        state = local_azure.admin("GET", f"state?details=1&scope={scope}")
        counts = local_azure.admin("GET", f"state?scope={scope}")
        assert {kind: found["count"] for kind, found in counts.items()} == {
            kind: len(found["names"]) for kind, found in state.items()
        }
        return state["groups"]["names"], state["accounts"]["names"]

    assert names("RG-core") == names(group.upper()) == (["rg-core"], ["core-account"])
    assert names(account_path) == ([], ["core-account"])
    assert names("rg-core-2") == (["rg-core-2"], [])
    assert names("rg") == names(account) == ([], [])


def test_a_reset(local_azure: LocalAzure, account: str) -> None:
    """All is as at the first start, but who signs in and with what."""
    before = local_azure.admin("GET", "health")
    local_azure.admin("PATCH", "settings", {"registered": False, "speed": 5})
    local_azure.admin("POST", "clock", {"freeze": True, "step_seconds": 1e6})
    token = local_azure.token()
    local_azure.admin("POST", "reset")
    assert not any(
        kind["names"] for kind in local_azure.admin("GET", "state?details=1").values()
    ), account
    assert local_azure.admin("GET", "settings")["registered"]
    assert local_azure.admin("GET", "settings")["speed"] == 300
    assert local_azure.admin("GET", "clock")["offset"] == pytest.approx(0, abs=1)
    assert local_azure.admin("GET", "health") == before
    assert local_azure.request("GET", SUBSCRIPTIONS, token=token).status == 200


def test_an_unregistered_provider(local_azure: LocalAzure, group: str) -> None:
    """Writes are refused until somebody registers the provider."""
    local_azure.admin("PATCH", "settings", {"registered": False})
    token, subscription = local_azure.token(), f"/subscriptions/{local_azure.subscription}"
    account = (
        f"{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/acc"
        "?api-version=2025-09-01"
    )
    body = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}}
    refused = local_azure.request("PUT", account, body, token=token)
    assert (refused.status, refused.body["error"]["code"]) == (
        409,
        "MissingSubscriptionRegistration",
    )
    register = "providers/Microsoft.CognitiveServices/register?api-version=2016-02-01"
    registered = local_azure.request("POST", f"{subscription}/{register}", token=token)
    assert registered.body["registrationState"] == "Registered"
    assert local_azure.request("PUT", account, body, token=token).status == 201
