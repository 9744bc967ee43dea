"""Sign-in as azure-identity does it, and every way in which it is refused."""

from __future__ import annotations

import json
import ssl
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential, ClientSecretCredential

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from tests.local_azure.conftest import LocalAzure

ARM = "https://management.azure.com/.default"
COGNITIVE = "https://cognitiveservices.azure.com/.default"


def oidc_token(local_azure: LocalAzure, audience: str = "api://AzureADTokenExchange") -> str:
    """As a workflow fetches it."""
    secret = local_azure.admin("GET", "health")["identity"]["oidc_request_token"]
    url = f"/_github/oidc/token?api-version=2.0&audience={urllib.parse.quote(audience)}"
    answer = local_azure.request("GET", url, token=secret)
    assert answer.status == 200, answer
    token: str = answer.body["value"]
    return token


def federated(local_azure: LocalAzure, assertion: str) -> ClientAssertionCredential:
    environment = local_azure.environment
    return ClientAssertionCredential(
        environment["AZURE_TENANT_ID"], environment["AZURE_CLIENT_ID"], lambda: assertion
    )


def refused(credential: TokenCredential, scope: str = ARM) -> str:
    with pytest.raises(ClientAuthenticationError) as refusal:
        credential.get_token(scope)
    return str(refusal.value)


def test_the_environment_is_enough(standing_azure: LocalAzure) -> None:
    """DefaultAzureCredential gets a token that lives an hour, for the audience asked for."""
    token = standing_azure.credential().get_token(COGNITIVE)
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert claims["aud"] == "https://cognitiveservices.azure.com"
    assert claims["tid"] == standing_azure.environment["AZURE_TENANT_ID"]
    assert claims["appid"] == standing_azure.environment["AZURE_CLIENT_ID"]
    assert 3500 < claims["exp"] - time.time() <= 3600


def test_tokens_verify_by_discovery(standing_azure: LocalAzure) -> None:
    """A third party finds the keys through OpenID discovery, Entra's and GitHub's alike."""
    tenant = standing_azure.environment["AZURE_TENANT_ID"]
    context = ssl.create_default_context(cafile=standing_azure.environment["SSL_CERT_FILE"])
    for issuer_path, token in (
        (f"/{tenant}/v2.0", standing_azure.token(ARM)),
        ("/_github/oidc", oidc_token(standing_azure)),
    ):
        found = standing_azure.request(
            "GET", f"{issuer_path}/.well-known/openid-configuration"
        ).body
        keys = jwt.PyJWKClient(found["jwks_uri"], ssl_context=context)
        key = keys.get_signing_key_from_jwt(token).key
        options: Any = {"verify_aud": False}
        jwt.decode(token, key, algorithms=["RS256"], issuer=found["issuer"], options=options)


def test_a_workflow_signs_in(standing_azure: LocalAzure) -> None:
    """A token of the GitHub issuer is good for one of Entra's."""
    assert federated(standing_azure, oidc_token(standing_azure)).get_token(ARM).token


def test_the_workflow_token_carries_the_subject(local_azure: LocalAzure) -> None:
    """The subject is a setting, so that a federated credential can be rehearsed."""
    subject = "repo:octo/tienda:environment:production"
    local_azure.admin("PATCH", "settings", {"oidc_subject": subject})
    claims = jwt.decode(oidc_token(local_azure), options={"verify_signature": False})
    assert (claims["sub"], claims["repository"]) == (subject, "octo/tienda")


def test_an_expired_assertion(local_azure: LocalAzure) -> None:
    """A workflow that is too old cannot sign in any more."""
    local_azure.admin("PATCH", "settings", {"oidc_seconds": -60})
    message = refused(federated(local_azure, oidc_token(local_azure)))
    assert "AADSTS700024: Client assertion is not within its valid time range." in message


def test_an_assertion_for_somebody_else(standing_azure: LocalAzure) -> None:
    """The audience of the assertion must be Entra's token exchange."""
    message = refused(
        federated(standing_azure, oidc_token(standing_azure, "https://github.com/octo"))
    )
    assert "AADSTS700212" in message


def test_a_forged_assertion(standing_azure: LocalAzure) -> None:
    """A token that another key signed is worth nothing."""
    forged = jwt.encode({"aud": "api://AzureADTokenExchange", "exp": time.time() + 60}, "x" * 32)
    assert "AADSTS50027" in refused(federated(standing_azure, forged))


def test_a_client_secret(standing_azure: LocalAzure) -> None:
    """The secret opens, another one does not."""
    identity = standing_azure.admin("GET", "health")["identity"]
    names = identity["tenant_id"], identity["client_id"]
    good = ClientSecretCredential(
        *names, identity["client_secret"], disable_instance_discovery=True
    )
    assert good.get_token(ARM).token
    bad = ClientSecretCredential(*names, "not-it", disable_instance_discovery=True)
    assert "AADSTS7000215" in refused(bad)


