"""A report for a person at a terminal, or for the log of a job: what matters most comes first."""

from collections.abc import Iterator, Sequence

import click

from tunelint.escaping import visible
from tunelint.findings import Report, Statistics
from tunelint.output.grouping import (
    SHOWN_PLACES,
    Group,
    clusters,
    counted,
    groups,
    headline,
)
from tunelint.rule import Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def as_text(
    report: Report,
    *,
    full: bool = False,
    notes: Sequence[str] = (),
    command: str = "python -m tunelint",
) -> str:
    """The findings by rule, the files in numbers, a table of the rules, and what to do next.

    Args:
        report: What a check found.
        full: Whether every finding is listed.
        notes: What the caller adds before the verdict, one line each.
        command: By which the user calls the other commands.
    """
    found = groups(report)
    hidden = not full and any(len(clusters(one.findings)) > SHOWN_PLACES for one in found)
    verdict = click.style(headline(report), fg="green" if report.passed else "red", bold=True)
    blocks = (
        *(_group(one, full=full) for one in found),
        tuple(_accepted(report, full=full)),
        (*_files(report), *notes),
        _table(found),
        (verdict, *_next_steps(found, command, hidden=hidden)),
    )
    return "\n\n".join(filter(None, map("\n".join, blocks)))


def _group(group: Group, *, full: bool) -> Iterator[str]:
    yield click.style(group.title, fg=_COLOURS[group.severity], bold=True)
    found = clusters(group.findings)
    shown = found if full else found[:SHOWN_PLACES]
    for one in shown:
        yield f"  {one.where}: {one.findings[0].message}"
    left = group.count - sum(len(one.findings) for one in shown)
    if left:
        how = "not listed" if full else f"--select {group.rule.code} lists them"
        yield f"  …and {left:,} more ({how})"
    hints = group.hints if full else group.hints[:1]
    yield from (click.style(f"  → {hint}", dim=True) for hint in hints)


def _accepted(report: Report, *, full: bool) -> Iterator[str]:
    """What exceptions accept, each with its reason."""
    shown = report.accepted if full else report.accepted[:SHOWN_PLACES]
    if shown:
        yield click.style(f"{counted(len(report.accepted), 'finding')} accepted", bold=True)
    for one in shown:
        yield f"  {one.file}:{one.line}: {one.code} {one.message}"
        yield click.style(f"  → {one.hint}", dim=True)
    if left := len(report.accepted) - len(shown):
        yield f"  …and {left:,} more (--full lists them)"


def _files(report: Report) -> Iterator[str]:
    for name, one in report.statistics.items():
        if one.examples:
            yield f"{visible(name)}: {numbers(one)}"


def numbers(one: Statistics) -> str:
    """A file in a sentence."""
    images = f", {counted(one.images, 'image')} (their tokens are not counted)"
    return (
        f"{counted(one.examples, 'example')}, {counted(one.answers, 'answer')}, "
        f"{counted(one.tokens, 'token')}{images if one.images else ''}; each example "
        f"{one.min_tokens:,} to {one.max_tokens:,} tokens, median {one.median_tokens:,}, "
        f"95 % up to {one.p95_tokens:,}"
    )


def _table(found: Sequence[Group]) -> Iterator[str]:
    """One line a rule: code, severity, number, name."""
    wide = max((len(f"{one.count:,}") for one in found), default=0)
    for one in found:
        yield f"{one.rule.code:<6} {one.severity:<8} {one.count:>{wide},}  {one.rule.name}"


def _next_steps(found: Sequence[Group], command: str, *, hidden: bool) -> Iterator[str]:
    """What to do next, from the gravest finding on."""
    if not found:
        return
    worst = found[0]
    yield f"Next: {command} explain {worst.rule.code} says what it is about."
    place = next((one for one in worst.findings if one.line), None)
    if place is not None:
        yield f"      {command} show {place.file} {place.line} prints the row."
    if hidden:
        yield "      --full lists every finding."
