"""Digests that say in which sense two rows are the same; 64 bits each, to keep many."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import msgspec
from xxhash import xxh3_64_intdigest

from tunelint.example import PROMPT_ROLES, Example, Format, Message

_DROPPED = bytes(code for code in range(128) if not chr(code).isalnum())
_LOWER = bytes(range(128)).lower() + bytes(range(128, 256))
_MARKS = re.compile(  # accents, and punctuation outside ASCII, as UTF-8
    rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xc2[\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xe3\x80[\x80-\xbf]"
    rb"|\xef\xbc[\x81-\x8f\x9a-\xa0]"
)
_ENCODER = msgspec.json.Encoder(order="sorted")
SYSTEM_MESSAGES = 100  # whose digests are remembered, since most rows repeat them
_PLAIN_KEYS = {"role", "content", "weight"}


class Digests(NamedTuple):
    """Digests of one row; all but the first two ignore case, accents, punctuation and space.

    Attributes:
        exact: The line's bytes.
        canonical: The JSON value, however it is written.
        text: All messages, and declared tools or what a grader reads.
        talk: Without system messages.
        prompt: Without the last message.
        question: Without system messages and the last message.
        answer: The last message alone.
        system: System messages alone, in their exact spelling; zero without any.
        tools: The tools declared; zero without any.
        other: The last message of the output that is not preferred; zero without any.
        asked: The text of each user message.
    """

    exact: int
    canonical: int
    text: int
    talk: int
    prompt: int
    question: int
    answer: int
    system: int
    tools: int
    other: int
    asked: tuple[int, ...]


def fold(text: str) -> bytes:
    """Text without case, accents, punctuation and space; as it is, if nothing would be left."""
    folded = text.encode().translate(_LOWER, _DROPPED) if text.isascii() else _fold_latin(text)
    return folded or text.encode("utf-8", "surrogatepass")


def _fold_latin(text: str) -> bytes:
    """The same of text that is not ASCII; most of it is in the letters of Windows-1252."""
    try:
        return text.encode("cp1252").translate(_LATIN, _LATIN_DROPPED)
    except UnicodeEncodeError:
        return _fold_any(text)


def _fold_any(text: str) -> bytes:
    raw = unicodedata.normalize("NFKD", text.casefold()).encode("utf-8", "surrogatepass")
    return _MARKS.sub(b"", raw.translate(None, _DROPPED))


def _latin_tables() -> tuple[bytes, bytes]:
    """What becomes of each letter of Windows-1252: a base letter, the small letter, or nothing."""
    letters = [bytes((code,)).decode("cp1252", "replace") for code in range(256)]
    folded = [_fold_any(letter) for letter in letters]
    small = [letter.lower().encode("cp1252", "replace")[0] for letter in letters]
    table = bytes(
        one[0] if len(one) == 1 else code for one, code in zip(folded, small, strict=True)
    )
    return table, bytes(code for code, one in enumerate(folded) if not one)


_LATIN, _LATIN_DROPPED = _latin_tables()


def text_digest(text: str) -> int:
    """A digest that texts share which differ in spelling only."""
    return xxh3_64_intdigest(fold(text))


def digests_of(example: Example) -> Digests:
    messages = example.messages
    keys = [_key(one) for one in messages]
    talk = [key for key, one in zip(keys, messages, strict=True) if one.role not in PROMPT_ROLES]
    tools = 0 if example.tools[0] is None else _value_digest(example.tools[0])
    canonical = _ENCODER.encode(example.value)
    return Digests(
        exact=xxh3_64_intdigest(example.raw.strip() or canonical),
        canonical=xxh3_64_intdigest(canonical),
        text=_combined([_others(example), *keys]) if keys else xxh3_64_intdigest(canonical),
        talk=_combined(talk),
        prompt=_combined([tools, *keys[:-1]]),
        question=_combined(talk[:-1]),
        answer=_combined(keys[-1:]),
        system=_combined([_exact_digest(one.text) for one in messages if one.role in PROMPT_ROLES]),
        tools=tools if example.tools[0] else 0,
        other=_combined([_key(one) for one in example.rejected[-1:]]),
        asked=tuple([text_digest(one.text) for one in messages if one.role == "user"]),
    )


def _others(example: Example) -> int:
    """What is beside the messages: tools, or all that a grader reads."""
    if example.is_plain:
        return 0
    if example.format is not Format.RFT:
        return _value_digest(example.tools[0])
    return _value_digest({key: one for key, one in example.fields.items() if key != "messages"})


def _combined(digests: list[int]) -> int:
    return xxh3_64_intdigest(repr(digests).encode()) if digests else 0


def _value_digest(value: object) -> int:
    return xxh3_64_intdigest(_ENCODER.encode(value))


@lru_cache(SYSTEM_MESSAGES)
def _exact_digest(text: str) -> int:
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


@lru_cache(SYSTEM_MESSAGES)
def _folded_digest(text: str) -> int:
    return xxh3_64_intdigest(b"system:" + fold(text))


def _key(message: Message) -> int:
    """A digest of a message's role, folded text and all that it holds beside."""
    role, content = message.role.encode(), message.content
    if isinstance(content, str) and message.fields.keys() <= _PLAIN_KEYS:
        if message.role in PROMPT_ROLES:
            return _folded_digest(content)
        return xxh3_64_intdigest(role + b":" + fold(content))
    others = {key: value for key, value in message.fields.items() if key not in _PLAIN_KEYS}
    if isinstance(content, list):
        others["content"] = [part for part in content if not _is_text(part)]
    elif not isinstance(content, str):
        others["content"] = content
    return xxh3_64_intdigest(b":".join((role, fold(message.text), _ENCODER.encode(others))))


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and "text" in part
