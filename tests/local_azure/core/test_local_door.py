"""What code that people bring meets first: addresses, audiences, names, networks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure, Start

VERSION = "api-version=2025-09-01"


@pytest.mark.parametrize("slash", ["", "/"])
def test_arms_own_address_is_an_audience(standing_azure: LocalAzure, slash: str) -> None:
    """A client that asks for a token of the cloud it was given gets one, and ARM takes it."""
    token = standing_azure.token(f"{standing_azure.url}{slash}/.default")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == f"{standing_azure.url}{slash}"
    answer = standing_azure.request("GET", "/subscriptions?api-version=2022-12-01", token=token)
    assert answer.status == 200


def test_another_servers_address_is_none(standing_azure: LocalAzure) -> None:
    """Audiences are this server and Azure's own names."""
    with pytest.raises(Exception, match="AADSTS500011"):
        standing_azure.token("https://127.0.0.1:1/.default")


def test_the_data_plane_refuses_arms_audience(standing_azure: LocalAzure) -> None:
    """A token for ARM does not open an account."""
    token = standing_azure.token(f"{standing_azure.url}/.default")
    path = "/accounts/none/openai/v1/models"
    assert standing_azure.request("GET", path, token=token).status in (401, 404)


@pytest.mark.parametrize("version", ["2019-05-01", "2022-09-01"])
def test_no_client_falls_back_to_the_public_cloud(standing_azure: LocalAzure, version: str) -> None:
    """Every suffix is there, and leads to this machine at most."""
    body = standing_azure.request("GET", f"/metadata/endpoints?api-version={version}").body
    cloud = body[0] if isinstance(body, list) else body
    named = {"storage", "keyVaultDns", "acrLoginServer", "sqlServerHostname", "synapseAnalytics"}
    assert named <= set(cloud["suffixes"])
    assert all(suffix.endswith(".localhost") for suffix in cloud["suffixes"].values())
    known = "management.azure.com", "management.core.windows.net"
    hosts = json.dumps(cloud)
    for host in known:
        hosts = hosts.replace(host, "")
    assert "azure.com" not in hosts
    assert "windows.net" not in hosts
    assert f"{standing_azure.url}/" in cloud["authentication"]["audiences"]


def test_default_construction_of_an_arm_client(standing_azure: LocalAzure) -> None:
    """With the metadata's resource manager as base and as scope, and nothing else."""
    url = f"{standing_azure.url}/"
    client: Any = ResourceManagementClient(
        DefaultAzureCredential(),
        standing_azure.subscription,
        base_url=url,
        credential_scopes=[f"{url}/.default"],
    )
    assert list(client.resource_groups.list()) is not None


def test_the_forwarded_host_stands_in_addresses(local_azure: LocalAzure, account: str) -> None:
    """Behind a proxy, endpoints and next links are the proxy's."""
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/rg-core/providers"
    path += f"/Microsoft.CognitiveServices/accounts/{account}?{VERSION}"
    shown = {"X-Forwarded-Host": "azure.example:8443, inner"}
    answer = local_azure.request("GET", path, token=local_azure.token(), headers=shown)
    endpoint = answer.body["properties"]["endpoint"]
    assert endpoint == f"https://azure.example:8443/accounts/{account}/"
    bad = {"X-Forwarded-Host": "a.example/<script>"}
    answer = local_azure.request("GET", path, token=local_azure.token(), headers=bad)
    assert answer.body["properties"]["endpoint"] == f"https://localhost/accounts/{account}/"


def test_accounts_at_azures_own_hosts(local_azure: LocalAzure, account: str) -> None:
    """NAME.openai.azure.com is /accounts/NAME, and ARM at management.azure.com says so."""
    token = local_azure.token("https://cognitiveservices.azure.com/.default")
    for host in (f"{account}.openai.azure.com", f"{account}.services.ai.azure.com"):
        answer = local_azure.request(
            "GET", "/openai/v1/models", token=token, headers={"Host": host}
        )
        assert answer.status == 200, answer
    path = f"/subscriptions/{local_azure.subscription}/resourceGroups/rg-core/providers"
    path += f"/Microsoft.CognitiveServices/accounts/{account}?{VERSION}"
    arm = {"Host": "management.azure.com"}
    shown = local_azure.request("GET", path, token=local_azure.token(), headers=arm)
    assert shown.body["properties"]["endpoint"] == f"https://{account}.openai.azure.com/"


SCRIPT = """
import os, sys
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
for name in ("AZURE_AUTHORITY_HOST", "ARM_CLOUD_METADATA_URL", "LOCAL_AZURE_URL"):
    del os.environ[name]
client = ResourceManagementClient(
    DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"]
)
client.resource_groups.create_or_update("rg-run", {"location": "eastus2"})
print([group.name for group in client.resource_groups.list()])
import urllib.request
try:
    urllib.request.urlopen("https://prices.azure.com/", timeout=5)
except OSError as error:
    print(error)
sys.exit(3)
"""


