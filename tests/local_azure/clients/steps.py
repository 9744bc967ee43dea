"""Runs a client's steps one after the other and says of each whether it worked."""

from __future__ import annotations

import json
import os
import ssl
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ARM = "api-version=2025-09-01"
GROUP, ACCOUNT, PROJECT, REGION = "rg-clients", "acc-clients", "proj", "swedencentral"


def run(steps: list[Callable[[], object]]) -> int:
    """Return 1 where a step failed; a step's name is what it does."""
    failed = 0
    for step in steps:
        name = step.__name__.replace("_", " ")
        try:
            step()
        except Exception as error:  # noqa: BLE001  whatever a client raises is its answer
            failed = 1
            text = " ".join(str(error).split())[:200]
            sys.stdout.write(f"failed: {name}: {type(error).__name__}: {text}\n")
        else:
            sys.stdout.write(f"ok: {name}\n")
        sys.stdout.flush()
    return failed


class Ground:
    """An account with a project and deployments, made by plain requests."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        self.url = os.environ["LOCAL_AZURE_URL"]
        group = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{GROUP}"
        self.account = f"{group}/providers/Microsoft.CognitiveServices/accounts/{ACCOUNT}"
        self.ask("PATCH", "/_local/settings", {"account_seconds": 0, "project_seconds": 0})
        self.ask("PUT", f"{group}?api-version=2025-04-01", {"location": REGION})
        self.ask("PUT", f"{self.account}?{ARM}", self._described())
        self.ask("PUT", f"{self.account}/projects/{PROJECT}?{ARM}", {"location": REGION})
        self.deploy("gpt-4o", "gpt-4o", "2024-08-06")
        self.deploy("embed", "text-embedding-3-small", "1")
        keys = self.ask("POST", f"{self.account}/listKeys?{ARM}")
        self.key: str = keys["key1"]
        time.sleep(0.2)

    @property
    def v1(self) -> str:
        return f"{self.url}/accounts/{ACCOUNT}/openai/v1/"

    @property
    def project(self) -> str:
        return f"{self.url}/accounts/{ACCOUNT}/api/projects/{PROJECT}"

    def deploy(self, name: str, model: str, version: str) -> None:
        named = {"format": "OpenAI", "name": model, "version": version}
        body = {"sku": {"name": "GlobalStandard", "capacity": 50}, "properties": {"model": named}}
        self.ask("PUT", f"{self.account}/deployments/{name}?{ARM}", body)

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        content = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, content, sent, method=method)  # noqa: S310
        with urllib.request.urlopen(request, context=self._context) as response:  # noqa: S310
            return json.loads(response.read() or "null")

    @staticmethod
    def _described() -> dict[str, object]:
        properties = {"customSubDomainName": ACCOUNT, "allowProjectManagement": True}
        described = {"location": REGION, "kind": "AIServices", "sku": {"name": "S0"}}
        return {**described, "identity": {"type": "SystemAssigned"}, "properties": properties}


def training(count: int = 12) -> bytes:
    """Examples for supervised fine-tuning."""
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Who invented thing number {number}?"},
                {"role": "assistant", "content": f"The inventor of thing {number}."},
            ]
        }
        for number in range(count)
    ]
    return "\n".join(map(json.dumps, lines)).encode()
