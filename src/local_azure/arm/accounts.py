"""Microsoft.CognitiveServices/accounts."""

import re
import secrets
import uuid

from pydantic import ValidationError
from starlette.responses import Response
from starlette.routing import Route

from local_azure.address import account_url
from local_azure.arm import deleted_accounts, operations
from local_azure.arm.groups import require_group, require_living_group
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import (
    checked_identity,
    checked_location,
    checked_tags,
    require_visible,
    stamp,
    visible,
    wire,
)
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, invalid_content, ok
from local_azure.errors import AzureError, bad_request, conflict, not_found
from local_azure.network import NetworkRules
from local_azure.provisioning import begin, provisioning_state
from local_azure.state import State
from local_azure.store import Document

PATH = "/subscriptions/{subscription}/resourceGroups/{group}/providers/" + NAMESPACE + "/accounts"
ACCOUNT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")
DOMAIN_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}[a-zA-Z0-9]")
OPENAI_ACCOUNTS = 30  # of the kind OpenAI, in a region of a subscription; quotas-limits, 2026-02-17
_KINDS = ("AIServices", "OpenAI")
_SKU = {"name": "S0"}
_WRITABLE = frozenset(
    {"customSubDomainName", "networkAcls", "encryption", "userOwnedStorage", "amlWorkspace"}
    | {"publicNetworkAccess", "apiProperties", "dynamicThrottlingEnabled", "disableLocalAuth"}
    | {"restrictOutboundNetworkAccess", "allowedFqdnList", "locations", "raiMonitorConfig"}
    | {"storedCompletionsDisabled", "networkInjections", "allowProjectManagement"}
    | {"defaultProject", "associatedProjects"}
)
# Of a recorded account: 500 jobs, 3 running, 100 files, 512 MB each.
_CAPABILITIES = {
    "MaxFineTuneCount": "500",
    "MaxRunningFineTuneCount": "3",
    "MaxUserFileCount": "100",
    "MaxTrainingFileSize": "512000000",
}


def routes() -> list[Route]:
    return [
        arm_route("/subscriptions/{subscription}/providers/" + NAMESPACE + "/accounts", GET=_list),
        arm_route(PATH, GET=_list_in_group),
        arm_route(PATH + "/{account}", PUT=_put, GET=_get, PATCH=_patch, DELETE=_delete),
        arm_route(PATH + "/{account}/listKeys", POST=_list_keys),
        arm_route(PATH + "/{account}/regenerateKey", POST=_regenerate_key),
        arm_route(PATH + "/{account}/skus", GET=_list_skus),
    ]


