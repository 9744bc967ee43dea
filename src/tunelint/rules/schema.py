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
from tunelint.example import (
    CHAT_KEYS,
    OUTPUT_KEYS,
    PAIR_KEYS,
    ROLES,
    Example,
    Format,
    JsonPath,
    format_of,
)
from tunelint.rule import Violation, on_example, rule

NOT_AN_OBJECT = rule("""E301 not-an-object
    The line is JSON, but not an object.
    An example is an object with a "messages" list, not the list itself.
    Fix: Wrap the list: {"messages": […]}.
    Bad: ["Hola", "¡Hola!"]""")
MISSING_FIELD = rule("""E302 missing-field
    A required key is missing.
    An example needs "messages"; a message needs "role" and "content".
    Fix: Add the key.
    Bad: {"tools": []}""")
OTHER_FORMAT = rule("""E303 other-format
    The line is of another training format.
    A supervised chat job takes lines with messages only; it has no use for any other.
    Fix: Convert the line to {"messages": […]}.
    Bad: {"prompt": "Hola", "completion": "¡Hola!"}""")
WRONG_TYPE = rule("""E304 wrong-type
    A value has another JSON type than the format wants.
    The specification gives each key its type.
    Fix: Give the value the type that the message names.
    Bad: {"messages": {"role": "user", "content": "Hola"}}""")
EMPTY_MESSAGES = rule("""E305 empty-messages
    The list of messages is empty.
    There is nothing to learn from.
    Fix: Add the conversation or delete the line.
    Bad: {"messages": []}""")
UNKNOWN_ROLE = rule("""E306 unknown-role
    A role that the chat format does not have.
    Roles are system, developer, user, assistant and tool; other systems say bot or human.
    Fix: Write the role that is meant.
    Bad: {"role": "bot", "content": "Hola"}""")
UNKNOWN_FIELD = rule("""E307 unknown-field
    A key that a message does not have, or a misspelt key of a row.
    A misspelt key loses its value; foreign keys can make Azure refuse the file.
    Fix: Correct the key or delete it.
    Bad: {"role": "user", "contnet": "Hola", "content": "¡Hola!"}""")
EXTRA_KEY = rule("""I314 extra-key
    A key of the row that the format does not have, such as an id or a source.
    It is not trained on; nobody documents whether the service refuses it.
    Fix: Keep such facts in another file.
    Bad: {"messages": [{"role": "user", "content": "Hola"}], "source": "faq"}""")
CONTENT_NULL = rule("""E308 content-null
    Content is null where text is needed.
    Only an assistant message that calls tools may have no content.
    Fix: Write the text or delete the message.
    Bad: {"role": "user", "content": null}""")
CONTENT_PART = rule("""E309 content-part
    A part of a content list is malformed.
    A part is an object with a "type" and that type's value; images are for users only.
    Fix: Write {"type": "text", "text": "…"}, or give content as one string.
    Bad: {"role": "user", "content": ["Hola"]}""")
WEIGHT = rule("""E310 weight
    A weight other than 0 or 1.
    A weight says whether the message is trained on; fractions are not supported.
    Fix: Write 0 or 1, or leave the weight out, which means 1.
    Bad: {"role": "assistant", "content": "¡Hola!", "weight": 2}""")
WEIGHT_ROLE = rule("""E311 weight-role
    A weight on a message that is not the assistant's.
    Only assistant messages are trained on.
    Fix: Delete the weight.
    Bad: {"role": "user", "content": "Hola", "weight": 0}""")
NAME = rule("""E312 name
    A participant's name with characters that are not allowed.
    A name has 1 to 64 letters, digits, '_' and '-', without accents or spaces.
    Fix: Write the name with letters, digits, '_' and '-' only.
    Bad: {"role": "user", "name": "José Luis", "content": "Hola"}""")
DEPRECATED = rule("""W313 deprecated
    Function calling in its old form.
    "functions" and "function_call" have been replaced by "tools" and "tool_calls".
    Fix: Write tools and tool_calls.
    Bad: {"messages": [{"role": "user", "content": "Hola"}], "functions": []}""")

