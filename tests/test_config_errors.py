"""What is said of a settings file that breaks rules."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuneops import config_errors
from tuneops.config_types import Duration


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    names: Annotated[tuple[Annotated[str, Field(pattern=r"^\w+$")], ...], Field(min_length=1)]
    after: Duration | Literal["never"]
    share: float = Field(gt=0, le=100)


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    section: Section


GOOD = {"names": ["a"], "after": "7d", "share": 20}


def said(section: object) -> str:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"section": section})
    return config_errors.describe(refused.value, Settings)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"names": []}, "section.names: names nothing, and needs at least 1"),
        ({"names": ["a b"]}, r"section.names.0: must look like ^\w+$"),
        ({"names": "a"}, "section.names: must be a list"),
        ({"share": 0}, "section.share: must be more than 0"),
        ({"share": 100.5}, "section.share: must be at most 100"),
        ({"share": "much"}, "section.share: must be a number"),
        ({"shares": 1}, "section.shares: unknown key (did you mean 'share'?)"),
        ({"xyz": 1}, "section.xyz: unknown key"),
        (
            {"after": "often"},
            "section.after: a duration is written like 7d, 36h, 1h30m or 45s, or must be 'never'",
        ),
    ],
)
def test_a_breach_is_said_once_under_the_key_as_it_is_written(
    change: dict[str, object], sentence: str
) -> None:
    assert said(GOOD | change) == sentence


def test_every_breach_is_said() -> None:
    assert said({"names": ["a"], "after": 0}) == (
        "section.after: a duration is written like 7d, 36h, 1h30m or 45s, or must be 'never'; "
        "section.share: is missing"
    )


def test_what_is_no_section_is_said() -> None:
    assert said([1]) == "section: must be a section with keys"
