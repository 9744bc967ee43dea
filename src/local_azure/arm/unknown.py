"""ARM's own words for a resource type, a namespace or a path that it does not know."""

import re

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.routing import ArmRequest, arm_route
from local_azure.arm.subscriptions import known_types
from local_azure.errors import AzureError, not_found

_PROVIDER_PATH = re.compile(r"/providers/(?P<namespace>[^/]+)(?P<rest>(/[^/]+)*)/?$", re.IGNORECASE)


def routes() -> list[Route]:
    every = dict.fromkeys(("GET", "PUT", "POST", "PATCH", "DELETE"), _refuse)
    return [
        arm_route("/subscriptions/{subscription}/{rest:path}", **every),
        arm_route("/providers/{rest:path}", **every),
    ]


def _refuse(arm: ArmRequest) -> Response:
    raise _error(arm)


def _error(arm: ArmRequest) -> AzureError:
    found = _PROVIDER_PATH.search(arm.path)
    if found is None:
        return not_found("NotFound", f"The request path '{arm.path}' is not known.")
    known = known_types(found["namespace"])
    resource_type = "/".join(found["rest"].strip("/").split("/")[::2])
    if known is not None and resource_type.lower() in map(str.lower, known[1]):
        return AzureError(
            405,
            "MethodNotAllowed",
            f"The requested resource does not support http method '{arm.method}'.",
        )
    return no_such_type(found["namespace"], resource_type, arm.api_version)


def no_such_type(namespace: str, resource_type: str, api_version: str) -> AzureError:
    known = known_types(namespace)
    if known is None:
        return not_found(
            "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
        )
    return not_found(
        "InvalidResourceType",
        f"The resource type '{resource_type}' could not be found in the namespace '{known[0]}' "
        f"for api version '{api_version}'.",
    )
