"""The operations of the specifications, and what is wrong with an exchange of one."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

SPECS = Path(__file__).resolve().parents[3] / "shared" / "azure" / "specs"
COGNITIVE = "arm-cognitiveservices-2025-09-01.derived-from-sdk-14.1.0.json"
LOCKS = "arm-locks-2020-05-01.derived-from-sdk-1.0.0.json"
RESOURCES = "arm-resources-2025-04-01.derived-from-sdk-26.0.0.json"
DATED = "azure-openai-authoring-2024-10-21.transcribed.json"
PREVIEW = "azure-openai-authoring-2025-04-01-preview.transcribed-partial.json"
V1 = "azure-openai-v1-files-finetuning.transcribed-partial.json"
OPENAI = "openai-openapi-2.3.0.files-uploads-finetune-models-chat.subset.json"
RESPONSES = "openai-openapi-2.3.0.responses.subset.json"
STORED = "openai-openapi-2.3.0.embeddings-batches-stored.subset.json"
EVALS = "openai-openapi-2.3.0.evals.subset.json"

_METHODS = ("get", "put", "post", "patch", "delete", "head")
_ACCOUNT = re.compile(r"/accounts/[^/]+(/api/projects/[^/]+)?/openai(?P<v1>/v1)?(?P<path>/.*)")
_EMBEDDINGS = re.compile(r"(/deployments/[^/]+)?/embeddings")
_CHAT = re.compile(r"(/deployments/[^/]+)?/chat/completions")
# Schemas whose known answers of Azure have keys that the specification has not.
OPEN = {
    "CallRateLimit",  # rate limits carry a key
    "FineTuningJob",  # suffix; the golden sample has it
    "CreateChatCompletionResponse",  # the content filter's results
    "CreateChatCompletionStreamResponse",
    "ChatCompletionStreamResponseDelta",
}


# Paths that are any resource of any provider.
_TOO_WIDE = (
    "/{resourceId}",
    (
        "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/"
        "{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"
    ),
)


@dataclass(frozen=True)
class Operation:
    file: str
    method: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = specification(self.file)["paths"][self.path][self.method]
        return found


@functools.cache
def specification(file: str, *, closed: bool = True) -> dict[str, Any]:
    """`closed` finds misspelt keys of answers; ARM itself ignores unknown keys of requests."""
    content: dict[str, Any] = json.loads((SPECS / file).read_text("utf-8"))
    schemas = content.get("definitions") or content["components"]["schemas"]
    for name, schema in schemas.items():
        if closed:
            _close(name, schema, file)
    for path in _TOO_WIDE:
        content["paths"].pop(path, None)
    if file == V1:
        # Azure's own answers on v1 say "pending", which this list has not.
        del schemas["OpenAI.FineTuningJob"]["properties"]["status"]["enum"]
        schemas |= _models()
    if file == OPENAI:
        # On Azure's dated surface the deployment in the path is the model.
        for part in schemas["CreateChatCompletionRequest"]["allOf"]:
            part["required"] = [key for key in part.get("required", ()) if key != "model"]
    if file == STORED:
        # OpenAI's own example of stored messages has the user's.
        del schemas["ChatCompletionResponseMessage"]["properties"]["role"]["enum"]
        required = schemas["CreateEmbeddingRequest"]["required"]
        required.remove("model")  # which on Azure's dated surface is the deployment in the path
        # In base64, which its request allows, a vector is a text.
        schemas["Embedding"]["properties"]["embedding"] = {}
    if file in (RESPONSES, EVALS):
        _loosen(content)
        _nest_errors(content)
    _plain(content)
    return content


def _loosen(node: object) -> None:
    """OpenAI's own alternatives are not disjoint, although it says oneOf."""
    if isinstance(node, list):
        for item in node:
            _loosen(item)
    if isinstance(node, dict):
        if isinstance(node.get("oneOf"), list):
            node["anyOf"] = node.pop("oneOf")
        for item in node.values():
            _loosen(item)


def _nest_errors(content: dict[str, Any]) -> None:
    """Some refusals of OpenAI's description lack the `error` around them, which its SDK wants."""
    bare, nested = "#/components/schemas/Error", "#/components/schemas/ErrorResponse"
    for methods in content["paths"].values():
        for described in methods.values():
            for response in described["responses"].values():
                schema = _content(response)
                if schema == {"$ref": bare}:
                    schema["$ref"] = nested


def _models() -> dict[str, Any]:
    """Which the specification of v1 takes over from OpenAI's."""
    theirs = json.loads((SPECS / OPENAI).read_text("utf-8"))["components"]["schemas"]
    names = ("Model", "ListModelsResponse")
    text = json.dumps({f"OpenAI.{name}": theirs[name] for name in names})
    taken: dict[str, Any] = json.loads(text.replace("schemas/Model", "schemas/OpenAI.Model"))
    return taken


def _close(name: str, schema: dict[str, Any], file: str) -> None:
    if file.startswith("arm-") and "properties" in schema and name not in OPEN:
        schema.setdefault("additionalProperties", False)


