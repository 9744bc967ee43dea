"""Examples as flat lists, as the counting and hashing of a whole chunk wants them.

A line that the typed decoder takes, with no key twice and its roles in a known good order, is
proven to keep every rule of schema and structure, and is never looked at one by one.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tuneops.dataset.examples import PROMPT_ROLES, ROLES, Document, Example, Format, Message
from tuneops.dataset.reading import decode
from tuneops.dataset.rules import structure

ROLE_CODES = {role: code for code, role in enumerate(ROLES)}
TALK_CODE = len(PROMPT_ROLES)  # codes below it are of system and developer messages
LONGEST_ORDER = 400  # messages; longer conversations are examined one by one
_LETTERS = {"system": "s", "developer": "d", "user": "u", "assistant": "a"}
_NAMES = {letter: role for role, letter in _LETTERS.items()}


class _Message(Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "developer", "user", "assistant"]
    content: str
    name: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")] | UnsetType = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET


class _Chat(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Message]


_DECODER = msgspec.json.Decoder(_Chat)


class Rows:
    """Examples of one file; what belongs to messages stands in their order.

    ``orders`` are the messages' roles by code, ``ends`` says where each example's messages end
    among them. The texts of prompts are kept once each, those of the talk message by message.
    """

    def __init__(self, file: str, kind: Format) -> None:
        self.file = file
        self.format = kind
        self.lines: list[int] = []
        self.offsets: list[int] = []
        self.raws: list[bytes] = []
        self.orders = bytearray()
        self.ends: list[int] = []
        self.talk: list[str] = []
        self.talk_ends: list[int] = []
        self.prompts: dict[str, int] = {}
        self.prompt_of: list[int] = []
        self.strings: list[str] = []  # of calls and names: they cost tokens too
        self.string_owner: list[int] = []
        self.named: list[int] = []
        self.untrained: list[int] = []
        self.partial: list[int] = []  # examples with a message of no known role
        self.unproven: dict[int, Example] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def example(self, position: int) -> Example:
        if (kept := self.unproven.get(position)) is not None:
            return kept
        raw = self.raws[position]
        line, offset = self.lines[position], self.offsets[position]
        document = Document(self.file, line, offset, decode(raw), msgspec.json.decode(raw))
        return Example(document, self.format)

    def example_of_talk(self, index: int) -> int:
        """The position of the example that a text of the talk belongs to."""
        return bisect_right(self.talk_ends, index)

    def examples_of_prompts(self, indices: set[int]) -> Iterator[int]:
        """The positions of the examples with one of these system messages."""
        prompts = [at for at, code in enumerate(self.orders) if code < TALK_CODE]
        for at, index in zip(prompts, self.prompt_of, strict=True):
            if index in indices:
                yield bisect_right(self.ends, at)

    def long_talks(self) -> Iterator[int]:
        """The positions of the examples in which a text of the talk is there twice."""
        start = 0
        for position, end in enumerate(self.talk_ends):
            if end - start >= 4 and len(set(self.talk[start:end])) < end - start:  # noqa: PLR2004 - two turns
                yield position
            start = end

    def take(self, raw: bytes, line: int, offset: int) -> bool:
        """Add a line that is proven to be a clean chat example; otherwise leave it."""
        try:
            messages = _DECODER.decode(raw).messages
        except (ValueError, RecursionError):
            return False
        order = "".join([_LETTERS[message.role] for message in messages])
        if len(order) > LONGEST_ORDER or not _keeps_order(order) or not _proven(raw, messages):
            return False
        self._place(raw, line, offset)
        for message, letter in zip(messages, order, strict=True):
            self._proven_message(message, letter)
        self._close()
        return True

    def add(self, document: Document, raw: bytes) -> Example:
        """Take up an example of any shape, as far as it can be read as messages."""
        example = Example(document, self.format)
        position = len(self.lines)
        self.unproven[position] = example
        self._place(raw, document.line, document.offset)
        for message in example.messages:
            self._any_message(message)
        self._close()
        if not example.whole:
            self.partial.append(position)
        return example

    def _close(self) -> None:
        self.ends.append(len(self.orders))
        self.talk_ends.append(len(self.talk))

    def _place(self, raw: bytes, line: int, offset: int) -> None:
        self.lines.append(line)
        self.offsets.append(offset)
        self.raws.append(raw)

    def _proven_message(self, message: _Message, letter: str) -> None:
        if letter in "ua":
            self.talk.append(message.content)
        else:
            self.prompt_of.append(self.prompts.setdefault(message.content, len(self.prompts)))
        if message.name is not UNSET:
            self._name(message.name)
        if message.weight == 0:
            self.untrained.append(len(self.orders))
        self.orders.append(ROLE_CODES[message.role])

    def _any_message(self, message: Message) -> None:
        if message.role in PROMPT_ROLES:
            self.prompt_of.append(self.prompts.setdefault(message.text, len(self.prompts)))
        else:
            self.talk.append(message.text)
        if isinstance(name := message.fields.get("name"), str) and name:
            self._name(name)
        for text in _strings(message):
            self.strings.append(text)
            self.string_owner.append(len(self.orders))
        if not message.trained:
            self.untrained.append(len(self.orders))
        self.orders.append(ROLE_CODES[message.role])

    def _name(self, name: str) -> None:
        self.named.append(len(self.orders))
        self.strings.append(name)
        self.string_owner.append(len(self.orders))


def _proven(raw: bytes, messages: list[_Message]) -> bool:
    """Whether nothing is blank or weighted wrongly, and no key is there twice.

    A decoder drops the first of two values without a word, but not its quotation marks: in what
    is decoded and in the keys there must be as many as on the line.
    """
    quotes = 2 + 8 * len(messages)
    learnt = False
    for message in messages:
        text = message.content
        if not text or text.isspace():
            return False
        quotes += text.count('"')
        if message.name is not UNSET:
            quotes += 4
        if message.weight is not UNSET:
            if message.role != "assistant":
                return False
            quotes += 2
        learnt |= message.role == "assistant" and message.weight != 0
    return learnt and raw.count(b'"') == quotes and b"\\u0022" not in raw


@lru_cache(maxsize=4096)
def _keeps_order(order: str) -> bool:
    """Whether the rules of structure have nothing to say on messages of these roles."""
    messages = [{"role": _NAMES[letter], "content": "x"} for letter in order]
    document = Document("", 0, 0, "", {"messages": messages})
    return bool(order) and not any(structure.examine(Example(document)))


def _strings(message: Message) -> Iterator[str]:
    for call in message.calls:
        function = call.get("function")
        if isinstance(function, dict):
            for key in ("name", "arguments"):
                if isinstance(function.get(key), str):
                    yield function[key]
