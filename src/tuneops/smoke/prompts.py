"""The smoke prompts: one JSON object a line, with an id and a prompt or a conversation."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from tunelint.source import open_regular
from tuneops import config_errors
from tuneops.azure.chat import Asked, Message
from tuneops.checks.kinds import PromptCheck
from tuneops.errors import ConfigError
from tuneops.linting.errors import as_config_error

MAX_BYTES = 20 * 10**6  # of the whole file; a prompt is asked several times, and each costs
_OPTIONS: dict[str, Any] = {"tools": list, "tool_choice": (str, dict), "response_format": dict}
_KEYS = {"id", "prompt", "messages", "tags", "checks", *_OPTIONS}
_TURN = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
_SHAPE = '{"id": "greeting", "prompt": "…", "tags": []} or {"id": "greeting", "messages": [...]}'


@dataclass(frozen=True)
class Prompt:
    """A conversation; the last message is the user's, or what a tool returned.

    ``options`` are those of a chat completion: tools, tool_choice, response_format. ``control``
    names the control set that it belongs to, if it does.
    """

    id: str
    messages: tuple[Message, ...]
    tags: tuple[str, ...] = ()
    checks: tuple[PromptCheck, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    control: str = ""

    def asked(self, system_message: str) -> Asked:
        """What is asked: under this system message, unless the prompt has its own."""
        if not system_message or self.messages[0]["role"] == "system":
            return Asked(self.messages, self.options)
        system = Message(role="system", content=system_message)
        return Asked([system, *self.messages], self.options)

    @property
    def question(self) -> str:
        """The last words of the user."""
        return next((m["content"] for m in self.messages[::-1] if m["role"] == "user"), "")


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
    messages, options = tuple(_messages(row, where)), _options(row, where)
    return Prompt(name, messages, tuple(tags), _checks(row, where), options)


def _options(row: dict[str, Any], where: str) -> dict[str, Any]:
    for key, kinds in _OPTIONS.items():
        if key in row and not isinstance(row[key], kinds):
            _refuse(where, f"has {key} of another form than chat completions take")
    if "tool_choice" in row and not row.get("tools"):
        _refuse(where, "has a tool_choice and no tools")
    return {key: row[key] for key in _OPTIONS if key in row}


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
    for number, turn in enumerate(turns):
        if not isinstance(turn, dict) or turn.get("role") not in _TURN:
            _refuse(where, f"has a message whose role is none of {', '.join(_TURN)}")
        if turn["role"] == "system" and number:
            _refuse(where, "has a system message that is not the first")
        if unknown := turn.keys() - _TURN[turn["role"]]:
            _refuse(where, f"has a message with an unknown key {min(unknown)!r}")
        yield _message(turn, where)
    if turns[-1]["role"] not in ("user", "tool"):
        _refuse(where, "must end with a message of the user, or of a tool")


def _message(turn: dict[str, Any], where: str) -> Message:
    calls, content = turn.get("tool_calls"), turn.get("content") or ""
    if not isinstance(content, str) or not (content.strip() or calls):
        _refuse(where, "has an empty message")
    if turn["role"] == "tool" and not isinstance(turn.get("tool_call_id"), str):
        _refuse(where, "has a tool's message without tool_call_id")
    if calls is not None and not (isinstance(calls, list) and all(map(_is_call, calls))):
        _refuse(where, "has tool_calls of another form than chat completions take")
    return cast("Message", {**turn, "content": content})


def _is_call(call: object) -> bool:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return False
    return isinstance(function.get("name"), str) and isinstance(function.get("arguments"), str)


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
