"""Microsoft.CognitiveServices/accounts/deployments."""

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm import accounts, operations, quota
from local_azure.arm.deployable import Deployable, require_deployable
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import checked_tags, require_visible, stamp, visible, wire
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, invalid_content, ok
from local_azure.clock import Clock
from local_azure.errors import bad_request, not_found
from local_azure.provisioning import begin, provisioning_state, seconds_left
from local_azure.state import State
from local_azure.store import Document

MAX_FINE_TUNED = 10  # deployments a resource (quotas-limits, 2026-02-17)
MAX_STANDARD = 32  # the same page
DEVELOPER_SECONDS = 24 * 3600  # a developer deployment is deleted after 24 hours
IDLE_SECONDS = 15 * 24 * 3600  # as is a fine-tuned one that nobody calls for 15 days
_USE_NOTED_EVERY = 60  # seconds

_PATH = accounts.PATH + "/{account}/deployments"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")


def routes() -> list[Route]:
    return [
        arm_route(_PATH, GET=_list),
        arm_route(_PATH + "/{deployment}", PUT=_put, GET=_get, PATCH=_patch, DELETE=_delete),
        arm_route(_PATH + "/{deployment}/skus", GET=_list_skus),
    ]


def deployment_state(body: Document, clock: Clock) -> str:
    """ProvisioningState now."""
    return provisioning_state(body, clock)


def is_ready(body: Document, state: State) -> bool:
    """Whether chat answers: some time after provisioningState says Succeeded."""
    return seconds_left(body, state.clock) <= -state.settings.ready_seconds


def find_deployment(state: State, account_id: str, name: str) -> Document | None:
    """A deployment that has not expired."""
    deployment = state.store.get("deployment", account_id, name)
    if deployment is None or _deleted_if_expired(state, deployment):
        return None
    return deployment


def note_use(state: State, deployment: Document) -> None:
    """Keep a deployment that somebody calls from expiring."""
    now = state.clock.now()
    if now - deployment["_last_used"] < _USE_NOTED_EVERY:
        return
    current = find_deployment(state, deployment["_scope"], deployment["name"])
    if current is not None:
        _save(state, current | {"_last_used": now})


def live(state: State, scope: str) -> list[Document]:
    """The deployments in and below a scope; deletes those that have expired."""
    documents = state.store.list_under("deployment", scope)
    return [document for document in documents if not _deleted_if_expired(state, document)]


def _deleted_if_expired(state: State, deployment: Document) -> bool:
    if not deployment["_fine_tuned"]:
        return False
    now = state.clock.now()
    developer = deployment["sku"]["name"] == "DeveloperTier"
    expired: bool = (
        developer and now - deployment["_created"] >= DEVELOPER_SECONDS
    ) or now - deployment["_last_used"] >= IDLE_SECONDS
    if expired:
        state.store.delete("deployment", deployment["_scope"], deployment["name"])
    return expired


