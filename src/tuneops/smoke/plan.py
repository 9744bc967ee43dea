"""What a smoke test will ask and how it will judge, settled before anything is paid for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tuneops.checks.base import Check, Judges
from tuneops.checks.kinds import AsksQuestion, Language, Length
from tuneops.config import Config, Gate
from tuneops.smoke import controls, named_prompts, planted_answers, stored
from tuneops.smoke.answer import Answer
from tuneops.smoke.prompt_leaks import leaks
from tuneops.smoke.prompts import Prompt, read_prompts
from tuneops.smoke.record import Run
from tuneops.smoke.verdict import BASELINE, CANDIDATE


@dataclass(frozen=True)
class Wanted:
    """What to ask. Deployments default to the configured ones, the limit to all prompts.

    With ``against``, a stored run, only the candidate is asked, which then defaults to production.
    """

    baseline: str | None = None
    candidate: str | None = None
    limit: int | None = None
    samples: int | None = None
    against: Run | None = None


@dataclass(frozen=True)
class SmokePlan:
    """``faults`` make the run INVALID before it starts; ``known`` are answers of a stored run."""

    config: Config
    prompts: tuple[Prompt, ...]
    deployments: Mapping[str, str]
    checks: tuple[Check, ...]
    gates: Mapping[str, Gate]
    faults: tuple[str, ...] = ()
    known: tuple[Answer, ...] = ()
    expected: Mapping[str, str] = field(default_factory=dict)  # models of known answers, by arm

    @property
    def asked(self) -> dict[str, str]:
        """The arms whose answers are not known, with their deployments."""
        known = {answer.arm for answer in self.known}
        return {arm: name for arm, name in self.deployments.items() if arm not in known}

    def checks_of(self, prompt: Prompt) -> "list[Judges]":
        """Where a prompt wants its answer in a form, what holds of prose is not asked of it.

        What the product's answers are held to is not asked of a control prompt.
        """
        if prompt.control:
            return [controls.joined(prompt)]
        formed = "response_format" in prompt.options
        prose = (Language, AsksQuestion, Length) if formed else ()
        return [*(c for c in self.checks if not isinstance(c, prose)), *prompt.checks]


def plan(config: Config, prompts: Sequence[Prompt], deployments: Mapping[str, str]) -> SmokePlan:
    """How these prompts are judged.

    Raises:
        ConfigError: The configured checks cannot work.
    """
    checks = planted_answers.configured(config.smoke_test)
    own = [prompt for prompt in prompts if not prompt.control]
    gates = planted_answers.gates(config.smoke_test, checks, own)
    sets = dict.fromkeys(prompt.control for prompt in prompts if prompt.control)
    gates |= {controls.title(name): config.smoke_test.control_gate for name in sets}
    faults = tuple(planted_answers.accepted_plants(checks, gates))
    return SmokePlan(config, tuple(prompts), deployments, tuple(checks), gates, faults)


def read_plan(config: Config, wanted: Wanted) -> SmokePlan:
    """The plan for the product's prompts, which must not occur in its training data.

    Raises:
        ConfigError: Prompts, training file or checks are broken.
    """
    if wanted.samples:
        test = config.smoke_test.model_copy(update={"samples": wanted.samples})
        config = config.model_copy(update={"smoke_test": test})
    prompts = read_prompts(config.data.smoke_prompts)
    named_prompts.require_known(config.smoke_test, prompts)
    prompts = [*prompts[: wanted.limit], *controls.read_controls(config.smoke_test.controls)]
    if wanted.against:
        return _against(config, prompts, wanted, wanted.against)
    deployments = {
        BASELINE: wanted.baseline or config.base.deployment,
        CANDIDATE: wanted.candidate or config.release.candidate_deployment,
    }
    found = plan(config, prompts, deployments)
    return _with_faults(found, leaks(prompts, config.data.training_files))


def _against(config: Config, prompts: Sequence[Prompt], wanted: Wanted, before: Run) -> SmokePlan:
    common = stored.common_prompts(prompts, before)
    deployments = {
        BASELINE: f"{before.deployments[CANDIDATE]} ({before.started})",
        CANDIDATE: wanted.candidate or config.release.deployment,
    }
    found = plan(config, common, deployments)
    return replace(
        found,
        known=tuple(stored.as_baseline(before, common)),
        expected={BASELINE: before.expected[CANDIDATE]},
    )


def _with_faults(found: SmokePlan, faults: Sequence[str]) -> SmokePlan:
    return replace(found, faults=(*found.faults, *faults))