OTHER_METHOD = rule("""E315 other-method
    The file holds rows of another method than the one that trains on it.
    Each method has rows of its own: conversations, pairs of answers, or questions for a grader.
    Fix: Choose the method that the rows are made for, or bring rows of the method that is chosen.
    Bad: pairs of answers where a supervised job is configured""")

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # a participant's or a function's name
_CALLS = ("tool_calls", "function_call")
_KEYS = ("role", "content", "name", "weight", *_CALLS)  # calls and weights have rules of their own
_KEYS_OF = {"assistant": (*_KEYS, "refusal", "audio"), "tool": (*_KEYS, "tool_call_id")}
_PARTS: dict[str, dict[str, type]] = {
    "user": {"text": str, "image_url": dict},
    "assistant": {"text": str, "refusal": str},
}
_TEXT_ONLY: dict[str, type] = {"text": str}
_FORMATS = {
    **dict.fromkeys(("prompt", "completion"), "the old prompt and completion format"),
    **dict.fromkeys(OUTPUT_KEYS, "the preference format (DPO)"),
    **dict.fromkeys(("conversations", "conversation"), "the ShareGPT format"),
    "instruction": "the Alpaca format",
    "contents": "the Gemini format",
    "text": "plain text for completion",
}
_SYNONYMS = {
    **dict.fromkeys(("bot", "model", "gpt", "ai"), "assistant"),
    **dict.fromkeys(("human", "customer", "cliente"), "user"),
}
_TYPE_NAMES: dict[type, str] = {
    str: "a string",
    list: "a list",
    dict: "an object",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """Every way in which one line departs from its file's format."""
    value = example.value
    if example.is_plain and example.messages and example.format is Format.SFT:
        return
    if not isinstance(value, dict):
        yield Violation(NOT_AN_OBJECT, f"The line is {_kind(value)}, not an object.", ())
    elif example.format is Format.DPO and (found := format_of(value)):
        yield from _pair(value) if found is Format.DPO else ()  # else it is mixed-formats
    elif "messages" not in value:
        yield from _without_messages(value)
    else:
        if example.format is Format.SFT:
            yield from _extra_keys(value, CHAT_KEYS, ())
        yield from _conversation(value, ())


def _pair(value: dict[str, Any]) -> Iterator[Violation]:
    yield from _extra_keys(value, PAIR_KEYS, ())
    asked = value.get("input")
    if isinstance(asked, dict):
        yield from _extra_keys(asked, CHAT_KEYS, ("input",))
        if isinstance(asked.get("messages"), list):
            yield from _conversation(asked, ("input",))
    for key in OUTPUT_KEYS:
        if value.get(key) and isinstance(value[key], list):
            yield from _messages(value[key], (key,))


def _without_messages(value: dict[str, Any]) -> Iterator[Violation]:
    other = next((key for key in _FORMATS if key in value), None)
    if other is not None:
        yield Violation(OTHER_FORMAT, f"The line is in {_FORMATS[other]}.", (other,), at_key=True)
        return
    yield from _extra_keys(value, CHAT_KEYS, ())
    yield Violation(MISSING_FIELD, 'The key "messages" is missing.', ())


def _conversation(value: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    for key in ("functions", "function_call"):
        if key in value:
            yield Violation(DEPRECATED, f'"{key}" is deprecated.', (*at, key), at_key=True)
    if not isinstance(parallel := value.get("parallel_tool_calls", True), bool):
        yield _type_fault(parallel, "true or false", (*at, "parallel_tool_calls"))
    yield from _messages(value["messages"], (*at, "messages"))


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
    if not isinstance(role, str) or role not in ROLES:
        yield _role_fault(message, at)
        return
    yield from _unknown_keys(message, _KEYS_OF.get(role, _KEYS), at)
    if message.get("function_call"):
        text = '"function_call" is deprecated.'
        yield Violation(DEPRECATED, text, (*at, "function_call"), at_key=True)
    if message.get("tool_calls", ()) is None:
        yield _type_fault(None, "a list", (*at, "tool_calls"))
    yield from _content(message, role, at)
    yield from _weight(message, at)
    yield from _name(message, at)


def _role_fault(message: dict[str, Any], at: JsonPath) -> Violation:
    if "role" not in message:
        hint = 'ShareGPT says "from" and "value".' if "from" in message else ""
        return Violation(MISSING_FIELD, 'The message has no "role".', at, hint)
    role = message["role"]
    if not isinstance(role, str):
        return _type_fault(role, "a string", (*at, "role"))
    hint = _meant(_SYNONYMS.get(role.lower()) or _nearest(role, ROLES))
    return Violation(UNKNOWN_ROLE, f"There is no role {quote(role)}.", (*at, "role"), hint)


def _content(message: dict[str, Any], role: str, at: JsonPath) -> Iterator[Violation]:
    optional = role == "function" or any(message.get(key) for key in (*_CALLS, "refusal"))
    content, place = message.get("content"), (*at, "content")
    if isinstance(content, list):
        yield from _parts(content, role, place)
    elif content is not None and not isinstance(content, str):
        yield _type_fault(content, "a string or a list of parts", place)
    elif content is None and not optional and "content" in message:
        yield Violation(CONTENT_NULL, f"The content of the {role} message is null.", place)
    elif content is None and not optional and "tool_calls" not in message:
        yield Violation(MISSING_FIELD, f'The {role} message has no "content".', at)


def _parts(parts: list[Any], role: str, at: JsonPath) -> Iterator[Violation]:
    if not parts:
        yield Violation(CONTENT_PART, "The list of content parts is empty.", at)
    types = _PARTS.get(role, _TEXT_ONLY)
    for index, part in enumerate(parts):
        if (complaint := _part(part, types)) is not None:
            yield Violation(CONTENT_PART, complaint, (*at, index))
        else:
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
        return f'The part has no "{kind}" that is {_TYPE_NAMES[types[kind]]}.'
    return None


def _weight(message: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    if "weight" not in message:
        return
    weight, place = message["weight"], (*at, "weight")
    if message["role"] != "assistant":
        text = f"The {message['role']} message has a weight."
        yield Violation(WEIGHT_ROLE, text, place, at_key=True)
    elif type(weight) is not int or weight not in (0, 1):
        yield Violation(WEIGHT, f"The weight is {quote(weight)}.", place)


def _name(message: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    name, place = message.get("name"), (*at, "name")
    if message["role"] == "function" and "name" not in message:
        yield Violation(MISSING_FIELD, 'The function message has no "name".', at)
    elif name is not None and not isinstance(name, str):
        yield _type_fault(name, "a string", place)
    elif name is not None and not IDENTIFIER.fullmatch(name):
        yield Violation(NAME, f"The name {quote(name)} is not allowed.", place)


def _unknown_keys(value: dict[str, Any], known: Iterable[str], at: JsonPath) -> Iterator[Violation]:
    for key in value.keys() - set(known):
        hint = _meant(_nearest(key, known))
        yield Violation(UNKNOWN_FIELD, f"Unknown key {quote(key)}.", (*at, key), hint, at_key=True)


def _extra_keys(value: dict[str, Any], known: Iterable[str], at: JsonPath) -> Iterator[Violation]:
    """Keys beside those of a row: an error only where another key seems to be meant."""
    for violation in _unknown_keys(value, known, at):
        yield violation if violation.hint else replace(violation, rule=EXTRA_KEY)


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word[:64].lower(), known, 1)), "")


def _meant(word: str) -> str:
    return f"Did you mean '{word}'?" if word else ""


def _type_fault(value: object, wanted: str, at: JsonPath) -> Violation:
    return Violation(WRONG_TYPE, f'"{at[-1]}" must be {wanted}, not {_kind(value)}.', at)


def _kind(value: object) -> str:
    return _TYPE_NAMES[type(value)]
