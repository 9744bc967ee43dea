"""All resources of a group or of the subscription, whatever their type."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from local_azure.arm.groups import require_group
from local_azure.arm.resources import Page, conditions, has_tag
from local_azure.arm.routing import ArmRequest, arm_route, ok
from local_azure.store import Document

_KINDS = ("account", "project")
_SHOWN = ("id", "name", "type", "kind", "sku", "location", "identity", "tags")


def routes() -> list[BaseRoute]:
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
    wanted = conditions(arm)

    def keep(resource: Document) -> bool:
        group: str = resource["id"].split("/")[4]
        kind: str = resource["type"]
        return (
            group.lower() == wanted.get("resourcegroup", group).lower()
            and kind.lower() == wanted.get("resourcetype", kind).lower()
            and has_tag(resource, wanted)
        )

    return ok(Page(_KINDS, scope, keep, _shown).body(arm))


def _shown(resource: Document) -> Document:
    return {key: resource[key] for key in _SHOWN if key in resource}
