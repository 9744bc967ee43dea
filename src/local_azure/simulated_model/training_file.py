"""Reads a training or validation file the way the service does when it accepts one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import toktok

from local_azure.json_text import parsed
from local_azure.simulated_model import images
from local_azure.simulated_model.content_checks import harm_types

Message = dict[str, Any]

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
LINE_LIMIT = 64 * 1024 * 1024  # bytes; keeps memory bounded on a file without line ends
BATCH = 256  # examples whose tokens are counted in one call
FAILED = "Validation of jsonl file failed: "  # the service's own words; what follows is ours


class InvalidFileError(Exception):
    """Its text is what the service would give as the file's `status_details`."""

    def __init__(self, reason: str) -> None:
        super().__init__(FAILED + reason)


@dataclass(frozen=True)
class Example:
    """One line: `messages` ends with the wanted answer unless `answered` is false.

    `item` is the whole line, `rejected` the output that was not preferred.
    """

    messages: list[Message]
    preference: bool
    answered: bool
    images: bool = False
    item: Message = field(default_factory=dict)
    rejected: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Inspection:
    """What preprocessing finds out about a file; `tokens` are those of one epoch."""

    examples: int = 0
    tokens: int = 0
    preferences: int = 0
    unanswered: int = 0
    harm_types: tuple[str, ...] = ()
    images: int = 0  # examples that have some
    error: str | None = None


def text_of(message: Message) -> str:
    """The message's text: plain content, or the text parts of a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def count_tokens(conversations: list[list[Message]]) -> list[int]:
    """Tokens of each conversation, by the rule of the service's tutorial.

    3 a message, 3 a conversation, and the o200k_base tokens of every value.
    """
    values = [_values(messages) for messages in conversations]
    counts = iter(toktok.batch_count((v for vs in values for v in vs), "o200k_base", 1))
    return [
        3 + 3 * len(messages) + sum(islice(counts, len(vs)))
        for messages, vs in zip(conversations, values, strict=True)
    ]


def read_examples(path: Path) -> Iterator[Example]:
    """Every example of the file. Raises InvalidFileError at the first bad line."""
    with path.open("rb") as file:
        for number, line in _lines(file):
            yield _example(_parsed(line, number), number)


def inspect_file(path: Path) -> Inspection:
    """Reads the whole file in constant memory; a bad file is an answer, not an exception."""
    found = Inspection()
    examples = read_examples(path)
    try:
        while batch := list(islice(examples, BATCH)):
            found = _added(found, batch)
    except InvalidFileError as error:
        return Inspection(error=str(error))
    if not found.examples:
        return Inspection(error=f"{FAILED}No valid json line found in file.")
    if found.images > images.EXAMPLES:
        return Inspection(error=f"{FAILED}More than {images.EXAMPLES} examples have images.")
    return found


def _added(found: Inspection, batch: list[Example]) -> Inspection:
    harms = {harm for e in batch for m in e.messages for harm in harm_types(text_of(m))}
    return Inspection(
        examples=found.examples + len(batch),
        tokens=found.tokens + sum(count_tokens([example.messages for example in batch])),
        preferences=found.preferences + sum(example.preference for example in batch),
        unanswered=found.unanswered + sum(not example.answered for example in batch),
        images=found.images + sum(example.images for example in batch),
        harm_types=tuple(sorted({*found.harm_types, *harms})),
    )


def _values(messages: list[Message]) -> list[str]:
    return [
        text_of(message) if key == "content" else _as_text(value)
        for message in messages
        for key, value in message.items()
        if key != "weight"
    ]


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(LINE_LIMIT):
        number += 1
        if len(line) == LINE_LIMIT:
            raise InvalidFileError(f"Line {number} is longer than {LINE_LIMIT} bytes.")
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield number, line


def _parsed(line: bytes, number: int) -> Message:
    try:
        value = parsed(line)
    except UnicodeDecodeError as error:
        raise InvalidFileError(f"Line {number} is not valid UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidFileError(f"Line {number} is not valid JSON.") from error
    if not isinstance(value, dict):
        raise InvalidFileError(f"Line {number} is not a JSON object.")
    return cast("Message", value)


def _example(line: Message, number: int) -> Example:
    source = line.get("input") if "preferred_output" in line else line
    if not isinstance(source, dict):
        raise InvalidFileError(f"Line {number}: 'input' is not an object.")
    messages = _messages(source.get("messages"), number, "messages")
    if wrong := images.problem(messages):
        raise InvalidFileError(f"Line {number}: {wrong}")
    seen = images.count(messages) > 0
    if source is line:
        answered = messages[-1]["role"] == "assistant"
        return Example(messages, preference=False, answered=answered, images=seen, item=line)
    rejected = _completion(line, number, "non_preferred_output")
    preferred = _completion(line, number, "preferred_output")
    return Example(
        messages + preferred, preference=True, answered=True, images=seen, rejected=rejected
    )


def _completion(line: Message, number: int, key: str) -> list[Message]:
    messages = _messages(line.get(key), number, key)
    if not any(message["role"] == "assistant" for message in messages):
        raise InvalidFileError(f"Line {number}: '{key}' has no message of the assistant.")
    return messages


def _messages(value: object, number: int, key: str) -> list[Message]:
    if not isinstance(value, list) or not value:
        raise InvalidFileError(f"Line {number} has no '{key}'.")
    for position, message in enumerate(value):
        if problem := _problem(message):
            raise InvalidFileError(f"Line {number}, {key}[{position}]: {problem}")
    return value


def _problem(message: object) -> str | None:
    if not isinstance(message, dict):
        return "not an object."
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        return f"'{role}' is not one of the roles {', '.join(sorted(ROLES))}."
    if role == "assistant" and ("tool_calls" in message or "function_call" in message):
        return None
    if not isinstance(message.get("content"), str | list):
        return "'content' is missing or not a text."
    return _weight_problem(message)


def _weight_problem(message: Message) -> str | None:
    if "weight" not in message:
        return None
    if message["role"] != "assistant":
        return "'weight' belongs to assistant messages only."
    return None if message["weight"] in (0, 1) else "'weight' is neither 0 nor 1."
