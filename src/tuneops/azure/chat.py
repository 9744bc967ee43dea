"""Chat completions of one deployment."""

from dataclasses import dataclass
from typing import Literal, TypedDict


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Reply:
    """One answer of a deployment; ``text`` is empty where the content filter took it."""

    text: str
    finish_reason: str
    model: str
    system_fingerprint: str | None
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    filtered: bool
