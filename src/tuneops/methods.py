"""How a model is fine-tuned: the method with its hyperparameters, and the graders of reinforcement.

Forms are those of FineTuneMethod and of the graders in OpenAI's specification 2.3.0.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuneops.config_types import Auto, Duration, Section, Suffix, TrainingType
from tuneops.limits import MAX_GRADER_SOURCE_BYTES

Method = Literal["supervised", "dpo", "reinforcement"]
_FOR_ALL = ("n_epochs", "batch_size", "learning_rate_multiplier")
_HYPERPARAMETERS: dict[str, tuple[str, ...]] = {
    "supervised": _FOR_ALL,
    "dpo": (*_FOR_ALL, "beta"),
    "reinforcement": (
        *_FOR_ALL,
        *("reasoning_effort", "compute_multiplier", "eval_interval", "eval_samples"),
    ),
}
_WholeOrAuto = Annotated[int, Field(ge=1)] | Auto
_NumberOrAuto = Annotated[float, Field(gt=0)] | Auto


class Hyperparameters(Section):
    """``auto`` is chosen by Azure; those below the first three belong to one method each."""

    n_epochs: _WholeOrAuto = "auto"
    batch_size: _WholeOrAuto = "auto"
    learning_rate_multiplier: _NumberOrAuto = "auto"
    beta: Annotated[float, Field(gt=0, le=2)] | Auto = "auto"
    reasoning_effort: Literal["default", "low", "medium", "high"] = "default"
    compute_multiplier: _NumberOrAuto = "auto"
    eval_interval: _WholeOrAuto = "auto"
    eval_samples: _WholeOrAuto = "auto"

    def of(self, method: Method) -> dict[str, Any]:
        """Those that a job of the method takes."""
        return self.model_dump(include=set(_HYPERPARAMETERS[method]))


class StringCheck(Section):
    """Whether the answer equals (``eq``, ``ne``) or contains (``like``, ``ilike``) a text."""

    type: Literal["string_check"]
    name: str
    input: str
    reference: str
    operation: Literal["eq", "ne", "like", "ilike"]


class TextSimilarity(Section):
    type: Literal["text_similarity"]
    name: str
    input: str
    reference: str
    evaluation_metric: Literal[
        "cosine",
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_2",
        "rouge_3",
        "rouge_4",
        "rouge_5",
        "rouge_l",
    ]


class PythonGrader(Section):
    """A function ``grade(sample, item)``, which the service runs without a network."""

    type: Literal["python"]
    name: str
    source: Annotated[str, Field(min_length=1, max_length=MAX_GRADER_SOURCE_BYTES)]


class GraderMessage(Section):
    role: Literal["system", "developer", "user", "assistant"] = "user"
    content: str


class ScoreModel(Section):
    """A model gives the answer a number within ``range``."""

    type: Literal["score_model"]
    name: str
    model: str
    input: Annotated[tuple[GraderMessage, ...], Field(min_length=1)]
    range: tuple[float, float] | None = None
    sampling_params: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _range_ascends(self) -> Self:
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError("range: the lower number comes first")
        return self


Single = Annotated[
    StringCheck | TextSimilarity | PythonGrader | ScoreModel, Field(discriminator="type")
]


class Multi(Section):
    """Several graders by name, and the formula that makes one number of theirs."""

    type: Literal["multi"]
    name: str
    graders: Annotated[dict[str, Single], Field(min_length=1)]
    calculate_output: str


Grader = Annotated[
    StringCheck | TextSimilarity | PythonGrader | ScoreModel | Multi, Field(discriminator="type")
]


class FineTuning(Section):
    """A fine-tuning job; ``seed: random`` draws one and records it with the job."""

    method: Method = "supervised"
    suffix: Suffix
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | Literal["random"] = "random"
    training_type: TrainingType = "GlobalStandard"
    hyperparameters: Hyperparameters = Hyperparameters()
    grader: Grader | None = None
    response_format: dict[str, Any] | None = None
    max_training_cost: float | None = Field(None, gt=0)
    pending_warning: Duration = timedelta(hours=6)

    @model_validator(mode="after")
    def _fits_its_method(self) -> Self:
        given = self.hyperparameters.model_fields_set - set(_HYPERPARAMETERS[self.method])
        if given:
            owners = [name for name, known in _HYPERPARAMETERS.items() if given & set(known)]
            raise ValueError(
                f"hyperparameters.{min(given)} belongs to method {' or '.join(owners)}, "
                f"not to {self.method}"
            )
        reinforced = self.method == "reinforcement"
        if reinforced and self.grader is None:
            raise ValueError("method reinforcement needs a grader, which rewards the answers")
        for name in ("grader", "response_format"):
            if getattr(self, name) is not None and not reinforced:
                raise ValueError(f"{name} belongs to method reinforcement, not to {self.method}")
        return self

    def settings(self) -> dict[str, Any]:
        """What the method's part of a request says: hyperparameters, and how answers are graded."""
        found: dict[str, Any] = {"hyperparameters": self.hyperparameters.of(self.method)}
        if self.grader is not None:
            found["grader"] = self.grader.model_dump(mode="json", exclude_defaults=True)
        if self.response_format is not None:
            found["response_format"] = self.response_format
        return found
