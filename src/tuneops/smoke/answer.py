"""One answer of one deployment, as it was received."""

from dataclasses import dataclass

from tuneops.checks.base import ToolCall

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
    tool_calls: tuple[ToolCall, ...] = ()

    @property
    def said(self) -> str:
        """The text, and the calls of tools, each on a line."""
        return "\n".join([*([self.text] if self.text else []), *map(str, self.tool_calls)])
