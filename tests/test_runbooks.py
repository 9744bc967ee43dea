"""Runbooks and the lab in Spanish name only what exists."""

import re
import runpy
import shlex
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT

RUNBOOKS = sorted(set((ROOT / "docs/runbooks").glob("*.md")) - {ROOT / "docs/runbooks/README.md"})
PAGES = [*RUNBOOKS, ROOT / "docs/runbooks/README.md", *sorted((ROOT / "docs/es").glob("*.md"))]
COMMAND = re.compile(r"python (scripts/[\w/]+\.py)([^`\n]*)")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
COMMANDS = sorted(
    {found.groups() for page in PAGES for found in COMMAND.finditer(page.read_text("utf-8"))}
)


def parse(script: str, line: str) -> None:
    """Raises: KeyError or click.UsageError where the script has no such command or option."""
    command: click.Command = runpy.run_path(str(ROOT / script))["main"]
    rest = parsed(command, shlex.split(line, comments=True))
    while isinstance(command, click.Group) and (rest or not command.invoke_without_command):
        command = command.commands[rest[0] if rest else ""]
        rest = parsed(command, rest[1:])
    if rest:
        raise click.UsageError(f"too much: {rest}")


def parsed(command: click.Command, words: list[str]) -> list[str]:
    """What is left of the words after the command's own options and arguments."""
    context = click.Context(command)
    _, left, _ = command.make_parser(context).parse_args(words)
    return left


@pytest.mark.parametrize(("script", "line"), COMMANDS)
def test_each_command_of_a_page_is_one_that_its_script_takes(script: str, line: str) -> None:
    parse(script, line)


@pytest.mark.parametrize("line", ["", " promoted", " promote --no-such-option", " show 1"])
def test_what_a_script_does_not_take_is_found(line: str) -> None:
    with pytest.raises((KeyError, click.UsageError)):
        parse("scripts/deploy.py", line)


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbook_says_how_to_notice_look_act_and_verify(page: Path) -> None:
    headings = [line for line in page.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert headings == ["## How you notice", "## Look", "## Act", "## Verify"]


def test_the_index_has_every_runbook() -> None:
    index = (ROOT / "docs/runbooks/README.md").read_text("utf-8")
    assert {page.name for page in RUNBOOKS} <= set(LINK.findall(index))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).is_file(), target
