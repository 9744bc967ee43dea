"""Examples as columns, as the counting and hashing of a whole chunk wants them."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, partial
from itertools import compress
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from tuneops.dataset.examples import (
    PROMPT_ROLES,
    RESULT_ROLES,
    ROLES,
    Document,
    Example,
    Format,
    Message,
)
from tuneops.dataset.findings import JsonPath
from tuneops.dataset.fingerprints import Digests, text_digests
from tuneops.dataset.proven import Called, Chat, Said, ToolChat
from tuneops.dataset.reading import decode
from tuneops.dataset.rules.texts import INFORMED, Text

Positions = NDArray[np.int64]
ROLE_CODES = {role: code for code, role in enumerate(ROLES)}
TALK_CODE = len(PROMPT_ROLES)  # codes below it are of system and developer messages


class Rows:
    """Examples of one file.

    The columns that follow from them are made when they are first asked for, and no example is
    added thereafter. What belongs to messages stands in their order, prompts and talk apart.
    """

    def __init__(self, file: str, kind: Format) -> None:
        self.file = file
        self.format = kind
        self.lines: list[int] = []
        self.offsets: list[int] = []
        self.raws: list[bytes] = []
        self.partial: list[int] = []  # examples with a message of no known role
        self.unproven: dict[int, Example] = {}
        self.tools: dict[int, bytes] = {}  # of proven examples, as they are written
        self._chats: list[Sequence[Said]] = []

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, raw: bytes, line: int, offset: int, chat: Chat) -> None:
        """Add a chat example that is proven, with what it says."""
        if type(chat) is ToolChat:
            self.tools[len(self)] = chat.tools
        self._append(raw, line, offset, chat.messages)

    def add(self, document: Document, raw: bytes) -> Example:
        """Add an example of any shape, as far as it can be read as messages."""
        example = Example(document, self.format)
        self.unproven[len(self)] = example
        if not example.whole:
            self.partial.append(len(self))
        said = [_said(one) for one in example.messages]
        self._append(raw, document.line, document.offset, said)
        return example

    def _append(self, raw: bytes, line: int, offset: int, said: Sequence[Said]) -> None:
        self.lines.append(line)
        self.offsets.append(offset)
        self.raws.append(raw)
        self._chats.append(said)

    def example(self, position: int) -> Example:
        if (kept := self.unproven.get(position)) is not None:
            return kept
        raw = self.raws[position]
        line, offset = self.lines[position], self.offsets[position]
        document = Document(self.file, line, offset, decode(raw), msgspec.json.decode(raw))
        return Example(document, self.format)

    @cached_property
    def _flat(self) -> list[Said]:
        return [message for chat in self._chats for message in chat]

    @cached_property
    def orders(self) -> NDArray[np.uint8]:
        """The messages' roles by code."""
        return np.frombuffer(bytes([ROLE_CODES[one.role] for one in self._flat]), np.uint8)

    @cached_property
    def ends(self) -> Positions:
        """Where each example's messages end."""
        return np.cumsum([len(chat) for chat in self._chats], dtype=np.int64)

    @cached_property
    def talk_places(self) -> Positions:
        """The messages that are no prompts."""
        return np.flatnonzero(self.orders >= TALK_CODE)

    @cached_property
    def talk(self) -> list[str]:
        contents = [message.content for message in self._flat]
        return list(compress(contents, (self.orders >= TALK_CODE).tolist()))

    @cached_property
    def talk_ends(self) -> Positions:
        """Where each example's texts end in the talk."""
        return np.searchsorted(self.talk_places, self.ends)

    @cached_property
    def talk_owners(self) -> Positions:
        """The position of each text's example."""
        return np.searchsorted(self.talk_ends, np.arange(len(self.talk)), side="right")

    @cached_property
    def prompt_places(self) -> Positions:
        return np.flatnonzero(self.orders < TALK_CODE)

    @cached_property
    def prompts(self) -> dict[str, int]:
        """The texts of prompts, once each, with their numbers."""
        told = (self._flat[at].content for at in self.prompt_places.tolist())
        return {text: number for number, text in enumerate(dict.fromkeys(told))}

    @cached_property
    def prompt_of(self) -> Positions:
        """The number of each message that is a prompt."""
        told = (self._flat[at].content for at in self.prompt_places.tolist())
        return np.fromiter((self.prompts[text] for text in told), np.int64)

    @cached_property
    def _special(self) -> list[tuple[int, Said]]:
        """The messages with a name, a weight or calls, after their numbers."""
        return [
            (at, one)
            for at, one in enumerate(self._flat)
            if one.name is not UNSET or one.weight is not UNSET or type(one) is Called
        ]

    @property
    def named(self) -> list[int]:
        return [at for at, one in self._special if one.name is not UNSET]

    @property
    def untrained(self) -> list[int]:
        return [at for at, one in self._special if one.weight == 0]

    @cached_property
    def strings(self) -> list[tuple[int, str]]:
        """Names and calls, which cost tokens too, each after its message's number."""
        found = [(at, str(one.name)) for at, one in self._special if one.name is not UNSET]
        found += [(at, text) for at, one in self._calling for text in one.strings]
        return sorted(found, key=lambda one: one[0])

    @property
    def _calling(self) -> list[tuple[int, Called]]:
        return [(at, one) for at, one in self._special if isinstance(one, Called)]

    def talk_of(self, position: int) -> tuple[int, int]:
        """Where an example's texts start in the talk, and where they end."""
        start = int(self.talk_ends[position - 1]) if position else 0
        return start, int(self.talk_ends[position])

    def examples_of_talk(self, indices: Collection[int]) -> set[int]:
        return set(self.talk_owners[list(indices)].tolist())

    def examples_of_prompts(self, numbers: Collection[int]) -> set[int]:
        """The positions of the examples with one of these prompts."""
        places = self.prompt_places[np.isin(self.prompt_of, list(numbers))]
        return set(np.searchsorted(self.ends, places, side="right").tolist())

    @cached_property
    def informed(self) -> NDArray[np.bool_]:
        """Which examples have a tool's result."""
        told = np.isin(self.orders, [ROLE_CODES[role] for role in RESULT_ROLES])
        found = np.zeros(len(self), np.bool_)
        found[np.searchsorted(self.ends, np.flatnonzero(told), side="right")] = True
        return found

    def talk_by_kind(self) -> Iterator[tuple[str, list[int]]]:
        """The texts of proven examples by the kinds that detectors know."""
        owners = self.talk_owners
        codes = self.orders[self.talk_places]
        codes[self.informed[owners] & (codes == ROLE_CODES["assistant"])] = len(ROLES)
        codes[np.isin(owners, list(self.unproven))] = len(ROLES) + 1
        for code, kind in enumerate((*ROLES, INFORMED)):
            yield kind, np.flatnonzero(codes == code).tolist()

    def text_of_talk(self, index: int) -> tuple[int, Text]:
        return self._text(int(self.talk_places[index]))

    def texts_of_prompt(self, number: int) -> Iterator[tuple[int, Text]]:
        """The prompt of that number wherever it stands, each with its example's position."""
        for at in self.prompt_places[self.prompt_of == number].tolist():
            yield self._text(at)

    def _text(self, at: int) -> tuple[int, Text]:
        position, start = self._place(at)
        said = self._flat[at]
        return position, self._text_at(position, said.role, (at - start, "content"), said.content)

    def _text_at(self, position: int, role: str, path: JsonPath, text: str) -> Text:
        informed = bool(self.informed[position])
        of = partial(self.example, position)
        return Text(of, role, ("messages", *path), text, informed=informed)

    def arguments(self) -> Iterator[tuple[int, Text]]:
        """Those of the calls in proven examples, each with its example's position."""
        for at, one in self._calling:
            position, start = self._place(at)
            if position not in self.unproven:
                for index, text in enumerate(one.strings[1::2]):
                    path = (at - start, "tool_calls", index, "function", "arguments")
                    yield position, self._text_at(position, "call", path, text)

    def _place(self, at: int) -> tuple[int, int]:
        """The example of a message, and where the example starts."""
        position = int(np.searchsorted(self.ends, at, side="right"))
        return position, int(self.ends[position - 1]) if position else 0

    @cached_property
    def talk_digests(self) -> Digests:
        """A digest of each text, whatever its spelling."""
        return text_digests(self.talk)

    def saying_again(self) -> set[int]:
        """The positions of the examples in which a text of the talk is there twice."""
        order = np.lexsort((self.talk_digests, self.talk_owners))
        ordered, of = self.talk_digests[order], self.talk_owners[order]
        same = (ordered[1:] == ordered[:-1]) & (of[1:] == of[:-1])
        return set(of[1:][same].tolist())


def _said(message: Message) -> Said:
    name, role = message.fields.get("name"), message.role
    name = name if name and isinstance(name, str) else UNSET
    weight: Any = 0 if message.fields.get("weight") == 0 else UNSET
    if strings := list(_strings(message)):
        return Called(role, message.text, name, weight, strings)  # type: ignore[arg-type] # any role
    return Said(role, message.text, name, weight)  # type: ignore[arg-type] # same


def _strings(message: Message) -> Iterator[str]:
    for call in message.calls:
        function = call.get("function")
        if isinstance(function, dict):
            for key in ("name", "arguments"):
                if isinstance(function.get(key), str):
                    yield function[key]
