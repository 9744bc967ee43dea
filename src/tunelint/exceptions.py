"""Findings that somebody has looked at and accepted, with a reason and until a day.

The file is YAML: a list of entries with `line` (the digest of the line), `rule`, `reason`, `who`
and `until`, at most 180 days ahead. An entry follows its line wherever it moves, and ends with any
change of it. A finding that is accepted is still shown and counted, as accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tunelint.errors import UsageError
from tunelint.findings import Finding
from tunelint.rule import Rule, find_rule
from tunelint.source import BOM, open_regular, read_lines

DIGEST_LENGTH = 16  # hexadecimal digits
LONGEST = timedelta(days=180)
_REMEDY = "Each entry has line, rule, reason, who and until."

_TEMPLATE = """\
- line: "{digest}" # {file}, line {line}
  rule: {code}
  reason: ""
  who: ""
  until: ""
"""


class _Entry(Struct, forbid_unknown_fields=True):
    line: Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    rule: str
    reason: Annotated[str, Meta(min_length=10)]
    who: Annotated[str, Meta(min_length=1)]
    until: date


@dataclass(frozen=True)
class Exceptions:
    """Why findings are accepted, and what is to be said of expired entries.

    The reasons go by the line's digest and the rule's code.
    """

    accepted: Mapping[tuple[str, str], str] = field(default_factory=dict)
    expired: tuple[str, ...] = ()

    def reason(self, line: bytes, broken: Rule) -> str | None:
        """Why the rule's findings on the line are accepted; None where they are not."""
        return self.accepted.get((digest_of(line), broken.code)) if self.accepted else None


NO_EXCEPTIONS = Exceptions()


def digest_of(line: bytes) -> str:
    """What names a line in the exceptions file: SHA-256 of it without the space around it."""
    return sha256(line.removeprefix(BOM).strip()).hexdigest()[:DIGEST_LENGTH]


def load(path: Path, today: date | None = None) -> Exceptions:
    """Read an exceptions file.

    Raises:
        UsageError: It cannot be read, is malformed, names a rule that does not exist, or accepts
            something for longer than 180 days from today.
    """
    entries = [(one, find_rule(one.rule).code) for one in _entries(path)]
    day = today or datetime.now(UTC).date()
    for one, _ in entries:
        _check_day(one, day, path)
    return Exceptions(
        {
            (one.line, code): f"Accepted by {one.who} until {one.until}: {one.reason}"
            for one, code in entries
            if one.until >= day
        },
        tuple(
            f"The exception of {one.who} for {one.rule} ended on {one.until}."
            for one, _ in entries
            if one.until < day
        ),
    )


def _check_day(entry: _Entry, today: date, path: Path) -> None:
    if entry.until - today > LONGEST:
        raise UsageError(
            f"{path}: the exception for {entry.rule} runs until {entry.until}.",
            remedy=f"Take a day up to {today + LONGEST}, {LONGEST.days} days from now.",
        )


def unused(accepted: Exceptions, files: Iterable[Path]) -> Iterator[str]:
    """What is to be said of entries whose line is in none of the files any more."""
    missing = {digest for digest, _ in accepted.accepted}
    for path in files if missing else ():
        with open_regular(path) as stream:
            missing.difference_update(digest_of(line.raw) for line in read_lines(stream))
    for digest, code in sorted(accepted.accepted):
        if digest in missing:
            yield f"No line has the digest {digest}, for which {code} is accepted."


def entries_for(report: Iterable[Finding]) -> Iterator[str]:
    """An entry for each finding on a line, to be completed and pasted into an exceptions file."""
    wanted: dict[str, dict[int, list[str]]] = {}
    for one in report:
        if one.line:
            wanted.setdefault(one.file, {}).setdefault(one.line, []).append(one.code)
    for file, lines in wanted.items():
        with open_regular(Path(file)) as stream:
            for line in islice(read_lines(stream), max(lines)):
                for code in lines.get(line.number, ()):
                    yield _TEMPLATE.format(
                        digest=digest_of(line.raw), code=code, file=file, line=line.number
                    )


def _entries(path: Path) -> list[_Entry]:
    from tunelint import yaml_file  # PyYAML takes long to load, and few files need it

    try:
        return msgspec.convert(yaml_file.load(path) or [], list[_Entry])
    except (OSError, yaml_file.UnreadableError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"The exceptions {path} cannot be read: {why}.", remedy=_REMEDY) from error
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}.", remedy=_REMEDY) from error
