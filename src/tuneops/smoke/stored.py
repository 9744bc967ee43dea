"""Runs that were stored, as the baseline of others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from tuneops.errors import ConfigError
from tuneops.smoke import verdict
from tuneops.smoke.answer import Answer
from tuneops.smoke.prompts import Prompt, digest
from tuneops.smoke.record import Run
from tuneops.smoke.verdict import BASELINE, CANDIDATE, JudgedAnswer

_Fact = TypeVar("_Fact")


def common_prompts(prompts: Sequence[Prompt], stored: Run) -> tuple[Prompt, ...]:
    """The prompts that the stored run asked in the same words.

    Raises:
        ConfigError: There is none.
    """
    known = {prompt.id: (prompt.messages, prompt.options) for prompt in stored.prompts}
    asked = ((prompt, (prompt.messages, prompt.options)) for prompt in prompts)
    if found := tuple(prompt for prompt, words in asked if known.get(prompt.id) == words):
        return found
    raise ConfigError(
        "The two runs have no prompt in common.",
        remedy="Compare runs of the same prompts, or store a new baseline.",
    )


def as_baseline(stored: Run, prompts: Sequence[Prompt]) -> list[Answer]:
    """The answers of the stored run's candidate to these prompts."""
    return [judged.answer for judged in _candidate(stored, prompts, BASELINE)]


def compare_runs(before: Run, after: Run) -> Run:
    """The candidate of one run against that of an earlier one, as both were judged.

    Raises:
        ConfigError: The runs have no prompt in common.
    """
    prompts = common_prompts(after.prompts, before)
    answers = (*_candidate(before, prompts, BASELINE), *_candidate(after, prompts, CANDIDATE))
    gates = {result.check: result.gate for result in after.results}
    results = verdict.results(answers, gates, seed=after.settings.seed)
    return replace(
        after,
        deployments=_sides(before.deployments, after.deployments),
        expected=_sides(before.expected, after.expected),
        models=_sides(before.models, after.models),
        fingerprints=_sides(before.fingerprints, after.fingerprints),
        prompts_digest=digest(prompts),
        started=before.started,
        prompts=prompts,
        answers=answers,
        results=results,
        verdict=verdict.decide(answers, results),
        judge=None,
    )


def _sides(before: dict[str, _Fact], after: dict[str, _Fact]) -> dict[str, _Fact]:
    return {BASELINE: before[CANDIDATE], CANDIDATE: after[CANDIDATE]}


def _candidate(run: Run, prompts: Sequence[Prompt], arm: str) -> list[JudgedAnswer]:
    wanted = {prompt.id for prompt in prompts}
    return [
        replace(judged, answer=replace(judged.answer, arm=arm))
        for judged in run.of_arm(CANDIDATE)
        if judged.answer.prompt_id in wanted
    ]
