"""The kinds of values that config/<product>.yaml is made of."""

import re
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

from tuneops.limits import DEPLOYMENT_NAME, SUFFIX_LENGTH, SUFFIX_PATTERN

KEY_DIGITS = 12
ORIGIN = r"^(?:ftjob-[A-Za-z0-9]{1,64}|[a-z][a-z0-9-]{0,30})$"  # a job, or a product
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


def plain_path(path: Path) -> Path:
    parts = PurePosixPath(path.as_posix()).parts
    unfit = path.is_absolute() or not parts or not str(path).isprintable()
    if unfit or any(part.startswith(".") for part in parts):
        raise ValueError("a path goes down from the repository's root, and no part starts with '.'")
    return path


def _in_config_folder(path: Path) -> Path:
    if path.parts[0] != "config" or path.suffix != ".yaml":
        raise ValueError("exceptions are configuration: the file is config/<name>.yaml")
    return path


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(lambda span: f"{int(span.total_seconds())}s", when_used="json"),
]
DeploymentName = Annotated[str, AfterValidator(_one_name)]
Suffix = Annotated[str, AfterValidator(_suffix_fits)]
DataPath = Annotated[Path, AfterValidator(plain_path)]
ExceptionsPath = Annotated[Path, AfterValidator(plain_path), AfterValidator(_in_config_folder)]
Auto = Literal["auto"]
ControlSet = Literal["general-en", "general-es", "safety"]
Price = Annotated[float, Field(ge=0)]  # US dollars
TrainingType = Literal["Standard", "GlobalStandard", "Developer"]
Sku = Literal[
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "DeveloperTier",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
]
Region = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,39}$")]
# Azure naming rules, learn.microsoft.com resource-name-rules, 2026.
GROUP_NAME = r"^[\w().-]{0,89}[\w()-]$"
GroupName = Annotated[str, Field(pattern=GROUP_NAME)]
PROJECT_NAME = r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,63}$"
ProjectName = Annotated[str, Field(pattern=PROJECT_NAME)]
FormatText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
ModelText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
