"""Who is asking: bearer tokens for ARM, bearer tokens or keys for the data plane."""

import hmac
from dataclasses import dataclass
from typing import Any

import jwt
from starlette.requests import Request

from local_azure.errors import (
    AzureError,
    data_plane_not_found,
    gateway_unauthorized,
    keys_disabled,
    missing_data_action,
)
from local_azure.provisioning import provisioning_state
from local_azure.roles import data_action, granted
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


async def require_data_plane(request: Request) -> Account:
    """The account that the path names; raises AzureError where the caller may not use it."""
    state = state_of(request)
    account = find_account(state, request.path_params["account"])
    if account is None:
        raise data_plane_not_found()
    key = request.headers.get("api-key")
    bearer = _bearer(request)
    if key is None and bearer is not None and _looks_like_jwt(bearer):
        principal = _require_token(state, account, bearer)
        _require_role(state, request, account, principal)
    else:
        _require_key(account, key or bearer)
    return account


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
    if token.audience.rstrip("/") not in ARM_AUDIENCES:
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


def _require_role(state: State, request: Request, account: Account, principal: Principal) -> None:
    path = request.url.path.partition("/openai")[2]
    action = data_action(request.method, path)
    roles = granted(state.settings.roles, account["id"])
    if not any(role.allows_data(action) for role in roles):
        raise missing_data_action(principal.object_id, action, f"{request.method} /openai{path}")


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
    authority = f"{request.url.scheme}://{request.url.netloc}/{tenant}"
    challenge = (
        f'Bearer authorization_uri="{authority}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return AzureError(401, code, message, headers={"WWW-Authenticate": challenge})
