"""docs/setup.md as a script, and what it asks of gh and az when it is run."""

import json
import os
import re
import subprocess
import tempfile
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.workflows.parsers import ROOT

GUIDE = (ROOT / "docs/setup.md").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block) for block in re.findall(r"(?:^|\n\n)((?: {4}.*\n|\n(?= {4}))+)", GUIDE)
]
RECORD = """#!/bin/sh
if [ -t 0 ]; then input=; else case "$*" in *"--input -"*) input=$(cat);; esac; fi
python3 -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$input" "${0##*/}" "$@" >> "$CALLS"
wc -l < "$CALLS"
"""


@dataclass(frozen=True)
class Call:
    """A command that the guide gives; options by their names, the rest in order."""

    words: tuple[str, ...]
    options: dict[str, str]
    stdin: str


def _call(stdin: str, words: list[str]) -> Call:
    options, rest = {}, []
    iterator = iter(words)
    for word in iterator:
        if word.startswith("--"):
            options[word] = next(iterator)
        else:
            rest.append(word)
    return Call(tuple(rest), options, stdin)


@cache
def calls() -> tuple[Call, ...]:
    """All commands of the guide, pasted one block after the other into one shell.

    Each stand-in answers with the number of its call, from 1.
    """
    with tempfile.TemporaryDirectory() as created:
        folder = Path(created)
        for name in ("gh", "az", "python"):
            (folder / name).write_text(RECORD, encoding="utf-8")
            (folder / name).chmod(0o755)
        log = folder / "calls"
        script = "set -euo pipefail\n" + "\n".join(BLOCKS)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(log)}
        subprocess.run(["bash", "-c", script], cwd=folder, env=environment, check=True)  # noqa: S607
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return tuple(_call(stdin, words) for stdin, *words in lines)


def these(*words: str) -> list[Call]:
    return [one for one in calls() if one.words[: len(words)] == words]


def roles(identity: str, group: str) -> list[dict[str, str]]:
    """What the guide gives to an identity; ``group`` is the id of the resource group."""
    made = ("train", "production", "cleanup")
    principals = [
        str(number)
        for number, one in enumerate(calls(), start=1)
        if one.words == ("az", "ad", "sp", "create")
    ]
    principal = dict(zip(made, principals, strict=True))[identity]
    return [
        {"role": one["--role"], "scope": group if "/resourceGroups/" in one["--scope"] else ""}
        for one in (given.options for given in these("az", "role", "assignment", "create"))
        if one["--assignee-object-id"] == principal
    ]
