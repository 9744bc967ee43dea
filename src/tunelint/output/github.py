"""A report as workflow commands of GitHub Actions, which mark the lines of a pull request."""

from collections.abc import Iterator

from tunelint.findings import Finding, Report
from tunelint.output.grouping import counted
from tunelint.rule import RULES, Severity

ANNOTATIONS_PER_LEVEL = 10  # GitHub shows no more of a level in one step


def as_github(report: Report) -> str:
    return "\n".join(annotations(report))


def annotations(report: Report) -> Iterator[str]:
    """The first errors and warnings; one more says how many are left."""
    for level in (Severity.ERROR, Severity.WARNING):
        listed = [one for one in report.findings if one.severity is level]
        number = report.by_severity[level]
        shown = listed[: ANNOTATIONS_PER_LEVEL - (number > ANNOTATIONS_PER_LEVEL)]
        yield from map(_annotation, shown)
        if number > len(shown):
            yield annotation(level, f"{counted(number - len(shown), level)} more.")


def annotation(
    level: str,
    message: str,
    *,
    title: str = "",
    file: str = "",
    line: int | None = None,
    column: int | None = None,
) -> str:
    """A workflow command that marks a line of a file; level is error, warning or notice."""
    properties = {"file": file, "line": line, "col": column, "title": title}
    given = ",".join(f"{key}={escape_property(str(v))}" for key, v in properties.items() if v)
    return f"::{level}{' ' * bool(given)}{given}::{escape_message(message)}"


def escape_message(text: str) -> str:
    """Text as the message of a workflow command; no line of it can start another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Text as a property (file, title) of a workflow command."""
    return escape_message(text).replace(":", "%3A").replace(",", "%2C")


def _annotation(finding: Finding) -> str:
    return annotation(
        finding.severity,
        f"{finding.message}\n{finding.hint}",
        title=f"{finding.code} {RULES[finding.code].name}",
        file=finding.file,
        line=finding.line or None,
        column=finding.column or None,
    )
