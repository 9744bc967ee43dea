"""All resources of a group or of the subscription, whatever their type."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.groups import require_group
from local_azure.arm.resources import TAG_CONDITIONS, Page, conditions, has_tag
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.store import Document

_KINDS = ("account", "project", "managed_identity", "kept_resource")
_SHOWN = ("id", "name", "type", "kind", "sku", "location", "identity", "tags")


def routes() -> list[Route]:
    return [
        arm_route("/subscriptions/{subscription}/resources", GET=_list),
        arm_route(
            "/subscriptions/{subscription}/resourceGroups/{group}/resources", GET=_list_in_group
        ),
    ]


def _list(arm: ArmRequest) -> Response:
    return _page(arm, arm.state.subscription)


def _list_in_group(arm: ArmRequest) -> Response:
    return _page(arm, require_group(arm)["id"])


def _page(arm: ArmRequest, scope: str) -> Response:
    wanted = conditions(arm, TAG_CONDITIONS | {"resourcegroup", "resourcetype"})

    def keep(resource: Document) -> bool:
        group: str = resource["id"].split("/")[4]
        kind: str = resource["type"]
        return (
            group.lower() == wanted.get("resourcegroup", group).lower()
            and kind.lower() == wanted.get("resourcetype", kind).lower()
            and has_tag(resource, wanted)
            and _lives(arm, resource)
            and arm.may_read(resource["id"])
        )

    with_times = "createdtime" in arm.query.get("$expand", "").lower()
    render = _shown_with_times if with_times else _shown
    return ok(Page(_KINDS, scope, wanted, keep, render).body(arm))


def _lives(arm: ArmRequest, resource: Document) -> bool:
    """A deleted account keeps its projects, but they are not listed."""
    if "/accounts/" not in resource["id"]:
        return True
    group, _, account = resource["id"].partition("/projects/")[0].rpartition("/")
    group = group.partition("/providers/")[0]
    return arm.state.store.get("account", group, account) is not None


def _shown(resource: Document) -> Document:
    return {key: resource[key] for key in _SHOWN if key in resource}


def _shown_with_times(resource: Document) -> Document:
    return _shown(resource) | {"createdTime": resource["systemData"]["createdAt"]}
