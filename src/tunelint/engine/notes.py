"""Findings of one file, as rules report them."""

from collections.abc import Mapping

from tunelint.example import Example
from tunelint.exceptions import NO_EXCEPTIONS, Exceptions
from tunelint.findings import Findings, Place, finding
from tunelint.json_text import column
from tunelint.rule import Rule, Severity, Violation


class Notes:
    """Turns what rules report of a file into findings.

    Args:
        file: The path to show.
        severities: Those of the rules that report, by code.
        exceptions: What was accepted is noted apart, with the reason in place of a hint.
    """

    def __init__(
        self, file: str, severities: Mapping[str, Severity], exceptions: Exceptions = NO_EXCEPTIONS
    ) -> None:
        self._file = file
        self._severities = severities
        self._exceptions = exceptions
        self.findings = Findings()

    def add(self, rule: Rule, message: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        """Note what is wrong with the file, or with a line that is no row."""
        if (severity := self._severities.get(rule.code)) is None:
            return
        file = self._file
        self.findings.add(
            finding(rule, severity, message, file=file, line=line, column=column, hint=hint)
        )

    def violation(
        self, example: Example, violation: Violation, related: tuple[Place, ...] = ()
    ) -> None:
        """Note what is wrong with a row."""
        rule = violation.rule
        severity = self._severities.get(rule.code)
        if severity is None:
            return
        reason = self._exceptions.reason(example.raw, rule)
        found = finding(
            rule,
            severity,
            violation.message,
            file=self._file,
            line=example.line,
            column=_column(example, violation),
            hint=violation.hint if reason is None else reason,
            related=related,
        )
        if reason is None:
            self.findings.add(found)
        else:
            self.findings.accepted.append(found)

    def take(self, found: Findings, lines: int) -> None:
        """Add findings of the same file whose lines count from so many lines before."""
        self.findings.take(found, lines)


def _column(example: Example, violation: Violation) -> int:
    if violation.path is None or not example.raw:
        return 0
    path, offset = violation.path, violation.offset
    return column(example.raw, path, at_key=violation.at_key, offset=offset)
