"""One answer of one deployment, as it was received."""

from dataclasses import dataclass

ARMS = ("baseline", "candidate")


@dataclass(frozen=True)
class Answer:
    """One reply to one prompt; ``error`` says why there is none."""

    prompt_id: str
    arm: str
    sample: int
    deployment: str
    text: str = ""
    finish_reason: str = ""
    model: str = ""
    tokens: int = 0
    seconds: float = 0.0
    filtered: bool = False
    error: str = ""
    prompt_tokens: int = 0
    fingerprint: str = ""
