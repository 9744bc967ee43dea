"""config/<product>.yaml as checked types.

An unknown key is an error that names the nearest known one, so that a typo never silently
falls back to a default.
"""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from tunelint import yaml_file
from tuneops import config_errors, config_files
from tuneops.checks.base import Check
from tuneops.checks.kinds import AnyCheck, AsksQuestion, KnownLanguage, Language, Length
from tuneops.config_types import (
    GROUP_NAME,
    ORIGIN,
    PROJECT_NAME,
    ControlSet,
    DeploymentName,
    Duration,
    ExceptionsPath,
    FormatText,
    GroupName,
    ModelText,
    Price,
    ProjectName,
    Region,
    Section,
    Sku,
    TrainingType,
)
from tuneops.data_settings import DataFiles
from tuneops.errors import ConfigError
from tuneops.escaping import visible
from tuneops.limits import ACCOUNT_NAME, REINFORCEMENT_PAUSES_AT
from tuneops.methods import FineTuning


class AzurePlace(Section):
    """Where the product lives; AZURE_RESOURCE_GROUP overrides the group's name.

    A subscription left out is AZURE_SUBSCRIPTION_ID.
    """

    subscription: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{36}$")] | None = None
    region: Region
    resource_group: GroupName
    account: Annotated[str, Field(pattern=f"^{ACCOUNT_NAME.pattern}$")] | None = None
    project: ProjectName
    expires_after: Duration | None = None


class BaseModelChoice(Section):
    """The model that is fine-tuned, and its own deployment to compare with.

    ``continue_from`` names a job, or a product of the same account, whose model is trained further.
    """

    model: ModelText
    version: ModelText
    format: FormatText = "OpenAI"
    deployment: DeploymentName
    sku: Sku = "GlobalStandard"
    capacity: int = Field(50, ge=1)
    continue_from: Annotated[str, Field(pattern=ORIGIN)] | None = None

    @model_validator(mode="after")
    def _continues_what_can_be(self) -> Self:
        if self.continue_from and not self.is_openai:
            raise ValueError("continue_from: Azure trains OpenAI's models alone any further")
        return self

    @property
    def is_openai(self) -> bool:
        return self.format == "OpenAI"

    @property
    def job_model(self) -> str:
        """The name that a fine-tuning job takes: OpenAI's models go by their date, others do not.

        Source: the tables of models in the fine-tuning guide, learn.microsoft.com, 2026-10.
        """
        return f"{self.model}-{self.version}" if self.is_openai else self.model

    @property
    def reported_model(self) -> str | None:
        """What a job reports as its base: for other makers' models nobody has published it."""
        return self.job_model if self.is_openai and not self.continue_from else None


class Candidate(Section):
    sku: Sku = "GlobalStandard"
    capacity: int = Field(50, ge=1)
    expires_after: Duration


class ReleaseSettings(Section):
    deployment: DeploymentName
    sku: Sku = "Standard"
    capacity: int = Field(50, ge=1)
    content_filter: ModelText | None = None
    candidate: Candidate

    @property
    def candidate_deployment(self) -> str:
        return f"{self.deployment}-candidate"


class Checks(Section):
    """What every answer of the fine-tuned model must hold to; ``more`` are checks by kind."""

    language: KnownLanguage | None = None
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


class Prices(Section):
    """US dollars. Training is by million billed tokens and training type, hosting by hour.

    Reinforcement is by hour of training, and beside it what the grader's model costs.
    """

    training_per_million_tokens: dict[TrainingType, Price] = Field(default_factory=dict)
    training_per_hour: Price | None = None
    hosting_per_hour: Price | None = None


class Gate(Section):
    """What a check asks of the candidate for the verdict.

    ``margin`` is the loss against the baseline that is still no loss, or with ``direction:
    better`` the gain that is wanted, as a share of answers. ``at_least`` is the share of the
    candidate's own answers that must hold, whatever the baseline does. ``zero_tolerance`` fails on
    one violation; a check that does not ``decide`` is only shown.
    """

    decides: bool = True
    direction: Literal["no_worse", "better"] = "no_worse"
    margin: float = Field(0.1, ge=0, lt=1)
    at_least: float | None = Field(None, gt=0, le=1)
    zero_tolerance: bool = False


