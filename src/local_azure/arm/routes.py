"""Azure Resource Manager: resource groups, locks and Microsoft.CognitiveServices."""

from starlette.routing import Route

from local_azure.arm import (
    accounts,
    catalog_routes,
    deleted_accounts,
    deployments,
    groups,
    kept_resources,
    locks,
    managed_identities,
    monitor,
    operations,
    permissions,
    projects,
    quota_tiers,
    resource_lists,
    role_assignments,
    subscriptions,
    tags,
    template_deployments,
    unknown,
)

_PARTS = (
    subscriptions,
    operations,
    locks,
    role_assignments,
    managed_identities,
    permissions,
    groups,
    tags,
    resource_lists,
    accounts,
    monitor,
    deployments,
    projects,
    deleted_accounts,
    catalog_routes,
    quota_tiers,
    kept_resources,
    template_deployments,
    unknown,  # last: it answers what nobody else does
)


def routes() -> list[Route]:
    return [route for part in _PARTS for route in part.routes()]