def run(state: Path, *command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "local_azure", "run", "--state", str(state), "--", *command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


def test_a_script_with_hard_wired_hosts(tmp_path: Path) -> None:
    """It runs unchanged on the public names, reaches no other host of Azure's, and its exit code
    is kept."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = run(tmp_path / "azure", sys.executable, str(script))
    assert done.returncode == 3, done
    groups, refused = done.stdout.splitlines()
    assert groups == "['rg-run']"
    assert "403" in refused


def test_run_without_a_command(tmp_path: Path) -> None:
    """Usage is exit code 2 and a sentence; so is a command that is not there."""
    done = run(tmp_path / "azure")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Name a command" in done.stderr
    assert run(tmp_path / "azure", "no-such-command-here").returncode == 2


def test_further_names(start_local_azure: Start) -> None:
    """The certificate is good for them, and who listens elsewhere is known by the first."""
    azure = start_local_azure("--host", "0.0.0.0", "--name", "azure.localhost")  # noqa: S104
    assert azure.url.startswith("https://azure.localhost:")
    port = azure.url.rpartition(":")[2]
    assert azure.request("GET", f"https://127.0.0.1:{port}/_local/health").status == 200
    metadata = azure.request("GET", f"https://localhost:{port}/metadata/endpoints?api-version=x")
    assert metadata.status == 200


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"publicNetworkAccess": "Disabled"}, "Public access is disabled"),
        ({"networkAcls": {"defaultAction": "Deny"}}, "Access denied due to Virtual Network"),
        (
            {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "10.0.0.0/8"}]}},
            "Access denied due to Virtual Network",
        ),
        ({"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "127.0.0.1"}]}}, None),
        ({"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "127.0.0.9/8"}]}}, None),
        ({"networkAcls": {"defaultAction": "Allow"}}, None),
    ],
)
def test_network_rules_act(
    local_azure: LocalAzure, account: str, properties: dict[str, object], message: str | None
) -> None:
    """Neither a key nor a token helps who may not reach the account."""
    accounts = local_azure.cognitive().accounts
    key = accounts.list_keys("rg-core", account).key1
    accounts.begin_update("rg-core", account, {"properties": properties}).result()
    path = f"/accounts/{account}/openai/v1/models"
    token = local_azure.token("https://ai.azure.com/.default")
    for answer in (
        local_azure.request("GET", path, headers={"api-key": key}),
        local_azure.request("GET", path, token=token),
    ):
        assert answer.status == (200 if message is None else 403)
        if message is not None:
            assert answer.body["error"]["message"].startswith(message)
            assert answer.body["error"]["code"] == "403"


@pytest.mark.parametrize("rules", [{"ipRules": [{"value": "all"}]}, {"ipRules": "10.0.0.1"}])
def test_network_rules_that_are_none(
    local_azure: LocalAzure, account_path: str, rules: dict[str, object]
) -> None:
    """ARM refuses them, so that no data plane has to guess."""
    body = {"properties": {"networkAcls": rules}}
    url = f"{account_path}?{VERSION}"
    answer = local_azure.request("PATCH", url, body, token=local_azure.token())
    assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidRequestContent")


def test_keys_that_are_off_are_not_listed(local_azure: LocalAzure, account: str) -> None:
    """listKeys and regenerateKey are refused where local authentication is off."""
    accounts = local_azure.cognitive().accounts
    accounts.begin_update("rg-core", account, {"properties": {"disableLocalAuth": True}}).result()
    with pytest.raises(HttpResponseError, match="disableLocalAuth is set to be true"):
        accounts.list_keys("rg-core", account)
    with pytest.raises(HttpResponseError, match="disableLocalAuth is set to be true"):
        accounts.regenerate_key("rg-core", account, {"keyName": "Key1"})


@pytest.mark.parametrize("name", ["standard", "globalSTANDARD", "datazonestandard"])
def test_skus_have_no_case(local_azure: LocalAzure, account_path: str, name: str) -> None:
    """A deployment's SKU is taken in any case, and shown as Azure writes it."""
    body = {
        "sku": {"name": name, "capacity": 1},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
    }
    url = f"{account_path}/deployments/chat?{VERSION}"
    answer = local_azure.request("PUT", url, body, token=local_azure.token())
    assert answer.status == 201
    shown = answer.body["sku"]["name"]
    assert shown.lower() == name.lower()
    assert shown in ("Standard", "GlobalStandard", "DataZoneStandard")


@pytest.mark.parametrize(
    ("sku", "capacity", "status"),
    [
        ("GlobalProvisionedManaged", 15, 201),
        ("GlobalProvisionedManaged", 1, 400),
        ("ProvisionedManaged", 50, 201),
        ("DataZoneProvisionedManaged", 15, 201),
        ("GlobalBatch", 10, 201),
        ("DataZoneBatch", 10, 201),
        ("DeveloperTier", 10, 400),
    ],
)
def test_skus_of_the_catalogue(
    local_azure: LocalAzure, account_path: str, sku: str, capacity: int, status: int
) -> None:
    """Provisioned, data zone and batch deployments of a base model, each with its least size."""
    body = {
        "sku": {"name": sku, "capacity": capacity},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}},
    }
    url = f"{account_path}/deployments/chat?{VERSION}"
    answer = local_azure.request("PUT", url, body, token=local_azure.token())
    assert answer.status == status, answer


@pytest.mark.parametrize("name", ["o4-mini", "Ministral-3B", "Llama-3.3-70B-Instruct"])
def test_models_of_the_catalogue(local_azure: LocalAzure, name: str) -> None:
    """They are listed with what they can be trained in."""
    models = local_azure.cognitive().models.list("swedencentral")
    found = next(model.model for model in models if model.model.name == name)
    assert found.finetune_capabilities
