"""The cloud's metadata, tenants, the subscription, its locations and providers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_azure.access import sees_nothing
from local_azure.address import base_url
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.errors import missing_action, not_found
from local_azure.json_text import JSONResponse
from local_azure.state import state_of
from local_azure.store import Document

CLOUD_NAME = "LocalAzure"
SUBSCRIPTION_NAME = "Local Azure"
_ONE_DOCUMENT_SINCE = "2022-09-01"  # older versions of the metadata answer a list of clouds
# Services that are not here get host names that lead nowhere: a client that finds none in the
# metadata takes those of the public cloud, and would send our tokens there.
_NOWHERE = "localhost"
_SUFFIXES = {
    "acrLoginServer": "azurecr",
    "attestationEndpoint": "attest",
    "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics",
    "azureDataLakeStoreFileSystem": "azuredatalakestore",
    "azureFrontDoorEndpointSuffix": "azurefd",
    "keyVaultDns": "vault",
    "mariadbServer": "mariadb.database",
    "mhsmDns": "managedhsm",
    "mysqlServer": "mysql.database",
    "postgresqlServer": "postgres.database",
    "sqlServerHostname": "database",
    "storage": "core",
    "storageSyncEndpointSuffix": "afs",
    "synapseAnalytics": "dev.azuresynapse",
}
_API_VERSIONS = ["2025-09-01", "2025-06-01", "2024-10-01", "2023-05-01"]
_RESOURCE_TYPES = {
    NAMESPACE: (
        "accounts",
        "accounts/deployments",
        "accounts/projects",
        "deletedAccounts",
        "locations/models",
        "locations/usages",
    ),
    "Microsoft.Resources": ("subscriptions", "resourceGroups", "resources", "deployments"),
    "Microsoft.MachineLearningServices": ("workspaces",),
    "Microsoft.Storage": ("storageAccounts",),
    "Microsoft.KeyVault": ("vaults",),
    "Microsoft.OperationalInsights": ("workspaces",),
    "Microsoft.Insights": ("components",),
    "Microsoft.Authorization": ("locks", "roleAssignments", "roleDefinitions"),
    "Microsoft.ManagedIdentity": (
        "userAssignedIdentities",
        "userAssignedIdentities/federatedIdentityCredentials",
    ),
}


def routes() -> list[Route]:
    return [
        Route("/metadata/endpoints", _metadata),
        arm_route("/tenants", GET=_tenants),
        arm_route("/subscriptions", GET=_list),
        arm_route("/subscriptions/{subscription}", GET=_get),
        arm_route("/subscriptions/{subscription}/locations", GET=_locations),
        arm_route("/subscriptions/{subscription}/providers", GET=_providers),
        arm_route("/subscriptions/{subscription}/providers/{namespace}", GET=_provider),
        arm_route("/subscriptions/{subscription}/providers/{namespace}/register", POST=_register),
        arm_route("/subscriptions/{subscription}/providers/{namespace}/unregister", POST=_leave),
        arm_route("/subscriptions/{subscription}/providers/{namespace}/resourceTypes", GET=_types),
        arm_route("/providers/{namespace}/operations", GET=_operations),
        arm_route("/providers/{namespace}", GET=_provider),
        arm_route("/providers", GET=_providers),
    ]


def known_types(namespace: str) -> tuple[str, tuple[str, ...]] | None:
    """A provider's name as Azure writes it, and its resource types."""
    for name, types in _RESOURCE_TYPES.items():
        if name.lower() == namespace.lower():
            return name, types
    return None


