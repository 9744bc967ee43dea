"""What a Foundry project shows of its account: deployments, connections and datasets."""

import re

from starlette.responses import Response

from local_azure.address import account_url, base_url
from local_azure.arm.deployments import find_deployment, live
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    Surface,
    invalid,
    invalid_value,
    missing,
    without_nulls,
)
from local_azure.errors import keys_disabled
from local_azure.json_text import JSONResponse
from local_azure.store import Document

_PROJECT: tuple[Surface, ...] = ("project",)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
_DATASET_TYPES = ("uri_file", "uri_folder")
_DATASET_FIELDS = ("dataUri", "type", "connectionName", "description", "tags")


async def list_deployments(call: Call) -> Response:
    query = call.request.query_params
    wanted = {key: query.get(key) for key in ("modelPublisher", "modelName")}
    shown = [_deployment(body) for body in live(call.state, call.account["id"])]
    kept = [
        body for body in shown if all(value in (None, body[key]) for key, value in wanted.items())
    ]
    return JSONResponse({"value": kept})


async def get_deployment(call: Call) -> Response:
    name = call.path("deployment")
    found = find_deployment(call.state, call.account["id"], name)
    if found is None:
        raise missing("deployment", name)
    return JSONResponse(_deployment(found))


async def list_connections(call: Call) -> Response:
    """The account itself: connections to other services cannot be made here."""
    kind = call.request.query_params.get("connectionType")
    connection = _connection(call)
    return JSONResponse({"value": [connection] if kind in (None, connection["type"]) else []})


async def get_connection(call: Call) -> Response:
    return JSONResponse(_named_connection(call))


async def get_connection_with_credentials(call: Call) -> Response:
    connection = _named_connection(call)
    if call.account["properties"].get("disableLocalAuth"):
        raise keys_disabled()
    key = {"type": "ApiKey", "key": call.account["_keys"][0]}
    return JSONResponse(connection | {"credentials": key})


async def list_datasets(call: Call) -> Response:
    """The latest version of each."""
    latest = {body["name"]: body for body in _datasets(call)}
    return JSONResponse({"value": list(latest.values())})


async def list_versions(call: Call) -> Response:
    name = call.path("dataset")
    return JSONResponse({"value": [body for body in _datasets(call) if body["name"] == name]})


async def get_dataset(call: Call) -> Response:
    body = call.state.store.get("dataset", _scope(call), _dataset_key(call))
    if body is None:
        raise missing("dataset", _dataset_key(call))
    return JSONResponse(body)


async def put_dataset(call: Call) -> Response:
    """By the address of its data: there is no storage account to upload it to."""
    body = await call.json()
    if body.get("type") not in _DATASET_TYPES or not isinstance(body.get("dataUri"), str):
        raise invalid("A dataset has a 'type' of uri_file or uri_folder and a 'dataUri'.")
    name, version = call.path("dataset"), call.path("version")
    if not (_NAME.fullmatch(name) and _NAME.fullmatch(version)):
        raise invalid_value(f"{name}", f"or '{version}' is no name of a dataset or of its version.")
    dataset = {key: body.get(key) for key in _DATASET_FIELDS}
    dataset |= {"name": name, "version": version, "isReference": True}
    dataset["id"] = f"{call.account['id']}/data/{name}/versions/{version}"
    known = without_nulls(dataset)
    new = call.state.store.get("dataset", _scope(call), _dataset_key(call)) is None
    call.state.store.put("dataset", _scope(call), _dataset_key(call), known)
    return JSONResponse(known, 201 if new else 200)


async def delete_dataset(call: Call) -> Response:
    call.state.store.delete("dataset", _scope(call), _dataset_key(call))
    return Response(status_code=204)


_VERSION = "/datasets/{dataset}/versions/{version}"
_CREDENTIALS = "/connections/{connection}/getConnectionWithCredentials"
OPERATIONS = (
    Operation("GET", "/deployments", list_deployments, _PROJECT),
    Operation("GET", "/deployments/{deployment}", get_deployment, _PROJECT),
    Operation("GET", "/connections", list_connections, _PROJECT),
    Operation("GET", "/connections/{connection}", get_connection, _PROJECT),
    Operation("POST", _CREDENTIALS, get_connection_with_credentials, _PROJECT),
    Operation("GET", "/datasets", list_datasets, _PROJECT),
    Operation("GET", "/datasets/{dataset}/versions", list_versions, _PROJECT),
    Operation("GET", _VERSION, get_dataset, _PROJECT),
    Operation("PATCH", _VERSION, put_dataset, _PROJECT),
    Operation("DELETE", _VERSION, delete_dataset, _PROJECT),
)


def _deployment(body: Document) -> Json:
    model, sku = body["properties"]["model"], body["sku"]
    return {
        "type": "ModelDeployment",
        "name": body["name"],
        "modelName": model["name"],
        "modelVersion": model["version"],
        "modelPublisher": model["format"],
        "capabilities": {"chat_completion": "true"},
        "sku": {**sku, "family": "", "size": "", "tier": ""},
    }


def _connection(call: Call) -> Json:
    account = call.account
    return {
        "name": account["name"],
        "id": f"{account['id']}/connections/{account['name']}",
        "type": "AzureOpenAI",
        "target": account_url(base_url(call.request), account["_domain"]),
        "isDefault": True,
        "credentials": {"type": "AAD"},
        "metadata": {"ResourceId": account["id"], "location": account["location"]},
    }


def _named_connection(call: Call) -> Json:
    connection = _connection(call)
    if connection["name"].lower() != call.path("connection").lower():
        raise missing("connection", call.path("connection"))
    return connection


def _datasets(call: Call) -> list[Document]:
    return call.state.store.list("dataset", _scope(call))


def _scope(call: Call) -> str:
    return f"{call.scope}/projects/{call.project}"


def _dataset_key(call: Call) -> str:
    return f"{call.path('dataset')}:{call.path('version')}"
