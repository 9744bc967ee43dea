"""Microsoft.ManagedIdentity: identities of their own, and the issuers whose tokens sign them in."""

import re
import uuid

from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.groups import require_group, require_living_group
from local_azure.arm.locks import require_deletable, require_writable
from local_azure.arm.resources import checked_tags, stamp, wire
from local_azure.arm.routing import ArmRequest, arm_route, invalid_content, ok
from local_azure.catalog import normalize_region
from local_azure.errors import bad_request, conflict, not_found
from local_azure.state import State
from local_azure.store import Document

NAMESPACE = "Microsoft.ManagedIdentity"
CREDENTIALS = 20  # of an identity; workload-identity-federation-considerations, Entra docs
_KIND, _CREDENTIAL = "managed_identity", "federated_credential"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}")  # resource-name-rules, Azure docs
_PROVIDER = f"/providers/{NAMESPACE}/userAssignedIdentities"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}" + _PROVIDER
_ONE = _GROUP + "/{identity}"
_CREDENTIAL_PATH = _ONE + "/federatedIdentityCredentials"


def routes() -> list[Route]:
    return [
        arm_route(_SUBSCRIPTION + _PROVIDER, GET=_list_all),
        arm_route(_GROUP, GET=_list),
        arm_route(_ONE, PUT=_put, PATCH=_put, GET=_get, DELETE=_delete),
        arm_route(_CREDENTIAL_PATH, GET=_list_credentials),
        arm_route(
            _CREDENTIAL_PATH + "/{credential}",
            PUT=_put_credential,
            GET=_get_credential,
            DELETE=_delete_credential,
        ),
    ]


def find_client(state: State, client_id: str) -> Document | None:
    """The identity that signs in under a client id."""
    for identity in state.store.watched(_KIND, state.subscription):
        if identity["properties"]["clientId"] == client_id.lower():
            return identity
    return None


def trusted(state: State, identity: Document) -> list[Document]:
    """The issuers, subjects and audiences whose assertions sign an identity in."""
    found = state.store.list(_CREDENTIAL, identity["id"])
    return [credential["properties"] for credential in found]


def principals(state: State) -> set[str]:
    """The object ids of everybody in the directory."""
    identities = state.store.watched(_KIND, state.subscription)
    found = {state.identity.object_id} | {one["properties"]["principalId"] for one in identities}
    for kind in ("account", "project"):
        resources = state.store.watched(kind, state.subscription)
        owned = (one.get("identity", {}).get("principalId") for one in resources)
        found |= {str(object_id).lower() for object_id in owned if object_id}
    return found


def _put(arm: ArmRequest) -> Response:
    group, name = require_living_group(arm), arm.params["identity"]
    if not _NAME.fullmatch(name):
        raise bad_request("InvalidResourceName", f"The identity name '{name}' is invalid.")
    before = arm.state.store.get(_KIND, group["id"], name)
    location = normalize_region(arm.text("location")) or group["location"]
    identity = before or {
        "id": f"{group['id']}{_PROVIDER}/{name}",
        "name": name,
        "type": f"{NAMESPACE}/userAssignedIdentities",
        "location": location,
        "properties": {
            "tenantId": arm.state.identity.tenant_id,
            "principalId": str(uuid.uuid4()),
            "clientId": str(uuid.uuid4()),
        },
        "_scope": group["id"],
    }
    require_writable(arm.state, identity["id"])
    if "tags" in arm.body:
        identity["tags"] = checked_tags(arm)
    stamp(identity, arm)
    arm.state.store.put(_KIND, group["id"], name, identity)
    return ok(_shown(identity), 201 if before is None else 200)


def _require(arm: ArmRequest) -> Document:
    name = arm.params["identity"]
    identity = arm.state.store.get(_KIND, require_group(arm)["id"], name)
    if identity is None:
        path = f"{NAMESPACE}/userAssignedIdentities/{name}"
        raise not_found("ResourceNotFound", f"The Resource '{path}' was not found.")
    return identity


def _get(arm: ArmRequest) -> Response:
    return ok(_shown(_require(arm)))


def _list(arm: ArmRequest) -> Response:
    identities = arm.state.store.list(_KIND, require_group(arm)["id"])
    return ok({"value": [_shown(one) for one in identities]})


def _list_all(arm: ArmRequest) -> Response:
    identities = arm.state.store.list_under(_KIND, arm.state.subscription)
    return ok({"value": [_shown(one) for one in identities if arm.may_read(one["id"])]})


def _delete(arm: ArmRequest) -> Response:
    group, name = require_living_group(arm), arm.params["identity"]
    if arm.state.store.get(_KIND, group["id"], name) is None:
        return Response(status_code=204)
    identity = _require(arm)
    require_deletable(arm.state, identity["id"])
    arm.state.store.delete_scope(identity["id"])
    arm.state.store.delete(_KIND, group["id"], name)
    return Response(status_code=200)


def _shown(identity: Document) -> Document:
    return {key: value for key, value in wire(identity).items() if key != "etag"}


def _put_credential(arm: ArmRequest) -> Response:
    identity, name = _require(arm), arm.params["credential"]
    require_writable(arm.state, identity["id"])
    properties = _checked_credential(arm)
    before = arm.state.store.get(_CREDENTIAL, identity["id"], name)
    others = [o for o in arm.state.store.list(_CREDENTIAL, identity["id"]) if o["name"] != name]
    if any(_trusts_alike(other["properties"], properties) for other in others):
        raise conflict(
            "Conflict",
            "Issuer and subject combination already exists for this Managed Identity.",
        )
    if len(others) >= CREDENTIALS:
        raise bad_request("BadRequest", f"An identity has at most {CREDENTIALS} credentials.")
    body = {
        "id": f"{identity['id']}/federatedIdentityCredentials/{name}",
        "name": name,
        "type": f"{NAMESPACE}/userAssignedIdentities/federatedIdentityCredentials",
        "properties": properties,
    }
    arm.state.store.put(_CREDENTIAL, identity["id"], name, body)
    return ok(body, 201 if before is None else 200)


def _checked_credential(arm: ArmRequest) -> Document:
    properties = arm.section("properties")
    issuer, subject = properties.get("issuer"), properties.get("subject")
    audiences = properties.get("audiences")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise invalid_content("properties has an issuer and a subject")
    if not isinstance(audiences, list) or len(audiences) != 1 or not isinstance(audiences[0], str):
        raise invalid_content("properties.audiences has one text")
    return {"issuer": issuer, "subject": subject, "audiences": audiences}


def _trusts_alike(one: Document, other: Document) -> bool:
    return bool((one["issuer"], one["subject"]) == (other["issuer"], other["subject"]))


def _require_credential(arm: ArmRequest) -> Document:
    name = arm.params["credential"]
    found = arm.state.store.get(_CREDENTIAL, _require(arm)["id"], name)
    if found is None:
        raise not_found("NotFound", f"The federated identity credential '{name}' was not found.")
    return found


def _get_credential(arm: ArmRequest) -> Response:
    return ok(_require_credential(arm))


def _list_credentials(arm: ArmRequest) -> Response:
    return ok({"value": arm.state.store.list(_CREDENTIAL, _require(arm)["id"])})


def _delete_credential(arm: ArmRequest) -> Response:
    deleted = arm.state.store.delete(_CREDENTIAL, _require(arm)["id"], arm.params["credential"])
    return Response(status_code=200 if deleted else 204)
