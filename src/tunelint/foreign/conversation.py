"""A conversation put together message by message, from what other formats call a turn."""

import json
from typing import Any

Row = dict[str, Any]

_ROLES = {
    "assistant": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "developer": "developer",
    "function_call": "call",
    "function_response": "result",
    "gpt": "assistant",
    "human": "user",
    "model": "assistant",
    "observation": "result",
    "system": "system",
    "tool": "result",
    "tool_call": "call",
    "tool_response": "result",
    "user": "user",
}
_OWN_ROLES = ("system", "developer", "user", "assistant", "tool", "function")


class LeftOutError(Exception):
    """Why a row cannot be converted, as part of a sentence: "the answer is empty"."""


class Conversation:
    """Messages in the form that the service trains on; calls get ids, results the ids of calls."""

    def __init__(self) -> None:
        self.messages: list[Row] = []
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
        if known == "call":
            self.call(text)
        elif known == "result":
            self.result(text)
        else:
            self.messages.append({"role": known, "content": text_of(text, f"a message of {role}")})

    def call(self, value: object) -> None:
        """Add tool calls: JSON, or what it stands for, with a name and arguments each."""
        calls = _json(value)
        for one in calls if isinstance(calls, list) else [calls]:
            if not isinstance(one, dict) or not isinstance(one.get("name"), str):
                raise LeftOutError("a tool call has no name")
            arguments = one.get("arguments", {})
            self._calls += 1
            self._open.append(f"call_{self._calls}")
            function = {
                "name": one["name"],
                "arguments": arguments if isinstance(arguments, str) else _written(arguments),
            }
            call = {"id": self._open[-1], "type": "function", "function": function}
            self._calling()["tool_calls"].append(call)

    def result(self, value: object) -> None:
        """Add what the oldest open call returned."""
        if not self._open:
            raise LeftOutError("a tool's result follows no call")
        text = value if isinstance(value, str) else _written(value)
        self.messages.append({"role": "tool", "tool_call_id": self._open.pop(0), "content": text})

    def extend(self, messages: object) -> None:
        """Add messages that name their role by `role` or `from`, and stay as they are otherwise."""
        if not isinstance(messages, list) or not messages:
            raise LeftOutError("the list of messages is empty or none")
        for one in messages:
            if not isinstance(one, dict):
                raise LeftOutError("a message is no object")
            if one.get("role") in _OWN_ROLES:
                self.messages.append({key: own for key, own in one.items() if own is not None})
            else:
                said = one.get("value", one.get("content"))
                self.say(one.get("from", one.get("role")), said)

    def _calling(self) -> Row:
        """The assistant's message that the next call belongs to."""
        if not self.messages or self.messages[-1]["role"] != "assistant":
            self.messages.append({"role": "assistant"})
        self.messages[-1].setdefault("tool_calls", [])
        return self.messages[-1]


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


def tools_of(value: object) -> list[Row]:
    """Tool declarations, bare functions wrapped as the service wants them."""
    tools = _json(value)
    if not isinstance(tools, list) or not all(isinstance(one, dict) for one in tools):
        raise LeftOutError("the tools are no list of objects")
    return [one if "function" in one else {"type": "function", "function": one} for one in tools]


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise LeftOutError("the text of a tool call or of the tools is no JSON") from None


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