def _plain(node: object) -> None:
    """OpenAPI's own words into those of JSON Schema."""
    if isinstance(node, list):
        for item in node:
            _plain(item)
    if not isinstance(node, dict):
        return
    for word in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(node.get(word), bool):
            del node[word]
    if node.pop("nullable", False) is True:
        _allow_null(node)
    if (node.get("x-ms-enum") or {}).get("modelAsString"):
        node.pop("enum", None)
    for item in list(node.values()):
        _plain(item)


def _allow_null(node: dict[str, Any]) -> None:
    whole = dict(node)
    node.clear()
    node["anyOf"] = [whole, {"type": "null"}]


@functools.cache
def operations(file: str) -> tuple[tuple[re.Pattern[str], Operation], ...]:
    """Those with the fewest variables first: `/files/import` comes before `/files/{id}`."""
    paths = sorted(specification(file)["paths"], key=lambda path: (path.count("{"), path))
    return tuple(
        (_pattern(path), Operation(file, method, path))
        for path in paths
        for method in _METHODS
        if method in specification(file)["paths"][path]
    )


def _pattern(path: str) -> re.Pattern[str]:
    one = re.sub(r"\\{(scope|parentResourcePath|resourceId)\\}", ".*", re.escape(path))
    return re.compile(re.sub(r"\\{[\w-]+\\}", "[^/]+", one), re.IGNORECASE)


def find(method: str, path: str, version: str) -> Operation | None:
    """The operation that a request is, if a specification here has it."""
    method = method.lower()
    for file, below in _candidates(path, version):
        for pattern, operation in operations(file):
            if operation.method == method and pattern.fullmatch(below):
                return operation
    return None


def _candidates(path: str, version: str) -> list[tuple[str, str]]:
    found = _ACCOUNT.fullmatch(path)
    if found is None:
        return [(file, path.rstrip("/")) for file in (COGNITIVE, LOCKS, RESOURCES)]
    if _EMBEDDINGS.fullmatch(found["path"]):
        return [(STORED, "/embeddings")]
    if _CHAT.fullmatch(found["path"]):
        return [(OPENAI, "/chat/completions")]
    if found["v1"]:
        return [(file, found["path"]) for file in (V1, OPENAI, RESPONSES, STORED, EVALS)]
    return [(PREVIEW if version.endswith("-preview") else DATED, found["path"])]


def request_violation(operation: Operation, body: Any) -> str | None:  # noqa: ANN401
    """A null may say the same as a key that is not there, or be required."""
    schema = _request_schema(operation)
    if schema is None:
        return None
    wrong = _violation(operation.file, schema, _without_nulls(body), closed=False)
    if wrong is None or _violation(operation.file, schema, body, closed=False) is None:
        return None
    return wrong


def _without_nulls(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def response_violation(operation: Operation, status: int, body: Any) -> str | None:  # noqa: ANN401
    """A refusal needs no status of its own; `default` describes them all."""
    responses = operation.described["responses"]
    if status < 400 and str(status) not in responses:
        return f"the status {status} is none of {list(responses)}"
    response = responses.get(str(status)) or responses.get("default") or {}
    schema = _content(response)
    if schema is None or schema.get("type") == "file" or body is None or _is_gateways(body):
        return None
    return _violation(operation.file, schema, body)


def chunk_violation(operation: Operation, chunk: Any) -> str | None:  # noqa: ANN401
    """Of a streamed completion; Azure's first chunk has no name and only the prompt's filters."""
    if operation.file == RESPONSES:
        event = {"$ref": "#/components/schemas/ResponseStreamEvent"}
        return _violation(RESPONSES, event, chunk)
    if "prompt_filter_results" in chunk and not chunk["choices"]:
        return None
    schema = {"$ref": "#/components/schemas/CreateChatCompletionStreamResponse"}
    return _violation(OPENAI, schema, chunk)


def _is_gateways(body: Any) -> bool:  # noqa: ANN401
    """The gateway's own 401, which no specification describes."""
    return isinstance(body, dict) and body.keys() == {"statusCode", "message"}


def _request_schema(operation: Operation) -> dict[str, Any] | None:
    bodies = [p for p in operation.described.get("parameters", ()) if p.get("in") == "body"]
    if bodies:
        schema: dict[str, Any] = bodies[0]["schema"]
        return schema
    return _content(operation.described.get("requestBody") or {})


def _content(holder: dict[str, Any]) -> dict[str, Any] | None:
    if "schema" in holder:
        schema: dict[str, Any] = holder["schema"]
        return schema
    found: dict[str, Any] = holder.get("content", {}).get("application/json", {})
    return found.get("schema")


def _violation(
    file: str, schema: dict[str, Any], instance: object, *, closed: bool = True
) -> str | None:
    """The slower validator has the better words."""
    known = json.dumps(schema)
    if _quick(file, known, closed).is_valid(instance):
        return None
    validator = jsonschema.Draft202012Validator(_whole(file, known, closed))
    error = jsonschema.exceptions.best_match(validator.iter_errors(instance))
    return None if error is None else f"{error.json_path}: {error.message[:400]}"


@functools.cache
def _quick(file: str, schema: str, closed: bool) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_whole(file, schema, closed), validate_formats=False)


def _whole(file: str, schema: str, closed: bool) -> dict[str, Any]:
    whole = specification(file, closed=closed)
    roots = {key: whole[key] for key in ("definitions", "components") if key in whole}
    return {**json.loads(schema), **roots}
