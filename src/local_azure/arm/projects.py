"""Foundry projects in an account."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.address import account_url
from local_azure.arm import accounts, operations
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import checked_identity, checked_tags, stamp, wire
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.errors import bad_request, not_found
from local_azure.provisioning import begin, provisioning_state
from local_azure.store import Document

_PATH = accounts.PATH + "/{account}/projects"


def routes() -> list[Route]:
    return [
        arm_route(_PATH, GET=_list),
        arm_route(_PATH + "/{project}", PUT=_put, GET=_get, PATCH=_patch, DELETE=_delete),
    ]


def _put(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    require_writable(arm.state, account["id"])
    if account["kind"] != "AIServices" or not account["properties"].get("allowProjectManagement"):
        raise bad_request(
            "BadRequest",
            "Project can only be created under AIServices Kind account with "
            "allowProjectManagement set to true.",
        )
    before = arm.state.store.get("project", account["id"], arm.params["project"])
    project = before or _new(arm, account)
    _change(arm, project)
    if before is not None:
        return ok(_shown(project, account, arm))
    seconds = arm.state.settings.project_seconds
    begin(project, arm.state.clock, seconds)
    arm.state.store.put("project", account["id"], arm.params["project"], project)
    operation = operations.start(arm, project, seconds, scope=account["id"])
    headers = operations.async_headers(arm, operation, account["location"])
    return ok(_shown(project, account, arm), 201, **headers)


def _new(arm: ArmRequest, account: Document) -> Document:
    name = arm.params["project"]
    if not accounts.ACCOUNT_NAME.fullmatch(name):
        raise bad_request("InvalidResourceName", f"The project name '{name}' is invalid.")
    first = arm.state.store.count("project", account["id"]) == 0
    return {
        "id": f"{account['id']}/projects/{name}",
        "name": f"{account['name']}/{name}",
        "type": f"{NAMESPACE}/accounts/projects",
        "location": account["location"],
        "properties": {"displayName": name, "isDefault": first},
        "_project": name,
        "_scope": account["id"],
    }


def _change(arm: ArmRequest, project: Document) -> None:
    if "tags" in arm.body:
        project["tags"] = checked_tags(arm)
    if "identity" in arm.body:
        project["identity"] = checked_identity(arm, project.get("identity"))
    asked = arm.section("properties")
    project["properties"] |= {
        key: asked[key] for key in ("displayName", "description") if key in asked
    }
    stamp(project, arm)
    arm.state.store.put("project", project["_scope"], project["_project"], project)


@operations.reader("project")
def _get(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    return ok(_shown(_require(arm, account), account, arm))


def _list(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    projects = arm.state.store.list("project", account["id"])
    return ok({"value": [_shown(project, account, arm) for project in projects]})


def _patch(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    require_writable(arm.state, account["id"])
    project = _require(arm, account)
    _change(arm, project)
    return ok(_shown(project, account, arm))


def _delete(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    require_deletable(arm.state, f"{account['id']}/projects/{arm.params['project']}")
    deleted = arm.state.store.delete("project", account["id"], arm.params["project"])
    return Response(status_code=200 if deleted else 204)


def _require(arm: ArmRequest, account: Document) -> Document:
    project = arm.state.store.get("project", account["id"], arm.params["project"])
    if project is None:
        name = f"{NAMESPACE}/accounts/{account['name']}/projects/{arm.params['project']}"
        raise not_found("ResourceNotFound", f"The Resource '{name}' was not found.")
    return project


def _shown(project: Document, account: Document, arm: ArmRequest) -> Document:
    domain = account_url(arm.base, account["_domain"])
    endpoint = f"{domain}api/projects/{project['_project']}"
    computed = {
        "endpoints": {"AI Foundry API": endpoint},
        "provisioningState": provisioning_state(project, arm.state.clock),
    }
    return wire(project) | {"properties": project["properties"] | computed}
