"""A row as a conversation that a person can read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunelint.errors import InputError, UsageError
from tunelint.escaping import visible
from tunelint.example import Example, Format, format_of
from tunelint.foreign.recognise import no_text
from tunelint.json_text import JsonProblem, parse
from tunelint.source import BOM, HEAD_BYTES, Line, open_regular, read_lines

_INDENT = 11  # columns that a role has
_LONGEST = 2_000  # characters of a line that is no row


def show(path: Path, numbers: Sequence[int]) -> Iterator[str]:
    """Lines of a file, each as a conversation.

    Raises:
        InputError: The file cannot be read, or is no text.
        UsageError: It has no line of that number.
    """
    wanted, last = set(numbers), 0
    with open_regular(path) as stream:
        if foreign := no_text(stream.read(HEAD_BYTES)):
            raise InputError(foreign.message, remedy=foreign.hint(path))
        for line in read_lines(stream):
            last = line.number
            if last in wanted:
                wanted.discard(last)
                yield f"{visible(str(path))}:{last}"
                yield from (f"  {text}".rstrip() for text in _shown(line))
                yield ""
            if not wanted:
                return
    missing = ", ".join(map(str, sorted(wanted)))
    raise UsageError(f"The file has {last:,} lines, and none of number {missing}.",
                     remedy="Lines count from one.")  # fmt: skip


def _shown(line: Line) -> Iterator[str]:
    raw = line.raw.removeprefix(BOM)
    try:
        value = parse(raw)
    except (UnicodeDecodeError, JsonProblem) as error:
        why = error.message if isinstance(error, JsonProblem) else "The line is not UTF-8."
        yield f"no row: {why}"
        yield visible(raw[:_LONGEST].decode("utf-8", "backslashreplace"))
        return
    kind = format_of(value)
    if kind is None or not isinstance(value, dict):
        yield from ("no training row:", visible(_json(value)))
        return
    yield from _example(Example(value, kind, line.number, raw))


def _example(example: Example) -> Iterator[str]:
    fields = dict(example.fields)
    if example.format is Format.DPO:
        asked = fields.pop("input", None)
        fields |= asked if isinstance(asked, dict) else {}
    yield from _messages(fields.pop("messages", None))
    for name, key in (
        ("preferred:", "preferred_output"),
        ("not preferred:", "non_preferred_output"),
    ):
        if key in fields:
            yield from (name, *_messages(fields.pop(key)))
    tools = fields.pop("tools", None)
    if isinstance(tools, list):
        yield from _block("tools", ", ".join(map(_tool_name, tools)))
    for key, value in fields.items():
        yield from _block(key, _json(value))


def _messages(messages: object) -> Iterator[str]:
    for one in messages if isinstance(messages, list) else [messages]:
        if not isinstance(one, dict):
            yield from _block("no message", _json(one))
            continue
        weight = one.get("weight")
        role = str(one.get("role"))
        yield from _block(role if weight is None else f"{role} (weight {weight})", _text(one))
        calls = one.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            yield from _block("  calls", _call(call))


def _call(call: object) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return _json(call)
    return f"{function.get('name')}({function.get('arguments')})"


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(map(_part, content)) if isinstance(content, list) else _json(content)


def _part(part: object) -> str:
    text = part.get("text", part.get("value")) if isinstance(part, dict) else part
    if isinstance(text, str):
        return text
    kind = part.get("type") if isinstance(part, dict) else type(part).__name__
    return f"[{kind}]"


def _tool_name(tool: object) -> str:
    function = tool.get("function", tool) if isinstance(tool, dict) else {}
    return str(function.get("name")) if isinstance(function, dict) else "?"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:_LONGEST]


def _block(name: str, text: str) -> Iterator[str]:
    """A name, and beside it the text, whose further lines stand under its first."""
    first, *others = visible(text, keep="\n").split("\n")
    yield f"{visible(name) + ' ':<{_INDENT}}{first}".rstrip()
    yield from (f"{'':<{_INDENT}}{other}".rstrip() for other in others)
