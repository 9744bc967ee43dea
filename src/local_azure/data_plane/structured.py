"""Answers in a form: calls of tools, JSON, JSON of a schema, and the odds of each token."""

import json
import re
import secrets
from collections import Counter
from math import log
from random import Random
from typing import Any

from local_azure.data_plane.wire import Json, invalid_value
from local_azure.simulated_model.json_instance import instance
from local_azure.simulated_model.training_file import Message, text_of

MAX_TOOLS = 128
_CHOICES = ("none", "auto", "required")
_WORD = re.compile(r"[^\W\d_]{4,}")
_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]|\s+")


def checked_tools(body: Json) -> list[Json]:
    """Raises AzureError."""
    tools = body.get("tools") or []
    if not isinstance(tools, list) or len(tools) > MAX_TOOLS:
        raise invalid_value("tools", f"must be a list of up to {MAX_TOOLS}.")
    for position, tool in enumerate(tools):
        _require_function(tool, position)
    named = _named(body.get("tool_choice"))
    if named and named not in [tool["function"]["name"] for tool in tools]:
        raise invalid_value("tool_choice", f"names '{named}', which is not in 'tools'.")
    if not named and body.get("tool_choice") not in (None, *_CHOICES):
        raise invalid_value(
            "tool_choice", f"must be one of {', '.join(_CHOICES)}, or name a function."
        )
    return tools


def _require_function(tool: object, position: int) -> None:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise invalid_value(f"tools[{position}].function.name", "is missing.")
    if not isinstance(function.get("parameters"), dict | None):
        raise invalid_value(f"tools[{position}].function.parameters", "must be an object.")
    if not isinstance(function.get("description"), str | None):
        raise invalid_value(f"tools[{position}].function.description", "must be a text.")


def checked_format(body: Json) -> Json:
    form = body.get("response_format") or {"type": "text"}
    kind = form.get("type") if isinstance(form, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise invalid_value("response_format.type", "must be text, json_object or json_schema.")
    if kind == "json_schema" and not isinstance(_schema(form), dict):
        raise invalid_value("response_format.json_schema.schema", "is missing.")
    if kind == "json_object" and "json" not in json.dumps(body.get("messages")).lower():
        raise invalid_value(
            "messages",
            "must contain the word 'json' in some form, to use 'response_format' of type "
            "'json_object'.",
        )
    return dict(form)


def called_tool(
    tools: list[Json], choice: object, messages: list[Message], chance: Random
) -> Json | None:
    """The tool that was named, or that has most words in common with the question."""
    if not tools or choice == "none" or messages[-1]["role"] == "tool":
        return None
    question = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), "")
    named = _named(choice)
    ranked = sorted(tools, key=lambda tool: -_common(tool, question))
    chosen = next((tool for tool in tools if tool["function"]["name"] == named), ranked[0])
    if not named and choice != "required" and not _common(chosen, question):
        return None
    function = chosen["function"]
    arguments = instance(function.get("parameters") or {"type": "object"}, question, chance)
    return tool_call(function["name"], arguments)


def tool_call(name: str, arguments: object) -> Json:
    return {
        "id": f"call_{secrets.token_urlsafe(18)}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
    }


def formed(text: str, form: Json, chance: Random) -> str:
    """The answer as the response format wants it."""
    if form["type"] == "json_object":
        return json.dumps({"answer": text}, ensure_ascii=False)
    if form["type"] == "json_schema":
        return json.dumps(instance(_schema(form), text, chance), ensure_ascii=False)
    return text


def log_probabilities(text: str, top: int) -> list[Json]:
    """Of pieces like tokens: the logarithm of each one's share of the answer."""
    pieces = _TOKEN.findall(text)
    shares = Counter(pieces)
    likeliest = [_odds(piece, n, len(pieces)) for piece, n in shares.most_common(top)]
    return [
        {**_odds(piece, shares[piece], len(pieces)), "top_logprobs": likeliest} for piece in pieces
    ]


def _odds(piece: str, count: int, total: int) -> Json:
    return {"token": piece, "logprob": log(count / total), "bytes": list(piece.encode())}


def _named(choice: object) -> str | None:
    function = choice.get("function") if isinstance(choice, dict) else None
    return str(function["name"]) if isinstance(function, dict) and "name" in function else None


def _schema(form: Json) -> Any:  # noqa: ANN401
    described = form.get("json_schema")
    return described.get("schema") if isinstance(described, dict) else None


def _common(tool: Json, question: str) -> int:
    function = tool["function"]
    about = f"{function['name'].replace('_', ' ')} {function.get('description') or ''}".lower()
    return len(set(_WORD.findall(about)) & set(_WORD.findall(question.lower())))
