"""The texts of a row, where they stand, and what is prose in them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import re2

from tunelint.escaping import quote
from tunelint.example import CHAT_KEYS, Example, Format, JsonPath, Message

CALL, EXTRA = "call", "extra"  # roles of texts that are no message's
_AROUND = 20  # characters on each side of a place that is quoted


class Text(NamedTuple):
    """`role` is that of the message, CALL for arguments, or EXTRA for a row's own fields."""

    example: Example
    role: str
    path: JsonPath
    text: str
    is_rejected: bool = False


def texts_of(example: Example) -> Iterator[Text]:
    for message in example.messages:
        yield from _of_message(example, message)
    if example.format is Format.DPO:
        for message in example.rejected:
            yield from _of_message(example, message, is_rejected=True)
    elif example.format is Format.RFT:
        for key, value in example.fields.items():
            if key not in CHAT_KEYS:
                yield from _strings(example, (key,), value)


def quote_around(text: str, at: int) -> str:
    """A place of a text with what stands around it."""
    return quote(text[max(0, at - _AROUND) : at + _AROUND])


def prose(text: str) -> str:
    """The text with code, formulas and addresses blanked out, each place where it was."""
    if "```" in text or "~~~" in text:
        text = "\n".join(" " * len(line) if inside else line for line, inside in code_lines(text))
    blanked: str = _NOT_PROSE.sub(lambda found: " " * len(found[0]), text)
    return blanked


_NOT_PROSE = re2.compile(
    r"`[^`\n]{1,300}`|\b(?:https?://|www\.)[^\s)>\]]+"
    r"|\$\$[^$]+\$\$|\$[^$\n]{1,300}\$|\\\([^)]{1,300}\\\)"
)


def code_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a fence or fenced; an open fence runs to the end."""
    fence = ""
    for line in text.split("\n"):
        mark = _fence_mark(line)
        if not fence:
            fence = mark
            yield line, bool(mark)
        else:
            yield line, True
            if line.rstrip().endswith(fence):
                fence = ""


def open_fence(text: str) -> str:
    """The marks of a fence that is never closed, or nothing."""
    fence = ""
    if "```" not in text and "~~~" not in text:
        return fence
    for line in text.split("\n"):
        if not fence:
            fence = _fence_mark(line)
        elif line.rstrip().endswith(fence):
            fence = ""
    return fence


def is_in_code(text: str, at: int) -> bool:
    """Whether a place of a text is in code, a formula or an address."""
    return prose(text)[at] == " " != text[at]


def _fence_mark(line: str) -> str:
    bare = line.strip().removeprefix("> ")
    for character in "`~":
        marks = len(bare) - len(bare.lstrip(character))
        if marks >= 3 and character not in bare[marks:]:  # noqa: PLR2004 - CommonMark
            return character * marks
    return ""


def _of_message(example: Example, message: Message, *, is_rejected: bool = False) -> Iterator[Text]:
    content, path = message.content, (*message.path, "content")
    if isinstance(content, str):
        yield Text(example, message.role, path, content, is_rejected)
    elif isinstance(content, list):
        for index, part in enumerate(content):
            text = part.get("text") if isinstance(part, dict) else None
            if isinstance(text, str):
                yield Text(example, message.role, (*path, index, "text"), text, is_rejected)
    for index, call in enumerate(message.calls):
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, str):
            path = (*message.path, "tool_calls", index, "function", "arguments")
            yield Text(example, CALL, path, arguments, is_rejected)


def _strings(example: Example, path: JsonPath, value: Any) -> Iterator[Text]:  # noqa: ANN401 - JSON
    waiting = [(path, value)]
    while waiting:
        at, one = waiting.pop()
        if isinstance(one, str):
            yield Text(example, EXTRA, at, one)
        elif isinstance(one, dict):
            waiting += [((*at, key), item) for key, item in one.items()]
        elif isinstance(one, list):
            waiting += [((*at, index), item) for index, item in enumerate(one)]
