"""Managed identities, role assignments and definitions, and what each identity may do."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential

from local_azure.roles import ROLE_IDS, ROLES

if TYPE_CHECKING:
    from tests.local_azure.conftest import LocalAzure

AUTHORIZATION = "/providers/Microsoft.Authorization"
RBAC, ARM = "api-version=2022-04-01", "api-version=2025-09-01"
MANAGEMENT = "https://management.azure.com/.default"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "local_azure.md"
BEGIN, END = "<!-- identities: begin -->\n", "<!-- identities: end -->\n"


@dataclass
class Identities:
    """Identities of one subscription in which roles are enforced."""

    azure: LocalAzure
    account: str

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.azure.subscription}"

    @property
    def group(self) -> str:
        return self.account.partition("/providers/")[0]

    def owner(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        return self.azure.request(method, path, body, token=self.azure.token())

    def create(self, name: str, subject: str) -> dict[str, str]:
        path = f"{self.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        version = "api-version=2024-11-30"
        made = self.owner("PUT", f"{path}?{version}", {"location": "swedencentral"})
        assert made.status == 201, made
        trust = {
            "issuer": f"{self.azure.url}/_github/oidc",
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        }
        credential = f"{path}/federatedIdentityCredentials/github?{version}"
        assert self.owner("PUT", credential, {"properties": trust}).status == 201
        found: dict[str, str] = made.body["properties"]
        return found

    def assign(self, principal: str, role: str, scope: str) -> Any:  # noqa: ANN401
        role_id = f"{self.subscription}{AUTHORIZATION}/roleDefinitions/{ROLE_IDS[role]}"
        properties = {"roleDefinitionId": role_id, "principalId": principal}
        path = f"{scope}{AUTHORIZATION}/roleAssignments/{uuid.uuid4()}?{RBAC}"
        return self.owner("PUT", path, {"properties": properties})

    def sign_in(self, identity: dict[str, str], subject: str, scope: str = MANAGEMENT) -> str:
        credential = ClientAssertionCredential(
            os.environ["AZURE_TENANT_ID"],
            identity["clientId"],
            lambda: self.assertion(subject),
        )
        return credential.get_token(scope).token

    def assertion(self, subject: str) -> str:
        secret = self.azure.admin("GET", "health")["identity"]["oidc_request_token"]
        path = f"/_github/oidc/token?audience=api://AzureADTokenExchange&subject={subject}"
        token: str = self.azure.request("GET", path, token=secret).body["value"]
        return token


@pytest.fixture
def identities(local_azure: LocalAzure, account_path: str) -> Identities:
    local_azure.admin("PATCH", "settings", {"roles": "enforced"})
    return Identities(local_azure, account_path)


def test_an_identity_signs_in_with_its_own_subject(identities: Identities) -> None:
    """The token names it; another subject, or no credential, is refused with Entra's number."""
    made = identities.create("trainer", "repo:a/b:ref:refs/heads/main")
    token = identities.sign_in(made, "repo:a/b:ref:refs/heads/main")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["oid"], claims["appid"]) == (made["principalId"], made["clientId"])
    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        identities.sign_in(made, "repo:a/b:pull_request")
    path = f"{identities.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/trainer"
    listed = identities.owner("GET", f"{path}/federatedIdentityCredentials?api-version=2024-11-30")
    assert [one["name"] for one in listed.body["value"]] == ["github"]
    assert identities.owner("DELETE", f"{path}?api-version=2024-11-30").status == 200
    with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
        identities.sign_in(made, "repo:a/b:ref:refs/heads/main")


def test_an_assignment_decides(identities: Identities) -> None:
    """Nothing before it, what its role allows at its scope after it, nothing when it is gone."""
    made = identities.create("reader", "s")
    token, url = identities.sign_in(made, "s"), f"{identities.account}?{ARM}"
    ask = identities.azure.request
    assert ask("GET", url, token=token).body["error"]["code"] == "AuthorizationFailed"
    subscriptions = "/subscriptions?api-version=2022-12-01"
    assert ask("GET", subscriptions, token=token).body["value"] == []
    assigned = identities.assign(made["principalId"], "Reader", identities.group)
    assert assigned.status == 201
    assert ask("GET", url, token=token).status == 200
    assert len(ask("GET", subscriptions, token=token).body["value"]) == 1
    assert ask("PATCH", url, {"tags": {}}, token=token).status == 403
    groups = f"{identities.subscription}/resourceGroups?api-version=2025-04-01"
    assert len(ask("GET", groups, token=token).body["value"]) == 1
    assert identities.owner("DELETE", f"{assigned.body['id']}?{RBAC}").status == 200
    assert identities.owner("DELETE", f"{assigned.body['id']}?{RBAC}").status == 204
    assert ask("GET", url, token=token).status == 403


