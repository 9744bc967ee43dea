"""Chat examples that are proven to keep every rule of schema and structure, many at a time.

A line that the typed decoder takes, with no key twice and its roles in a known good order, is
never looked at one by one. What is not proven may still be in order; it is examined in full.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType
from numpy.typing import NDArray

from tuneops.dataset.examples import Document, Example
from tuneops.dataset.jsontext import JsonFault, parse
from tuneops.dataset.rules import structure, tools

LONGEST_ORDER = 400  # messages; longer conversations are examined one by one
_LETTERS = {"system": "s", "developer": "d", "user": "u", "assistant": "a", "tool": "t"}
_CALLS = "c"  # an assistant's message that calls
_ROLES = {letter: {"role": role, "content": "x"} for role, letter in _LETTERS.items()}
_SHAPES: dict[str, dict[str, Any]] = _ROLES | {
    _CALLS: {"role": "assistant", "tool_calls": [{"id": "1"}]}
}
_MAY_BE_BLANK = (_CALLS, _LETTERS["tool"])
_KEYS_QUOTES, _CHAT_QUOTES = 8, 2  # of "role", its value, "content" and its value; of "messages"
_DECLARATIONS = 64  # of tools, kept with what was found on them

_Name = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
_Weight = Literal[0, 1]


class Said(Struct, forbid_unknown_fields=True, gc=False):
    """A message of the plainest form."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str
    name: _Name | UnsetType = UNSET
    weight: _Weight | UnsetType = UNSET


class Called(Said):
    """A message with tool calls; `strings` are the name and the arguments of each on end."""

    strings: list[str] = []


class Chat(Struct, forbid_unknown_fields=True, gc=False):
    """What is said in an example; a line that is not proven has none of it."""

    messages: list[Said]


class ToolChat(Chat):
    """A conversation that may call tools, with their declarations as they are written."""

    tools: bytes = b""


class _Function(Struct, forbid_unknown_fields=True, gc=False):
    name: str
    arguments: str


class _Call(Struct, forbid_unknown_fields=True, gc=False):
    id: str
    type: Literal["function"]
    function: _Function


