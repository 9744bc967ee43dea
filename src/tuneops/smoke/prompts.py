"""The smoke prompts: one JSON object a line, with an id and a prompt or a conversation."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, TypeAdapter, ValidationError

from tunelint.source import open_regular
from tuneops import config_errors
from tuneops.azure.chat import Message
from tuneops.checks.kinds import PromptCheck
from tuneops.errors import ConfigError
from tuneops.linting.errors import as_config_error

MAX_BYTES = 20 * 10**6  # of the whole file; a prompt is asked several times, and each costs
_KEYS = {"id", "prompt", "messages", "tags", "checks"}
_SHAPE = '{"id": "greeting", "prompt": "…", "tags": []} or {"id": "greeting", "messages": [...]}'


@dataclass(frozen=True)
class Prompt:
    """A conversation without its system message; the last message is the user's."""

    id: str
    messages: tuple[Message, ...]
    tags: tuple[str, ...] = ()
    checks: tuple[PromptCheck, ...] = ()


class _ChecksOfPrompt(BaseModel):
    checks: tuple[PromptCheck, ...] = ()


_PROMPTS: TypeAdapter[list[Prompt]] = TypeAdapter(list[Prompt])


def read_prompts(path: Path) -> list[Prompt]:
    """Every smoke prompt of a file.

    Raises:
        ConfigError: The file cannot be read, holds no prompt, or a line breaks the format; the
            line is named.
    """
    try:
        with as_config_error(), open_regular(path) as stream:
            content = stream.read(MAX_BYTES + 1)
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The smoke prompts {path} cannot be read: {error}.",
            remedy="Name a UTF-8 JSONL file under data.smoke_prompts.",
        ) from error
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"{path} has more than {MAX_BYTES:,} bytes.", remedy="Ask fewer or shorter prompts."
        )
    prompts = [
        _prompt(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not prompts:
        raise ConfigError(f"{path} holds no prompt.", remedy=f"Write one a line: {_SHAPE}.")
    _refuse_duplicates(prompts, path)
    return prompts


def digest(prompts: Sequence[Prompt]) -> str:
    """SHA-256 of the prompts' content, whatever the spelling of their file."""
    plain = _PROMPTS.dump_python(list(prompts), mode="json", by_alias=True, exclude_defaults=True)
    content = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _prompt(line: str, where: str) -> Prompt:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        _refuse(where, f"is not JSON in UTF-8 ({error})")
    if not isinstance(row, dict):
        _refuse(where, "is not a JSON object")
    if unknown := row.keys() - _KEYS:
        _refuse(where, f"has an unknown key {', '.join(map(repr, sorted(unknown)))}")
    name, tags = row.get("id"), row.get("tags", [])
    if not isinstance(name, str) or not name.strip():
        _refuse(where, "needs an id")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        _refuse(where, "needs tags that are a list of strings")
    return Prompt(name, tuple(_messages(row, where)), tuple(tags), _checks(row, where))


def _checks(row: dict[str, Any], where: str) -> tuple[PromptCheck, ...]:
    try:
        return _ChecksOfPrompt.model_validate(row).checks
    except ValidationError as error:
        found = config_errors.describe(error, _ChecksOfPrompt)
        _refuse(where, f"has a check that cannot be read: {found}")


def _messages(row: dict[str, Any], where: str) -> Iterator[Message]:
    if ("prompt" in row) == ("messages" in row):
        _refuse(where, "needs either a prompt or messages")
    turns = row.get("messages", [{"role": "user", "content": row.get("prompt")}])
    if not isinstance(turns, list) or not turns:
        _refuse(where, "needs messages that are a list")
    for turn in turns:
        if not isinstance(turn, dict) or turn.keys() != {"role", "content"}:
            _refuse(where, "has a message without exactly a role and a content")
        if turn["role"] not in ("user", "assistant"):
            _refuse(
                where, "has a role other than user and assistant; the system message is configured"
            )
        if not isinstance(turn["content"], str) or not turn["content"].strip():
            _refuse(where, "has an empty message")
        yield Message(role=turn["role"], content=turn["content"])
    if turns[-1]["role"] != "user":
        _refuse(where, "must end with a message of the user")


def _refuse(where: str, fault: str) -> NoReturn:
    raise ConfigError(f"{where} {fault}.", remedy=f"A line looks like {_SHAPE}.")


def _refuse_duplicates(prompts: Sequence[Prompt], path: Path) -> None:
    seen: set[str] = set()
    for prompt in prompts:
        if prompt.id in seen:
            raise ConfigError(
                f"{path} holds two prompts with the id '{prompt.id}'.",
                remedy="Give each prompt an id of its own.",
            )
        seen.add(prompt.id)
