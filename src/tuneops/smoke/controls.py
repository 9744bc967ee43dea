"""Prompts about what a product's data says nothing about: a model must not forget those answers.

The sets were written for this project. Each prompt has its own system message and its own checks,
of which an answer holds to all or not: one line of the report for each set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from typing import ClassVar

from tuneops.checks.base import Check, Judged, Judgement, judge
from tuneops.smoke.prompts import Prompt, read_prompts

PREFIX = "control "


@dataclass(frozen=True)
class ControlCheck:
    """Whether an answer holds to every check of its prompt, as one."""

    title: str
    of: tuple[Check, ...]
    reads_text: ClassVar[bool] = False

    def judge(self, answer: Judged) -> Judgement:
        failed = next((found for found in judge(answer, self.of) if not found.passed), None)
        if failed is None:
            return Judgement(self.title, passed=True)
        return replace(failed, check=self.title, reason=f"{failed.check}: {failed.reason}")


def title(name: str) -> str:
    """The name of a set's line in reports and gates."""
    return f"{PREFIX}{name}"


def read_controls(names: Sequence[str]) -> list[Prompt]:
    """The prompts of the named sets, in which their own checks are yet to be joined."""
    found = []
    for name in names:
        with as_file(files("tuneops.smoke.control_sets") / f"{name}.jsonl") as path:
            found += [replace(prompt, control=name) for prompt in read_prompts(path)]
    return found


def joined(prompt: Prompt) -> ControlCheck:
    """All checks of a control prompt as one."""
    return ControlCheck(title(prompt.control), prompt.checks)
