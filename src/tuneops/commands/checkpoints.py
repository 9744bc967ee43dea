"""What `smoke_test.py checkpoints` does: each checkpoint as the candidate, compared by one gate."""

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from tuneops import config as configuration
from tuneops import console
from tuneops.azure import catalog
from tuneops.commands.next_command import after
from tuneops.commands.progress import asking
from tuneops.commands.smoke_test import run_smoke_test
from tuneops.config import Config
from tuneops.errors import PreconditionError
from tuneops.provision.preflight import base_model
from tuneops.release import deploy
from tuneops.release.history import Release
from tuneops.release.target import ReleaseTarget, open_place
from tuneops.release.trained import trained
from tuneops.smoke.plan import Wanted
from tuneops.smoke.record import Run
from tuneops.smoke.verdict import Outcome

_FREE = "DeveloperTier"  # hosting costs nothing by the hour (deployment types, 2026-10)


@dataclass(frozen=True)
class Tried:
    """A checkpoint, its comparison, and where the record lies."""

    release: Release
    run: Run
    out: Path

    @property
    def score(self) -> float:
        """The mean share of answers that hold to the checks that decide."""
        deciding = [result for result in self.run.results if result.outcome is not None]
        return fmean(result.candidate.mean for result in deciding) if deciding else 0.0

    def facts(self, *, best: bool) -> dict[str, Any]:
        return {
            "checkpoint": self.release.model,
            "verdict": str(self.run.verdict.outcome),
            "score": round(self.score, 4),
            "best": best,
            "record": (self.out / "run.json").as_posix(),
        }


def compare(
    path: Path,
    environment: str | None,
    *,
    job_id: str | None,
    last: int,
    samples: int | None,
    out: Path,
) -> list[dict[str, Any]]:
    """The job's last checkpoints, compared one after the other; the best stays as the candidate.

    Raises:
        PreconditionError: The job has no checkpoint, or is not done.
    """
    config = configuration.load(path, environment)
    place = open_place(config)
    left = trained(config, place.home, job_id)
    steps = sorted(each.step for each in left.checkpoints)[-last:]
    if not steps:
        raise PreconditionError(
            f"Job {left.job} left no checkpoint.", remedy="Compare its model: deploy.py candidate."
        )
    chosen = _without_hosting_cost(config, place)
    wanted = Wanted(samples=samples)
    tried = [
        _try(chosen, place, left.release(str(step)), wanted, out / f"step-{step}") for step in steps
    ]
    best = _best(tried)
    if best is not None and best is not tried[-1]:
        console.say(f"{best.release.model} was the best: making it the candidate again.")
        deploy.deploy_candidate(chosen, place, best.release, console.say)
    if best is not None:
        console.say(f"Next: {after(path, 'promote')['next']} --run {best.out / 'run.json'}")
    return [
        {"step": step, **each.facts(best=each is best)}
        for step, each in zip(steps, tried, strict=True)
    ]


def _try(
    config: Config, place: ReleaseTarget, release: Release, wanted: Wanted, out: Path
) -> Tried:
    deploy.deploy_candidate(config, place, release, console.say)
    with console.group(f"Checkpoint {release.model}"), asking() as progress:
        return Tried(release, run_smoke_test(config, wanted, out=out, progress=progress), out)


def _best(tried: list[Tried]) -> Tried | None:
    """Of those that passed, the one whose answers hold most often; of equals the later one."""
    passed = [each for each in tried if each.run.verdict.outcome == Outcome.PASS]
    return max(passed[::-1], key=lambda each: each.score, default=None)


def _without_hosting_cost(config: Config, place: ReleaseTarget) -> Config:
    """With candidates of the tier that costs nothing by the hour, where the model has it."""
    session, region = place.target.session, place.target.account.region
    model = base_model(config, catalog.models(session, region))
    if model is None or model.sku(_FREE) is None:
        return config
    candidate = config.release.candidate.model_copy(update={"sku": _FREE})
    release = config.release.model_copy(update={"candidate": candidate})
    return config.model_copy(update={"release": release})
