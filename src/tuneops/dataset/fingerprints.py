"""Digests that say in which sense two examples are the same; 64 bits each, to keep many."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from tuneops.dataset.examples import PROMPT_ROLES, Example, Message

_GAPS = re.compile(r"[\W_]+")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`talk` leaves out system messages, `prompt` and `question` also the last answer."""

    exact: int
    canonical: int
    normalised: int
    talk: int
    prompt: int
    question: int
    answer: int


def fingerprint(example: Example) -> Fingerprint:
    messages = [_said(message) for message in example.messages]
    talk = [
        said
        for message, said in zip(example.messages, messages, strict=True)
        if message.role not in PROMPT_ROLES
    ]
    value = json.dumps(example.document.value, sort_keys=True)
    return Fingerprint(
        exact=digest(example.document.text.strip()),
        canonical=digest(value),
        normalised=_joined(messages) if messages else digest(value),
        talk=_joined(talk),
        prompt=_joined(messages[:-1]),
        question=_joined(talk[:-1]),
        answer=_joined(talk[-1:]),
    )


def normalise(text: str) -> str:
    """Text without case, accents and punctuation; as it is, if nothing else would be left."""
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _GAPS.sub(" ", folded).strip() or text


def digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _said(message: Message) -> str:
    calls = json.dumps(message.calls, sort_keys=True) if message.calls else ""
    text = message.text or json.dumps(message.content, sort_keys=True)
    return f"{message.role}:{normalise(text)}{calls}"


def _joined(parts: Iterable[str]) -> int:
    return digest(_BETWEEN.join(parts))