class TokenPrices(Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(gt=0)


class Judge(Section):
    """A model of another family that compares the two answers to each prompt."""

    deployment: DeploymentName
    criteria: str
    max_cost_usd: float = Field(gt=0)
    prices: TokenPrices


class Review(Section):
    """A model that reads training rows, where the data check is asked to let it."""

    deployment: DeploymentName
    max_cost_usd: float = Field(gt=0)
    prices: TokenPrices


class Rules(Section):
    """How the data check judges this product's files.

    Rules go by code or name. Every answer is held to `policy`, or without one to the smoke
    test's checks.
    """

    profile: Literal["azure", "openai"] = "azure"
    off: tuple[str, ...] = ()
    severity: dict[str, Literal["error", "warning", "info"]] = Field(default_factory=dict)
    max_example_tokens: int | None = Field(None, ge=1)
    exceptions: ExceptionsPath | None = None
    policy: Checks | None = None
    review: Review | None = None


class SmokeTest(Section):
    """``gate`` is that of every check but those under ``gates``, which are by the check's name.

    ``controls`` are sets of prompts on what the data says nothing about, each under
    ``control_gate``. Of the prompts in ``must_pass``, every answer of the candidate holds to every
    check that decides; of those in ``no_regression``, no fewer than of the baseline.
    """

    system_message: str
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: int = Field(600, ge=1)
    samples: int = Field(3, ge=1, le=20)
    seed: int = 1
    checks: Checks = Checks()
    gate: Gate = Gate()
    gates: dict[str, Gate] = Field(default_factory=dict)
    controls: tuple[ControlSet, ...] = ()
    control_gate: Gate = Gate()
    must_pass: tuple[str, ...] = ()
    no_regression: tuple[str, ...] = ()
    prices: TokenPrices | None = None
    judge: Judge | None = None


class Config(Section):
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
    release: ReleaseSettings
    smoke_test: SmokeTest
    system_messages: dict[str, str]
    rules: Rules = Rules()
    prices: Prices = Prices()
    environments: dict[str, AzurePlace] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if self.base.deployment in {self.release.deployment, self.release.candidate_deployment}:
            raise ValueError("base.deployment and release.deployment must have different names")
        return self

    @model_validator(mode="after")
    def _data_lies_in_its_folder(self) -> Self:
        files = self.data.files
        folder = PurePosixPath("data", self.product)
        if any(folder not in PurePosixPath(file.as_posix()).parents for file in files):
            raise ValueError(f"data: every file must lie in {folder}/")
        if len(set(files)) < len(files):
            raise ValueError("data: a file is named twice among training, validation and prompts")
        return self

    @model_validator(mode="after")
    def _limit_has_a_price(self) -> Self:
        tuning = self.fine_tuning
        if tuning.max_training_cost is not None and tuning.method == "reinforcement":
            raise ValueError(
                "fine_tuning.max_training_cost limits nothing with method reinforcement, which "
                f"costs by the hour: Azure pauses it at {REINFORCEMENT_PAUSES_AT:,} US dollars"
            )
        priced = tuning.training_type in self.prices.training_per_million_tokens
        if tuning.max_training_cost is not None and not priced:
            raise ValueError(
                "fine_tuning.max_training_cost limits nothing without a price of "
                f"{tuning.training_type} under prices.training_per_million_tokens"
            )
        return self

    def at_home(self) -> "Config":
        """The configuration of the place where models are trained; itself where it is that."""
        return self if self._home is None else self._home

    def places(self) -> "list[Config]":
        """The product where it is trained, and in each of its environments."""
        return [self, *(self.in_environment(name) for name in self.environments)]

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
        document = yaml_file.load(path)
    except OSError as error:
        raise ConfigError(
            f"The configuration {visible(str(path))} cannot be read: {_reason(error)}.",
            remedy=config_files.which(),
        ) from error
    except yaml_file.UnreadableError as error:
        raise ConfigError(
            f"{path} is not YAML as it is read here: {error}.",
            remedy="Mend the file and run again.",
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
    """With the names that variables give; a workspace's is that of the project in its place."""
    named = {
        "resource_group": _named("AZURE_RESOURCE_GROUP", GROUP_NAME, "resource group"),
        "project": _named("AZURE_WORKSPACE_NAME", PROJECT_NAME, "project"),
    }
    given = {setting: name for setting, name in named.items() if name}
    if not given:
        return config
    return config.model_copy(update={"azure": config.azure.model_copy(update=given)})


def _named(variable: str, pattern: str, what: str) -> str | None:
    name = os.environ.get(variable)
    if name and not re.fullmatch(pattern, name):
        raise ConfigError(
            f"{variable} is '{visible(name)}', no name of a {what}.",
            remedy=f"Unset it, or give a name that looks like {pattern}.",
        )
    return name


def _reason(error: OSError) -> str:
    return error.strerror or " ".join(str(error).split())