def test_a_role_takes_its_time(identities: Identities) -> None:
    """An assignment may take a while to take effect."""
    identities.azure.admin("PATCH", "settings", {"role_seconds": 3e5})
    made = identities.create("late", "s")
    token, url = identities.sign_in(made, "s"), f"{identities.account}?{ARM}"
    identities.assign(made["principalId"], "Reader", identities.account)
    assert identities.azure.request("GET", url, token=token).status == 403
    identities.azure.admin("POST", "clock", {"step_seconds": 1000})
    assert identities.azure.request("GET", url, token=token).status == 200


def test_assignments_that_are_refused(identities: Identities) -> None:
    """No such role, nobody of that id, a name that is no GUID, the same once more."""
    made = identities.create("somebody", "s")["principalId"]
    group = identities.group
    assert identities.assign(made, "Reader", group).status == 201
    again = identities.assign(made, "Reader", group)
    assert (again.status, again.body["error"]["code"]) == (409, "RoleAssignmentExists")
    nobody = identities.assign(str(uuid.uuid4()), "Reader", group)
    assert (nobody.status, nobody.body["error"]["code"]) == (400, "PrincipalNotFound")
    at = f"{group}{AUTHORIZATION}/roleAssignments"
    properties = {"roleDefinitionId": "none", "principalId": made}
    body = {"properties": properties}
    unknown = identities.owner("PUT", f"{at}/{uuid.uuid4()}?{RBAC}", body)
    assert unknown.body["error"]["code"] == "RoleDefinitionDoesNotExist"
    unnamed = identities.owner("PUT", f"{at}/mine?{RBAC}", body)
    assert unnamed.body["error"]["code"] == "InvalidRoleAssignmentId"


def test_assignments_are_listed(identities: Identities) -> None:
    """Those at a scope and above it; below it too, but for atScope(); by principal."""
    made = identities.create("somebody", "s")["principalId"]
    for scope in (identities.subscription, identities.account):
        identities.assign(made, "Reader", scope)

    def count(scope: str, condition: str = "") -> int:
        query = f"{RBAC}&$filter={condition}" if condition else RBAC
        listed = identities.owner("GET", f"{scope}{AUTHORIZATION}/roleAssignments?{query}")
        return len(listed.body["value"])

    assert count(identities.account) == 2
    assert count(identities.group) == 2
    assert count(identities.group, "atScope()") == 1
    assert count(identities.group, f"principalId%20eq%20'{made}'") == 2
    assert count(identities.group, f"assignedTo('{uuid.uuid4()}')") == 0


def test_who_may_not_assign(identities: Identities) -> None:
    """A Contributor changes resources, not who has which role."""
    made = identities.create("somebody", "s")
    identities.assign(made["principalId"], "Contributor", identities.group)
    token = identities.sign_in(made, "s")
    role = f"{identities.subscription}{AUTHORIZATION}/roleDefinitions/{ROLE_IDS['Owner']}"
    body = {"properties": {"roleDefinitionId": role, "principalId": made["principalId"]}}
    path = f"{identities.group}{AUTHORIZATION}/roleAssignments/{uuid.uuid4()}?{RBAC}"
    answer = identities.azure.request("PUT", path, body, token=token)
    assert (answer.status, answer.body["error"]["code"]) == (403, "AuthorizationFailed")


