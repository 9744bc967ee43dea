"""What an apply did, in the words of its report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Narrate = Callable[[str], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Outcome:
    """What became of a row: ``deleted`` was seen gone, ``requested`` was still going at the end."""

    kind: Literal["group", "deployment", "file", "job", "account"]
    name: str
    result: Literal["deleted", "requested", "failed", "marked", "skipped"]
    detail: str = ""


def utc_now() -> datetime:
    return datetime.now(UTC)