@pytest.mark.parametrize(
    ("change", "error", "number"),
    [
        ({"tenant": "00000000-0000-0000-0000-000000000000"}, "invalid_request", 90002),
        ({"scope": "https://management.azure.com/user"}, "invalid_scope", 1002012),
        ({"scope": "https://example.com/.default"}, "invalid_resource", 500011),
        ({"client_id": "nobody"}, "unauthorized_client", 700016),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"client_id": None}, "invalid_request", 900144),
    ],
)
def test_refusals_carry_their_number(
    standing_azure: LocalAzure, change: dict[str, str | None], error: str, number: int
) -> None:
    """Each refusal is an OAuth error with Entra's code and the fields that logs are read by."""
    identity = standing_azure.admin("GET", "health")["identity"]
    form: dict[str, Any] = {
        "grant_type": "client_credentials",
        "client_id": identity["client_id"],
        "client_secret": identity["client_secret"],
        "scope": ARM,
    } | change
    tenant = form.pop("tenant", identity["tenant_id"])
    answer = post_form(standing_azure, f"/{tenant}/oauth2/v2.0/token", form)
    assert answer["error"] == error
    assert answer["error_codes"] == [number]
    assert answer["error_description"].startswith(f"AADSTS{number}: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= answer.keys()


def post_form(local_azure: LocalAzure, path: str, form: dict[str, Any]) -> dict[str, Any]:
    content = urllib.parse.urlencode({k: v for k, v in form.items() if v is not None})
    context = ssl.create_default_context(cafile=local_azure.environment["SSL_CERT_FILE"])
    request = urllib.request.Request(local_azure.url + path, content.encode())  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, context=context)  # noqa: S310
    with refusal.value as response:
        body: dict[str, Any] = json.loads(response.read())
    return body


@pytest.mark.parametrize(
    ("settings", "scope", "code"),
    [
        ({}, None, "AuthenticationFailed"),
        ({"token_seconds": -60}, ARM, "ExpiredAuthenticationToken"),
        ({}, COGNITIVE, "InvalidAuthenticationTokenAudience"),
    ],
)
def test_arm_says_what_is_wrong_with_a_token(
    local_azure: LocalAzure, settings: dict[str, int], scope: str | None, code: str
) -> None:
    """Missing, expired and misdirected tokens are told apart, with a challenge."""
    local_azure.admin("PATCH", "settings", settings)
    token = None if scope is None else raw_token(local_azure, scope)
    answer = local_azure.request("GET", "/subscriptions?api-version=2022-12-01", token=token)
    assert (answer.status, answer.body["error"]["code"]) == (401, code)
    assert "authorization_uri=" in answer.headers["www-authenticate"]


def raw_token(local_azure: LocalAzure, scope: str) -> str:
    """Past azure-identity, which would not hand out an expired token."""
    identity = local_azure.admin("GET", "health")["identity"]
    form = {
        "grant_type": "client_credentials",
        "client_id": identity["client_id"],
        "client_secret": identity["client_secret"],
        "scope": scope,
    }
    context = ssl.create_default_context(cafile=local_azure.environment["SSL_CERT_FILE"])
    url = f"{local_azure.url}/{identity['tenant_id']}/oauth2/v2.0/token"
    content = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(url, content, context=context) as response:  # noqa: S310
        token: str = json.loads(response.read())["access_token"]
    return token


def test_the_data_plane_checks_who_asks(local_azure: LocalAzure, account: str) -> None:
    """A key, a key as bearer and a token with either audience open; all else meets the gateway."""
    path = f"/accounts/{account}/openai/v1/models"
    key = local_azure.cognitive().accounts.list_keys("rg-core", account).key1
    assert local_azure.request("GET", path, headers={"api-key": key}).status == 200
    for token in (
        key,
        local_azure.token(COGNITIVE),
        local_azure.token("https://ai.azure.com/.default"),
    ):
        assert local_azure.request("GET", path, token=token).status == 200
    for token in (None, "not-a-key", local_azure.token(ARM)):
        answer = local_azure.request("GET", path, token=token)
        assert answer.status == 401
        assert answer.body["statusCode"] == 401
        assert answer.body["message"].startswith("Unauthorized. Access token is missing")
    assert local_azure.request("GET", path, headers={"api-key": "wrong"}).status == 401


def test_keys_can_be_disabled(local_azure: LocalAzure, account: str) -> None:
    """With disableLocalAuth the keys are refused, tokens go on."""
    accounts = local_azure.cognitive().accounts
    key = accounts.list_keys("rg-core", account).key1
    accounts.begin_update("rg-core", account, {"properties": {"disableLocalAuth": True}}).result()
    path = f"/accounts/{account}/openai/v1/models"
    answer = local_azure.request("GET", path, headers={"api-key": key})
    assert (answer.status, answer.body["error"]["code"]) == (403, "AuthenticationTypeDisabled")
    assert local_azure.request("GET", path, token=local_azure.token(COGNITIVE)).status == 200


def test_a_token_needs_a_host_name(local_azure: LocalAzure, group: str) -> None:
    """Without a custom subdomain an account takes its keys only."""
    accounts = local_azure.cognitive().accounts
    body = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}}
    accounts.begin_create(group, "plain", body).result()
    path = "/accounts/plain/openai/v1/models"
    key = accounts.list_keys(group, "plain").key2
    assert local_azure.request("GET", path, headers={"api-key": key}).status == 200
    assert local_azure.request("GET", path, token=local_azure.token(COGNITIVE)).status == 401


def test_a_deleted_account_does_not_answer(local_azure: LocalAzure, account: str) -> None:
    """The data plane of a soft-deleted account is gone."""
    local_azure.cognitive().accounts.begin_delete("rg-core", account).result()
    answer = local_azure.request(
        "GET", f"/accounts/{account}/openai/v1/models", token=local_azure.token(COGNITIVE)
    )
    assert (answer.status, answer.body["error"]["code"]) == (404, "ResourceNotFound")
