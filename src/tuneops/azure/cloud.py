"""Which Azure, as whom, in which subscription.

Both come from the environment: ``ARM_CLOUD_METADATA_URL`` (the variable that the Azure CLI honours)
names another cloud than the public one; ``AZURE_AUTHORITY_HOST``, ``SSL_CERT_FILE`` and
``REQUESTS_CA_BUNDLE`` are read by the SDKs themselves.
"""

import json
import logging
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.errors import ConfigError, CredentialsError, PreconditionError
from tuneops.waiting import poll_seconds

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
    from azure.mgmt.resource.resources import ResourceManagementClient

    from tuneops.azure.throttle import Throttle

OIDC_AUDIENCE = "api://AzureADTokenExchange"
_METADATA_TIMEOUT_SECONDS = 20
_SIGN_IN = (
    "Run 'az login', or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE; in "
    "GitHub Actions give the job 'permissions: id-token: write'."
)


@dataclass(frozen=True)
class Cloud:
    """Resource Manager's address and the scope of its tokens."""

    resource_manager: str
    scope: str


class Session:
    """Signed-in access to one subscription; each client is made when it is first needed."""

    def __init__(self, subscription: str, cloud: Cloud, credential: "TokenCredential") -> None:
        self.subscription = subscription
        self.cloud = cloud
        self.credential = credential

    def elsewhere(self, subscription: str | None) -> "Session":
        """The same identity in another subscription; itself where that is this one, or None."""
        if subscription is None or subscription.lower() == self.subscription.lower():
            return self
        return Session(subscription, self.cloud, self.credential)

    @cached_property
    def cognitive(self) -> "CognitiveServicesManagementClient":
        from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient

        return CognitiveServicesManagementClient(
            self.credential, self.subscription, **self._arm_options
        )

    @cached_property
    def resources(self) -> "ResourceManagementClient":
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(self.credential, self.subscription, **self._arm_options)

    @cached_property
    def _throttle(self) -> "Throttle":
        from tuneops.azure.throttle import Throttle

        return Throttle()

    @property
    def _arm_options(self) -> dict[str, Any]:
        return {
            "base_url": self.cloud.resource_manager,
            "credential_scopes": [self.cloud.scope],
            "polling_interval": poll_seconds(),
            "per_retry_policies": [self._throttle],
        }


def connect(subscription: str | None = None) -> Session:
    """A session for the subscription (AZURE_SUBSCRIPTION_ID), with a token already in hand.

    Raises:
        PreconditionError: No subscription is named.
        CredentialsError: Nobody is signed in, or the sign-in is refused.
    """
    subscription = subscription or os.environ.get("AZURE_SUBSCRIPTION_ID")
    if not subscription:
        raise PreconditionError(
            "No subscription is named.",
            remedy="Set AZURE_SUBSCRIPTION_ID, in the environment or in a .env file.",
        )
    session = Session(subscription, _cloud(), credential())
    _sign_in(session)
    return session


def credential() -> "TokenCredential":
    """GitHub's own OIDC token where a job may ask for one, else DefaultAzureCredential.

    A job's assertion lives for minutes; asking for a new one at each token renewal lets a wait of
    hours survive (GitHub Actions' and Entra's life times, 2026-11).
    """
    tenant, client = os.environ.get("AZURE_TENANT_ID"), os.environ.get("AZURE_CLIENT_ID")
    if os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL") and tenant and client:
        from azure.identity import ClientAssertionCredential

        return ClientAssertionCredential(tenant, client, _github_assertion)
    from azure.identity import DefaultAzureCredential

    if not os.environ.get("TUNEOPS_DEBUG"):  # it logs each way that it tried, fifteen lines
        logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    return DefaultAzureCredential()


def _sign_in(session: Session) -> None:
    from azure.core.exceptions import ClientAuthenticationError

    try:
        session.credential.get_token(session.cloud.scope)
    except ClientAuthenticationError as error:
        reason = str(error).strip().splitlines()[0]
        raise CredentialsError(f"Azure sign-in failed: {reason}", remedy=_SIGN_IN) from error


def _cloud() -> Cloud:
    url = os.environ.get("ARM_CLOUD_METADATA_URL")
    if url:
        return _cloud_from_metadata(url)
    from azure.core import AzureClouds
    from azure.mgmt.core.tools import get_arm_endpoints

    endpoints = get_arm_endpoints(AzureClouds.AZURE_PUBLIC_CLOUD)
    return Cloud(endpoints["resource_manager"].rstrip("/"), endpoints["credential_scopes"][0])


def _cloud_from_metadata(url: str) -> Cloud:
    document = _read_json(urllib.request.Request(url), "ARM_CLOUD_METADATA_URL")  # noqa: S310 - https is checked in _read_json
    entry = document[0] if isinstance(document, list) else document
    audience = entry["authentication"]["audiences"][0].rstrip("/")
    return Cloud(entry["resourceManager"].rstrip("/"), f"{audience}/.default")


def _github_assertion() -> str:
    url = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"]
    joint = "&" if "?" in url else "?"
    token = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    request = urllib.request.Request(  # noqa: S310 - https is checked in _read_json
        f"{url}{joint}audience={OIDC_AUDIENCE}", headers={"Authorization": f"Bearer {token}"}
    )
    with translated("asking GitHub for an identity token"):
        return str(_read_json(request, "ACTIONS_ID_TOKEN_REQUEST_URL")["value"])


def _read_json(request: urllib.request.Request, variable: str) -> Any:  # noqa: ANN401 - JSON
    if request.type != "https":
        raise ConfigError(
            f"{variable} is not an https address.", remedy="Unset it, or name an https address."
        )
    try:
        with urllib.request.urlopen(request, timeout=_METADATA_TIMEOUT_SECONDS) as response:  # noqa: S310 - https only
            return json.load(response)
    except (urllib.error.URLError, ValueError) as error:
        raise PreconditionError(
            f"The address in {variable} gives no answer: {error}",
            remedy="Unset it for the public cloud, or start the server it names.",
        ) from error
