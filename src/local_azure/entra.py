"""Microsoft Entra's token endpoint, and the GitHub issuer that it trusts."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from starlette.requests import Request
from starlette.routing import Route

from local_azure.address import base_url, host_of
from local_azure.arm import managed_identities
from local_azure.auth import ARM_AUDIENCES, DATA_PLANE_AUDIENCES, Principal
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.state import State, state_of
from local_azure.tokens import FEDERATED_AUDIENCE

_DEFAULT = "/.default"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def routes() -> list[Route]:
    return [
        Route("/common/discovery/instance", _instance_discovery),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", _openid_configuration),
        Route("/{tenant}/discovery/v2.0/keys", _entra_keys),
        Route("/{tenant}/oauth2/v2.0/token", _token, methods=["POST"]),
        Route("/_github/oidc/token", _github_token),
        Route("/_github/oidc/.well-known/openid-configuration", _github_configuration),
        Route("/_github/oidc/.well-known/jwks", _github_keys),
    ]


class EntraError(AzureError):
    """An OAuth error with Entra's numbered description."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        timestamp = _stamp(datetime.now(UTC))
        description = (
            f"AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {correlation} "
            f"Timestamp: {timestamp}"
        )
        body = {
            "error": error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        super().__init__(status, error, description, body=body)


async def _token(request: Request) -> JSONResponse:
    state = state_of(request)
    _require_tenant(state, request.path_params["tenant"])
    form = {name: str(value) for name, value in (await request.form()).items()}
    if _field(form, "grant_type") != "client_credentials":
        raise EntraError(
            400,
            "unsupported_grant_type",
            70003,
            f"The app requested an unsupported grant type '{form['grant_type']}'.",
        )
    client = _client(state, form)
    lifetime = state.settings.token_seconds
    base = base_url(request)
    claims = _claims(state, base, client, _audience(state, base, _field(form, "scope")))
    return JSONResponse(
        {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": state.entra_key.sign(claims, lifetime=lifetime),
        }
    )


def _require_tenant(state: State, tenant: str) -> None:
    if tenant.lower() != state.identity.tenant_id:
        raise EntraError(
            400,
            "invalid_request",
            90002,
            f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and "
            "are signing into the correct cloud. Check with your subscription administrator, this "
            "may happen if there are no active subscriptions for the tenant.",
        )


def _field(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise EntraError(
            400,
            "invalid_request",
            900144,
            f"The request body must contain the following parameter: '{name}'.",
        )
    return form[name]


def _client(state: State, form: Mapping[str, str]) -> Principal:
    """The service principal of the state, or a managed identity; raises EntraError."""
    client = _field(form, "client_id").lower()
    assertion = form.get("client_assertion_type") == _JWT_BEARER
    if client == state.identity.client_id:
        if assertion:
            _require_audience(_asserted(state, form), FEDERATED_AUDIENCE)
        elif _field(form, "client_secret") != state.identity.client_secret:
            raise _wrong_secret(client)
        return Principal(state.identity.object_id, client)
    identity = managed_identities.find_client(state, client)
    if identity is None:
        raise EntraError(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client}' was not found in the directory 'Local Azure'.",
        )
    if not assertion:
        raise _wrong_secret(client)
    _require_trusted(managed_identities.trusted(state, identity), _asserted(state, form))
    return Principal(identity["properties"]["principalId"], client)


def _wrong_secret(client: str) -> EntraError:
    return EntraError(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the "
        f"client secret value, not the client secret ID, for a secret added to app '{client}'.",
    )


def _asserted(state: State, form: Mapping[str, str]) -> dict[str, Any]:
    """The claims of a token of the GitHub issuer."""
    assertion = _field(form, "client_assertion")
    try:
        return state.github_key.verify(assertion)
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        raise _outside_its_time(assertion) from None
    except jwt.InvalidTokenError:
        raise EntraError(
            401,
            "invalid_client",
            50027,
            "JWT token is invalid or malformed.",
        ) from None


def _require_trusted(credentials: list[dict[str, Any]], claims: Mapping[str, Any]) -> None:
    """An identity trusts an issuer, a subject and an audience that belong together."""
    for number, what, name in ((700211, "issuer", "iss"), (700213, "subject", "sub")):
        credentials = [one for one in credentials if one[what] == claims.get(name)]
        if not credentials:
            raise _no_record(number, what, claims.get(name))
    _require_audience(claims, *(one["audiences"][0] for one in credentials))


def _require_audience(claims: Mapping[str, Any], *audiences: str) -> None:
    if claims.get("aud") not in audiences:
        raise _no_record(700212, "audience", claims.get("aud"))


def _no_record(number: int, what: str, claim: object) -> EntraError:
    return EntraError(
        401,
        "invalid_client",
        number,
        f"No matching federated identity record found for presented assertion {what} '{claim}'.",
    )


def _outside_its_time(assertion: str) -> EntraError:
    claims = jwt.decode(assertion, options={"verify_signature": False})
    begin, end = (_time(claims.get(key)) for key in ("nbf", "exp"))
    return EntraError(
        401,
        "invalid_client",
        700024,
        "Client assertion is not within its valid time range. Current time: "
        f"{_stamp(datetime.now(UTC))}, assertion valid from {begin}, expiry time of assertion "
        f"{end}. Review the documentation at "
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
    )


def _time(seconds: object) -> str:
    return _stamp(datetime.fromtimestamp(seconds, UTC)) if type(seconds) is int else "unknown"


def _audience(state: State, base: str, scope: str) -> str:
    """The resource that a client-credentials scope names; ARM's own address is one."""
    if not scope.endswith(_DEFAULT):
        raise EntraError(
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must "
            "have a scope value with /.default suffixed to the resource identifier "
            "(application ID URI).",
        )
    resource = scope.removesuffix(_DEFAULT)
    if resource.rstrip("/") not in ARM_AUDIENCES | DATA_PLANE_AUDIENCES | {base}:
        raise EntraError(
            400,
            "invalid_resource",
            500011,
            f"The resource principal named {resource} was not found in the tenant named "
            f"{state.identity.tenant_id}.",
        )
    return resource


def _claims(state: State, base: str, client: Principal, audience: str) -> dict[str, Any]:
    return {
        "aud": audience,
        "iss": f"{base}/{state.identity.tenant_id}/v2.0",
        "sub": client.object_id,
        "oid": client.object_id,
        "appid": client.app_id,
        "tid": state.identity.tenant_id,
        "idtyp": "app",
        "ver": "1.0",
    }


async def _instance_discovery(request: Request) -> JSONResponse:
    base = base_url(request)
    tenant = state_of(request).identity.tenant_id
    host = host_of(request.headers)
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [
                {"preferred_network": host, "preferred_cache": host, "aliases": [host]},
            ],
        }
    )


