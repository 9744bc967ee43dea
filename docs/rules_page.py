"""docs/rules.md: every rule, and how often its findings about public files were right."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from tunelint.escaping import visible
from tunelint.explain import chosen
from tunelint.rule import Rule

_JUDGEMENTS = Path(__file__).parents[1] / "tests/tunelint/judgements.json"
_FAMILIES = {
    "1": "File and encoding",
    "2": "JSON",
    "3": "Schema",
    "4": "Conversation",
    "5": "Tools",
    "6": "Limits",
    "7": "Duplicates",
    "8": "Leakage between files",
    "10": "Images",
    "11": "Pairs of answers",
    "12": "Reinforcement",
    "13": "Text",
    "14": "Language",
    "15": "Secrets",
    "16": "Personal data",
    "17": "Hidden text",
    "18": "The product's own checks",
    "19": "Answers",
    "20": "The file as a whole",
    "22": "Found by a model (--review)",
}
_INTRODUCTION = """# Rules of the data check

Made by `make docs`; do not edit by hand.

A code's letter is its severity: **E** an error, which stops the training, **W** a warning, **I**
information. A rule that is *opt-in* reports where `--extend-select`, a profile or the
configuration asks for it. `explain E401` prints a rule's page on the terminal.
"""
_TABLE = """## How often the rules are right

The rules were run over {files} public files with {rows:,} rows in ten languages. Of each rule, the
findings were read (at most 20, drawn by a digest) and judged: *true*, if the owner would mend the
row or the service would refuse it; *arguable*, if what the rule describes is there but made up,
public or intended; *false* otherwise. An error must be true in 98 % of the cases; a
warning in 60 %, and true or arguable in 90 %. A rule that does worse is opt-in, or was deleted.
The verdicts are in tests/tunelint/judgements.json, and a test holds the rules to them.

| rule | severity | rows | judged | true | arguable | false |
|---|---|---|---|---|---|---|
{lines}

The other {silent} rules found nothing in these files; what they find is in the tests.
"""


def page() -> str:
    rules = chosen(None, everything=True)
    families = groupby(rules, lambda one: one.family)
    sections = (
        "\n\n".join((f"## {_FAMILIES[family]}", *(_section(one) for one in members)))
        for family, members in families
    )
    return "\n\n".join((_INTRODUCTION.strip(), _table(rules).strip(), *sections)) + "\n"


def _table(rules: list[Rule]) -> str:
    kept = json.loads(_JUDGEMENTS.read_text(encoding="utf-8"))
    found = {code: one for code, one in kept["rules"].items() if one["fired"]}
    fired = [one for one in rules if one.code in found]
    lines = "\n".join(_line(one, found[one.code]) for one in fired)
    silent = len(rules) - len(fired)
    return _TABLE.format(files=kept["files"], rows=kept["rows"], lines=lines, silent=silent)


def _line(rule: Rule, found: dict[str, Any]) -> str:
    numbers = [len(found.get(verdict, ())) for verdict in ("true", "arguable", "false")]
    severity = f"{rule.severity}, opt-in" if rule.opt_in else rule.severity
    cells = (f"{rule.code} {rule.name}", severity, found["fired"], sum(numbers), *numbers)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _section(rule: Rule) -> str:
    return "\n".join(_lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    yield f"### {rule.code} {rule.name}{' (opt-in)' if rule.opt_in else ''}"
    yield f"\n{rule.what} {rule.why}\n"
    yield "````text"
    yield visible(rule.bad)
    yield "````"
    yield f"\n**Fix.** {rule.fix}"