async def _metadata(request: Request) -> JSONResponse:
    """What ARM_CLOUD_METADATA_URL names. No sign-in."""
    base = base_url(request)
    cloud = {
        "name": CLOUD_NAME,
        "resourceManager": f"{base}/",
        "portal": f"https://portal.azure.{_NOWHERE}",
        "gallery": base,
        "graph": f"{base}/",
        "graphAudience": f"{base}/",
        "microsoftGraphResourceId": f"{base}/",
        "batch": f"{base}/",
        "media": f"{base}/",
        "activeDirectoryDataLake": f"{base}/",
        "sqlManagement": f"{base}/",
        "vmImageAliasDoc": f"{base}/",
        "authentication": {
            "loginEndpoint": base,
            "audiences": [
                "https://management.core.windows.net/",
                "https://management.azure.com/",
                f"{base}/",
            ],
            "tenant": state_of(request).identity.tenant_id,
            "identityProvider": "AAD",
        },
        "suffixes": {name: f"{first}.{_NOWHERE}" for name, first in _SUFFIXES.items()},
    }
    version = request.query_params.get("api-version", "")
    return JSONResponse(cloud if version >= _ONE_DOCUMENT_SINCE else [cloud])


def _tenants(arm: ArmRequest) -> Response:
    tenant = arm.state.identity.tenant_id
    shown = {"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": SUBSCRIPTION_NAME}
    return ok({"value": [shown]})


def _list(arm: ArmRequest) -> Response:
    without_roles = sees_nothing(arm.state, arm.principal.object_id)
    return ok({"value": [] if without_roles else [shown(arm)]})


def _get(arm: ArmRequest) -> Response:
    """Any role in it lets a principal see the subscription."""
    if sees_nothing(arm.state, arm.principal.object_id):
        action = "Microsoft.Resources/subscriptions/read"
        raise missing_action(arm.principal.app_id, arm.principal.object_id, action, arm.path)
    return ok(shown(arm))


def shown(arm: ArmRequest) -> Document:
    return {
        "id": arm.state.subscription,
        "subscriptionId": arm.state.identity.subscription_id,
        "tenantId": arm.state.identity.tenant_id,
        "displayName": SUBSCRIPTION_NAME,
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _locations(arm: ArmRequest) -> Response:
    listed = [
        {
            "id": f"{arm.state.subscription}/locations/{region}",
            "subscriptionId": arm.state.identity.subscription_id,
            "name": region,
            "displayName": region,
        }
        for region in arm.state.catalog.regions
    ]
    return ok({"value": listed})


def _providers(arm: ArmRequest) -> Response:
    return ok({"value": [_provider_body(arm, namespace) for namespace in _RESOURCE_TYPES]})


def _provider(arm: ArmRequest) -> Response:
    return ok(_provider_body(arm, arm.params["namespace"]))


def _register(arm: ArmRequest) -> Response:
    if arm.params["namespace"].lower() == NAMESPACE.lower():
        arm.state.change_settings({"registered": True})
    return _provider(arm)


def _leave(arm: ArmRequest) -> Response:
    if arm.params["namespace"].lower() == NAMESPACE.lower():
        arm.state.change_settings({"registered": False})
    return _provider(arm)


def _types(arm: ArmRequest) -> Response:
    return ok({"value": _provider_body(arm, arm.params["namespace"])["resourceTypes"]})


def _operations(arm: ArmRequest) -> Response:
    """What roles can allow: for each resource type its read, its write and its deletion."""
    provider = _provider_body(arm, arm.params["namespace"])["namespace"]
    types = known_types(provider) or ("", ())
    listed = [
        {
            "name": f"{provider}/{resource}/{action}",
            "display": {"provider": provider, "resource": resource, "operation": action},
        }
        for resource in types[1]
        for action in ("read", "write", "delete")
    ]
    return ok({"value": listed})


def _provider_body(arm: ArmRequest, namespace: str) -> Document:
    known = known_types(namespace)
    if known is None:
        raise not_found(
            "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
        )
    name, types = known
    registered = name != NAMESPACE or arm.state.settings.registered
    return {
        "id": f"{arm.state.subscription}/providers/{name}",
        "namespace": name,
        "registrationState": "Registered" if registered else "NotRegistered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [
            {
                "resourceType": resource_type,
                "locations": arm.state.catalog.regions,
                "apiVersions": _API_VERSIONS,
            }
            for resource_type in types
        ],
    }
