"""A line of a data file as rules see it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from tuneops.dataset import jsontext
from tuneops.dataset.findings import JsonPath

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
PROMPT_ROLES = ("system", "developer")
RESULT_ROLES = ("tool", "function")
CHAT_KEYS = ("messages", "tools", "parallel_tool_calls", "functions", "function_call")
DETECTED_ON = 100  # lines


class Format(StrEnum):
    """What a training file holds: conversations, pairs of answers, or questions with references."""

    SFT = "sft"
    DPO = "dpo"
    RFT = "rft"


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
    at: JsonPath

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
    """An example of a file of that format; `messages` leaves out what has no known role.

    Of a pair, the preferred answer counts as the end of the conversation.
    """

    document: Document
    format: Format = Format.SFT

    @cached_property
    def fields(self) -> dict[str, Any]:
        value = self.document.value
        return value if isinstance(value, dict) else {}

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        if self.format is Format.DPO:
            return (*self.asked, *self._messages(("preferred_output",)))
        return self._messages(("messages",))

    @cached_property
    def asked(self) -> tuple[Message, ...]:
        """The input of a pair."""
        return self._messages(("input", "messages"))

    @cached_property
    def rejected(self) -> tuple[Message, ...]:
        """The answer of a pair that is not preferred."""
        return self._messages(("non_preferred_output",))

    @cached_property
    def informed(self) -> bool:
        """Whether it has a tool's result."""
        return any(one.role in RESULT_ROLES for one in self.messages)

    @property
    def tools(self) -> tuple[object, JsonPath]:
        """The tools declared, and where."""
        if self.format is not Format.DPO:
            return self.fields.get("tools"), ("tools",)
        asked = self.fields.get("input")
        return (asked.get("tools") if isinstance(asked, dict) else None), ("input", "tools")

    @property
    def whole(self) -> bool:
        """Whether every message has a known role, so that their order can be judged."""
        if self.format is Format.DPO:
            lists: tuple[JsonPath, ...] = (("input", "messages"), ("preferred_output",))
        else:
            lists = (("messages",),)
        expected = sum(len(self._list(at)) for at in lists)
        return bool(self.messages) and len(self.messages) == expected

    def _list(self, at: JsonPath) -> list[Any]:
        value: object = self.fields
        for step in at:
            value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, list) else []

    def _messages(self, at: JsonPath) -> tuple[Message, ...]:
        return tuple(
            Message(index, one["role"], one, (*at, index))
            for index, one in enumerate(self._list(at))
            if isinstance(one, dict) and one.get("role") in ROLES
        )


def detect_format(values: Iterable[object]) -> Format:
    """The format that most of the first lines have; what cannot be told is a conversation."""
    formats = Counter(format_of(value) for value in values)
    formats.pop(None, None)
    return formats.most_common(1)[0][0] or Format.SFT if formats else Format.SFT


def format_of(value: object) -> Format | None:
    """The format that a line's keys speak of."""
    if not isinstance(value, dict):
        return None
    if {"preferred_output", "non_preferred_output"} & value.keys() or (
        "input" in value and "messages" not in value
    ):
        return Format.DPO
    if "messages" not in value:
        return None
    return Format.RFT if _is_question(value) else Format.SFT


def _is_question(value: dict[str, Any]) -> bool:
    messages = value["messages"]
    last = messages[-1] if isinstance(messages, list) and messages else None
    asks = isinstance(last, dict) and last.get("role") == "user"
    return asks and bool(value.keys() - set(CHAT_KEYS))


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
            if isinstance(text, str):
                yield text
