"""A line of a data file as rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tuneops.dataset import jsontext
from tuneops.dataset.findings import JsonPath

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
PROMPT_ROLES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Document:
    """The JSON value of a line; `exact` is false when it was put together from several lines."""

    file: str
    line: int
    offset: int
    text: str
    value: object
    exact: bool = True

    def column(self, path: JsonPath, *, at_key: bool = False) -> int:
        return jsontext.column(self.text, path, at_key=at_key) if self.exact else 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose role is known; its other fields may be anything."""

    index: int
    role: str
    fields: dict[str, Any]

    @property
    def content(self) -> object:
        return self.fields.get("content")

    @property
    def text(self) -> str:
        """The text to read: of a list of parts, the text parts on lines of their own."""
        return "\n".join(_texts(self.content))

    @property
    def says_nothing(self) -> bool:
        """Whether there is text, and all of it is blank."""
        texts = list(_texts(self.content))
        parts = len(self.content) if isinstance(self.content, list) else 1
        return len(texts) == parts and not "".join(texts).strip()

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tool calls that are objects."""
        calls = self.fields.get("tool_calls")
        return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []

    @property
    def acts(self) -> bool:
        """Whether the message calls a function, which may stand in for content."""
        return bool(self.fields.get("tool_calls") or self.fields.get("function_call"))

    @property
    def trained(self) -> bool:
        return self.role == "assistant" and self.fields.get("weight") != 0


@dataclass(frozen=True)
class Example:
    """A chat example; `messages` leaves out what has no known role."""

    document: Document

    @cached_property
    def fields(self) -> dict[str, Any]:
        value = self.document.value
        return value if isinstance(value, dict) else {}

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        messages = self.fields.get("messages")
        if not isinstance(messages, list):
            return ()
        return tuple(
            Message(index, one["role"], one)
            for index, one in enumerate(messages)
            if isinstance(one, dict) and one.get("role") in ROLES
        )

    @property
    def whole(self) -> bool:
        """Whether every message has a known role, so that their order can be judged."""
        messages = self.fields.get("messages")
        return bool(self.messages) and len(self.messages) == len(messages or ())


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
            if isinstance(text, str):
                yield text
