"""Examples as flat lists, as the counting and hashing of a whole chunk wants them.

A line that the typed decoder takes, with no key twice and its roles in a known good order, is
proven to keep every rule of schema and structure, and is never looked at one by one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tuneops.dataset.examples import PROMPT_ROLES, ROLES, Document, Example, Message
from tuneops.dataset.rules import structure

ROLE_CODES = {role: code for code, role in enumerate(ROLES)}
FIRST_TALK_CODE = len(PROMPT_ROLES)  # system and developer come first
ASSISTANT = ROLE_CODES["assistant"]
USER = ROLE_CODES["user"]
LONGEST_ORDER = 400  # messages; longer conversations are examined one by one
_LETTERS = {"system": "s", "developer": "d", "user": "u", "assistant": "a"}
_NAMES = {letter: role for role, letter in _LETTERS.items()}
_QUOTES_OF_LINE = 2  # of "messages"
_QUOTES_OF_MESSAGE = 8  # of "role", "content" and their values
_HIDDEN_QUOTE = re.compile(rb"\\u0022")


class _Message(Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "developer", "user", "assistant"]
    content: str
    name: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")] | UnsetType = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET


class _Chat(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Message]


class Rows:
    """Examples of one chunk; messages, texts and strings of calls follow one another.

    ``orders`` are the messages' roles by code, ``ends`` where each example's messages end among
    them. The texts of prompts are there once each, those of the talk in the order of messages.
    """

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.offsets: list[int] = []
        self.raws: list[bytes] = []
        self.orders = bytearray()
        self.ends: list[int] = []
        self.talk: list[str] = []
        self.prompts: dict[str, int] = {}
        self.prompt_of: list[int] = []
        self.strings: list[str] = []
        self.string_owner: list[int] = []
        self.named: list[int] = []
        self.untrained: list[int] = []
        self.documents: dict[int, Document] = {}
        self.partial: list[int] = []

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, document: Document, raw: bytes) -> Example:
        """Take up an example of any shape, as far as it can be read as messages."""
        example = Example(document)
        position = len(self.lines)
        self.documents[position] = document
        self._place(document.line, document.offset, raw)
        for message in example.messages:
            self._message(message)
        self.ends.append(len(self.orders))
        if not example.whole:
            self.partial.append(position)
        return example

    def _place(self, line: int, offset: int, raw: bytes) -> None:
        self.lines.append(line)
        self.offsets.append(offset)
        self.raws.append(raw)

    def _message(self, message: Message) -> None:
        index = len(self.orders)
        self.orders.append(ROLE_CODES[message.role])
        if message.role in PROMPT_ROLES:
            self.prompt_of.append(self.prompts.setdefault(message.text, len(self.prompts)))
        else:
            self.talk.append(message.text)
        if message.fields.get("name"):
            self.named.append(index)
        if message.role == "assistant" and not message.trained:
            self.untrained.append(index)
        for text in _strings(message):
            self.strings.append(text)
            self.string_owner.append(index)


def decode_lines(
    rows: Rows, lines: Sequence[bytes], first_offset: int, first_line: int = 1
) -> list[tuple[int, int]]:
    """Add the proven lines of a chunk; the others come back as (line, offset).

    Lines are given with their ends.
    """
    decode = msgspec.json.Decoder(_Chat).decode
    left: list[tuple[int, int]] = []
    offset = first_offset
    expected = 0
    for line, raw in enumerate(lines, first_line):
        try:
            messages = decode(raw).messages
        except (ValueError, RecursionError):
            left.append((line, offset))
        else:
            if (quotes := _proven(raw, messages)) is None:
                left.append((line, offset))
            else:
                _take(rows, messages, line, offset, raw)
                expected += quotes
        offset += len(raw)
    return left


def _proven(raw: bytes, messages: list[_Message]) -> int | None:
    order = ""
    quotes = _QUOTES_OF_LINE + _QUOTES_OF_MESSAGE * len(messages)
    trained = False
    for message in messages:
        text = message.content
        if not text or text.isspace():
            return None
        order += _LETTERS[message.role]
        quotes += text.count('"')
        if message.weight is not UNSET:
            quotes += 2
            if message.role != "assistant":
                return None
        if message.weight != 0:
            trained |= message.role == "assistant"
        if message.name is not UNSET:
            quotes += 4
    if not trained or raw.count(b'"') != quotes or _HIDDEN_QUOTE.search(raw):
        return None
    return quotes if _good_order(order) else None
