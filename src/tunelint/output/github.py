"""A report as workflow commands of GitHub Actions, which mark the lines of a pull request."""

from collections.abc import Iterator

from tunelint.findings import Finding, Report
from tunelint.output.grouping import counted
from tunelint.rule import RULES, Severity
from tunelint.workflow_commands import annotation

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


def _annotation(finding: Finding) -> str:
    """Two colons in a message start no command there, and are shown as the data has them."""
    return annotation(
        finding.severity,
        f"{finding.message}\n{finding.hint}".replace(":\\x3a", "::"),
        title=f"{finding.code} {RULES[finding.code].name}",
        file=finding.file,
        line=finding.line or None,
        column=finding.column or None,
    )
