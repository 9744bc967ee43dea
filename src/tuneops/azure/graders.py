"""The service's graders: whether one is valid, and what it gives an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated

if TYPE_CHECKING:
    from openai import OpenAI


@dataclass(frozen=True)
class Score:
    """``errors`` names what went wrong while grading, as the service calls it."""

    reward: float
    errors: tuple[str, ...] = ()


def validate(client: "OpenAI", grader: Mapping[str, Any]) -> None:
    """Raises: TuneopsError with the service's words where it does not take the grader."""
    given: Any = dict(grader)
    with translated("checking the grader"):
        client.fine_tuning.alpha.graders.validate(grader=given)


def run(client: "OpenAI", grader: Mapping[str, Any], item: Mapping[str, Any], answer: str) -> Score:
    """What the answer is worth for a row of training data."""
    given: Any = dict(grader)
    with translated("running the grader"):
        found = client.fine_tuning.alpha.graders.run(grader=given, item=item, model_sample=answer)
    errors = found.metadata.errors.to_dict() if found.metadata else {}
    return Score(found.reward, tuple(name for name, value in errors.items() if value))