def _put(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    before = find_deployment(arm.state, account["id"], _checked_name(arm))
    deployment = before or _new(arm, account)
    require_writable(arm.state, deployment["id"])
    wanted = _wanted_model(arm)
    model = require_deployable(arm.state, account, wanted)
    _require_room(arm.state, account, deployment, fine_tuned=model.fine_tuned)
    _set_capacity(arm, account, deployment, arm.section("sku"), model)
    same_model = before is not None and model.is_named(before["properties"]["model"])
    _describe(arm, deployment, model, wanted)
    stamp(deployment, arm)
    if same_model:
        _save(arm.state, deployment)
        return _answer(deployment, arm)
    return _begin(arm, account, deployment, status=200 if before else 201)


def _checked_name(arm: ArmRequest) -> str:
    name = arm.params["deployment"]
    if not _NAME.fullmatch(name):
        raise bad_request("InvalidResourceName", f"The deployment name '{name}' is invalid.")
    return name


def _new(arm: ArmRequest, account: Document) -> Document:
    now = arm.state.clock.now()
    return {
        "id": f"{account['id']}/deployments/{arm.params['deployment']}",
        "name": arm.params["deployment"],
        "type": f"{NAMESPACE}/accounts/deployments",
        "_scope": account["id"],
        "_region": account["location"],
        "_created": now,
        "_last_used": now,
    }


def _require_room(state: State, account: Document, new: Document, *, fine_tuned: bool) -> None:
    """The real service's code for this is known, its words are not."""
    others = [other for other in live(state, account["id"]) if other["id"] != new["id"]]
    same_sort = sum(other["_fine_tuned"] == fine_tuned for other in others)
    limit, sort = (MAX_FINE_TUNED, "fine-tuned") if fine_tuned else (MAX_STANDARD, "base")
    if same_sort >= limit:
        raise bad_request(
            "DeploymentLimitReached",
            f"The account '{account['name']}' has {same_sort} deployments of {sort} models; "
            f"the limit is {limit}.",
        )


def _set_capacity(
    arm: ArmRequest,
    account: Document,
    deployment: Document,
    asked: dict[str, Any],
    model: Deployable,
) -> None:
    region = account["location"]
    sku = model.require_sku(asked.get("name") or "Standard", region)
    capacity = asked.get("capacity") or sku.minimum
    if not isinstance(capacity, int) or capacity < sku.minimum:
        raise bad_request(
            "InvalidCapacity",
            f"The specified capacity '{capacity}' of account deployment must be a whole number "
            f"of at least {sku.minimum}.",
        )
    everything = live(arm.state, arm.state.subscription)
    others = [other for other in everything if other["id"] != deployment["id"]]
    quota.require(
        arm.state.catalog, model.model, sku, capacity=capacity, region=region, others=others
    )
    deployment["sku"] = {"name": sku.name, "capacity": capacity}
    deployment["_usage_name"] = model.model.usage_name(sku)


def _wanted_model(arm: ArmRequest) -> dict[str, Any]:
    wanted = arm.section("properties").get("model")
    if not isinstance(wanted, dict) or not all(isinstance(text, str) for text in wanted.values()):
        raise invalid_content("properties.model must be an object of strings")
    return wanted


def _describe(
    arm: ArmRequest, deployment: Document, model: Deployable, wanted: dict[str, Any]
) -> None:
    asked = arm.section("properties")
    if "tags" in arm.body:
        deployment["tags"] = checked_tags(arm)
    named = wanted | {"name": model.name, "version": model.version}
    kept = {key: asked[key] for key in ("raiPolicyName",) if key in asked}
    deployment["_fine_tuned"] = model.fine_tuned
    deployment["_job"] = model.job
    deployment["_embeds"] = model.model.embeds
    deployment["properties"] = {
        "model": named,
        "versionUpgradeOption": asked.get("versionUpgradeOption")
        or "OnceNewDefaultVersionAvailable",
        "capabilities": {
            ("embeddings" if model.model.embeds else "chatCompletion"): "true",
            **model.model.context,
        },
        **kept,
    }


def _begin(arm: ArmRequest, account: Document, deployment: Document, *, status: int) -> Response:
    """A base model's deployment is made at once, a fine-tuned model's takes its time."""
    fine_tuned = deployment["_fine_tuned"]
    seconds = arm.state.settings.deployment_seconds if fine_tuned else 0.0
    begin(deployment, arm.state.clock, seconds)
    _save(arm.state, deployment)
    if not fine_tuned:
        return _answer(deployment, arm, status)
    operation = operations.start(arm, deployment, seconds, scope=account["id"])
    headers = operations.async_headers(arm, operation, account["location"])
    return _answer(deployment, arm, status, **headers)


def _patch(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    deployment = _require(arm, account)
    require_writable(arm.state, deployment["id"])
    if "tags" in arm.body:
        deployment["tags"] = checked_tags(arm)
    if arm.section("sku"):
        model = require_deployable(arm.state, account, deployment["properties"]["model"])
        asked = deployment["sku"] | arm.section("sku")
        _set_capacity(arm, account, deployment, asked, model)
    stamp(deployment, arm)
    _save(arm.state, deployment)
    return _answer(deployment, arm)


@operations.reader("deployment")
def _get(arm: ArmRequest) -> Response:
    deployment = _require(arm, accounts.require_account(arm))
    require_visible(arm, deployment["_created"])
    return _answer(deployment, arm)


def _list(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    listed = live(arm.state, account["id"])
    seen = [body for body in listed if visible(arm, body["_created"])]
    return ok({"value": [_shown(body, arm.state) for body in seen]})


def _delete(arm: ArmRequest) -> Response:
    account = accounts.require_changeable_account(arm)
    if find_deployment(arm.state, account["id"], arm.params["deployment"]) is None:
        return Response(status_code=204)
    deployment = _require(arm, account)
    require_deletable(arm.state, deployment["id"])
    arm.state.store.delete("deployment", account["id"], deployment["name"])
    return Response(status_code=200)


def _list_skus(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    deployment = _require(arm, account)
    model = require_deployable(arm.state, account, deployment["properties"]["model"])
    skus = [
        {
            "resourceType": f"{NAMESPACE}/accounts/deployments",
            "sku": {"name": sku.name},
            "capacity": sku.model_dump(include={"minimum", "maximum", "step", "default"}),
        }
        for sku in model.model.skus
        if sku.offered_in(account["location"])
        and (sku.fine_tuned if model.fine_tuned else sku.base)
    ]
    return ok({"value": skus})


def _require(arm: ArmRequest, account: Document) -> Document:
    name = arm.params["deployment"]
    deployment = find_deployment(arm.state, account["id"], name)
    if deployment is None:
        path = f"{NAMESPACE}/accounts/{account['name']}/deployments/{name}"
        raise not_found(
            "ResourceNotFound",
            f"The Resource '{path}' under resource group '{account['_group']}' was not found. "
            "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        )
    return deployment


def _answer(deployment: Document, arm: ArmRequest, status: int = 200, **headers: str) -> Response:
    return ok(_shown(deployment, arm.state), status, ETag=deployment["etag"], **headers)


def _shown(deployment: Document, state: State) -> Document:
    """Capacity 1 is 1,000 tokens and 6 requests a minute; requests are counted in tenths of it."""
    capacity = deployment["sku"]["capacity"]
    computed = {
        "currentCapacity": capacity,
        "provisioningState": deployment_state(deployment, state.clock),
        "rateLimits": [
            {"key": "request", "renewalPeriod": 10, "count": capacity},
            {"key": "token", "renewalPeriod": 60, "count": 1000 * capacity},
        ],
    }
    return wire(deployment) | {"properties": deployment["properties"] | computed}


def _save(state: State, deployment: Document) -> None:
    state.store.put("deployment", deployment["_scope"], deployment["name"], deployment)
