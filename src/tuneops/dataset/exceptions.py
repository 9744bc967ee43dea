"""Findings that somebody has looked at and accepted, with a reason and until a day.

The file is YAML: a list of entries with `line` (the digest of the line), `rule`, `reason`, `who`
and `until`. An entry follows its line wherever it moves, and ends with any change of it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tuneops.dataset.findings import Rule, rule
from tuneops.dataset.ruling import code_of
from tuneops.errors import ConfigError

DIGEST_LENGTH = 16  # hexadecimal digits

EXPIRED = rule(
    "W2011",
    "expired-exception",
    what="An entry of the exceptions file is past its day, and counts no more.",
    why="What was accepted for a time should be looked at again.",
    bad="until: 2026-01-31, read in March",
    good="entries with a day to come",
    fix="Mend the row, or give the entry a new day.",
)


class _Entry(Struct, forbid_unknown_fields=True):
    line: Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    rule: str
    reason: Annotated[str, Meta(min_length=10)]
    who: Annotated[str, Meta(min_length=1)]
    until: date


@dataclass(frozen=True)
class Exceptions:
    """Pairs of a line's digest and a rule's code, and what is to be said of expired ones."""

    accepted: frozenset[tuple[str, str]] = frozenset()
    expired: tuple[str, ...] = ()

    def covers(self, line: str, broken: Rule) -> bool:
        return bool(self.accepted) and (digest_of(line), broken.code) in self.accepted


NO_EXCEPTIONS = Exceptions()


def digest_of(line: str) -> str:
    """What names a line in the exceptions file: SHA-256 of it without the space around it."""
    return sha256(line.strip().encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def load(path: Path, today: date | None = None) -> Exceptions:
    """Read an exceptions file.

    Raises:
        ConfigError: It cannot be read, is malformed, or names a rule that does not exist.
    """
    entries = _entries(path)
    day = today or datetime.now(UTC).date()
    return Exceptions(
        frozenset((one.line, code_of(one.rule)) for one in entries if one.until >= day),
        tuple(
            f"The exception of {one.who} for {one.rule} ended on {one.until}."
            for one in entries
            if one.until < day
        ),
    )


def _entries(path: Path) -> list[_Entry]:
    import yaml

    remedy = "Each entry has line, rule, reason, who and until."
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        return msgspec.convert(document, list[_Entry])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"The exceptions {path} cannot be read: {error}.", remedy=remedy
        ) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}.", remedy=remedy) from error
