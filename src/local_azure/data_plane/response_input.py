"""The input of a response, as messages of a chat and as the items that can be listed."""

import secrets
from dataclasses import dataclass

from local_azure.data_plane.wire import Json, invalid_value

LEAST_OUTPUT_TOKENS = 16  # OpenAI's specification
_ROLES = ("user", "system", "developer", "assistant")
_TEXTS = ("input_text", "output_text", "text")


@dataclass(frozen=True)
class Prompt:
    """`messages` with those of the conversation before, `items` of this input alone."""

    instructions: str | None
    messages: list[Json]
    items: list[Json]

    @classmethod
    def of(cls, body: Json, before: list[Json]) -> "Prompt":
        """Raises AzureError."""
        given = body.get("input", "")
        listed = [{"role": "user", "content": given}] if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise invalid_value("input", "must be a text or a list of items.")
        instructions = body.get("instructions")
        if not isinstance(instructions, str | None):
            raise invalid_value("instructions", "must be a text.")
        made = [_message(item, position) for position, item in enumerate(listed)]
        messages = [message for message in made if message is not None]
        if not before + messages:
            raise invalid_value("input", "is empty.")
        return cls(instructions, before + messages, [_item(item) for item in listed])

    def chat_body(self, body: Json) -> Json:
        """The same request in the words of a chat completion; raises AzureError."""
        system = [{"role": "system", "content": self.instructions}] if self.instructions else []
        most = body.get("max_output_tokens")
        if isinstance(most, int) and most < LEAST_OUTPUT_TOKENS:
            raise invalid_value("max_output_tokens", f"must be at least {LEAST_OUTPUT_TOKENS}.")
        same = ("temperature", "top_p", "stream", "user", "parallel_tool_calls")
        return {
            **{key: body[key] for key in same if key in body},
            "messages": system + self.messages,
            "max_tokens": most,
            "tools": [_tool(tool, n) for n, tool in enumerate(_tools(body))],
            "tool_choice": _choice(body.get("tool_choice")),
            "response_format": _format(text_format(body)),
        }


def text_format(body: Json) -> Json:
    """Raises AzureError."""
    text = body.get("text") or {}
    form = text.get("format") if isinstance(text, dict) else text
    if not isinstance(form, dict | None):
        raise invalid_value("text.format", "must be an object.")
    return form or {"type": "text"}


def tools_shown(body: Json) -> list[Json]:
    return [
        {
            "type": "function",
            "name": tool["name"],
            "description": tool.get("description"),
            "parameters": tool.get("parameters") or {},
            "strict": tool.get("strict") is not False,
        }
        for tool in _tools(body)
    ]


def _tools(body: Json) -> list[Json]:
    tools = body.get("tools") or []
    if not isinstance(tools, list):
        raise invalid_value("tools", "must be a list.")
    return tools


def _tool(tool: object, position: int) -> Json:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if kind != "function" or not isinstance(tool, dict):
        raise invalid_value(f"tools[{position}].type", f"is '{kind}': only functions are here.")
    known = ("name", "description", "parameters", "strict")
    return {"type": "function", "function": {key: tool[key] for key in known if key in tool}}


def _choice(choice: object) -> object:
    if isinstance(choice, dict) and choice.get("type") == "function":
        return {"type": "function", "function": {"name": choice.get("name")}}
    return choice


def _format(form: Json) -> Json:
    if form.get("type") != "json_schema":
        return {"type": form.get("type")}
    return {
        "type": "json_schema",
        "json_schema": {key: form.get(key) for key in ("name", "schema")},
    }


def _message(item: Json, position: int) -> Json | None:
    """None for what a chat has no word for: reasoning, and references to earlier items."""
    kind = item.get("type", "message")
    if kind == "message" and item.get("role") in _ROLES:
        return {"role": item["role"], "content": _content(item.get("content"), position)}
    if kind == "function_call":
        function = {"name": str(item.get("name")), "arguments": str(item.get("arguments"))}
        called = {"id": str(item.get("call_id")), "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [called]}
    if kind == "function_call_output":
        output = item.get("output")
        text = output if isinstance(output, str) else _content(output, position)
        return {"role": "tool", "content": text, "tool_call_id": str(item.get("call_id"))}
    if kind in ("reasoning", "item_reference"):
        return None
    raise invalid_value(f"input[{position}]", "is no message, function call or output of one.")


def _content(content: object, position: int) -> object:
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not content:
        raise invalid_value(f"input[{position}].content", "must be a text or a list of parts.")
    return [_part(part, position) for part in content]


def _part(part: object, position: int) -> Json:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(part, dict) and kind in _TEXTS and isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    if isinstance(part, dict) and kind == "input_image" and isinstance(part.get("image_url"), str):
        return {"type": "image_url", "image_url": {"url": part["image_url"]}}
    raise invalid_value(f"input[{position}].content", "has a part that is neither text nor image.")


def _item(item: Json) -> Json:
    """As it is listed: with an id, and a message's content in parts."""
    kind = item.get("type", "message")
    prefix = {"message": "msg", "function_call": "fc", "function_call_output": "fco"}.get(kind)
    listed = {**item, "type": kind, "id": f"{prefix or 'item'}_{secrets.token_hex(24)}"}
    if kind != "message":
        return listed
    return listed | {"status": "completed", "content": _listed_content(item)}


def _listed_content(item: Json) -> list[Json]:
    content = item["content"]
    if not isinstance(content, str):
        return [{"detail": "auto", **p} if p["type"] == "input_image" else p for p in content]
    if item["role"] == "assistant":
        return [{"type": "output_text", "text": content, "annotations": [], "logprobs": []}]
    return [{"type": "input_text", "text": content}]
