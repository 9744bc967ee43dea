"""The rules of recommendations.toml, each compiled when it is first used."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal, get_args

from travel_checks.literals import Way, ways

Kind = Literal["hotel", "flight", "rental_car", "restaurant"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_FRAGMENT = re.compile(r"\{([A-Za-z]+)\}")
_DATA: dict[str, Any] = tomllib.loads(
    files("travel_checks").joinpath("recommendations.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Rule:
    """``example`` is a sentence that it catches; ``asked``: it holds in a question too.

    ``excusable``: no recommendation beside words of history or regulation.
    """

    kind: Kind
    example: str
    row: str
    excusable: bool
    asked: bool
    fragments: Mapping[str, str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(_expanded(self.row, self.fragments), re.IGNORECASE)

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """What the pattern cannot do without."""
        return tuple(ways(self.row, self.fragments))


def words(name: str) -> re.Pattern[str]:
    return re.compile(_text(_DATA["words"][name]))


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _expanded(row: str, fragments: Mapping[str, str]) -> str:
    """The pattern with every fragment in its place; fragments may hold fragments."""
    while (expanded := _FRAGMENT.sub(lambda found: fragments[found[1]], row)) != row:
        row = expanded
    return row


def _rules(kind: Kind) -> tuple[Rule, ...]:
    site, rows = _DATA["sites"][kind], _DATA["rows"]
    fragments = {name: _text(value) for name, value in _DATA["fragments"].items()}
    fragments["site"] = site["site"]
    return tuple(
        Rule(
            kind, example.format(site["name"]), row, flag == "excusable", flag == "asked", fragments
        )
        for flag, example, row in [*rows[kind], *rows["any"]]
    )


RULES: dict[Kind, tuple[Rule, ...]] = {kind: _rules(kind) for kind in KINDS}
