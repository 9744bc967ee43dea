"""The pages of the rules, on a terminal and as docs/rules.md."""

from difflib import get_close_matches

from tuneops.dataset import scan  # noqa: F401 - importing it fills the register
from tuneops.dataset.findings import RULES, Rule
from tuneops.errors import ConfigError
from tuneops.escaping import visible

FAMILIES = {
    "1": "File and encoding",
    "2": "JSON",
    "3": "Schema",
    "4": "Conversation",
    "5": "Tools",
    "6": "Limits",
    "7": "Duplicates",
    "8": "Leakage",
    "10": "Images",
    "11": "Pairs of answers",
    "12": "Reinforcement",
    "13": "Text",
    "14": "Language",
    "15": "Secrets",
    "16": "Personal data",
    "17": "Injection",
    "18": "Policy",
    "19": "Answers",
    "20": "The file as a whole",
    "21": "Insults",
}
_INTRODUCTION = """# Rules of the data check

Made by `python scripts/validate_data.py explain --all --markdown`; do not edit by hand.

A code's letter is its severity: **E** an error, which stops the training, **W** a warning,
**I** information."""


def all_rules() -> list[Rule]:
    return sorted(RULES.values(), key=lambda one: int(one.code[1:]))


def find(code_or_name: str) -> Rule:
    """The rule of that code or name.

    Raises:
        ConfigError: There is none.
    """
    for one in RULES.values():
        if code_or_name.upper() == one.code or code_or_name.lower() == one.name:
            return one
    names = [*RULES, *(one.name for one in RULES.values())]
    near = get_close_matches(code_or_name, names, 1, cutoff=0.4)
    raise ConfigError(
        f"There is no rule '{visible(code_or_name)}'.",
        remedy=f"Did you mean {near[0]}?" if near else "explain --all lists every rule.",
    )


def chosen(code_or_name: str | None, *, everything: bool) -> list[Rule]:
    """One rule, or all of them.

    Raises:
        ConfigError: Neither is named, or there is no such rule.
    """
    if everything:
        return all_rules()
    if code_or_name is None:
        raise ConfigError("No rule is named.", remedy="Name one, such as E401, or say --all.")
    return [find(code_or_name)]


def page(one: Rule) -> str:
    return "\n".join(
        (
            f"{one.code} {one.name} ({one.severity}{', where it is asked for' * one.optional})",
            "",
            one.what,
            one.why,
            "",
            f"Bad:   {visible(one.bad)}",
            f"Good:  {visible(one.good)}",
            f"Fix:   {one.fix}",
        )
    )


def as_dict(one: Rule) -> dict[str, str]:
    parts = ("code", "name", "what", "why", "bad", "good", "fix")
    return {"severity": one.severity.value} | {part: getattr(one, part) for part in parts}


def markdown() -> str:
    """All pages as one Markdown document."""
    sections = [_INTRODUCTION]
    for digit, title in FAMILIES.items():
        pages = [_section(one) for one in all_rules() if one.code[1:-2] == digit]
        sections += [f"## {title}", *pages]
    return "\n\n".join(sections) + "\n"


def _section(one: Rule) -> str:
    return "\n".join(
        (
            f"### {one.code} {one.name}",
            "",
            f"{one.what} {one.why}",
            "",
            "````text",
            f"bad:  {visible(one.bad)}",
            f"good: {visible(one.good)}",
            "````",
            "",
            f"**Fix.** {one.fix}",
        )
    )
