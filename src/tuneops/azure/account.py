"""The product's Foundry account, opened."""

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuneops.azure import resources
from tuneops.azure.cloud import Session, connect
from tuneops.azure.data_plane import fallback_key, open_client
from tuneops.errors import CredentialsError, NotFoundError

if TYPE_CHECKING:
    from openai import OpenAI

    from tuneops.azure.resources import Account
    from tuneops.config import Config

_UNIQUE_DIGITS = 6


@dataclass(frozen=True)
class Foundry:
    """The client that uses an account, and who is signed in: the session that manages it.

    With a key alone there is neither a session nor an account to read.
    """

    client: "OpenAI"
    managed: tuple[Session, "Account"] | None

    @property
    def session(self) -> Session:
        """Raises: CredentialsError with a key alone."""
        return self._signed_in()[0]

    @property
    def account(self) -> "Account":
        """Raises: CredentialsError with a key alone."""
        return self._signed_in()[1]

    def _signed_in(self) -> tuple[Session, "Account"]:
        if self.managed is None:
            raise CredentialsError(
                "This needs a sign-in to Azure: a key alone opens files, jobs and chat.",
                remedy="Run 'az login', and set AZURE_SUBSCRIPTION_ID.",
            )
        return self.managed


def account_name(config: "Config", subscription: str) -> str:
    """The configured name, else one that is unique in the world and always the same here."""
    if config.azure.account:
        return config.azure.account
    origin = f"{subscription}/{config.azure.resource_group}".lower()
    digits = hashlib.sha256(origin.encode()).hexdigest()[:_UNIQUE_DIGITS]
    return f"tuneops-{config.product}-{digits}"


def open_foundry(config: "Config") -> Foundry:
    """The product's account, ready for management and data-plane calls.

    Where nobody is signed in, AZURE_OPENAI_ENDPOINT with a key opens the data plane alone.

    Raises:
        NotFoundError: The account does not exist.
        CredentialsError: Nobody is signed in, and there is no key for an endpoint.
    """
    elsewhere = config.at_home() is not config  # AZURE_OPENAI_ENDPOINT names the home account's
    endpoint = None if elsewhere else _given_endpoint()
    if endpoint and fallback_key():
        return Foundry(open_client(endpoint), None)
    session = connect(config.azure.subscription)
    name = account_name(config, session.subscription)
    account = resources.find_account(session, config.azure.resource_group, name)
    if account is None:
        raise NotFoundError(
            f"Account {name} does not exist in resource group {config.azure.resource_group}.",
            remedy="Run 'python scripts/provision.py create' first.",
        )
    return Foundry(open_client(endpoint or account.endpoint), (session, account))


def open_data_plane(config: "Config") -> "OpenAI":
    """Only the client: with AZURE_OPENAI_ENDPOINT set, no right to read the account is needed."""
    endpoint = _given_endpoint()
    return open_client(endpoint) if endpoint else open_foundry(config).client


def _given_endpoint() -> str | None:
    return os.environ.get("AZURE_OPENAI_ENDPOINT")
