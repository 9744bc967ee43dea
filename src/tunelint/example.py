"""A row of a data file as rules see it, and the formats that a file may have."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

JsonPath = tuple[str | int, ...]

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
PROMPT_ROLES = ("system", "developer")
RESULT_ROLES = ("tool", "function")
CHAT_KEYS = ("messages", "tools", "parallel_tool_calls", "functions", "function_call")
OUTPUT_KEYS = ("preferred_output", "non_preferred_output")
PAIR_KEYS = ("input", *OUTPUT_KEYS)


class Format(StrEnum):
    """What a file trains: conversations, pairs of answers, or questions for a grader."""

    SFT = "sft"
    DPO = "dpo"
    RFT = "rft"

    @property
    def rows(self) -> str:
        """What its rows are, and the method that trains on them, in words."""
        return _ROWS[self]


_ROWS = {
    Format.SFT: "conversations with their answers (method supervised)",
    Format.DPO: "pairs of answers (method dpo)",
    Format.RFT: "questions for a grader (method reinforcement)",
}


@dataclass(slots=True)
class Message:
    """A message whose role is known.

    `content` is that of the fields, which may be anything; `text` is its text: of a list of parts,
    the text parts on lines of their own.
    """

    role: str
    content: object
    text: str
    fields: dict[str, Any]
    path: JsonPath

    @property
    def is_blank(self) -> bool:
        """Whether there is text, and all of it is blank."""
        if isinstance(self.content, str):
            return not self.content or self.content.isspace()
        texts = list(texts_of_content(self.content))
        parts = len(self.content) if isinstance(self.content, list) else 1
        return len(texts) == parts and not "".join(texts).strip()

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tool calls that are objects."""
        calls = self.fields.get("tool_calls")
        return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []

    @property
    def calls_function(self) -> bool:
        """Whether the message calls a function, which may stand in for content."""
        return bool(self.fields.get("tool_calls") or self.fields.get("function_call"))

    @property
    def is_trained(self) -> bool:
        return self.role == "assistant" and self.fields.get("weight") != 0


class Example:
    """A row of a file of that format.

    Attributes:
        value: The row's JSON value, of any type.
        format: That of the file.
        line: From one.
        raw: The line's bytes without its end; empty if the value spans several lines.
        fields: The value, if it is an object; else empty.
        prompt: The input of a pair.
        messages: Those with a known role; a pair's end with the preferred output.
        rejected: The output of a pair that is not preferred.
        roles_known: Whether every message has a known role, so that their order can be judged.
        is_plain: Whether there is nothing but messages, and in these but a role and a text.
    """

    __slots__ = (
        "fields",
        "format",
        "is_plain",
        "line",
        "messages",
        "prompt",
        "raw",
        "rejected",
        "roles_known",
        "value",
    )

    def __init__(
        self, value: object, kind: Format = Format.SFT, line: int = 0, raw: bytes = b""
    ) -> None:
        self.value, self.format, self.line, self.raw = value, kind, line, raw
        self.fields: dict[str, Any] = value if isinstance(value, dict) else {}
        written = _list(self.fields, ("messages",))
        self.is_plain = self.fields.keys() == _PLAIN and all(map(_is_plain, written))
        if kind is Format.DPO:
            self._read_pair()
            return
        self.prompt: tuple[Message, ...] = ()
        self.rejected: tuple[Message, ...] = ()
        self.messages = _messages(written, ("messages",))
        self.roles_known = 0 < len(written) == len(self.messages)

    def _read_pair(self) -> None:
        asked = _list(self.fields, ("input", "messages"))
        preferred, rejected = (_list(self.fields, (key,)) for key in OUTPUT_KEYS)
        self.prompt = _messages(asked, ("input", "messages"))
        self.messages = (*self.prompt, *_messages(preferred, OUTPUT_KEYS[:1]))
        self.rejected = _messages(rejected, OUTPUT_KEYS[1:])
        self.roles_known = 0 < len(asked) + len(preferred) == len(self.messages)

    @property
    def tools(self) -> tuple[object, JsonPath]:
        """The tools declared, and where."""
        if self.format is not Format.DPO:
            return self.fields.get("tools"), ("tools",)
        prompt = self.fields.get("input")
        return (prompt.get("tools") if isinstance(prompt, dict) else None), ("input", "tools")

    def question_before(self, answer: Message) -> Message | None:
        """The user's message that an answer follows."""
        found = None
        for message in self.messages:
            if message is answer:
                return found
            if message.role == "user":
                found = message
        return found


_PLAIN = {"messages"}
_PLAIN_MESSAGE = {"role", "content"}
_PLAIN_ROLES = ("system", "user", "assistant")


def _is_plain(message: object) -> bool:
    return (
        isinstance(message, dict)
        and message.keys() == _PLAIN_MESSAGE
        and isinstance(message["content"], str)
        and message["role"] in _PLAIN_ROLES
    )


def _list(value: object, path: JsonPath) -> list[Any]:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _messages(written: list[Any], path: JsonPath) -> tuple[Message, ...]:
    found = [
        Message(one["role"], content := one.get("content"), text_of(content), one, (*path, index))
        for index, one in enumerate(written)
        if isinstance(one, dict) and one.get("role") in ROLES
    ]
    return tuple(found)


def detect_format(values: Iterable[object]) -> Format:
    """The format that most of the rows have; conversations where none can be told."""
    formats = Counter(found for value in values if (found := format_of(value)) is not None)
    return formats.most_common(1)[0][0] if formats else Format.SFT


def format_of(value: object) -> Format | None:
    """The format that a row's keys belong to; None for a row of none of them."""
    if not isinstance(value, dict):
        return None
    if set(OUTPUT_KEYS) & value.keys() or _is_pair_input(value.get("input")):
        return Format.DPO
    if "messages" not in value:
        return None
    return Format.RFT if _is_question(value) else Format.SFT


def fits(value: object, kind: Format) -> bool:
    """Whether a row can be one of that format; a question for a grader needs no further keys."""
    if kind is Format.RFT and isinstance(value, dict):
        return _ends_with_question(value)
    return format_of(value) is kind


def _is_pair_input(value: object) -> bool:
    return isinstance(value, dict) and "messages" in value


def _is_question(value: dict[str, Any]) -> bool:
    return _ends_with_question(value) and bool(value.keys() - set(CHAT_KEYS))


def _ends_with_question(value: dict[str, Any]) -> bool:
    messages = value.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "user"


def text_of(content: object) -> str:
    """The text of a message's content."""
    return content if isinstance(content, str) else "\n".join(texts_of_content(content))


def texts_of_content(content: object) -> Iterator[str]:
    """The texts and refusals of a message's content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
            if isinstance(text, str):
                yield text
