"""Who is asking: bearer tokens for ARM, bearer tokens or keys for the data plane."""

import hmac
from dataclasses import dataclass
from typing import Any

import jwt
from starlette.requests import Request

from local_azure.access import roles_of
from local_azure.address import base_url
from local_azure.errors import (
    AzureError,
    data_plane_not_found,
    gateway_unauthorized,
    keys_disabled,
    missing_data_action,
)
from local_azure.network import require_network
from local_azure.provisioning import provisioning_state
from local_azure.state import State, state_of

Account = dict[str, Any]

ARM_AUDIENCES = frozenset({"https://management.azure.com", "https://management.core.windows.net"})
DATA_PLANE_AUDIENCES = frozenset({"https://cognitiveservices.azure.com", "https://ai.azure.com"})


@dataclass(frozen=True)
class Principal:
    object_id: str
    app_id: str


@dataclass(frozen=True)
class Token:
    """A verified access token of the local Entra."""

    audience: str
    principal: Principal


def account_scope(account: Account) -> str:
    """Under which the store keeps what belongs to an account."""
    scope: str = account["id"].lower()
    return scope


def find_account(state: State, domain: str) -> Account | None:
    """The account whose address is /accounts/<domain>/, unless it is deleted or not yet ready."""
    entry = state.store.get("domain", "", domain)
    if entry is None:
        return None
    account = state.store.get("account", entry["group"], entry["name"])
    if account is None or provisioning_state(account, state.clock) != "Succeeded":
        return None
    return account


def require_account(state: State, domain: str, project: str | None) -> Account:
    """The account at a domain, and the project in it; raises a 404."""
    account = find_account(state, domain)
    if account is None or not _has_project(state, account, project):
        raise data_plane_not_found()
    return account


def require_caller(
    request: Request, state: State, account: Account, action: str, operation: str
) -> None:
    """Raises AzureError where the caller may not do `action`; a refusal calls it `operation`."""
    client = request.client.host if request.client else "127.0.0.1"
    require_network(account["properties"], client)
    key = request.headers.get("api-key")
    bearer = _bearer(request)
    if key is None and bearer is not None and _looks_like_jwt(bearer):
        principal = _require_token(state, account, bearer)
        _require_role(state, account, principal, action, operation)
    else:
        _require_key(account, key or bearer)


def _has_project(state: State, account: Account, name: str | None) -> bool:
    if name is None:
        return True
    project = state.store.get("project", account["id"], name)
    return project is not None and provisioning_state(project, state.clock) == "Succeeded"


def require_arm(request: Request) -> Principal:
    state = state_of(request)
    bearer = _bearer(request)
    if bearer is None:
        message = "Authentication failed. The 'Authorization' header is missing."
        raise _arm_unauthorized(request, "AuthenticationFailed", message)
    try:
        token = _verified(state, bearer)
    except jwt.ExpiredSignatureError:
        message = "The access token has expired. Please refresh the token and try again."
        raise _arm_unauthorized(request, "ExpiredAuthenticationToken", message) from None
    except jwt.InvalidTokenError:
        message = "The access token is invalid."
        raise _arm_unauthorized(request, "InvalidAuthenticationToken", message) from None
    if token.audience.rstrip("/") not in ARM_AUDIENCES | {base_url(request)}:
        message = (
            "The access token has been obtained for wrong audience or resource "
            f"'{token.audience}'. It should exactly match with one of the allowed audiences "
            "'https://management.core.windows.net/','https://management.azure.com/'."
        )
        raise _arm_unauthorized(request, "InvalidAuthenticationTokenAudience", message)
    return token.principal


def _verified(state: State, bearer: str) -> Token:
    """Raises jwt.InvalidTokenError, also where a claim is missing or no text."""
    claims = state.entra_key.verify(bearer)
    audience, object_id, app_id = (claims.get(name) for name in ("aud", "oid", "appid"))
    if not (isinstance(audience, str) and isinstance(object_id, str) and isinstance(app_id, str)):
        raise jwt.InvalidTokenError("aud, oid and appid must be texts")
    return Token(audience, Principal(object_id, app_id))


def _bearer(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def _looks_like_jwt(value: str) -> bool:
    return value.count(".") == 2  # noqa: PLR2004  header.claims.signature


def _require_role(
    state: State, account: Account, principal: Principal, action: str, operation: str
) -> None:
    roles = roles_of(state, principal.object_id, account["id"])
    if not any(role.allows_data(action) for role in roles):
        raise missing_data_action(principal.object_id, action, operation)


def _require_token(state: State, account: Account, bearer: str) -> Principal:
    """A token needs an account with a host name of its own, as well as the right audience."""
    try:
        token = _verified(state, bearer)
    except jwt.InvalidTokenError:
        raise gateway_unauthorized() from None
    has_domain = bool(account["properties"].get("customSubDomainName"))
    if not has_domain or token.audience.rstrip("/") not in DATA_PLANE_AUDIENCES:
        raise gateway_unauthorized()
    return token.principal


def _require_key(account: Account, key: str | None) -> None:
    if key is None:
        raise gateway_unauthorized()
    if account["properties"].get("disableLocalAuth"):
        raise keys_disabled()
    if not any(hmac.compare_digest(key.encode(), known.encode()) for known in account["_keys"]):
        raise gateway_unauthorized()


def _arm_unauthorized(request: Request, code: str, message: str) -> AzureError:
    tenant = state_of(request).identity.tenant_id
    authority = f"{base_url(request)}/{tenant}"
    challenge = (
        f'Bearer authorization_uri="{authority}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return AzureError(401, code, message, headers={"WWW-Authenticate": challenge})
