"""The server's own addresses as the client wrote them, and Azure's host names where it uses these.

A client that is led here by a proxy asks management.azure.com or NAME.openai.azure.com; any other
finds an account below /accounts/NAME.
"""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

ARM_HOST, LOGIN_HOST = "management.azure.com", "login.microsoftonline.com"
ACCOUNT_DOMAINS = ("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com")
AZURE_HOSTS = (ARM_HOST, LOGIN_HOST, *(f"*.{domain}" for domain in ACCOUNT_DOMAINS))
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9a-fA-F:]{2,39}\](:[0-9]{1,5})?")
_ACCOUNT = re.compile(
    rf"(?P<name>[^.:]+)\.({'|'.join(map(re.escape, ACCOUNT_DOMAINS))})(:443)?", re.IGNORECASE
)


def host_of(headers: Headers) -> str:
    """The first X-Forwarded-Host, or the Host; neither where it is no host name."""
    forwarded = headers.get("x-forwarded-host", "").partition(",")[0].strip()
    host = forwarded or headers.get("host", "")
    return host if _HOST.fullmatch(host) else "localhost"


def base_url(request: Request) -> str:
    """The server's own address as the client wrote it, without a slash at the end."""
    return f"https://{host_of(request.headers)}"


def account_url(base: str, domain: str) -> str:
    """Where an account's data plane lies, for who has found the server at `base`."""
    if base == f"https://{ARM_HOST}":
        return f"https://{domain}.{ACCOUNT_DOMAINS[0]}/"
    return f"{base}/accounts/{domain}/"


class AccountHosts:
    """ASGI middleware: NAME.openai.azure.com/PATH is /accounts/NAME/PATH."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _ACCOUNT.fullmatch(host_of(Headers(scope=scope)))
        if found is not None:
            prefix = f"/accounts/{found['name']}"
            if not scope["path"].startswith(f"{prefix}/"):
                scope = {**scope, "path": prefix + scope["path"]}
        await self._app(scope, receive, send)
