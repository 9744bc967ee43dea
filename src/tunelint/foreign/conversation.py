"""A conversation put together message by message, from what other formats call a turn."""

import json
from typing import Any

from tunelint.example import ROLES

Row = dict[str, Any]

_CALL, _RESULT = "call", "result"
_CONTENTS = ("value", "content", "parts")
_ROLES = {
    **dict.fromkeys(("human", "user"), "user"),
    **dict.fromkeys(("assistant", "bard", "bing", "bot", "chatgpt", "gpt", "model"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("function_call", "tool_call"), _CALL),
    **dict.fromkeys(("function_response", "observation", "tool", "tool_response"), _RESULT),
}


class LeftOutError(Exception):
    """Why a row cannot be converted, as part of a sentence: "the answer is empty"."""


class Conversation:
    """Messages in the form that the service trains on; calls get ids, results the ids of calls."""

    def __init__(self) -> None:
        self.messages: list[Row] = []
        self.dropped: set[str] = set()  # kinds of parts that training rows do not have
        self._calls = 0
        self._open: list[str] = []  # ids of calls that have no result yet

    def say(self, role: object, text: object) -> None:
        """Add what somebody said, under whatever name the format has for the role.

        Raises:
            LeftOutError: The role is unknown, or the text is none.
        """
        known = _ROLES.get(role.lower()) if isinstance(role, str) else None
        if known is None:
            raise LeftOutError(f"the role {role!r:.40} is unknown")
        if known == _CALL:
            self.call(text)
        elif known == _RESULT:
            self._result(text)
        elif self._open:
            raise LeftOutError("a tool call has no result")
        else:
            self.messages.append({"role": known, "content": text_of(text, f"a message of {role}")})

    def call(self, value: object) -> None:
        """Add tool calls, each with a name and arguments: JSON, or what it stands for."""
        calls = _decoded(value)
        for one in calls if isinstance(calls, list) else [calls]:
            if not isinstance(one, dict) or not isinstance(one.get("name"), str):
                raise LeftOutError("a tool call has no name")
            self._calls += 1
            self._open.append(f"call_{self._calls}")
            function = {"name": one["name"], "arguments": _text(one.get("arguments", {}))}
            call = {"id": self._open[-1], "type": "function", "function": function}
            if not self.messages or self.messages[-1]["role"] != "assistant":
                self.messages.append({"role": "assistant"})
            self.messages[-1].setdefault("tool_calls", []).append(call)

    def _result(self, value: object) -> None:
        """Add what the open calls returned: the result of the oldest, or a list with all."""
        if not self._open:
            raise LeftOutError("a tool's result follows no call")
        for one in _each(value, len(self._open)):
            content = one["content"] if isinstance(one, dict) and "content" in one else one
            result = {"role": "tool", "tool_call_id": self._open.pop(0), "content": _text(content)}
            self.messages.append(result)

    def extend(self, messages: object) -> None:
        """Add messages of any format; the service's own as they are."""
        if not isinstance(messages, list) or not messages:
            raise LeftOutError("the list of messages is empty or none")
        for one in messages:
            if not isinstance(one, dict):
                raise LeftOutError("a message is no object")
            if one.get("role") in ROLES and not is_extended(one):
                self.messages.append({key: own for key, own in one.items() if own is not None})
            else:
                self._add(one)

    def _add(self, message: Row) -> None:
        """Add a message with its text, its tool calls and its weight."""
        role = message.get("from", message.get("role"))
        keys = (key for key in _CONTENTS if message.get(key) is not None)
        parts = _parts(message.get(next(keys, "content")))
        texts = [value for kind, value in parts if kind == "text"]
        calls = [value for kind, value in parts if kind == "tool_call"]
        self.dropped.update(kind for kind, _ in parts if kind not in {"text", "tool_call"})
        if len(texts) == 1:
            self.say(role, texts[0])
        elif texts or not calls:
            self.say(role, "\n".join(text_of(one, f"a message of {role}") for one in texts))
        for one in calls:
            self.call(one)
        self._weigh(message.get("loss_weight"))

    def _weigh(self, weight: object) -> None:
        if weight in (None, 1) or self.messages[-1]["role"] != "assistant":
            return
        if weight != 0:
            raise LeftOutError("an answer has a weight other than 0 and 1")
        self.messages[-1]["weight"] = 0


def is_extended(message: Row) -> bool:
    """Whether a message has a weight or parts that the service's messages do not have."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return bool(message.keys() & {"loss_weight", "parts"}) or any(
        isinstance(part, dict) and "value" in part for part in parts
    )


def _parts(content: object) -> list[tuple[str, object]]:
    """Content as pairs of kind and value: a list of parts, or one text."""
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        return [("text", content)]
    return [
        ("text", part["text"])
        if "text" in part
        else (str(part.get("type", next(iter(part), "part"))), part.get("value"))
        for part in content
    ]


def text_of(value: object, what: str) -> str:
    """A text, or a number as text.

    Raises:
        LeftOutError: It is empty or of another kind; `what` names it.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise LeftOutError(f"{what} is no text")
    if not value.strip():
        raise LeftOutError(f"{what} is empty")
    return value


def with_tools(row: Row, value: object) -> Row:
    """The row with tool declarations, bare functions wrapped as the service wants them."""
    if not value:
        return row
    tools = _decoded(value)
    if not isinstance(tools, list) or not all(isinstance(one, dict) for one in tools):
        raise LeftOutError("the tools are no list of objects")
    wrapped = (one if "function" in one else {"type": "function", "function": one} for one in tools)
    return row | {"tools": list(wrapped)}


def _decoded(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise LeftOutError("the text of a tool call or of the tools is no JSON") from None


def _each(value: object, number: int) -> list[Any]:
    """So many results that are written as one list, or one result."""
    try:
        found = _decoded(value)
    except LeftOutError:
        found = None
    return found if isinstance(found, list) and len(found) == number > 1 else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
