"""ARM's answers against the operations and schemas derived from the SDKs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    from tests.local_azure.conftest import Answer, LocalAzure

SPECS = Path(__file__).resolve().parents[4] / "shared" / "azure" / "specs"
FILES = {
    "2025-09-01": "arm-cognitiveservices-2025-09-01.derived-from-sdk-14.1.0.json",
    "2025-04-01": "arm-resources-2025-04-01.derived-from-sdk-26.0.0.json",
    "2020-05-01": "arm-locks-2020-05-01.derived-from-sdk-1.0.0.json",
}
# Rate limits carry a key, which the SDK's model of them has not.
OPEN = {"CallRateLimit"}

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"no specifications in {SPECS}")


class Specification:
    """Operations by path and method; schemas closed, so that a misspelt key is found."""

    def __init__(self, file: str) -> None:
        content = json.loads((SPECS / file).read_text("utf-8"))
        self._definitions = {n: closed(n, s) for n, s in content["definitions"].items()}
        self._operations = [(pattern(path), item) for path, item in content["paths"].items()]

    def check(self, method: str, path: str, answer: Answer) -> None:
        responses = self._responses(method, path)
        response = responses.get(str(answer.status)) or responses["default"]
        assert answer.status >= 400 or str(answer.status) in responses, answer.status
        schema = response.get("schema")
        if schema is not None and answer.body is not None:
            whole = {**schema, "definitions": self._definitions}
            jsonschema.Draft7Validator(whole).validate(answer.body)

    def _responses(self, method: str, path: str) -> dict[str, Any]:
        for matcher, item in self._operations:
            if matcher.fullmatch(path) and method.lower() in item:
                responses: dict[str, Any] = item[method.lower()]["responses"]
                return responses
        raise AssertionError(f"{method} {path} is no operation of the specification")


def closed(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    shut = "properties" in schema and name not in OPEN
    return {"additionalProperties": False, **schema} if shut else schema


def pattern(path: str) -> re.Pattern[str]:
    one = re.sub(r"\\{(scope|parentResourcePath)\\}", ".*", re.escape(path))
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", one), re.IGNORECASE)


COGNITIVE, RESOURCES, LOCK = FILES
ACCOUNT = {
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "tags": {"a": "b"},
    "properties": {"customSubDomainName": "acc", "allowProjectManagement": True},
}
DEPLOYMENT = {
    "sku": {"name": "GlobalStandard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
}
LEVEL = {"level": "CanNotDelete", "notes": "n"}
PROJECT = {"location": "swedencentral", "properties": {"displayName": "Travel"}}
SKU_QUESTION = {"skus": ["S0"], "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts"}
DOMAIN_QUESTION = {"subdomainName": "x", "type": "Microsoft.CognitiveServices/accounts"}

# Version, method, path, body, status; {G} is the group, {P} the provider, {A} the account.
STEPS: list[tuple[str, str, str, Any, int]] = [
    (RESOURCES, "PUT", "{G}", {"location": "eastus2", "tags": {"a": "b"}}, 201),
    (RESOURCES, "PUT", "{G}", {"location": "eastus2"}, 200),
    (RESOURCES, "PATCH", "{G}", {"tags": {"c": "d"}}, 200),
    (RESOURCES, "GET", "{G}", None, 200),
    (RESOURCES, "HEAD", "{G}", None, 204),
    (RESOURCES, "GET", "{S}/resourcegroups", None, 200),
    (RESOURCES, "GET", "{S}/providers/Microsoft.CognitiveServices", None, 200),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 201),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 200),
    (COGNITIVE, "PATCH", "{A}", {"tags": {"x": "y"}}, 200),
    (COGNITIVE, "GET", "{A}", None, 200),
    (COGNITIVE, "GET", "{G}{P}/accounts", None, 200),
    (COGNITIVE, "GET", "{S}{P}/accounts", None, 200),
    (COGNITIVE, "POST", "{A}/listKeys", None, 200),
    (COGNITIVE, "POST", "{A}/regenerateKey", {"keyName": "Key2"}, 200),
    (COGNITIVE, "GET", "{A}/skus", None, 200),
    (COGNITIVE, "GET", "{A}/usages", None, 200),
    (COGNITIVE, "GET", "{A}/models", None, 200),
    (RESOURCES, "GET", "{G}/resources", None, 200),
    (RESOURCES, "GET", "{S}/resources", None, 200),
    (COGNITIVE, "PUT", "{A}/projects/travel", PROJECT, 201),
    (COGNITIVE, "PATCH", "{A}/projects/travel", {"properties": {"description": "d"}}, 200),
    (COGNITIVE, "GET", "{A}/projects/travel", None, 200),
    (COGNITIVE, "GET", "{A}/projects", None, 200),
    (COGNITIVE, "PUT", "{A}/deployments/chat", DEPLOYMENT, 201),
    (COGNITIVE, "PUT", "{A}/deployments/chat", DEPLOYMENT, 200),
    (COGNITIVE, "PUT", "{A}/deployments/more", {"properties": {}}, 400),
    (COGNITIVE, "PATCH", "{A}/deployments/chat", {"tags": {"e": "f"}}, 200),
    (COGNITIVE, "GET", "{A}/deployments/chat", None, 200),
    (COGNITIVE, "GET", "{A}/deployments/chat/skus", None, 200),
    (COGNITIVE, "GET", "{A}/deployments", None, 200),
    (COGNITIVE, "GET", "{A}/deployments/none", None, 404),
    (COGNITIVE, "GET", "{S}{P}/locations/swedencentral/models", None, 200),
    (COGNITIVE, "GET", "{S}{P}/locations/swedencentral/usages", None, 200),
    (COGNITIVE, "GET", "{S}{P}/modelCapacities?{MODEL}", None, 200),
    (COGNITIVE, "GET", "{S}{P}/locations/eastus2/modelCapacities?{MODEL}", None, 200),
    (COGNITIVE, "GET", "{S}{P}/skus", None, 200),
    (COGNITIVE, "POST", "{S}{P}/checkDomainAvailability", DOMAIN_QUESTION, 200),
    (COGNITIVE, "POST", "{S}{P}/locations/eastus2/checkSkuAvailability", SKU_QUESTION, 200),
    (LOCK, "PUT", "{G}/providers/Microsoft.Authorization/locks/l", {"properties": {}}, 400),
    (LOCK, "PUT", "{G}/providers/Microsoft.Authorization/locks/l", {"properties": LEVEL}, 201),
    (LOCK, "GET", "{G}/providers/Microsoft.Authorization/locks", None, 200),
    (LOCK, "GET", "{G}/providers/Microsoft.Authorization/locks/l", None, 200),
    (COGNITIVE, "DELETE", "{A}", None, 409),
    (RESOURCES, "DELETE", "{G}", None, 409),
    (LOCK, "DELETE", "{G}/providers/Microsoft.Authorization/locks/l", None, 200),
    (LOCK, "DELETE", "{G}/providers/Microsoft.Authorization/locks/l", None, 204),
    (COGNITIVE, "DELETE", "{A}/projects/travel", None, 200),
    (COGNITIVE, "DELETE", "{A}/deployments/chat", None, 200),
    (COGNITIVE, "DELETE", "{A}/deployments/chat", None, 204),
    (COGNITIVE, "DELETE", "{A}", None, 200),
    (COGNITIVE, "GET", "{A}", None, 404),
    (COGNITIVE, "PUT", "{A}", ACCOUNT, 409),
    (COGNITIVE, "GET", "{S}{P}/deletedAccounts", None, 200),
    (COGNITIVE, "GET", "{D}", None, 200),
    (COGNITIVE, "DELETE", "{D}", None, 200),
    (COGNITIVE, "DELETE", "{D}", None, 204),
    (RESOURCES, "DELETE", "{G}", None, 202),
]


def test_a_life_in_the_specifications_words(local_azure: LocalAzure) -> None:
    """Every answer has a status and a body that the specification knows, refusals included."""
    specifications = {version: Specification(file) for version, file in FILES.items()}
    local_azure.admin("PATCH", "settings", {"speed": 1e6})
    names = _names(local_azure)
    token = local_azure.token()
    for version, method, path, body, status in STEPS:
        target, _, query = path.format(**names).partition("?")
        url = f"{target}?api-version={version}&{query}"
        answer = local_azure.request(method, url, body, token=token)
        assert answer.status == status, (method, path, answer)
        specifications[version].check(method, target, answer)


def _names(local_azure: LocalAzure) -> dict[str, str]:
    subscription = f"/subscriptions/{local_azure.subscription}"
    provider = "/providers/Microsoft.CognitiveServices"
    return {
        "S": subscription,
        "G": f"{subscription}/resourceGroups/rg",
        "P": provider,
        "A": f"{subscription}/resourceGroups/rg{provider}/accounts/acc",
        "D": f"{subscription}{provider}/locations/swedencentral/resourceGroups/rg"
        "/deletedAccounts/acc",
        "MODEL": "modelFormat=OpenAI&modelName=gpt-4o&modelVersion=2024-08-06",
    }
