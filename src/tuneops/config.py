"""config/<product>.yaml as checked types.

An unknown key is an error that names the nearest known one, so that a typo never silently
falls back to a default.
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from tuneops import config_errors, config_files
from tuneops.checks.base import Check
from tuneops.checks.kinds import AnyCheck, AsksQuestion, Language, Length
from tuneops.errors import ConfigError
from tuneops.limits import DEPLOYMENT_NAME, SUFFIX_LENGTH, SUFFIX_PATTERN

KEY_DIGITS = 12
_LONGEST = timedelta(days=36_500)  # no calendar ends within it
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def parse_duration(text: object) -> timedelta:
    """``7d``, ``36h``, ``1h30m`` or ``45s`` as a time span.

    Raises:
        ValueError: The text is not such a duration, or is zero.
    """
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(str(text)) if text else None
    if match is None:
        raise ValueError("a duration is written like 7d, 36h, 1h30m or 45s")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    try:
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        span = timedelta.max
    if not timedelta() < span <= _LONGEST:
        raise ValueError("a duration must be longer than zero and at most 36500d")
    return span


def _one_name(name: str) -> str:
    if not DEPLOYMENT_NAME.fullmatch(name):
        raise ValueError(
            "a deployment's name has 2 to 64 letters, digits and hyphens and starts with a letter "
            "or digit"
        )
    return name


def _suffix_fits(suffix: str) -> str:
    room = SUFFIX_LENGTH - KEY_DIGITS - 1
    if not SUFFIX_PATTERN.fullmatch(suffix) or len(suffix) > room:
        raise ValueError(
            f"a suffix has letters, digits, '-' and '_', at most {room} of them "
            f"(Azure takes {SUFFIX_LENGTH}, the content key needs {KEY_DIGITS + 1})"
        )
    return suffix


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(lambda span: f"{int(span.total_seconds())}s", when_used="json"),
]
DeploymentName = Annotated[str, AfterValidator(_one_name)]
Suffix = Annotated[str, AfterValidator(_suffix_fits)]
Auto = Literal["auto"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AzurePlace(_Section):
    """Where the product lives; AZURE_RESOURCE_GROUP overrides the group's name.

    A subscription left out is AZURE_SUBSCRIPTION_ID.
    """

    subscription: str | None = None
    region: str
    resource_group: str
    account: str | None = None
    project: str
    expires_after: Duration | None = None


class BaseModelChoice(_Section):
    """The model that is fine-tuned, and its own deployment to compare with."""

    model: str
    version: str
    format: str = "OpenAI"
    deployment: DeploymentName
    sku: str = "GlobalStandard"
    capacity: int = Field(50, ge=1)

    @property
    def dated_name(self) -> str:
        """The name that a fine-tuning job takes: the model with its version."""
        return f"{self.model}-{self.version}"


class DataFiles(_Section):
    training: Path
    validation: Path
    smoke_prompts: Path


class Hyperparameters(_Section):
    n_epochs: int | Auto = "auto"
    batch_size: int | Auto = "auto"
    learning_rate_multiplier: float | Auto = "auto"


class FineTuning(_Section):
    """A supervised fine-tuning job; ``seed: random`` draws one and records it with the job."""

    suffix: Suffix
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | Literal["random"] = "random"
    training_type: str = "GlobalStandard"
    hyperparameters: Hyperparameters = Hyperparameters()
    max_training_cost: float | None = Field(None, gt=0)
    pending_warning: Duration = timedelta(hours=6)


class Candidate(_Section):
    sku: str = "GlobalStandard"
    capacity: int = Field(50, ge=1)
    expires_after: Duration


class Release(_Section):
    deployment: DeploymentName
    sku: str = "Standard"
    capacity: int = Field(50, ge=1)
    content_filter: str | None = None
    candidate: Candidate

    @property
    def candidate_deployment(self) -> str:
        return f"{self.deployment}-candidate"


class Checks(_Section):
    """What every answer of the fine-tuned model must hold to; ``more`` are checks by kind."""

    language: str | None = None
    ends_with_question: bool = False
    min_words: int = Field(1, ge=0)
    max_words: int | None = None
    more: tuple[AnyCheck, ...] = ()

    def standard(self) -> list[Check]:
        """The checks that these settings stand for, but for ``more``."""
        return [
            *([Language(language=self.language)] if self.language else []),
            *([AsksQuestion(name="ends_with_question")] if self.ends_with_question else []),
            Length(min_words=self.min_words, max_words=self.max_words),
        ]


class Prices(_Section):
    """US dollars. Training is by million billed tokens and training type, hosting by hour."""

    training_per_million_tokens: dict[str, Annotated[float, Field(ge=0)]] = {}
    hosting_per_hour: float | None = Field(None, ge=0)


class Gate(_Section):
    """What a check asks of the candidate for the verdict.

    ``margin`` is the loss against the baseline that is still no loss, or with ``direction:
    better`` the gain that is wanted, as a share of answers. ``zero_tolerance`` fails on one
    violation; a check that does not ``decide`` is only shown.
    """

    decides: bool = True
    direction: Literal["no_worse", "better"] = "no_worse"
    margin: float = Field(0.1, ge=0, lt=1)
    zero_tolerance: bool = False


class TokenPrices(_Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(gt=0)


class Judge(_Section):
    """A model of another family that compares the two answers to each prompt."""

    deployment: DeploymentName
    criteria: str
    max_cost_usd: float = Field(gt=0)
    prices: TokenPrices


class Review(_Section):
    """A model that reads training rows, where the data check is asked to let it."""

    deployment: DeploymentName
    max_cost_usd: float = Field(gt=0)
    prices: TokenPrices


class Rules(_Section):
    """How the data check judges this product's files.

    Rules go by code or name. Every answer is held to `policy`, or without one to the smoke
    test's checks.
    """

    profile: Literal["azure", "openai"] = "azure"
    off: tuple[str, ...] = ()
    severity: dict[str, Literal["error", "warning", "info"]] = {}
    max_example_tokens: int | None = Field(None, ge=1)
    exceptions: Path | None = None
    policy: Checks | None = None
    review: Review | None = None


class SmokeTest(_Section):
    """``gate`` is that of every check but those under ``gates``, which are by the check's name."""

    system_message: str
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: int = Field(600, ge=1)
    samples: int = Field(3, ge=1, le=20)
    seed: int = 1
    checks: Checks = Checks()
    gate: Gate = Gate()
    gates: dict[str, Gate] = {}
    prices: TokenPrices | None = None
    judge: Judge | None = None


