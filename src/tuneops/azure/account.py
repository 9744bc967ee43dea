"""The product's Foundry account, opened."""

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuneops.azure import resources
from tuneops.azure.cloud import Session, connect
from tuneops.azure.data_plane import open_client
from tuneops.errors import NotFoundError

if TYPE_CHECKING:
    from openai import OpenAI

    from tuneops.azure.resources import Account
    from tuneops.config import Config

_UNIQUE_DIGITS = 6


@dataclass(frozen=True)
class Foundry:
    """An account with the session that manages it and the client that uses it."""

    session: Session
    account: "Account"
    client: "OpenAI"


def account_name(config: "Config", subscription: str) -> str:
    """The configured name, else one that is unique in the world and always the same here."""
    if config.azure.account:
        return config.azure.account
    origin = f"{subscription}/{config.azure.resource_group}".lower()
    digits = hashlib.sha256(origin.encode()).hexdigest()[:_UNIQUE_DIGITS]
    return f"tuneops-{config.product}-{digits}"


def open_foundry(config: "Config") -> Foundry:
    """The product's account, ready for management and data-plane calls.

    Raises:
        NotFoundError: The account does not exist.
    """
    session = connect(config.azure.subscription)
    name = account_name(config, session.subscription)
    account = resources.find_account(session, config.azure.resource_group, name)
    if account is None:
        raise NotFoundError(
            f"Account {name} does not exist in resource group {config.azure.resource_group}.",
            remedy="Run 'python scripts/provision.py create' first.",
        )
    elsewhere = config.at_home() is not config  # AZURE_OPENAI_ENDPOINT names the home account's
    endpoint = None if elsewhere else _given_endpoint()
    return Foundry(session, account, open_client(endpoint or account.endpoint))


def open_data_plane(config: "Config") -> "OpenAI":
    """Only the client: with AZURE_OPENAI_ENDPOINT set, no right to read the account is needed."""
    endpoint = _given_endpoint()
    return open_client(endpoint) if endpoint else open_foundry(config).client


def _given_endpoint() -> str | None:
    return os.environ.get("AZURE_OPENAI_ENDPOINT")
