"""What a check is: it judges one answer, and brings answers that it must reject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

_QUOTE_LENGTH = 240


@dataclass(frozen=True)
class ToolCall:
    """A function that an answer calls; ``arguments`` is the model's text, mostly JSON."""

    name: str
    arguments: str

    def __str__(self) -> str:
        return f"{self.name}({self.arguments})"


@dataclass(frozen=True)
class Judgement:
    """``reason`` and ``quote`` are empty where the check passed."""

    check: str
    passed: bool
    reason: str = ""
    quote: str = ""


class Judged(Protocol):
    """What the checks read of an answer."""

    @property
    def text(self) -> str: ...
    @property
    def finish_reason(self) -> str: ...
    @property
    def filtered(self) -> bool: ...
    @property
    def seconds(self) -> float: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def tool_calls(self) -> tuple[ToolCall, ...]: ...


@dataclass(frozen=True)
class Planted:
    """An answer made up to be rejected, or accepted."""

    text: str = ""
    finish_reason: str = "stop"
    filtered: bool = False
    seconds: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0
    tool_calls: tuple[ToolCall, ...] = ()


class Rejection(Exception):  # noqa: N818 - a finding, not an error
    """Why an answer does not hold to a check."""

    def __init__(self, reason: str, quote: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.quote = quote


class Check(BaseModel):
    """``rejects`` and ``accepts`` are answers that prove the check; ``name`` tells two apart.

    A check that reads the text says nothing of an answer that calls a tool instead of speaking.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    reads_text: ClassVar[bool] = True

    check: str
    name: str = ""
    rejects: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name or self.check

    def examine(self, answer: Judged) -> None:
        """Raises Rejection where the answer does not hold to the check."""
        raise NotImplementedError

    def bad_answers(self) -> tuple[Judged, ...]:
        """Answers that the check must reject, made from its parameters."""
        return ()

    def planted(self) -> tuple[Judged, ...]:
        return (*self.bad_answers(), *(Planted(text) for text in self.rejects))

    def judge(self, answer: Judged) -> Judgement:
        try:
            self.examine(answer)
        except Rejection as found:
            quote = found.quote[:_QUOTE_LENGTH]
            return Judgement(self.title, passed=False, reason=found.reason, quote=quote)
        return Judgement(self.title, passed=True)


class Judges(Protocol):
    """What judges an answer: a check, or several as one."""

    @property
    def reads_text(self) -> bool: ...
    def judge(self, answer: Judged) -> Judgement: ...


def judge(answer: Judged, checks: Sequence[Judges]) -> tuple[Judgement, ...]:
    """Each check's judgement; none of those that say nothing of such an answer."""
    silent = bool(answer.tool_calls) and not answer.text.strip()
    return tuple(check.judge(answer) for check in checks if not (silent and check.reads_text))
