"""All jobs of a product, and what each left; no I/O."""

from collections.abc import Mapping, Sequence
from typing import Any

from tuneops import pricing, tags
from tuneops.azure.deployments import Deployment
from tuneops.azure.jobs import Checkpoint, Job
from tuneops.config import Config
from tuneops.names import is_of_product, short
from tuneops.training.metrics import Step

# What tells the better checkpoint: the least loss on validation rows, else the greatest reward.
_LOSSES = ("full_valid_loss", "valid_loss", "train_loss")
_REWARDS = ("full_valid_reward", "valid_reward", "train_reward")


def jobs_of(
    config: Config, known: Sequence[Job], deployed: Sequence[Deployment], present_key: str
) -> list[dict[str, Any]]:
    """The product's jobs, the newest first; costs are US dollars, times UTC."""
    verdicts = {found.tags.get(tags.JOB, ""): found for found in deployed}
    ours = sorted((j for j in known if is_of_product(config, j)), key=lambda job: -job.created)
    return [_facts(config, job, verdicts.get(job.id), present_key) for job in ours]


def _facts(
    config: Config, job: Job, deployed: Deployment | None, present_key: str
) -> dict[str, Any]:
    key = (job.suffix or "").rpartition("-")[2]
    spent = pricing.spent(config, job) if job.trained_tokens else None
    return {
        "job": job.id,
        "status": job.status,
        "key": key,
        "present": key == short(present_key),
        "created": tags.date_time(job.created),
        "finished": tags.date_time(job.finished),
        "cost_usd": None if spent is None else round(spent, 2),
        "serves": deployed.name if deployed else None,
        "verdict": deployed.tags.get(tags.SMOKE) if deployed else None,
        "model": job.fine_tuned_model,
    }


def checkpoints_of(found: Sequence[Checkpoint], steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Each checkpoint with what its step measured, in the order of steps; one is the best."""
    measured = {step.step: step.values for step in steps}
    ordered = sorted(found, key=lambda each: each.step)
    best = best_step({each.step: measured.get(each.step, {}) for each in ordered})
    return [
        {
            "step": each.step,
            "id": each.id,
            **measured.get(each.step, {}),
            "best": each.step == best,
        }
        for each in ordered
    ]


def best_step(measured: Mapping[int, Mapping[str, float]]) -> int | None:
    """The step that did best on validation data, as far as all were measured by the same."""
    for names, sign in ((_LOSSES, 1), (_REWARDS, -1)):
        for name in names:
            values = {step: sign * found[name] for step, found in measured.items() if name in found}
            if values and len(values) == len(measured):
                return min(values, key=lambda step: (values[step], step))
    return None
