"""A report for a person: on a terminal, as annotations, and on a job's summary page.

Findings quote data that a stranger may have written; nothing of it may become markup here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops import github
from tuneops.dataset.distribution import Step
from tuneops.dataset.estimate import Estimate
from tuneops.dataset.findings import RULES, Finding, Severity
from tuneops.dataset.scan import Report
from tuneops.dataset.tokens import Statistics
from tuneops.display.histograms import text_bars
from tuneops.escaping import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, Group, RenderableType
    from rich.text import Text

ANNOTATIONS_PER_LEVEL = 10  # GitHub shows no more of a level in one step
SUMMARY_ROWS = 100
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_MARKUP = "\\`*_{}[]()<>#+-!|~@:&\"'/"


def shown(report: Report) -> "Group":
    """The findings one a line, what to do under each, and the files in numbers."""
    from rich.console import Group
    from rich.text import Text

    lines = [_shown_finding(finding) for finding in report.findings]
    rest = [Text(text) for text in _not_listed(report)]
    accepted = [_line(f"accepted: {line(one)} {one.hint}") for one in report.accepted]
    numbers = [shown for name, one in _files(report) for shown in _shown_file(name, one)]
    costs = [_line(text) for text in (*cost_lines(report.estimate), *review_lines(report.review))]
    verdict = Text(headline(report), style="bold green" if report.passed else "bold red")
    return Group(*lines, *rest, *accepted, *numbers, *costs, verdict)


def _shown_file(name: str, numbers: Statistics) -> "Iterator[RenderableType]":
    yield _line(f"{visible(name)}: {_numbers(numbers)}")
    if len(numbers.distribution) > 1:
        yield _Bars(numbers.distribution)


@dataclass(frozen=True)
class _Bars:
    """Tokens of an example as bars, in what characters the terminal has."""

    steps: tuple[Step, ...]

    def __rich_console__(
        self, console: "Console", options: "ConsoleOptions"
    ) -> "Iterator[RenderableType]":
        del console
        for line in text_bars(self.steps, ascii_only=options.ascii_only):
            yield _line(f"    {line}")


def review_lines(review: Mapping[str, Any] | None) -> list[str]:
    """What a model was asked, and what was left out for the cost."""
    if review is None:
        return []
    told = (
        f"review by {visible(review['deployment'])}: {_count(review['read'], 'row')} read, "
        f"{review['remembered']:,} remembered, {review['skipped']:,} left out for the cost, "
        f"{review['unusable']:,} without a usable answer; {review['cost_usd']:.2f} US dollars"
    )
    return [told]


def cost_lines(estimate: Estimate | None) -> list[str]:
    """What training costs, and how far the longest example is from the limit."""
    if estimate is None or not estimate.tokens:
        return []
    chosen = "" if estimate.epochs_are_set else " (Azure chooses; an assumption)"
    billed = f"{estimate.tokens:,} tokens for {estimate.epochs} epochs{chosen}"
    lines = [f"training: {billed} = {estimate.billed:,} billed tokens"]
    for name, dollars in estimate.costs.items():
        mark = ", as configured" if name == estimate.chosen_type else ""
        lines.append(f"    {name}: {dollars:,.2f} US dollars{mark}")
    if not estimate.costs:
        lines.append("    The price is not known: name it under prices, and the file by --config.")
    if estimate.hosting_per_month is not None:
        lines.append(f"hosting: {estimate.hosting_per_month:,.2f} US dollars a month a deployment")
    over = f"{estimate.over_limit:,} over it" if estimate.over_limit else "none is over it"
    lines.append(f"longest example: {estimate.longest:,} tokens of {estimate.limit:,}; {over}")
    return lines


def headline(report: Report) -> str:
    counts = [_count(number, str(severity)) for severity, number in report.counts.items() if number]
    found = f"Found {', '.join(counts)}." if counts else "All checks passed."
    accepted = len(report.accepted)
    return f"{found} {_count(accepted, 'finding')} accepted by exceptions." if accepted else found


def annotations(report: Report) -> list[str]:
    """Workflow commands for the first errors and warnings; one more says how many are left."""
    commands: list[str] = []
    for level in (Severity.ERROR, Severity.WARNING):
        listed = [one for one in report.findings if one.severity is level][:ANNOTATIONS_PER_LEVEL]
        left = report.counts[level] - len(listed)
        if left > 0:
            listed = listed[: ANNOTATIONS_PER_LEVEL - 1]
            left = report.counts[level] - len(listed)
        commands += [_annotation(one) for one in listed]
        if left > 0:
            commands.append(github.annotation(level, f"{_count(left, str(level))} more."))
    return commands


def summary(report: Report) -> str:
    """Markdown for the job's summary page."""
    listed = [*report.findings, *report.accepted]
    rows = [_row(finding) for finding in listed[:SUMMARY_ROWS]]
    left = sum(report.counts.values()) + len(report.accepted) - len(rows)
    head = ["| place | rule | finding | what to do |", "|---|---|---|---|"] if rows else []
    numbers = [f"- {_escaped(visible(name))}: {_numbers(one)}" for name, one in _files(report)]
    tail = ["", f"… and {left:,} more."] if left > 0 else []
    told = (*cost_lines(report.estimate), *review_lines(report.review))
    costs = [f"- {_escaped(text.strip())}" for text in told]
    found = [*head, *rows, *tail]
    return "\n".join(["## Data check", "", headline(report), "", *found, "", *numbers, *costs])


