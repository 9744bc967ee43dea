"""How far the base model gets alone, or with examples in its prompt: before anything is trained."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuneops.azure.chat import Message
from tuneops.config import Config, Gate
from tuneops.linting.material import material
from tuneops.smoke.answer import Answer
from tuneops.smoke.judging import judge_all
from tuneops.smoke.named_prompts import shortfalls
from tuneops.smoke.plan import SmokePlan, plan
from tuneops.smoke.prompts import Prompt, read_prompts
from tuneops.smoke.verdict import BASELINE, Rate, rates


@dataclass(frozen=True)
class BaselineFound:
    """What the base model's answers hold to; ``shots`` is the number of examples it was given."""

    shots: int
    gates: dict[str, Gate]
    rates: dict[str, Rate]
    missed_prompts: tuple[str, ...] = ()

    @property
    def missed(self) -> list[str]:
        """The gates that the base model misses, with its share; none where training is needless."""
        return [
            f"{check} ({self.rates[check].mean:.0%})"
            for check, gate in self.gates.items()
            if gate.decides and not _passes(gate, self.rates[check])
        ] + list(self.missed_prompts)

    def facts(self) -> dict[str, Any]:
        return {
            "shots": self.shots,
            "passes": not self.missed,
            "missed": self.missed,
            "rates": {check: round(rate.mean, 4) for check, rate in self.rates.items()},
        }


def _passes(gate: Gate, rate: Rate) -> bool:
    """Whether nothing is left to win: the floor is reached, or without one every answer holds."""
    return rate.mean >= (gate.at_least or 1)


def base_plan(config: Config, *, limit: int | None, samples: int | None) -> SmokePlan:
    """What is asked of the base deployment alone.

    Raises:
        ConfigError: The prompts or the checks are broken.
    """
    if samples:
        test = config.smoke_test.model_copy(update={"samples": samples})
        config = config.model_copy(update={"smoke_test": test})
    prompts = read_prompts(config.data.smoke_prompts)[:limit]
    return plan(config, prompts, {BASELINE: config.base.deployment})


def with_shots(planned: SmokePlan, shots: int) -> SmokePlan:
    """The plan with so many training rows before each prompt, as examples of what is wanted.

    Raises:
        ConfigError: The training rows cannot be read.
    """
    lines = material(planned.config).training.splitlines()
    many = min(shots, len(lines))
    chosen = (lines[number * len(lines) // many] for number in range(many))
    shown = [message for line in chosen for message in _conversation(json.loads(line))]
    return replace(planned, prompts=tuple(_after(shown, prompt) for prompt in planned.prompts))


def found(planned: SmokePlan, answers: Sequence[Answer], shots: int) -> BaselineFound:
    judged = judge_all(planned, answers)
    test, gates = planned.config.smoke_test, dict(planned.gates)
    must_pass = test.model_copy(update={"no_regression": ()})
    missed = shortfalls(must_pass, judged, gates, arm=BASELINE)
    return BaselineFound(shots, gates, rates(judged, gates, BASELINE), tuple(missed))


def _conversation(row: dict[str, Any]) -> Iterator[Message]:
    """What was said in a row, without its system message; of a pair, with the preferred answer."""
    asked = row.get("input", row).get("messages", [])
    for message in [*asked, *row.get("preferred_output", [])]:
        if message["role"] in ("user", "assistant") and isinstance(message.get("content"), str):
            yield Message(role=message["role"], content=message["content"])


def _after(shown: Sequence[Message], prompt: Prompt) -> Prompt:
    own = 1 if prompt.messages[0]["role"] == "system" else 0
    return replace(prompt, messages=(*prompt.messages[:own], *shown, *prompt.messages[own:]))
