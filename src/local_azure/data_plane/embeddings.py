"""Embeddings of texts and of tokens."""

import toktok
from starlette.responses import Response

from local_azure.arm.deployments import note_use
from local_azure.data_plane.answering import (
    ENCODING,
    note_metrics,
    require_deployment,
    shown_model,
    spent,
)
from local_azure.data_plane.wire import Call, Json, Operation, invalid, invalid_value
from local_azure.errors import operation_not_supported
from local_azure.json_text import JSONResponse
from local_azure.simulated_model.embedding import as_base64, embedding
from local_azure.store import Document

INPUTS, INPUT_TOKENS = 2048, 8192  # OpenAI's specification
_DIMENSIONS = {"text-embedding-3-large": 3072}
_DEFAULT_DIMENSIONS = 1536
_FIXED = "text-embedding-ada-002"


async def dated(call: Call) -> Response:
    return _answer(call, call.path("deployment"), await call.json())


async def v1(call: Call) -> Response:
    body = await call.json()
    return _answer(call, str(body.get("model")), body)


OPERATIONS = (
    Operation("POST", "/deployments/{deployment}/embeddings", dated, surfaces=("dated",)),
    Operation("POST", "/embeddings", v1, surfaces=("v1",)),
)


def whole(call: Call, name: str, body: Json, *, batch: bool = False) -> tuple[Json, dict[str, str]]:
    """The answer, and the headers of its rate limits; raises AzureError."""
    deployment = require_deployment(call, name, batch=batch)
    if not deployment["_embeds"]:
        raise operation_not_supported("embeddings", deployment["properties"]["model"]["name"])
    texts = _inputs(body)
    counts = toktok.batch_count(texts, ENCODING)
    if max(counts) > INPUT_TOKENS:
        raise invalid(f"An input has {max(counts)} tokens; the most is {INPUT_TOKENS}.")
    dimensions, written = _dimensions(deployment, body), _is_written(body)
    headers = {} if batch else spent(call, deployment, sum(counts))
    note_use(call.state, deployment)
    note_metrics(call, deployment, sum(counts), 0)
    vectors = [embedding(text, dimensions) for text in texts]
    data = [
        {"object": "embedding", "index": index, "embedding": as_base64(v) if written else v}
        for index, v in enumerate(vectors)
    ]
    usage = {"prompt_tokens": sum(counts), "total_tokens": sum(counts)}
    model = shown_model(deployment)
    return {"object": "list", "data": data, "model": model, "usage": usage}, headers


def _answer(call: Call, name: str, body: Json) -> Response:
    found, headers = whole(call, name, body)
    return JSONResponse(found, headers=headers)


def _inputs(body: Json) -> list[str]:
    """Texts; those that came as tokens in another spelling, which embeds alike."""
    given = body.get("input")
    many = given if isinstance(given, list) else [given]
    if many and all(isinstance(token, int) and not isinstance(token, bool) for token in many):
        many = [many]
    if not many or len(many) > INPUTS:
        raise invalid_value("input", f"must be a text or 1 to {INPUTS} of them.")
    return [_text(one) for one in many]


def _text(one: object) -> str:
    if isinstance(one, str) and one:
        return one
    if isinstance(one, list) and one and all(isinstance(token, int) for token in one):
        return " ".join(f"t{token}" for token in one)
    raise invalid_value("input", "must be texts that are not empty, or lists of tokens.")


def _dimensions(deployment: Document, body: Json) -> int:
    model = deployment["properties"]["model"]["name"]
    most = _DIMENSIONS.get(model, _DEFAULT_DIMENSIONS)
    asked = body.get("dimensions")
    if asked is None:
        return most
    if not isinstance(asked, int) or isinstance(asked, bool) or not 1 <= asked <= most:
        raise invalid_value("dimensions", f"must be a number from 1 to {most}.")
    if model == _FIXED:
        raise invalid("This model does not support specifying dimensions.")
    return asked


def _is_written(body: Json) -> bool:
    form = body.get("encoding_format", "float")
    if form not in ("float", "base64"):
        raise invalid_value("encoding_format", "must be float or base64.")
    return bool(form == "base64")
