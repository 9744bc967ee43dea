"""Microsoft.Resources/deployments at the scope of a group: templates, and how far each has come."""

import hashlib
import json
import re
import uuid
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm import groups, subscriptions, unknown
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.operations import poll_hint
from local_azure.arm.resources import checked_tags, conditions, timestamp, wire
from local_azure.arm.routing import ArmRequest, arm_route, invalid_content, ok
from local_azure.arm.template import Place, Resource, Template
from local_azure.arm.template_language import TemplateError
from local_azure.errors import AzureError, bad_request, conflict, not_found
from local_azure.store import Document

KIND, RUNNING = "template_deployment", "template_running"
TYPE = "Microsoft.Resources/deployments"
_NAME = re.compile(r"[\w.()-]{1,64}")
_POLL_SECONDS = 5.0  # of work between two polls
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_ALL = f"{_GROUP}/providers/{TYPE}"
_ONE = _ALL + "/{deployment}"
_OPERATIONS = _GROUP + "/deployments/{deployment}/operations"


def routes() -> list[Route]:
    return [
        arm_route(_ALL, GET=_list),
        arm_route(_ONE, PUT=_put, GET=_get, HEAD=_head, DELETE=_delete),
        arm_route(_ONE + "/validate", POST=_validate),
        arm_route(_ONE + "/operationStatuses/{operation}", GET=_status),
        arm_route(_OPERATIONS, GET=_list_operations),
        arm_route(_OPERATIONS + "/{operation}", GET=_get_operation),
    ]


def place_of(arm: ArmRequest, group: Document) -> Place:
    return Place(groups.shown(group), subscriptions.shown(arm))


def state_of_run(deployment: Document) -> str:
    """ProvisioningState."""
    if deployment["_ended"] is None:
        return "Running"
    return "Failed" if "error" in deployment["properties"] else "Succeeded"


def _put(arm: ArmRequest) -> Response:
    group, name = groups.require_living_group(arm), _checked_name(arm)
    before = arm.state.store.get(KIND, group["id"], name)
    require_writable(arm.state, f"{group['id']}/providers/{TYPE}/{name}")
    if before is not None and before["_ended"] is None:
        raise conflict(
            "DeploymentActive",
            f"Unable to edit or replace deployment '{name}': previous deployment from "
            f"'{timestamp(before['_began'])}' is still active. Please see "
            "https://aka.ms/arm-deploy for usage details.",
        )
    deployment = _new(arm, group, name, _template(arm, group))
    arm.state.store.put(KIND, group["id"], name, deployment)
    arm.state.store.put(RUNNING, group["id"], name, {"group": group["id"], "name": name})
    path = f"{deployment['id']}/operationStatuses/{deployment['_operation']}"
    url = f"{arm.base}{path}?api-version={arm.api_version}"
    headers = {"Azure-AsyncOperation": url, **poll_hint(arm.state, _POLL_SECONDS)}
    body = _shown(arm, deployment)
    body["properties"] |= {"provisioningState": "Accepted"}
    return ok(body, 201 if before is None else 200, **headers)


def _validate(arm: ArmRequest) -> Response:
    group, name = groups.require_living_group(arm), _checked_name(arm)
    deployment = _new(arm, group, name, _template(arm, group))
    body = _shown(arm, deployment)
    validated = [{"id": step["id"]} for step in deployment["_steps"]]
    more = {"provisioningState": "Succeeded", "validatedResources": validated}
    return ok(body | {"properties": body["properties"] | more})


def _checked_name(arm: ArmRequest) -> str:
    """The real service's words for this are not known."""
    name = arm.params["deployment"]
    if not _NAME.fullmatch(name):
        raise bad_request(
            "InvalidDeploymentName",
            f"The deployment name '{name}' is invalid. It has 1 to 64 letters, digits and "
            "characters of -_.().",
        )
    return name


def _template(arm: ArmRequest, group: Document) -> Template:
    """What the request asks for; raises InvalidTemplate."""
    asked = arm.section("properties")
    if str(asked.get("mode")).lower() != "incremental":
        raise bad_request(
            "InvalidRequestContent", "The local Azure deploys in the mode Incremental only."
        )
    content = asked.get("template")
    if not isinstance(content, dict):
        raise invalid_content("properties.template must be an object; links are not followed here")
    try:
        template = Template(content, _parameters(asked), place_of(arm, group))
    except TemplateError as error:
        raise invalid_template(error) from None
    for resource in template.resources:
        _require_served(resource)
    return template


def _parameters(asked: dict[str, Any]) -> dict[str, Any]:
    given = asked.get("parameters") or {}
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise invalid_content("properties.parameters must be an object of objects")
    if any("reference" in one for one in given.values()):
        raise TemplateError("The local Azure has no key vault that a parameter could refer to")
    return {name: one.get("value") for name, one in given.items()}


def _require_served(resource: Resource) -> None:
    namespace, _, kind = resource.type.partition("/")
    if resource.type.lower() == TYPE.lower():
        error = TemplateError("The local Azure takes no deployments within a template")
        raise invalid_template(error)
    known = subscriptions.known_types(namespace)
    if known is None or kind.lower() not in map(str.lower, known[1]):
        raise unknown.no_such_type(namespace, kind, resource.api_version)


def invalid_template(error: TemplateError) -> AzureError:
    return bad_request("InvalidTemplate", f"Deployment template validation failed: '{error}.'")


