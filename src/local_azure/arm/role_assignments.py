"""Microsoft.Authorization: role definitions, and who is assigned which role where."""

import re
import uuid

from starlette.responses import Response
from starlette.routing import Route

from local_azure.access import ASSIGNMENTS
from local_azure.arm import managed_identities
from local_azure.arm.locks import scope_of
from local_azure.arm.resources import timestamp
from local_azure.arm.routing import ArmRequest, arm_route, invalid_content, ok
from local_azure.errors import AzureError, bad_request, conflict, not_found
from local_azure.roles import ROLE_IDS, ROLES, covers
from local_azure.store import Document

_PROVIDER = "/{scope:path}/providers/Microsoft.Authorization"
_NAMED = re.compile(r"roleName\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)
_OF_PRINCIPAL = re.compile(r"(?:principalId\s+eq\s+|assignedTo\()'([^']*)'", re.IGNORECASE)
_BY_ID = {role_id: name for name, role_id in ROLE_IDS.items()}


def routes() -> list[Route]:
    return [
        arm_route(_PROVIDER + "/roleDefinitions", GET=_list_definitions),
        arm_route(_PROVIDER + "/roleDefinitions/{role}", GET=_get_definition),
        arm_route("/providers/Microsoft.Authorization/roleDefinitions", GET=_list_definitions),
        arm_route("/providers/Microsoft.Authorization/roleDefinitions/{role}", GET=_get_definition),
        arm_route(_PROVIDER + "/roleAssignments", GET=_list),
        arm_route(_PROVIDER + "/roleAssignments/{assignment}", PUT=_put, GET=_get, DELETE=_delete),
    ]


def _list_definitions(arm: ArmRequest) -> Response:
    found = _NAMED.search(arm.query.get("$filter", ""))
    wanted = found[1].replace("''", "'").lower() if found else None
    names = [name for name in ROLE_IDS if wanted in (None, name.lower())]
    return ok({"value": [_definition(arm, name) for name in names]})


def _get_definition(arm: ArmRequest) -> Response:
    name = _BY_ID.get(arm.params["role"].lower())
    if name is None:
        raise _no_definition(arm.params["role"])
    return ok(_definition(arm, name))


def _definition(arm: ArmRequest, name: str) -> Document:
    role = ROLES[name]
    permission = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": [],
    }
    return {
        "id": f"{arm.state.subscription}/providers/Microsoft.Authorization/roleDefinitions/"
        f"{ROLE_IDS[name]}",
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": ROLE_IDS[name],
        "properties": {
            "roleName": name,
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [permission],
        },
    }


def _put(arm: ArmRequest) -> Response:
    scope, name = scope_of(arm), arm.params["assignment"]
    _require_guid(name)
    properties = arm.section("properties")
    role_id = str(properties.get("roleDefinitionId", "")).rpartition("/")[2].lower()
    if role_id not in _BY_ID:
        raise _no_definition(role_id)
    principal = str(properties.get("principalId", ""))
    _require_principal(arm, principal)
    before = arm.state.store.get(ASSIGNMENTS, scope, name)
    _require_new(arm, scope, before, principal, _BY_ID[role_id])
    if before is not None:
        return ok(_shown(before))
    now = timestamp(arm.state.clock.now())
    body = {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "type": "Microsoft.Authorization/roleAssignments",
        "name": name,
        "properties": {
            "roleDefinitionId": f"{arm.state.subscription}/providers/Microsoft.Authorization"
            f"/roleDefinitions/{role_id}",
            "principalId": principal,
            "principalType": properties.get("principalType") or "ServicePrincipal",
            "scope": scope,
            "createdOn": now,
            "updatedOn": now,
            "createdBy": arm.principal.object_id,
            "updatedBy": arm.principal.object_id,
        },
        "_scope": scope,
        "_role": _BY_ID[role_id],
        "_made": arm.state.clock.now(),
    }
    arm.state.store.put(ASSIGNMENTS, scope, name, body)
    return ok(_shown(body), 201)


def _require_guid(name: str) -> None:
    try:
        uuid.UUID(name)
    except ValueError:
        raise bad_request(
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
        ) from None


def _require_principal(arm: ArmRequest, object_id: str) -> None:
    known = managed_identities.principals(arm.state)
    if not object_id:
        raise invalid_content("properties.principalId is missing")
    if object_id.lower() not in known:
        raise bad_request(
            "PrincipalNotFound",
            f"Principal {object_id} does not exist in the directory "
            f"{arm.state.identity.tenant_id}.",
        )


def _require_new(
    arm: ArmRequest, scope: str, before: Document | None, principal: str, role: str
) -> None:
    same = (principal.lower(), role)
    if (
        before is not None
        and (before["properties"]["principalId"].lower(), before["_role"]) != same
    ):
        raise bad_request(
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        )
    for other in arm.state.store.list(ASSIGNMENTS, scope):
        if _who(other) == same and before is None:
            raise conflict(
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the conflicting role assignment "
                f"is {other['name'].replace('-', '')}.",
            )


def _who(assignment: Document) -> tuple[str, str]:
    """The principal and the role."""
    return assignment["properties"]["principalId"].lower(), assignment["_role"]


def _get(arm: ArmRequest) -> Response:
    name = arm.params["assignment"]
    found = arm.state.store.get(ASSIGNMENTS, scope_of(arm), name)
    if found is None:
        raise not_found("RoleAssignmentNotFound", f"The role assignment '{name}' is not found.")
    return ok(_shown(found))


def _list(arm: ArmRequest) -> Response:
    """What is assigned at the scope, above it, and without atScope() below it too."""
    scope, condition = scope_of(arm), arm.query.get("$filter", "")
    of = _OF_PRINCIPAL.search(condition)
    at_scope = "atscope()" in condition.lower()
    listed = [
        _shown(one)
        for one in arm.state.store.watched(ASSIGNMENTS, arm.state.subscription)
        if (covers(one["_scope"], scope) or (not at_scope and covers(scope, one["_scope"])))
        and (of is None or one["properties"]["principalId"].lower() == of[1].lower())
    ]
    return ok({"value": listed})


def _delete(arm: ArmRequest) -> Response:
    scope, name = scope_of(arm), arm.params["assignment"]
    found = arm.state.store.get(ASSIGNMENTS, scope, name)
    if found is None:
        return Response(status_code=204)
    arm.state.store.delete(ASSIGNMENTS, scope, name)
    return ok(_shown(found))


def _shown(body: Document) -> Document:
    return {key: value for key, value in body.items() if not key.startswith("_")}


def _no_definition(role: str) -> AzureError:
    return not_found(
        "RoleDefinitionDoesNotExist",
        f"The specified role definition with ID '{role}' does not exist.",
    )
