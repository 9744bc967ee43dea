"""What Azure itself has said: the same keys, the same types, the same words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_azure import contract
from tests.local_azure.core.conftest import ACCOUNT, GROUP, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_azure.conftest import Answer, LocalAzure

SAMPLES = contract.SPECS / "azure-wire-samples.json"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason=f"there is no {SAMPLES}")
VERSION = "api-version=2025-09-01"
GPT_4O = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
NEW = {"location": REGION, "kind": "AIServices", "sku": {"name": "S0"}}
DATA_PLANE = "https://cognitiveservices.azure.com/.default"


def sample(name: str) -> Any:  # noqa: ANN401
    return json.loads(SAMPLES.read_text(encoding="utf-8"))[name]


def shape(value: Any) -> Any:  # noqa: ANN401
    """Keys and types; a list is as its first item, and all numbers are one type."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return float if isinstance(value, int | float) else type(value)


def has(mine: Any, theirs: Any) -> bool:  # noqa: ANN401
    """Whether every key that Azure sent is here, with its type."""
    if isinstance(theirs, dict):
        return all(key in mine and has(mine[key], theirs[key]) for key in theirs)
    return bool(has(mine[0], theirs[0]) if isinstance(theirs, list) else mine == theirs)


@dataclass
class Azure:
    server: LocalAzure
    account_path: str

    def arm(self, method: str, path: str, body: object = None) -> Answer:
        """`path` is from the account on, or from the subscription where it begins with /p or /r."""
        above = f"/subscriptions/{self.server.subscription}"
        base = above if path.startswith(("/providers", "/resourceGroups")) else self.account_path
        joint = "&" if "?" in path else "?"
        url = f"{base}{path}{joint}{VERSION}"
        return self.server.request(method, url, body, token=self.server.token())

    def deploy(self, model: object = GPT_4O, **sku: object) -> Answer:
        body = {
            "sku": {"name": "GlobalStandard", "capacity": 1, **sku},
            "properties": {"model": model},
        }
        return self.arm("PUT", "/deployments/chat", body)

    def account(self, name: str, **properties: object) -> Answer:
        path = f"/resourceGroups/{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}"
        return self.arm("PUT", path, {**NEW, "properties": properties})

    def settings(self, **changes: object) -> None:
        self.server.admin("PATCH", "settings", changes)


@pytest.fixture
def azure(local_azure: LocalAzure, account_path: str) -> Azure:
    return Azure(local_azure, account_path)


def test_deployments(azure: Azure) -> None:
    """The list of deployments."""
    azure.deploy(name="Standard")
    listed = azure.arm("GET", "/deployments").body
    assert has(shape(listed), shape(sample("deployment_list_arm")["body"]))


def test_usages(azure: Azure) -> None:
    """The usages of a location."""
    path = f"/providers/Microsoft.CognitiveServices/locations/{REGION}/usages"
    listed = azure.arm("GET", path).body
    assert shape(listed) == shape(sample("usages_arm")["body"])


def test_the_status_of_an_operation(azure: Azure) -> None:
    """An asynchronous operation that succeeded has all but the error."""
    made = azure.account("other")
    azure.server.admin("POST", "clock", {"step_seconds": 3600})
    url = made.headers["azure-asyncoperation"]
    status = azure.server.request("GET", url, token=azure.server.token()).body
    theirs = sample("arm_async_status")["body"]
    assert shape(status) == shape({key: theirs[key] for key in theirs if key != "error"})


def test_a_file_with_an_expiry(azure: Azure) -> None:
    """A file that is going to be deleted says when."""
    boundary = "b"
    fields = {
        "purpose": "batch",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": str(14 * 86400),
        'file"; filename="a.jsonl': "{}",
    }
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    file = azure.server.request(
        "POST",
        f"/accounts/{ACCOUNT}/openai/v1/files",
        token=azure.server.token(DATA_PLANE),
        headers=kind,
        content=f"{parts}--{boundary}--\r\n".encode(),
    ).body
    theirs = sample("file_with_expiry")["body"]
    assert shape(file) == shape({k: v for k, v in theirs.items() if v is not None})


def conflict(azure: Azure) -> Answer:
    azure.server.admin("POST", "clock", {"freeze": True})
    project = {"location": REGION, "identity": {"type": "SystemAssigned"}, "properties": {}}
    assert azure.arm("PUT", "/projects/trip", project).status == 201
    return azure.deploy()


def restore(azure: Azure) -> Answer:
    azure.arm("DELETE", "")
    return azure.account(ACCOUNT)


def chat(azure: Azure, *, scope: str = DATA_PLANE) -> Answer:
    path = f"/accounts/{ACCOUNT}/openai/v1/chat/completions"
    return azure.server.request("POST", path, {"model": "gone"}, token=azure.server.token(scope))


def without_role(azure: Azure) -> Answer:
    azure.settings(roles=[])
    return chat(azure)


def unregistered(azure: Azure) -> Answer:
    azure.settings(registered=False)
    return azure.account("other")


def no_quota(azure: Azure) -> Answer:
    azure.settings(quota={"OpenAI.GlobalStandard.gpt-4o": 8})
    return azure.deploy(capacity=30)


PROVOKED: dict[str, Callable[[Azure], Answer]] = {
    "RequestConflict_409": conflict,
    "FlagMustBeSetForRestore_409": restore,
    "CustomDomainInUse_409": lambda azure: azure.account("other", customSubDomainName=ACCOUNT),
    "CustomDomainInvalid_400": lambda azure: azure.account("other", customSubDomainName="a_b"),
    "InsufficientQuota_400": no_quota,
    "InvalidResourceProperties_400": lambda azure: azure.deploy(name="DeveloperTier"),
    "DeploymentModelNotSupported_400": lambda azure: azure.deploy(
        {"format": "OpenAI", "name": "embedding", "version": "2"}
    ),
    "MissingSubscriptionRegistration_409": unregistered,
    "DeploymentNotFound_404_dataplane": chat,
    "Unauthorized_401_dataplane_gateway": lambda azure: chat(
        azure, scope="https://management.azure.com/.default"
    ),
    "PermissionDenied_401_dataplane": without_role,
}


@pytest.mark.parametrize("name", PROVOKED)
def test_an_error(azure: Azure, name: str) -> None:
    """The status, the keys and every word but names and numbers."""
    theirs = sample("errors")[name]
    answer = PROVOKED[name](azure)
    assert answer.status == int(re.findall(r"\d{3}", name)[0])
    assert shape(answer.body) == shape(theirs)
    mine, known = (body.get("error", body) for body in (answer.body, theirs))
    assert mine.get("code") == known.get("code")
    assert words(mine["message"]) == words(known["message"])


def words(message: str) -> list[str]:
    """Without what differs from one resource to the next."""
    text = re.sub(r"'[^']*'|https://\S+|(?<= - )[\w.-]+( - \w+)?", "…", message.rstrip("."))
    text = re.sub(r"(?<=principal )\S+|(?<=data action )\S+|(?<=perform )\w+ \S+", "…", text)
    return re.sub(r"\d+", "0", text).split()
