"""The shape of a chat example: 300 to 399.

Source: the fine-tuning guide of Azure OpenAI (learn.microsoft.com, 2026-10) and the chat
completion messages of OpenAI's own specification 2.3.0.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from tunelint.escaping import quote
from tunelint.example import CHAT_KEYS, ROLES, Example, Format, JsonPath, format_of
from tunelint.rule import Violation, on_example, rule

_GOOD = (
    '{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola! ¿Adónde?"}]}'
)
_ANSWER = '{"role": "assistant", "content": "¡Hola!"}'

NOT_AN_OBJECT = rule(
    "E301",
    "not-an-object",
    what="The line is JSON, but not an object.",
    why='An example is an object with a "messages" list, not the list itself.',
    bad='[{"role": "user", "content": "Hola"}, {"role": "assistant", "content": "¡Hola!"}]',
    good=_GOOD,
    fix='Wrap the list: {"messages": […]}.',
)
MISSING_FIELD = rule(
    "E302",
    "missing-field",
    what="A required key is missing.",
    why='An example needs "messages"; a message needs "role" and "content".',
    bad='{"tools": []}',
    good=_GOOD,
    fix="Add the key.",
)
OTHER_FORMAT = rule(
    "E303",
    "other-format",
    what="The line is of another training format.",
    why="A supervised chat job takes lines with messages only; it has no use for any other.",
    bad='{"prompt": "Hola", "completion": "¡Hola!"}',
    good=_GOOD,
    fix="Convert the file: python -m tunelint convert FILE NEW_FILE.",
)
WRONG_TYPE = rule(
    "E304",
    "wrong-type",
    what="A value has another JSON type than the format wants.",
    why="The specification gives each key its type.",
    bad='{"messages": {"role": "user", "content": "Hola"}}',
    good=_GOOD,
    fix="Give the value the type that the message names.",
)
EMPTY_MESSAGES = rule(
    "E305",
    "empty-messages",
    what='"messages" is an empty list.',
    why="There is nothing to learn from.",
    bad='{"messages": []}',
    good=_GOOD,
    fix="Add the conversation or delete the line.",
)
UNKNOWN_ROLE = rule(
    "E306",
    "unknown-role",
    what="A role that the chat format does not have.",
    why="Roles are system, developer, user, assistant and tool.",
    bad='{"messages": [{"role": "bot", "content": "Hola"}, ' + _ANSWER + "]}",
    good=_GOOD,
    fix="Write the role that is meant; other systems say bot or model for assistant, "
    "human for user.",
)
UNKNOWN_FIELD = rule(
    "E307",
    "unknown-field",
    what="A key that a message does not have, or a misspelt key of a row.",
    why="A misspelt key loses its value; foreign keys can make Azure refuse the file.",
    bad='{"messages": [{"role": "user", "contnet": "Hola", "content": ""}, ' + _ANSWER + "]}",
    good=_GOOD,
    fix="Correct the key or delete it.",
)
EXTRA_KEY = rule(
    "I314",
    "extra-key",
    what="A key of the row that the format does not have, such as an id or a source.",
    why="It is not trained on; nobody documents whether the service refuses it.",
    bad='{"messages": [{"role": "user", "content": "Hola"}, ' + _ANSWER + '], "source": "faq"}',
    good=_GOOD,
    fix="Keep such facts in another file.",
)
CONTENT_NULL = rule(
    "E308",
    "content-null",
    what="Content is null where text is needed.",
    why="Only an assistant message that calls tools may have no content.",
    bad='{"messages": [{"role": "user", "content": null}, ' + _ANSWER + "]}",
    good=_GOOD,
    fix="Write the text or delete the message.",
)
CONTENT_PART = rule(
    "E309",
    "content-part",
    what="A part of a content list is malformed.",
    why='A part is an object with a "type" and that type\'s value; images are for users only.',
    bad='{"messages": [{"role": "user", "content": ["Hola"]}, ' + _ANSWER + "]}",
    good='{"messages": [{"role": "user", "content": [{"type": "text", "text": "Hola"}]}, '
    + _ANSWER
    + "]}",
    fix='Write {"type": "text", "text": "…"}, or give content as one string.',
)
WEIGHT = rule(
    "E310",
    "weight",
    what="A weight other than 0 or 1.",
    why="A weight says whether the message is trained on; fractions are not supported.",
    bad='{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola!", "weight": 2}]}',
    good='{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola!", "weight": 1}]}',
    fix="Write 0 or 1, or leave the weight out, which means 1.",
)
WEIGHT_ROLE = rule(
    "E311",
    "weight-role",
    what="A weight on a message that is not the assistant's.",
    why="Only assistant messages are trained on.",
    bad='{"messages": [{"role": "user", "content": "Hola", "weight": 0}, ' + _ANSWER + "]}",
    good=_GOOD,
    fix="Delete the weight.",
)
NAME = rule(
    "E312",
    "name",
    what="A participant's name with characters that are not allowed.",
    why="A name has 1 to 64 letters, digits, '_' and '-', without accents or spaces.",
    bad='{"messages": [{"role": "user", "name": "José Luis", "content": "Hola"}, ' + _ANSWER + "]}",
    good='{"messages": [{"role": "user", "name": "jose_luis", "content": "Hola"}, '
    + _ANSWER
    + "]}",
    fix="Write the name with letters, digits, '_' and '-' only.",
)
DEPRECATED = rule(
    "W313",
    "deprecated",
    what="Function calling in its old form.",
    why='"functions" and "function_call" have been replaced by "tools" and "tool_calls".',
    bad='{"messages": [{"role": "user", "content": "Hola"}, ' + _ANSWER + '], "functions": []}',
    good=_GOOD,
    fix="Write tools and tool_calls.",
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAIR_KEYS = ("input", "preferred_output", "non_preferred_output")
_ASSISTANT_KEYS = ("refusal", "audio", "tool_calls", "function_call")
_MESSAGE_KEYS = {
    role: ("role", "content", "name", "weight", *extra)
    for role, extra in {
        "system": (),
        "developer": (),
        "user": (),
        "assistant": _ASSISTANT_KEYS,
        "tool": ("tool_call_id",),
        "function": (),
    }.items()
}
_ELSEWHERE = {"weight", "tool_calls", "function_call"}  # judged by rules of their own
_PARTS: dict[str, dict[str, type]] = {
    "user": {"text": str, "image_url": dict},
    "assistant": {"text": str, "refusal": str},
}
_TEXT_ONLY: dict[str, type] = {"text": str}
_FORMATS = {
    "prompt": "the old prompt and completion format",
    "completion": "the old prompt and completion format",
    "preferred_output": "the preference format (DPO)",
    "non_preferred_output": "the preference format (DPO)",
    "conversations": "the ShareGPT format",
    "conversation": "the ShareGPT format",
    "instruction": "the Alpaca format",
    "contents": "the Gemini format",
    "text": "plain text for completion",
}
_SYNONYMS = {"bot": "assistant", "model": "assistant", "gpt": "assistant", "ai": "assistant"} | {
    "human": "user",
    "customer": "user",
    "cliente": "user",
}


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """Every way in which one line departs from its file's format."""
    if example.is_plain and example.messages and example.format is Format.SFT:
        return
    value = example.value
    if not isinstance(value, dict):
        yield Violation(NOT_AN_OBJECT, f"The line is {_kind(value)}, not an object.", ())
    elif example.format is Format.DPO:
        if format_of(value) is Format.DPO:
            yield from _pair(value)
        elif "messages" not in value:
            yield from _without_messages(value)
    elif "messages" not in value:
        yield from _without_messages(value)
    else:
        if example.format is Format.SFT:
            yield from _extra_keys(value, CHAT_KEYS, ())
        yield from _options(value, ())
        yield from _messages(value["messages"], ("messages",))


