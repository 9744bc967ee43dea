"""The subscription's quota tier, and whether it may rise by itself."""

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.resources import timestamp
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, ok
from local_azure.errors import bad_request
from local_azure.store import Document

_PATH = "/subscriptions/{subscription}/providers/" + NAMESPACE + "/quotaTiers"
_POLICIES = ("OnceUpgradeIsAvailable", "NoAutoUpgrade")
_KIND, _NAME = "quota_tier", "default"


def routes() -> list[Route]:
    return [
        arm_route(_PATH, GET=_list),
        arm_route(f"{_PATH}/{_NAME}", GET=_get, PUT=_put, PATCH=_put),
    ]


def _list(arm: ArmRequest) -> Response:
    return ok({"value": [_shown(arm)]})


def _get(arm: ArmRequest) -> Response:
    return ok(_shown(arm))


def _put(arm: ArmRequest) -> Response:
    policy = arm.section("properties").get("tierUpgradePolicy", _tier(arm)["policy"])
    if policy not in _POLICIES:
        raise bad_request("InvalidTierUpgradePolicy", f"The policy must be one of {_POLICIES}.")
    arm.state.store.put(_KIND, arm.state.subscription, _NAME, _tier(arm) | {"policy": policy})
    return ok(_shown(arm))


def _tier(arm: ArmRequest) -> Document:
    saved = arm.state.store.get(_KIND, arm.state.subscription, _NAME)
    return saved or {"policy": _POLICIES[0], "assigned": arm.state.clock.now()}


def _shown(arm: ArmRequest) -> Document:
    tier = _tier(arm)
    return {
        "id": f"{arm.state.subscription}/providers/{NAMESPACE}/quotaTiers/{_NAME}",
        "name": _NAME,
        "type": f"{NAMESPACE}/quotaTiers",
        "properties": {
            "currentTierName": "Tier 1",
            "tierUpgradePolicy": tier["policy"],
            "assignmentDate": timestamp(tier["assigned"]),
        },
    }