def test_definitions(identities: Identities) -> None:
    """By name and by id, with the actions that count here."""
    at = f"{identities.subscription}{AUTHORIZATION}/roleDefinitions"
    listed = identities.owner("GET", f"{at}?{RBAC}").body["value"]
    assert {one["properties"]["roleName"] for one in listed} == set(ROLE_IDS) <= set(ROLES)
    one = identities.owner("GET", f"{at}?{RBAC}&$filter=roleName%20eq%20'Reader'").body["value"]
    assert [found["name"] for found in one] == [ROLE_IDS["Reader"]]
    got = identities.owner("GET", f"{at}/{ROLE_IDS['Reader']}?{RBAC}").body
    assert got["properties"]["permissions"][0]["actions"] == ["*/read"]


ROLES_OF = {
    "training": [
        ("Cognitive Services OpenAI Contributor", "account"),
        ("Cognitive Services Usages Reader", "subscription"),
    ],
    "production": [("Cognitive Services OpenAI Contributor", "account")],
    "clean-up": [("Contributor", "group")],
}
CHAT = {"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}
MODEL = {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}
DEPLOYMENT = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": MODEL}}
LOCK = {"properties": {"level": "CanNotDelete"}}
PLANE = "/accounts/core-account/openai/v1"
STEPS: dict[str, tuple[str, str, object]] = {
    "read the account": ("GET", "{A}?" + ARM, None),
    "read the quota": ("GET", "{S}{P}/locations/swedencentral/usages?" + ARM, None),
    "list files and jobs": ("GET", PLANE + "/files", None),
    "create a fine-tuning job": ("POST", PLANE + "/fine_tuning/jobs", {}),
    "deploy a model": ("PUT", "{A}/deployments/chat?" + ARM, DEPLOYMENT),
    "chat with it": ("POST", PLANE + "/chat/completions", CHAT),
    "list the keys": ("POST", "{A}/listKeys?" + ARM, None),
    "tag the group": ("PATCH", "{G}?api-version=2025-04-01", {"tags": {"a": "b"}}),
    "lock the group": (
        "PUT", "{G}" + AUTHORIZATION + "/locks/l?api-version=2020-05-01", LOCK,
    ),
    "delete a deployment": ("DELETE", "{A}/deployments/chat?" + ARM, None),
}  # fmt: skip


def refusals(identities: Identities) -> dict[str, dict[str, str]]:
    """By step and identity, who refuses it; "yes" where nobody does."""
    places = {"account": identities.account, "group": identities.group}
    places["subscription"] = identities.subscription
    tokens = {}
    for name, roles in ROLES_OF.items():
        made = identities.create(name, name)
        for role, place in roles:
            assert identities.assign(made["principalId"], role, places[place]).status == 201
        plane = "https://cognitiveservices.azure.com/.default"
        tokens[name] = {
            True: identities.sign_in(made, name, plane),
            False: identities.sign_in(made, name),
        }
    names = {"A": identities.account, "G": identities.group, "S": identities.subscription}
    names["P"] = "/providers/Microsoft.CognitiveServices"
    return {
        step: {
            name: verdict(
                identities.azure.request(
                    method, path.format(**names), body, token=token[path.startswith(PLANE)]
                )
            )
            for name, token in tokens.items()
        }
        for step, (method, path, body) in STEPS.items()
    }


def verdict(answer: Any) -> str:  # noqa: ANN401
    error = answer.body.get("error", {}) if isinstance(answer.body, dict) else {}
    refused = {"AuthorizationFailed": "403 by ARM", "PermissionDenied": "401 by the data plane"}
    return refused.get(str(error.get("code")), "yes")


def table(found: dict[str, dict[str, str]]) -> str:
    lines = [f"| step | {' | '.join(ROLES_OF)} |", f"|---|{'---|' * len(ROLES_OF)}"]
    lines += [f"| {step} | {' | '.join(by.values())} |" for step, by in found.items()]
    return "\n".join(lines) + "\n"


def test_the_page_says_who_may_do_what(identities: Identities) -> None:
    """Three identities with the pipeline's roles; RENEW_DOCS=1 writes the table into the page."""
    identities.azure.admin("PATCH", "settings", {"ready_seconds": 0})
    found = table(refusals(identities))
    page = PAGE.read_text(encoding="utf-8")
    stated = page.partition(BEGIN)[2].partition(END)[0]
    if os.environ.get("RENEW_DOCS"):
        PAGE.write_text(page.replace(BEGIN + stated, BEGIN + found), encoding="utf-8")
        stated = found
    assert found == stated
