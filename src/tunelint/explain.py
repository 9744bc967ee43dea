"""The pages of the rules, on a terminal and for docs/rules.md."""

from tunelint.errors import UsageError
from tunelint.escaping import visible
from tunelint.rule import RULES, Rule, find_rule
from tunelint.rules import all_families

__all__ = ["all_families"]  # importing it fills the register


def chosen(code_or_name: str | None, *, everything: bool) -> list[Rule]:
    """One rule, or all of them in the order of their numbers.

    Raises:
        UsageError: Neither is named, or there is no such rule.
    """
    if everything:
        return sorted(RULES.values(), key=lambda one: int(one.code[1:]))
    if code_or_name is None:
        raise UsageError("No rule is named.", remedy="Name one, such as E401, or say --all.")
    return [find_rule(code_or_name)]


def page(one: Rule) -> str:
    """A rule's page as text."""
    asked = ", where it is asked for: --extend-select" if one.opt_in else ""
    return "\n".join(
        (
            f"{one.code} {one.name} ({one.severity}{asked})",
            "",
            one.what,
            one.why,
            "",
            f"Bad: {visible(one.bad)}",
            f"Fix: {one.fix}",
        )
    )


def as_dict(one: Rule) -> dict[str, str | bool]:
    parts = ("code", "name", "what", "why", "bad", "fix", "opt_in")
    return {"severity": one.severity.value} | {part: getattr(one, part) for part in parts}