class _Turn(Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | UnsetType | None = UNSET
    name: _Name | UnsetType = UNSET
    weight: _Weight | UnsetType = UNSET
    tool_calls: list[_Call] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class _TurnsWithTools(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Turn]
    tools: msgspec.Raw
    parallel_tool_calls: bool | UnsetType = UNSET


UNPROVEN = Chat([])
_DECODER = msgspec.json.Decoder(Chat)
_TOOL_DECODER = msgspec.json.Decoder(_TurnsWithTools)


def proven(raws: Sequence[bytes]) -> list[Chat]:
    """What is said in each line that is proven; in any other line, nothing."""
    chats = [_decoded(raw) for raw in raws]
    plain = [at for at, chat in enumerate(chats) if type(chat) is Chat]
    orderly = _orderly([raws[at] for at in plain], [chats[at].messages for at in plain])
    for at, kept in zip(plain, orderly.tolist(), strict=True):
        if not kept:
            chats[at] = UNPROVEN
    return chats


def _decoded(raw: bytes) -> Chat:
    try:
        return _DECODER.decode(raw)
    except (ValueError, RecursionError):
        return _with_tools(raw) if b'"tools"' in raw else UNPROVEN


def _with_tools(raw: bytes) -> Chat:
    """A conversation that breaks no rule on tools, no key of which is there twice."""
    try:
        chat = _TOOL_DECODER.decode(raw)
    except (ValueError, RecursionError):
        return UNPROVEN
    declared = bytes(chat.tools)
    said = [_said(turn) for turn in chat.messages]
    if (
        not all(map(_is_whole, chat.messages))
        or not _keeps_order("".join(map(_letter, said)))
        or not _teaches(said)
        or not _declares(declared)
        or not _has_unique_keys(raw, chat)
        or any(tools.examine(Example(Document("", 0, 0, "", msgspec.json.decode(raw)))))
    ):
        return UNPROVEN
    return ToolChat(said, declared)


def _is_whole(turn: _Turn) -> bool:
    """Whether a message has content or may do without, and no key of another role's."""
    answers = turn.tool_call_id is not UNSET
    return (isinstance(turn.content, str) or bool(turn.tool_calls)) and (
        not answers or turn.role == "tool"
    )


@lru_cache(maxsize=_DECLARATIONS)
def _declares(raw: bytes) -> bool:
    """Whether tools are declared in JSON without any fault."""
    try:
        return parse(f"[{raw.decode()}]") not in ([[]], [None])  # as deep as on the line
    except JsonFault:
        return False


def _said(turn: _Turn) -> Said:
    content = turn.content or ""
    if not turn.tool_calls:
        return Said(turn.role, content, turn.name, turn.weight)  # type: ignore[arg-type] # tools too
    strings = [
        text for call in turn.tool_calls for text in (call.function.name, call.function.arguments)
    ]
    return Called("assistant", content, turn.name, turn.weight, strings)


def _letter(message: Said) -> str:
    return _CALLS if isinstance(message, Called) else _LETTERS[message.role]


def _orderly(raws: list[bytes], chats: list[list[Said]]) -> NDArray[np.bool_]:
    """Which of the plain chats break no rule and have no key twice."""
    flat = [message for chat in chats for message in chat]
    ends = np.cumsum([len(chat) for chat in chats], dtype=np.int64)
    kept = _in_order(flat, ends)
    special = [
        at
        for at, one in enumerate(flat)
        if '"' in one.content or not one.content or one.content.isspace() or one.weight is not UNSET
    ]
    single = set(np.searchsorted(ends, special, side="right").tolist())
    others = [at for at in range(len(raws)) if at not in single]
    joined = b"".join([raws[at] for at in others])
    marks = np.count_nonzero(np.frombuffer(joined, np.uint8) == ord('"'))
    if marks > sum(_CHAT_QUOTES + _KEYS_QUOTES * len(chats[at]) for at in others):
        single.update(others)  # one has a name, or a key twice
    for at in single:
        kept[at] &= _teaches(chats[at]) and _has_unique_keys(raws[at], Chat(chats[at]))
    return kept


def _in_order(flat: list[Said], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which chats have their roles in an order that breaks no rule."""
    letters = "".join([_LETTERS[message.role] for message in flat])
    bounds = [0, *ends.tolist()]
    orders = [letters[start:end] for start, end in pairwise(bounds)]
    good = {order for order in set(orders) if _keeps_order(order)}
    return np.array([order in good for order in orders], np.bool_)


def _has_unique_keys(raw: bytes, decoded: Struct) -> bool:
    """Whether a line has no key twice.

    A decoder drops the first of two values without a word, but not its quotation marks: there
    must be as many on the line as in what is decoded. A line never has fewer, unless it writes
    one in a text by its number.
    """
    return b"\\u0022" not in raw and raw.count(b'"') == msgspec.json.encode(decoded).count(b'"')


def _teaches(chat: list[Said]) -> bool:
    """Whether no message is blank, weights are on answers only, and one of those is trained on."""
    learnt = False
    for message in chat:
        blank = not message.content or message.content.isspace()
        if blank and _letter(message) not in _MAY_BE_BLANK:
            return False
        answers = message.role == "assistant"
        if message.weight is not UNSET and not answers:
            return False
        learnt |= answers and message.weight != 0
    return learnt


@lru_cache(maxsize=4096)
def _keeps_order(order: str) -> bool:
    """Whether the rules of structure have nothing to say on messages of these roles."""
    if not order or len(order) > LONGEST_ORDER:
        return False
    messages = [_SHAPES[letter] for letter in order]
    return not any(structure.examine(Example(Document("", 0, 0, "", {"messages": messages}))))
