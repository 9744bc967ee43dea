"""A report as Markdown, for the summary page of a job; data in it can be no markup."""

from collections.abc import Iterator, Sequence

from tunelint.escaping import visible
from tunelint.findings import Report, Statistics
from tunelint.output.grouping import Group, clusters, groups, headline
from tunelint.output.text import numbers

SHOWN = 100  # rows of the table of findings
_MARKUP = "\\`*_{}[]()<>#+-!|~@:&\"'/$"


def as_markdown(report: Report, notes: Sequence[str] = ()) -> str:
    """The verdict, a table of the rules, a table of the first findings, the files in numbers."""
    found = groups(report)
    files = [f"- {escaped(visible(name))}: {numbers(one)}" for name, one in _files(report)]
    told = [f"- {escaped(note.strip())}" for note in notes]
    tables = [*_rules(found), "", *_findings(found), ""] if found else []
    return "\n".join(
        ["## Data check", "", headline(report), "", *tables, *_accepted(report), *files, *told]
    )


def escaped(text: str) -> str:
    """Text in which Markdown and HTML find nothing to act on."""
    return "".join(f"&#{ord(c)};" if c in _MARKUP else c for c in text)


def _files(report: Report) -> Iterator[tuple[str, Statistics]]:
    yield from ((name, one) for name, one in report.statistics.items() if one.examples)


def _rules(found: Sequence[Group]) -> Iterator[str]:
    yield from ("| rule | severity | findings | what to do |", "|---|---|---|---|")
    for one in found:
        cells = (f"{one.rule.code} {one.rule.name}", one.severity, f"{one.count:,}", one.hints[0])
        yield _row(cells)


def _findings(found: Sequence[Group]) -> Iterator[str]:
    yield from ("| place | rule | finding |", "|---|---|---|")
    shown = 0
    for group in found:
        for one in clusters(group.findings):
            if shown == SHOWN:
                break
            shown += 1
            yield _row((one.where, group.rule.code, one.findings[0].message))
    left = sum(len(clusters(group.findings)) for group in found) - shown
    if left:
        yield from ("", f"… and {left:,} more.")


def _accepted(report: Report) -> Iterator[str]:
    """What exceptions accept, each with its reason."""
    if not report.accepted:
        return
    yield from ("| accepted | rule | finding | why |", "|---|---|---|---|")
    for one in report.accepted[:SHOWN]:
        yield _row((f"{one.file}:{one.line}", one.code, one.message, one.hint))
    if len(report.accepted) > SHOWN:
        yield from ("", f"… and {len(report.accepted) - SHOWN:,} more.")
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"
