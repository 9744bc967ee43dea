"""The OpenAI client of one account, with tokens that renew themselves."""

import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from tuneops.azure.cloud import credential
from tuneops.errors import ConfigError, CredentialsError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from openai import OpenAI

# Microsoft's pages name the first for the v1 API; some gateways still want the second.
SCOPES = ("https://ai.azure.com/.default", "https://cognitiveservices.azure.com/.default")
_UNAUTHORIZED = 401


def open_client(endpoint: str) -> "OpenAI":
    """A client of the account's v1 API at ``endpoint``.

    Signs in with Entra; where nobody is signed in, AZURE_OPENAI_API_KEY (or AZURE_OPENAI_KEY) is
    the fallback.

    Raises:
        ConfigError: The endpoint is not https.
        CredentialsError: Neither a sign-in nor a key is there.
    """
    from openai import DefaultHttpxClient, OpenAI

    if not endpoint.startswith("https://"):
        raise ConfigError(
            f"The endpoint '{endpoint}' is not an https address.",
            remedy="Set AZURE_OPENAI_ENDPOINT to the account's https address, or unset it.",
        )
    base_url = f"{endpoint.rstrip('/')}/openai/v1/"
    key = fallback_key()
    if key:
        return OpenAI(base_url=base_url, api_key=key)
    client = DefaultHttpxClient(auth=_token_auth(credential()))
    return OpenAI(base_url=base_url, api_key="signed in with Entra", http_client=client)


def fallback_key() -> str | None:
    """The key from the environment, where Entra has no token to give.

    Raises:
        CredentialsError: There is no token, and no key either.
    """
    from azure.core.exceptions import ClientAuthenticationError

    key = os.environ.get("AZURE_OPENAI_API_KEY") or os.environ.get("AZURE_OPENAI_KEY")
    try:
        credential().get_token(SCOPES[0])
    except ClientAuthenticationError as error:
        if key:
            return key
        raise CredentialsError(
            "Nobody is signed in to Azure, and no key is set.",
            remedy="Run 'az login', or set AZURE_OPENAI_API_KEY.",
        ) from error
    return None


def _token_auth(credential: "TokenCredential") -> Any:  # noqa: ANN401 - the base class is imported late
    import httpx2

    class TokenAuth(httpx2.Auth):
        """A bearer token on each request; a refused audience is answered with the other scope."""

        def __init__(self) -> None:
            self._scopes = list(SCOPES)

        def auth_flow(
            self, request: httpx2.Request
        ) -> Generator[httpx2.Request, httpx2.Response, None]:
            scope = self._scopes[0]
            request.headers["Authorization"] = f"Bearer {credential.get_token(scope).token}"
            response = yield request
            if response.status_code != _UNAUTHORIZED or len(self._scopes) == 1:
                return
            other = self._scopes[1]
            request.headers["Authorization"] = f"Bearer {credential.get_token(other).token}"
            response = yield request
            if response.status_code != _UNAUTHORIZED:
                self._scopes = [other]

    return TokenAuth()