def require_account(arm: ArmRequest) -> Document:
    """The account that the path names; raises ARM's ResourceNotFound."""
    group = require_group(arm)
    name = arm.params["account"]
    account = arm.state.store.get("account", group["id"], name)
    if account is None:
        raise not_found(
            "ResourceNotFound",
            f"The Resource '{NAMESPACE}/accounts/{name}' under resource group '{group['name']}' "
            "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        )
    return account


def require_changeable_account(arm: ArmRequest) -> Document:
    """As require_account, for a write: the account is ready, unlocked, and nobody writes to it."""
    require_living_group(arm)
    account = require_account(arm)
    state = provisioning_state(account, arm.state.clock)
    if state != "Succeeded":
        raise conflict(
            "AccountProvisioningStateInvalid", f"Account {account['id']} in state {state}"
        )
    operations.require_idle(arm.state, account["id"])
    return account


def shown(account: Document, arm: ArmRequest) -> Document:
    """The account as ARM answers; its endpoint lies on this server."""
    endpoint = account_url(arm.base, account["_domain"])
    computed = {
        "endpoint": endpoint,
        "endpoints": {"OpenAI Language Model Instance API": endpoint},
        "provisioningState": provisioning_state(account, arm.state.clock),
        "internalId": account["_internal_id"],
        "dateCreated": account["systemData"]["createdAt"],
        "callRateLimit": {"rules": []},
        "isMigrated": False,
        "privateEndpointConnections": [],
        "capabilities": [{"name": name, "value": _CAPABILITIES[name]} for name in _CAPABILITIES],
    }
    return wire(account) | {"properties": account["properties"] | computed}


def domain_in_use(state: State, domain: str, account_id: str) -> bool:
    owner = state.store.get("domain", "", domain)
    return owner is not None and owner["account"].lower() != account_id.lower()


def _put(arm: ArmRequest) -> Response:
    group = require_living_group(arm)
    name = arm.params["account"]
    if not ACCOUNT_NAME.fullmatch(name):
        raise bad_request("AccountNameInvalid", f"The account name '{name}' is invalid.")
    account_id = f"{group['id']}/providers/{NAMESPACE}/accounts/{name}"
    require_writable(arm.state, account_id)
    if arm.state.store.get("account", group["id"], name) is not None:
        account = require_changeable_account(arm)
        _change(arm, account)
        return ok(shown(account, arm))
    account = _restored(arm, group, account_id) or _new(arm, group, account_id)
    _change(arm, account)
    seconds = arm.state.settings.account_seconds
    begin(account, arm.state.clock, seconds)
    _save(arm.state, account)
    operation = operations.start(arm, account, seconds, scope=account_id)
    headers = operations.async_headers(arm, operation, account["location"])
    return ok(shown(account, arm), 201, **headers)


def _restored(arm: ArmRequest, group: Document, account_id: str) -> Document | None:
    """The soft-deleted account of that id, where the caller asks for it back."""
    wanted = bool(arm.section("properties").get("restore"))
    deleted = deleted_accounts.find(arm.state, account_id)
    if deleted is None and wanted:
        raise conflict(
            "CanNotRestoreANonExistingResource",
            f"Cannot restore a non-existing resource with ID '{account_id}'.",
        )
    if deleted is None:
        return None
    if not wanted:
        raise conflict(
            "FlagMustBeSetForRestore",
            f"An existing resource with ID '{account_id}' has been soft-deleted. To restore the "
            "resource, you must specify 'restore' to be 'true' in the property. If you don't want "
            "to restore existing resource, please purge it first.",
        )
    deleted_accounts.forget(arm.state, account_id)
    del deleted["_deleted"]
    return deleted | {"_scope": group["id"]}


def _new(arm: ArmRequest, group: Document, account_id: str) -> Document:
    kind, sku = arm.text("kind"), arm.section("sku")
    if kind not in _KINDS or sku.get("name") != _SKU["name"]:
        raise bad_request(
            "InvalidResourceProperties",
            f"The kind '{kind}' with the SKU '{sku.get('name')}' is not offered: "
            f"the kinds are {' and '.join(_KINDS)}, the SKU is {_SKU['name']}.",
        )
    location = checked_location(arm, f"{NAMESPACE}/accounts")
    _require_room(arm.state, kind, location)
    return {
        "id": account_id,
        "name": arm.params["account"],
        "type": f"{NAMESPACE}/accounts",
        "kind": kind,
        "sku": _SKU,
        "location": location,
        "properties": {"publicNetworkAccess": "Enabled"},
        "_scope": group["id"],
        "_made": arm.state.clock.now(),
        "_group": group["name"],
        "_domain": "",
        "_internal_id": uuid.uuid4().hex,
        "_keys": [secrets.token_hex(16), secrets.token_hex(16)],
    }


def _require_room(state: State, kind: str, location: str) -> None:
    """The real service's words for this are not known."""
    accounts = state.store.list_under("account", state.subscription) if kind == "OpenAI" else []
    there = sum((one["kind"], one["location"]) == (kind, location) for one in accounts)
    if there >= OPENAI_ACCOUNTS:
        raise bad_request(
            "QuotaExceeded",
            f"The subscription has {there} accounts of the kind OpenAI in '{location}'; "
            f"the limit is {OPENAI_ACCOUNTS}.",
        )


def _change(arm: ArmRequest, account: Document) -> None:
    """What PUT and PATCH may say of an account."""
    if "tags" in arm.body:
        account["tags"] = checked_tags(arm)
    if "identity" in arm.body:
        account["identity"] = checked_identity(arm, account.get("identity"))
    if "sku" in arm.body and "name" not in arm.section("sku"):
        raise invalid_content("sku has no name")
    asked = arm.section("properties")
    properties = {
        key: value for key, value in asked.items() if key in _WRITABLE and value is not None
    }
    _require_rules(properties.get("networkAcls"))
    _claim_domain(arm, account, str(properties.get("customSubDomainName") or ""))
    account["properties"] |= properties
    stamp(account, arm)
    _save(arm.state, account)


def _require_rules(rules: object) -> None:
    try:
        NetworkRules.model_validate(rules or {})
    except ValidationError as error:
        raise invalid_content(f"networkAcls: {error.errors()[0]['msg']}") from None


def _claim_domain(arm: ArmRequest, account: Document, asked: str) -> None:
    """A custom subdomain is chosen once; without one, the account's name stands in the address."""
    chosen = account["properties"].get("customSubDomainName")
    if asked and chosen and asked.lower() != chosen.lower():
        raise bad_request(
            "CustomDomainInvalid",
            f"The custom subdomain name '{chosen}' cannot be changed after it has been set.",
        )
    if asked and not DOMAIN_NAME.fullmatch(asked):
        raise bad_request("CustomDomainInvalid", f"Sub domain name '{asked}' is not valid.")
    domain = asked or chosen or account["name"]
    if domain_in_use(arm.state, domain, account["id"]):
        raise _domain_taken(domain)
    arm.state.store.delete("domain", "", account["_domain"])
    owner = {"account": account["id"], "group": account["_scope"], "name": account["name"]}
    arm.state.store.put("domain", "", domain, owner)
    account["_domain"] = domain


def _domain_taken(domain: str) -> AzureError:
    return conflict(
        "CustomDomainInUse",
        f"Please pick a different name. The subdomain name '{domain}' is not available as it's "
        "already used by a resource. If the resource using the name was deleted in the last 48 "
        "hours, you may need to purge the deleted resource. Learn more at "
        '"https://go.microsoft.com/fwlink/?linkid=2215493"',
    )


@operations.reader("account")
def _get(arm: ArmRequest) -> Response:
    account = require_account(arm)
    require_visible(arm, account["_made"])
    return ok(shown(account, arm))


def _patch(arm: ArmRequest) -> Response:
    account = require_changeable_account(arm)
    require_writable(arm.state, account["id"])
    _change(arm, account)
    return ok(shown(account, arm))


def _delete(arm: ArmRequest) -> Response:
    group = require_living_group(arm)
    if arm.state.store.get("account", group["id"], arm.params["account"]) is None:
        return Response(status_code=204)
    account = require_account(arm)
    require_deletable(arm.state, account["id"])
    operations.require_idle(arm.state, account["id"])
    deleted_accounts.soft_delete(arm.state, account)
    return Response(status_code=200)


def _list(arm: ArmRequest) -> Response:
    accounts = arm.state.store.list_under("account", arm.state.subscription)
    return _listed(arm, [account for account in accounts if arm.may_read(account["id"])])


def _list_in_group(arm: ArmRequest) -> Response:
    return _listed(arm, arm.state.store.list("account", require_group(arm)["id"]))


def _listed(arm: ArmRequest, accounts: list[Document]) -> Response:
    seen = [account for account in accounts if visible(arm, account["_made"])]
    return ok({"value": [shown(account, arm) for account in seen]})


def _list_keys(arm: ArmRequest) -> Response:
    return _keys(_with_keys(arm, "list"))


def _with_keys(arm: ArmRequest, action: str) -> Document:
    account = require_account(arm)
    if account["properties"].get("disableLocalAuth"):
        reason = f"Failed to {action} key. disableLocalAuth is set to be true"
        raise bad_request("BadRequest", reason)
    return account


def _regenerate_key(arm: ArmRequest) -> Response:
    account = _with_keys(arm, "regenerate")
    index = {"key1": 0, "key2": 1}.get(str(arm.body.get("keyName")).lower())
    if index is None:
        raise bad_request("InvalidKeyName", "keyName must be Key1 or Key2.")
    account["_keys"][index] = secrets.token_hex(16)
    _save(arm.state, account)
    return _keys(account)


def _keys(account: Document) -> Response:
    key1, key2 = account["_keys"]
    return ok({"key1": key1, "key2": key2})


def _list_skus(arm: ArmRequest) -> Response:
    require_account(arm)
    return ok({"value": [{"resourceType": "accounts", "sku": {**_SKU, "tier": "Standard"}}]})


def _save(state: State, account: Document) -> None:
    state.store.put("account", account["_scope"], account["name"], account)
