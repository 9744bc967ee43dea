"""The pipeline's steps, each under each identity of docs/setup.md, with roles enforced.

The table in docs/setup.md is made here; UPDATE_IDENTITIES=1 writes it.
"""

import os
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from local_azure.roles import ROLE_IDS
from tests.conftest import ROOT
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure

PAGE = ROOT / "docs/setup.md"
BEGIN, END = "<!-- who may do what: begin -->\n", "<!-- who may do what: end -->\n"
ASSIGN = re.compile(r'^\s+assign (\w+)\s+"([^"]+)"\s+(\S+)', re.MULTILINE)
GROUP = "rg-identities"
NAMES = ("train", "production", "cleanup")
SMOKE = ("smoke_test", "run", "--samples", "1", "--prompts", "2", "--out", "identities-smoke")
# Whoever may not do it tries first, so that there is something left to do.
OF_TRAIN = ("production", "cleanup", "train")
OF_PRODUCTION = ("train", "cleanup", "production")
STEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "provision.py create": (OF_PRODUCTION, ("provision", "create")),
    "fine_tune.py submit": (OF_TRAIN, ("fine_tune", "submit", "--train-anyway")),
    "deploy.py candidate": (OF_TRAIN, ("deploy", "candidate")),
    "smoke_test.py run": (OF_TRAIN, SMOKE),
    "deploy.py promote": (OF_PRODUCTION, ("deploy", "promote", "--approved-by", "ana")),
    "deploy.py retire": (OF_PRODUCTION, ("deploy", "retire", "--yes")),
}
LOCK = "providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01"


@dataclass
class Cast:
    """Identities of the guide, who sign in with tokens of the local GitHub."""

    desk: Desk
    folder: Path

    def request(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        azure = self.desk.azure
        return azure.request(method, path, body, token=azure.token())

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.desk.azure.subscription}"

    def create(self, name: str) -> str:
        """The identity with the roles that the guide assigns; its client id."""
        at = f"{self.subscription}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity"
        path = f"{at}/userAssignedIdentities/{name}"
        version = "api-version=2024-11-30"
        made = self.request("PUT", f"{path}?{version}", {"location": "swedencentral"}).body
        trust = {
            "issuer": f"{self.desk.azure.url}/_github/oidc",
            "subject": name,
            "audiences": ["api://AzureADTokenExchange"],
        }
        credential = f"{path}/federatedIdentityCredentials/github?{version}"
        self.request("PUT", credential, {"properties": trust})
        for role, scope in self.roles(name):
            self._assign(made["properties"]["principalId"], role, scope)
        return str(made["properties"]["clientId"])

    def roles(self, name: str) -> Iterator[tuple[str, str]]:
        for who, role, scope in ASSIGN.findall(PAGE.read_text("utf-8")):
            if who == name:
                place = scope.replace("$SUBSCRIPTION", self.subscription).replace("$GROUP", GROUP)
                yield role, place

    def _assign(self, principal: str, role: str, scope: str) -> None:
        definition = f"{self.subscription}/providers/Microsoft.Authorization/roleDefinitions"
        properties = {
            "roleDefinitionId": f"{definition}/{ROLE_IDS[role]}",
            "principalId": principal,
        }
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        made = self.request("PUT", f"{path}?api-version=2022-04-01", {"properties": properties})
        assert made.status == 201, made

    def token_file(self, name: str) -> Path:
        azure = self.desk.azure
        secret = azure.admin("GET", "health")["identity"]["oidc_request_token"]
        path = f"/_github/oidc/token?audience=api://AzureADTokenExchange&subject={name}"
        file = self.folder / f"{name}.jwt"
        file.write_text(azure.request("GET", path, token=secret).body["value"], "utf-8")
        return file

    @contextmanager
    def signed_in(self, name: str, client: str) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AZURE_CLIENT_ID", client)
            patch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(self.token_file(name)))
            yield

    def may(self, name: str, client: str, method: str, path: str) -> str:
        """Whether the identity may; a lock that refuses it comes after its roles were looked at."""
        with self.signed_in(name, client):
            status = self.request(method, path).status
        return "no: Resource Manager" if status == 403 else "yes"


def row(title: str, found: dict[str, str]) -> str:
    return f"| {title} | {' | '.join(found[name] for name in NAMES)} |"


def outcome(answered: Any) -> str:  # noqa: ANN401 - what a script answered
    """``yes``, or who refused it."""
    if answered.code in (0, 1, 4):  # a verdict on the answers is no refusal
        return "yes"
    assert answered.code == 3, answered.narration
    if "AuthorizationFailed" in answered.narration or "does not have authorization" in (
        answered.narration
    ):
        return "no: Resource Manager"
    assert "PermissionDenied" in answered.narration or "lacks the required data action" in (
        answered.narration
    ), answered.narration
    return "no: the data plane"


def test_who_may_run_which_step_is_what_the_guide_says(
    quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """Each step under every identity; in the order of the pipeline, so that its own makes it."""
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    desk = Desk(quick_azure, folder)
    group = f"/subscriptions/{quick_azure.subscription}/resourcegroups/{GROUP}"
    cast = Cast(desk, folder)
    cast.request("PUT", f"{group}?api-version=2025-04-01", {"location": "swedencentral"})
    clients = {name: cast.create(name) for name in NAMES}
    quick_azure.admin("PATCH", "settings", {"roles": "enforced"})
    rows = []
    try:
        for title, (order, command) in STEPS.items():
            found = {}
            for name in order:
                with cast.signed_in(name, clients[name]):
                    found[name] = outcome(desk.run(*command))
            if title == "smoke_test.py run":
                desk.passes()
            rows.append(row(title, found))
        body = {"properties": {"level": "CanNotDelete"}}
        cast.request("PUT", f"{group}/{LOCK}", body)
        account = f"{group}/providers/Microsoft.CognitiveServices/accounts/{desk.account(GROUP)}"
        for title, method, path in (
            ("list the account's keys", "POST", f"{account}/listKeys?api-version=2025-09-01"),
            ("delete the group", "DELETE", f"{group}?api-version=2025-04-01"),
        ):
            rows.append(row(title, {n: cast.may(n, clients[n], method, path) for n in NAMES}))
    finally:
        quick_azure.admin("PATCH", "settings", {"roles": None})
    table = "\n".join(["| step | " + " | ".join(NAMES) + " |", "|---|---|---|---|", *rows, ""])
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    written, _, after = rest.partition(END)
    if os.environ.get("UPDATE_IDENTITIES"):
        PAGE.write_text(before + BEGIN + table + END + after, "utf-8")
    else:
        assert written == table