def _new(arm: ArmRequest, group: Document, name: str, template: Template) -> Document:
    content = arm.section("properties")["template"]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    deployment = {
        "id": f"{group['id']}/providers/{TYPE}/{name}",
        "name": name,
        "type": TYPE,
        "properties": {
            "templateHash": str(int.from_bytes(digest[:8])),
            "parameters": template.shown_parameters(),
            "mode": "Incremental",
            "correlationId": str(uuid.uuid4()),
            "providers": _providers(template.resources),
            "dependencies": _dependencies(template.resources),
        },
        "_scope": group["id"],
        "_began": arm.state.clock.now(),
        "_ended": None,
        "_operation": uuid.uuid4().hex,
        "_steps": [_step(resource) for resource in template.resources],
        "_content": content,
        "_parameters": template.parameters,
        "_principal": [arm.principal.object_id, arm.principal.app_id],
        "_base": arm.base,
    }
    return deployment | ({"tags": checked_tags(arm)} if "tags" in arm.body else {})


def _step(resource: Resource) -> Document:
    return {
        "id": resource.id,
        "type": resource.type,
        "name": resource.name,
        "version": resource.api_version,
        "depends_on": resource.depends_on,
        "state": "Waiting",
        "operation": uuid.uuid4().hex[:16].upper(),
        "began": None,
        "ended": None,
        "error": None,
    }


def _providers(resources: list[Resource]) -> list[Document]:
    found: dict[str, dict[str, Any]] = {}
    for resource in resources:
        namespace, _, kind = resource.type.partition("/")
        types = found.setdefault(namespace, {})
        types[kind] = {"resourceType": kind, "locations": []}
    return [
        {"namespace": namespace, "resourceTypes": list(types.values())}
        for namespace, types in found.items()
    ]


def _dependencies(resources: list[Resource]) -> list[Document]:
    described = {
        one.id: {"id": one.id, "resourceType": one.type, "resourceName": one.name}
        for one in resources
    }
    return [
        {"dependsOn": [described[each] for each in one.depends_on], **described[one.id]}
        for one in resources
        if one.depends_on
    ]


def _require(arm: ArmRequest) -> Document:
    group, name = groups.require_group(arm), arm.params["deployment"]
    found = arm.state.store.get(KIND, group["id"], name)
    if found is None:
        raise not_found("DeploymentNotFound", f"Deployment '{name}' could not be found.")
    return found


def _get(arm: ArmRequest) -> Response:
    return ok(_shown(arm, _require(arm)))


def _head(arm: ArmRequest) -> Response:
    group, name = groups.require_group(arm), arm.params["deployment"]
    exists = arm.state.store.get(KIND, group["id"], name) is not None
    return Response(status_code=204 if exists else 404)


def _list(arm: ArmRequest) -> Response:
    wanted = conditions(arm, {"provisioningstate"}).get("provisioningstate", "").lower()
    found = arm.state.store.list(KIND, groups.require_group(arm)["id"], newest_first=True)
    kept = [one for one in found if wanted in ("", state_of_run(one).lower())]
    return ok({"value": [_shown(arm, one) for one in kept]})


def _delete(arm: ArmRequest) -> Response:
    """Takes it out of the history; what it has made stays."""
    group, name = groups.require_living_group(arm), arm.params["deployment"]
    found = arm.state.store.get(KIND, group["id"], name)
    if found is not None:
        require_deletable(arm.state, found["id"])
        if found["_ended"] is None:
            raise conflict("DeploymentActive", f"The deployment '{name}' is still active.")
        arm.state.store.delete(KIND, group["id"], name)
    return Response(status_code=204)


def _status(arm: ArmRequest) -> Response:
    deployment = _require(arm)
    state, error = state_of_run(deployment), deployment["properties"].get("error")
    if state == "Running":
        return ok({"status": state}, 200, **poll_hint(arm.state, _POLL_SECONDS))
    return ok({"status": state} | ({"error": error} if error else {}))


def _list_operations(arm: ArmRequest) -> Response:
    return ok({"value": _operations(arm, _require(arm))})


def _get_operation(arm: ArmRequest) -> Response:
    wanted = arm.params["operation"].lower()
    for operation in _operations(arm, _require(arm)):
        if operation["operationId"].lower() == wanted:
            return ok(operation)
    raise not_found(
        "DeploymentOperationNotFound", f"Deployment operation '{wanted}' could not be found."
    )


def _operations(arm: ArmRequest, deployment: Document) -> list[Document]:
    begun = [step for step in deployment["_steps"] if step["began"] is not None]
    return [_operation(arm, deployment, step) for step in begun]


def _operation(arm: ArmRequest, deployment: Document, step: Document) -> Document:
    failed = {"statusMessage": {"status": "Failed", "error": step["error"]}}
    at = step["ended"] or arm.state.clock.now()
    return {
        "id": f"{deployment['id']}/operations/{step['operation']}",
        "operationId": step["operation"],
        "properties": {
            "provisioningOperation": "Create",
            "provisioningState": step["state"],
            "timestamp": timestamp(at),
            "duration": _duration(at - step["began"]),
            "trackingId": deployment["properties"]["correlationId"],
            "statusCode": {"Running": "Accepted", "Succeeded": "OK"}.get(step["state"], "Conflict"),
            "targetResource": {
                "id": step["id"],
                "resourceType": step["type"],
                "resourceName": step["name"],
            },
        }
        | (failed if step["error"] else {}),
    }


def _shown(arm: ArmRequest, deployment: Document) -> Document:
    at = deployment["_ended"] or arm.state.clock.now()
    computed = {
        "provisioningState": state_of_run(deployment),
        "timestamp": timestamp(at),
        "duration": _duration(at - deployment["_began"]),
    }
    return wire(deployment) | {"properties": deployment["properties"] | computed}


def _duration(seconds: float) -> str:
    return f"PT{max(seconds, 0):.7f}S"
