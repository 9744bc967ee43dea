"""The steps of the main job, each a script run as a process of its own."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal import processes
from rehearsal.emulator import Stage
from tuneops.config_types import parse_duration

# Enough prompts for a verdict on answers as different as these; production asks all, three times.
BRIEF = ("--samples", "1", "--prompts", "36")
LIFETIME = "1s"  # the group expires at once, so that the clean-up at the end may take it


_SCRIPTS = Path(__file__).parents[2] / "scripts"


@dataclass(frozen=True)
class Step:
    """A step that ran; seconds include the start of its process."""

    title: str
    seconds: float
    exit_code: int


@dataclass
class Rehearsal:
    """What happened so far; ``results`` holds each step's JSON."""

    folder: Path
    config: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)
    approved: bool = False

    @property
    def plan_file(self) -> Path:
        return self.folder / "cleanup-plan.json"

    @property
    def policy_file(self) -> Path:
        return self.folder / "cleanup-policy.json"

    @property
    def loss_curve(self) -> Path:
        return self.folder / "loss.svg"

    def comparison(self, name: str) -> Path:
        return self.folder / f"smoke-{name}"


class StepFailedError(Exception):
    """A script ended with an exit code other than 0."""

    def __init__(self, step: Step) -> None:
        super().__init__(f"{step.title} ended with exit code {step.exit_code}")
        self.step = step


def run(rehearsal: Rehearsal, stage: Stage, approve: Callable[[Rehearsal], bool]) -> None:
    """The whole job; without approval nothing goes to production, but all is cleaned up.

    Raises:
        StepFailedError: A script failed; what it left is found by the next run.
    """
    train(rehearsal)
    rehearsal.jobs = stage.contents()["jobs"]
    compare(rehearsal)
    rehearsal.approved = approve(rehearsal)
    if rehearsal.approved:
        release(rehearsal)
    clean_up(rehearsal)


def train(rehearsal: Rehearsal) -> None:
    _product_step(rehearsal, "provision", "provision.py", "create", "--expires-in", LIFETIME)
    _product_step(rehearsal, "validate", "validate_data.py", "check")
    _product_step(rehearsal, "submit", "fine_tune.py", "submit")
    _product_step(rehearsal, "wait", "fine_tune.py", "wait")
    curve = str(rehearsal.loss_curve)
    _product_step(rehearsal, "metrics", "fine_tune.py", "metrics", "--svg", curve)


def compare(rehearsal: Rehearsal) -> None:
    _product_step(rehearsal, "candidate", "deploy.py", "candidate")
    out = str(rehearsal.comparison("candidate"))
    _product_step(rehearsal, "smoke test", "smoke_test.py", "run", *BRIEF, "--out", out)


def release(rehearsal: Rehearsal) -> None:
    record = str(rehearsal.comparison("candidate") / "run.json")
    _product_step(rehearsal, "promote", "deploy.py", "promote", "--run", record)
    production = rehearsal.results["promote"]["deployment"]
    out = str(rehearsal.comparison("production"))
    _product_step(
        *(rehearsal, "smoke test in production", "smoke_test.py", "run"),
        *("--candidate", production, *BRIEF, "--out", out),
    )


def clean_up(rehearsal: Rehearsal) -> None:
    """Retire the release that protects its group; then the first plan marks, the second deletes."""
    _product_step(rehearsal, "retire", "deploy.py", "retire", "--yes")
    rehearsal.policy_file.write_text(json.dumps(_policy(rehearsal)), encoding="utf-8")
    for title in ("mark", "delete"):
        plan = str(rehearsal.plan_file)
        _policy_step(rehearsal, f"plan: {title}", "plan", "--out", plan)
        _policy_step(rehearsal, title, "apply", "--yes", "--plan", plan)
        time.sleep(parse_duration(LIFETIME).total_seconds())
    _policy_step(rehearsal, "purge", "purge", "--yes")


def _policy(rehearsal: Rehearsal) -> dict[str, Any]:
    """The shipped policy's shape with nothing to wait for, and for the rehearsal's group alone."""
    brief = LIFETIME
    return {
        "subscriptions": [rehearsal.environment["AZURE_SUBSCRIPTION_ID"]],
        "groups": {
            "names": [rehearsal.results["provision"]["resource_group"]],
            "min_age": brief,
            "stale_after": "never",
            "notice": brief,
            "mark_valid": "1h",
        },
        "breakers": {
            "max_groups": 1,
            "max_percent": 100,
            "max_deployments": 9,
            "max_leftovers": 99,
            "max_purges": 1,
        },
        "apply": {"plan_fresh": "1h", "wait": "5m"},
        "deployments": {"idle_after": brief},
        "training": {"older_than": "1h"},
        "purge": {"after": brief},
        "report": {"owner_tags": ["owner"]},
    }


def _policy_step(rehearsal: Rehearsal, title: str, *arguments: str) -> None:
    policy = str(rehearsal.policy_file)
    _step(rehearsal, f"clean-up {title}", "cleanup.py", *arguments, "--config", policy)


def _product_step(rehearsal: Rehearsal, title: str, script: str, *arguments: str) -> None:
    _step(rehearsal, title, script, *arguments, "--config", str(rehearsal.config))


def _step(rehearsal: Rehearsal, title: str, script: str, *arguments: str) -> None:
    """Run a script; its narration goes to our stderr, its JSON into the results."""
    rehearsal.say(f"▶ {title}: {script} {' '.join(arguments)}")
    started = time.monotonic()
    code, written = processes.run(_SCRIPTS / script, [*arguments, "--json"], rehearsal.environment)
    step = Step(title, time.monotonic() - started, code)
    rehearsal.steps.append(step)
    if step.exit_code:
        raise StepFailedError(step)
    rehearsal.results[title] = json.loads(written)