def _pair(value: dict[str, Any]) -> Iterator[Violation]:
    yield from _extra_keys(value, _PAIR_KEYS, ())
    asked = value.get("input")
    if isinstance(asked, dict):
        yield from _extra_keys(asked, CHAT_KEYS, ("input",))
        yield from _options(asked, ("input",))
        if isinstance(asked.get("messages"), list):
            yield from _messages(asked["messages"], ("input", "messages"))
    for key in _PAIR_KEYS[1:]:
        if value.get(key) and isinstance(value[key], list):
            yield from _messages(value[key], (key,))


def _without_messages(value: dict[str, Any]) -> Iterator[Violation]:
    for key, name in _FORMATS.items():
        if key in value:
            yield Violation(OTHER_FORMAT, f"The line is in {name}.", (key,), at_key=True)
            return
    yield from _extra_keys(value, CHAT_KEYS, ())
    yield Violation(MISSING_FIELD, 'The key "messages" is missing.', ())


def _options(value: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    for key in ("functions", "function_call"):
        if key in value:
            yield Violation(DEPRECATED, f'"{key}" is deprecated.', (*at, key), at_key=True)
    parallel = value.get("parallel_tool_calls", True)
    if not isinstance(parallel, bool):
        yield _type_fault(parallel, "true or false", (*at, "parallel_tool_calls"))


def _messages(messages: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(messages, list):
        yield _type_fault(messages, "a list", at)
    elif not messages:
        yield Violation(EMPTY_MESSAGES, '"messages" is empty.', at)
    else:
        for index, message in enumerate(messages):
            yield from _message(message, (*at, index))


def _message(message: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(message, dict):
        yield _type_fault(message, "an object", at)
        return
    role = message.get("role")
    if role not in ROLES if isinstance(role, str) else True:
        yield _role_fault(message, at)
        return
    yield from _unknown_keys(message, _MESSAGE_KEYS[str(role)], at)
    if message.get("function_call"):
        yield Violation(
            DEPRECATED, '"function_call" is deprecated.', (*at, "function_call"), at_key=True
        )
    if message.get("tool_calls", ()) is None:
        yield _type_fault(None, "a list", (*at, "tool_calls"))
    yield from _content(message, str(role), at)
    yield from _weight(message, at)
    yield from _name(message, at)


def _role_fault(message: dict[str, Any], at: JsonPath) -> Violation:
    if "role" not in message:
        hint = 'ShareGPT says "from" and "value".' if "from" in message else ""
        return Violation(MISSING_FIELD, 'The message has no "role".', at, hint)
    role = message["role"]
    if not isinstance(role, str):
        return _type_fault(role, "a string", (*at, "role"))
    near = _SYNONYMS.get(role.lower()) or _nearest(role, ROLES)
    hint = f"Did you mean '{near}'?" if near else ""
    return Violation(UNKNOWN_ROLE, f"There is no role {quote(role)}.", (*at, "role"), hint)


def _content(message: dict[str, Any], role: str, at: JsonPath) -> Iterator[Violation]:
    optional = role == "function" or bool(
        message.get("tool_calls") or message.get("function_call") or message.get("refusal")
    )
    if "content" not in message:
        if not optional and "tool_calls" not in message:
            yield Violation(MISSING_FIELD, f'The {role} message has no "content".', at)
        return
    content, place = message["content"], (*at, "content")
    if content is None:
        if not optional:
            yield Violation(CONTENT_NULL, f"The content of the {role} message is null.", place)
    elif isinstance(content, list):
        yield from _parts(content, role, place)
    elif not isinstance(content, str):
        yield _type_fault(content, "a string or a list of parts", place)


def _parts(parts: list[Any], role: str, at: JsonPath) -> Iterator[Violation]:
    if not parts:
        yield Violation(CONTENT_PART, "The list of content parts is empty.", at)
    types = _PARTS.get(role, _TEXT_ONLY)
    for index, part in enumerate(parts):
        if (complaint := _part(part, types)) is not None:
            yield Violation(CONTENT_PART, complaint, (*at, index))
        elif isinstance(part, dict):
            yield from _unknown_keys(part, ("type", part["type"]), (*at, index))


def _part(part: object, types: dict[str, type]) -> str | None:
    if not isinstance(part, dict):
        return f"A content part is an object; this is {_kind(part)}."
    kind = part.get("type")
    if kind == "image_url" and isinstance(part.get(kind), dict):
        return None  # wherever it stands: the rules of images judge it
    if not isinstance(kind, str) or kind not in types:
        return f"Parts here are of type {' or '.join(types)}, not {quote(kind)}."
    if not isinstance(part.get(kind), types[kind]):
        return f'The part needs "{kind}" as {_TYPE_NAMES[types[kind]]}.'
    return None


def _weight(message: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    if "weight" not in message:
        return
    if message["role"] != "assistant":
        yield Violation(
            WEIGHT_ROLE,
            f"The {message['role']} message has a weight.",
            (*at, "weight"),
            at_key=True,
        )
    elif type(message["weight"]) is not int or message["weight"] not in (0, 1):
        yield Violation(WEIGHT, f"The weight is {quote(message['weight'])}.", (*at, "weight"))


def _name(message: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    name = message.get("name")
    if message["role"] == "function" and "name" not in message:
        yield Violation(MISSING_FIELD, 'The function message has no "name".', at)
    if name is None:
        return
    if not isinstance(name, str):
        yield _type_fault(name, "a string", (*at, "name"))
    elif not _NAME.fullmatch(name):
        yield Violation(NAME, f"The name {quote(name)} is not allowed.", (*at, "name"))


def _unknown_keys(value: dict[str, Any], known: Iterable[str], at: JsonPath) -> Iterator[Violation]:
    for key in value.keys() - set(known) - _ELSEWHERE:
        near = _nearest(key, known)
        hint = f"Did you mean '{near}'?" if near else ""
        yield Violation(UNKNOWN_FIELD, f"Unknown key {quote(key)}.", (*at, key), hint, at_key=True)


def _extra_keys(value: dict[str, Any], known: Iterable[str], at: JsonPath) -> Iterator[Violation]:
    """Keys beside those of a row: an error only where another key seems to be meant."""
    for violation in _unknown_keys(value, known, at):
        yield violation if violation.hint else replace(violation, rule=EXTRA_KEY)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:64].lower(), known, 1)
    return near[0] if near else ""


def _type_fault(value: object, wanted: str, at: JsonPath) -> Violation:
    return Violation(WRONG_TYPE, f'"{at[-1]}" must be {wanted}, not {_kind(value)}.', at)


_TYPE_NAMES: dict[type, str] = {
    str: "a string",
    list: "a list",
    dict: "an object",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def _kind(value: object) -> str:
    return _TYPE_NAMES[type(value)]
