"""Rules that look at all rows of a file together, and their register."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tunelint.example import Example
from tunelint.row_table import RowTable
from tunelint.rule import Violation


class RowFile(Protocol):
    """A file that has been read."""

    @property
    def path(self) -> Path: ...
    @property
    def table(self) -> RowTable: ...
    def row(self, number: int, /) -> Example:
        """A row of the table again, by its number."""


@dataclass(frozen=True, slots=True)
class RowViolation:
    """A violation at a row of the table, and the earlier row it speaks of."""

    row: int
    violation: Violation
    related: int | None = None


FileCheck = Callable[[RowFile], Iterator[RowViolation]]
FILE_CHECKS: list[FileCheck] = []


def on_file(check: FileCheck) -> FileCheck:
    """Register a function that looks at a whole file."""
    FILE_CHECKS.append(check)
    return check
