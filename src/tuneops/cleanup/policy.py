"""config/cleanup.yaml as checked types: closed by default, every duration spelled out."""

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tunelint import yaml_file
from tuneops import config_errors
from tuneops.config_types import Duration
from tuneops.errors import ConfigError

_SUBSCRIPTION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SET = re.compile(r"\[.[^\]]*\]")  # any one of several characters, as a shell reads it
_LITERAL = re.compile(r"[A-Za-z0-9]")
_DIGEST_DIGITS = 16


def _subscription_id(text: str) -> str:
    if not _SUBSCRIPTION.fullmatch(text.lower()):
        raise ValueError(f"'{text}' is not a subscription's id")
    return text.lower()


def _pattern(text: str) -> str:
    if not _LITERAL.search(_SET.sub("", text)):
        raise ValueError(f"the pattern '{text}' means everything; name what is yours")
    return text


Subscription = Annotated[str, AfterValidator(_subscription_id)]
Pattern = Annotated[str, AfterValidator(_pattern)]
_Some = Field(min_length=1)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Groups(_Section):
    """Resource groups; patterns are those of a shell and ignore case."""

    names: Annotated[tuple[Pattern, ...], _Some]
    protected_names: tuple[Pattern, ...] = ()
    min_age: Duration
    stale_after: Duration | Literal["never"]
    notice: Duration
    mark_valid: Duration


class Breakers(_Section):
    """Over one of these, nothing at all is deleted; percent is of all groups listed."""

    max_groups: int = Field(ge=1)
    max_percent: float = Field(gt=0, le=100)
    max_deployments: int = Field(ge=1)
    max_leftovers: int = Field(ge=1)
    max_purges: int = Field(ge=1)


class Apply(_Section):
    plan_fresh: Duration = timedelta(hours=12)
    wait: Duration


class Deployments(_Section):
    idle_after: Duration


class Training(_Section):
    older_than: Duration


class Purge(_Section):
    after: Duration


class Report(_Section):
    owner_tags: tuple[str, ...]


class Policy(_Section):
    """What clean-up may touch, and when."""

    subscriptions: Annotated[tuple[Subscription, ...], _Some]
    groups: Groups
    breakers: Breakers
    apply: Apply
    deployments: Deployments
    training: Training
    purge: Purge
    report: Report

    @property
    def digest(self) -> str:
        """The same for two files that mean the same."""
        meaning = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(meaning.encode()).hexdigest()[:_DIGEST_DIGITS]

    def check_subscription(self, subscription: str) -> None:
        """Raises: ConfigError where the subscription is not on the list."""
        if subscription.lower() not in self.subscriptions:
            raise ConfigError(
                f"Subscription {subscription} is not on the policy's list.",
                remedy="Add it under 'subscriptions', or set another AZURE_SUBSCRIPTION_ID.",
            )


def load(path: Path) -> Policy:
    """Raises: ConfigError where the file is missing or breaks a rule; all breaches are named."""
    try:
        document = yaml_file.load(path)
        return Policy.model_validate(document)
    except ValidationError as error:
        found = config_errors.describe(error, Policy)
    except (OSError, yaml_file.UnreadableError) as error:
        found = " ".join(str(error).split())
    raise ConfigError(
        f"{path} is no clean-up policy: {found}.",
        remedy="docs/cleanup.md explains each key; nothing is deleted without a whole policy.",
    )