class Config(_Section):
    """One product: the model that a team trains, releases and cleans up after.

    ``environments`` are other places, to which a trained model is deployed without a second
    training.
    """

    _home: "Config | None" = None

    product: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    azure: AzurePlace
    base: BaseModelChoice
    data: DataFiles
    fine_tuning: FineTuning
    release: Release
    smoke_test: SmokeTest
    system_messages: dict[str, str]
    rules: Rules = Rules()
    prices: Prices = Prices()
    environments: dict[str, AzurePlace] = {}

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if self.base.deployment in {self.release.deployment, self.release.candidate_deployment}:
            raise ValueError("base.deployment and release.deployment must have different names")
        return self

    def at_home(self) -> "Config":
        """The configuration of the place where models are trained; itself where it is that."""
        return self if self._home is None else self._home

    def in_environment(self, name: str) -> "Config":
        """The same product in another place, to which trained models are deployed.

        Raises:
            ConfigError: No environment has that name.
        """
        if name not in self.environments:
            known = ", ".join(self.environments) or "none"
            raise ConfigError(
                f"There is no environment called '{name}'.",
                remedy=f"Take one of {known}, or add it under environments.",
            )
        there = self.model_copy(update={"azure": self.environments[name]})
        there._home = self  # noqa: SLF001 - our own
        return there

    def system_message(self, name: str) -> str:
        """The named system message.

        Raises:
            ConfigError: No message has that name.
        """
        if name not in self.system_messages:
            known = ", ".join(self.system_messages)
            raise ConfigError(
                f"There is no system message called '{name}'.",
                remedy=f"Take one of {known}, or add it under system_messages.",
            )
        return self.system_messages[name]


def load(path: Path, environment: str | None = None) -> Config:
    """Read one product's configuration; its data paths are taken from the repository's root.

    Raises:
        ConfigError: The file is missing, is not YAML, or breaks a rule; all breaches are named.
            Or it has no such environment.
    """
    config = _read(path)
    return config.in_environment(environment) if environment else config


def _read(path: Path) -> Config:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The configuration {path} cannot be read: {_reason(error)}.",
            remedy=config_files.which(),
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{path} is not YAML: {_one_line(error)}.", remedy="Mend the file and run again."
        ) from error
    return _checked(document, path)


def _checked(document: object, path: Path) -> Config:
    if not isinstance(document, dict):
        raise ConfigError(f"{path} holds no configuration.", remedy=config_files.which())
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        found = config_errors.describe(error, Config)
        raise ConfigError(f"{path}: {found}.", remedy="Mend the file and run again.") from error
    config.system_message(config.smoke_test.system_message)
    return _with_environment(config)


def _with_environment(config: Config) -> Config:
    group = os.environ.get("AZURE_RESOURCE_GROUP")
    if not group:
        return config
    azure = config.azure.model_copy(update={"resource_group": group})
    return config.model_copy(update={"azure": azure})


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
