"""Microsoft.Authorization/permissions: what the caller may do at a scope."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.access import roles_of
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.roles import Role
from local_azure.store import Document


def routes() -> list[Route]:
    path = "/{scope:path}/providers/Microsoft.Authorization/permissions"
    return [arm_route(path, GET=_list)]


def _list(arm: ArmRequest) -> Response:
    roles = roles_of(arm.state, arm.principal.object_id, f"/{arm.params['scope']}")
    return ok({"value": [_shown(role) for role in roles]})


def _shown(role: Role) -> Document:
    return {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": [],
    }
