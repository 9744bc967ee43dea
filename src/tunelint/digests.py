"""Digests that say in which sense two rows are the same; 64 bits each, to keep many."""

import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from xxhash import xxh3_64_intdigest

from tunelint.example import CHAT_KEYS, PROMPT_ROLES, ROLES, Example, Format, Message

_DROPPED = bytes(code for code in range(128) if not chr(code).isalnum())
_LOWER = bytes(range(128)).lower() + bytes(range(128, 256))
_MARKS = re.compile(  # accents, and punctuation outside ASCII, as UTF-8
    rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xc2[\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xe3\x80[\x80-\xbf]"
    rb"|\xef\xbc[\x81-\x8f\x9a-\xa0]"
)
_ENCODER = msgspec.json.Encoder(order="sorted")
SYSTEM_MESSAGES = 100  # whose digests are remembered, since most rows repeat them
_PLAIN_KEYS = {"role", "content", "weight"}
_IDS = ("id", "index", "source", "split")  # fields that no grader compares an answer with


class Digests(NamedTuple):
    """Digests of one row; all but the first ignore case, accents, punctuation and space.

    What a grader reads beside the question (reinforcement) stands for the answer. Zero is nothing.

    Attributes:
        exact: The line's bytes.
        text: All messages, and declared tools or what a grader reads.
        talk: The same without system messages.
        prompt: What comes before the answer.
        question: The same without system messages.
        answer: The last message, or what a grader reads but ids.
        system: System messages, in their exact spelling.
        other: The last message of the output that is not preferred.
        asked: The text of each user message.
    """

    exact: int
    text: int
    talk: int
    prompt: int
    question: int
    answer: int
    system: int
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
    asks = example.format is Format.RFT
    texts = [_said(one) for one in example.messages]
    keys = [_key(one, said) for one, said in zip(example.messages, texts, strict=True)]
    roles = [one.role for one in example.messages]
    talk = [key for role, key in zip(roles, keys, strict=True) if role not in PROMPT_ROLES]
    told = [one.text for one in example.messages if one.role in PROMPT_ROLES]
    beside, reference = _beside(example)
    return Digests(
        exact=xxh3_64_intdigest(example.raw.strip()),
        text=_combined(keys, beside),
        talk=_combined(talk, beside if asks else 0),
        prompt=_combined(keys if asks else keys[:-1], 0 if asks else beside),
        question=_combined(talk if asks else talk[:-1]),
        answer=reference if asks else _combined(keys[-1:]),
        system=_exact_digest("\n".join(told)) if told else 0,
        other=_combined([_key(one, _said(one)) for one in example.rejected[-1:]]),
        asked=tuple([said for role, said in zip(roles, texts, strict=True) if role == "user"]),
    )


def reference_of(example: Example) -> dict[str, Any]:
    """What a grader may read: the fields beside the messages, without ids."""
    known = {*CHAT_KEYS, *_IDS}
    return {key: value for key, value in example.fields.items() if key not in known}


def _beside(example: Example) -> tuple[int, int]:
    """Digests of all that is beside the messages, and of what a grader reads of it."""
    if example.is_plain:
        return 0, 0
    if not example.messages:
        return _value_digest(example.value), 0
    if example.format is not Format.RFT:
        return (_value_digest(example.tools[0]) if example.tools[0] else 0), 0
    others = {key: one for key, one in example.fields.items() if key != "messages"}
    return _value_digest(others), _value_digest(reference_of(example))


def _combined(keys: list[int], beside: int = 0) -> int:
    """One digest of several; hashes of integers are the same in every process."""
    return hash((beside, *keys)) if keys or beside else 0


def _value_digest(value: object) -> int:
    return xxh3_64_intdigest(_ENCODER.encode(value))


@lru_cache(SYSTEM_MESSAGES)
def _exact_digest(text: str) -> int:
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


@lru_cache(SYSTEM_MESSAGES)
def _told_digest(text: str) -> int:
    return text_digest(text)


def _said(message: Message) -> int:
    return (_told_digest if message.role in PROMPT_ROLES else text_digest)(message.text)


def _key(message: Message, said: int) -> int:
    """A digest of a message's role, of its text and of all that it holds beside."""
    role, content = ROLES.index(message.role), message.content
    if isinstance(content, str) and message.fields.keys() <= _PLAIN_KEYS:
        return hash((role, said))
    others = {key: value for key, value in message.fields.items() if key not in _PLAIN_KEYS}
    if isinstance(content, list):
        content = [part for part in content if not _is_text(part)]
    if content and not isinstance(content, str):
        others["content"] = content
    return hash((role, said, _value_digest(others))) if others else hash((role, said))


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and "text" in part