def _shown_finding(finding: Finding) -> "Text":
    text = _line(f"{place(finding)}: ")
    text.append(finding.code, style=f"bold {_COLOURS[finding.severity]}")
    if finding.severity is not RULES[finding.code].severity:
        text.append(f" ({finding.severity})")
    text.append(f" [{RULES[finding.code].name}] {finding.message}\n")
    text.append(f"    {finding.hint}", style="dim")
    return text


def _line(text: str) -> "Text":
    """Text that is never wrapped: where a line of a log starts, a workflow command could."""
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ignore")


def _files(report: Report) -> list[tuple[str, Statistics]]:
    return [(name, one) for name, one in report.statistics.items() if one.examples]


def _not_listed(report: Report) -> list[str]:
    return [f"{code}: {number:,} more, not listed" for code, number in report.hidden.items()]


def line(finding: Finding) -> str:
    """A finding in one line of plain text."""
    return f"{place(finding)}: {finding.code} {finding.message}"


def place(finding: Finding) -> str:
    numbers = [str(number) for number in (finding.line, finding.column) if number]
    return ":".join([finding.file, *numbers])


def _numbers(one: Statistics) -> str:
    return (
        f"{_count(one.examples, 'example')}, {_count(one.turns, 'answer')}, "
        f"{_count(one.tokens, 'token')} (each example {one.min_tokens:,} to {one.max_tokens:,}, "
        f"median {one.median_tokens:,}, 95 % up to {one.p95_tokens:,})"
    )


def _count(number: int, noun: str) -> str:
    plural = "" if number == 1 or noun == "info" else "s"
    return f"{number:,} {noun}{plural}"


def _annotation(finding: Finding) -> str:
    return github.annotation(
        finding.severity,
        f"{finding.message}\n{finding.hint}",
        title=f"{finding.code} {RULES[finding.code].name}",
        file=finding.file,
        line=finding.line or None,
        column=finding.column or None,
    )


def _row(finding: Finding) -> str:
    cells = (place(finding), finding.code, finding.message, finding.hint)
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    """Text in which Markdown and HTML find nothing to act on."""
    return "".join(f"&#{ord(c)};" if c in _MARKUP else c for c in text)


def shown_diff(facts: Mapping[str, Any]) -> "Group":
    """What a change does: both sides in numbers, the rows, and the findings that are new."""
    from rich.console import Group
    from rich.text import Text

    from tuneops.display import tables

    base, head = facts["base"], facts["head"]
    names = {"examples": "examples", "tokens": "tokens", "training_cost": "training, US dollars",
             "answer_words": "words of an answer", "policy_breaches": "breaches"}  # fmt: skip
    cells = [(names[key], base[key], head[key]) for key in names if key in head]
    cells += [
        (f"answers in {name}", base["languages"].get(name, 0), head["languages"].get(name, 0))
        for name in {**base["languages"], **head["languages"]}
    ]
    rows = [
        _line(f"{kind} line {row['line']}: {row['question']}")
        for kind in ("added", "removed", "changed")
        for row in facts["rows"][kind]
    ]
    new = [
        _line(f"new: {one['file']}:{one['line'] or 0}: {one['code']} {one['message']}")
        for one in facts["new_findings"]
    ]
    verdict = (
        f"{_count(facts['added'], 'row')} added, {facts['removed']:,} removed, "
        f"{facts['changed']:,} changed; {_count(len(facts['new_findings']), 'new finding')}, "
        f"{facts['fixed_findings']:,} gone."
    )
    return Group(tables.rows(("", "base", "head"), cells), *rows, *new, Text(verdict, style="bold"))
