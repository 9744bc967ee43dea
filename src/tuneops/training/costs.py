"""What a job has cost so far, by the configured prices and by what Azure says of the job."""

import time
from typing import TYPE_CHECKING

from tuneops import pricing
from tuneops.azure import jobs
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.linting.material import material
from tuneops.linting.options import check_product, training_tokens
from tuneops.training.watch import total_steps

if TYPE_CHECKING:
    from openai import OpenAI

_TRAINING_STARTED = "Training started."  # an event's message, in executed notebooks of 2026


def spent(config: Config, client: "OpenAI", job: Job) -> float | None:
    """US dollars; None where no price is configured, or Azure does not say what was trained."""
    if pricing.is_by_the_hour(config):
        return _by_the_hour(config, client, job)
    if job.trained_tokens is not None or pricing.price(config) is None:
        return pricing.spent(config, job)
    steps = [event.step for event in jobs.events(client, job.id) if event.step]
    total = total_steps(job, examples(config))
    share = max(steps, default=0) / total if total else 0.0
    tokens = training_tokens(config, check_product(config))
    return pricing.spent(config, job, share=share, training_tokens=tokens)


def _by_the_hour(config: Config, client: "OpenAI", job: Job) -> float | None:
    """From the start of the training to its end, or until now; pauses are counted as well."""
    events = jobs.events(client, job.id)
    began = next((e.created for e in events if e.message == _TRAINING_STARTED), None)
    if began is None:
        return None if job.status == "running" else pricing.spent_hours(config, 0)
    return pricing.spent_hours(config, (job.finished or time.time()) - began)


def examples(config: Config) -> int:
    return material(config).examples