async def _openid_configuration(request: Request) -> JSONResponse:
    tenant = request.path_params["tenant"]
    _require_tenant(state_of(request), tenant)
    authority = f"{base_url(request)}/{tenant}"
    return JSONResponse(
        {
            "issuer": f"{authority}/v2.0",
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
            "jwks_uri": f"{authority}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
        }
    )


async def _entra_keys(request: Request) -> JSONResponse:
    _require_tenant(state_of(request), request.path_params["tenant"])
    return JSONResponse(state_of(request).entra_key.jwks())


async def _github_token(request: Request) -> JSONResponse:
    """What ACTIONS_ID_TOKEN_REQUEST_URL answers in a workflow.

    Its address may bring the `subject` along, as each job of a workflow has its own.
    """
    state = state_of(request)
    if request.headers.get("authorization") != f"Bearer {state.identity.oidc_request_token}":
        raise AzureError(401, "Unauthorized", "The request token is missing or wrong.")
    subject = request.query_params.get("subject", state.settings.oidc_subject)
    claims = {
        "iss": f"{base_url(request)}/_github/oidc",
        "sub": subject,
        "aud": request.query_params.get("audience", "https://github.com"),
        "repository": subject.removeprefix("repo:").partition(":")[0],
    }
    lifetime = state.settings.oidc_seconds
    return JSONResponse({"value": state.github_key.sign(claims, lifetime=lifetime)})


async def _github_configuration(request: Request) -> JSONResponse:
    issuer = f"{base_url(request)}/_github/oidc"
    return JSONResponse(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
        }
    )


async def _github_keys(request: Request) -> JSONResponse:
    return JSONResponse(state_of(request).github_key.jwks())


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}Z"
