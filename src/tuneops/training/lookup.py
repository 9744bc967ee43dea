"""Which job a command means, and what is said of it."""

from typing import TYPE_CHECKING, Any

from tuneops import tags
from tuneops.azure import files, jobs
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import PreconditionError
from tuneops.names import is_of_product, names_of, short
from tuneops.training import key as content
from tuneops.training import origin
from tuneops.training.next_step import matching

if TYPE_CHECKING:
    from openai import OpenAI


def find(config: Config, client: "OpenAI", job_id: str | None) -> Job:
    """The named job if it is this product's, else the job of the product's present content.

    Raises:
        PreconditionError: There is no such job, or it belongs to another product.
    """
    return _of_product(config, client, job_id) if job_id else _of_content(config, client)


def base_model(config: Config, client: "OpenAI") -> str:
    """The model that a job of the product starts from.

    Raises:
        PreconditionError: What is to be trained further has no model, or is not there.
        StillRunningError: It is not trained yet.
    """
    named = config.base.continue_from
    if named is None:
        return config.base.job_model
    product = origin.product_of(config)
    job_id = _of_content(product, client).id if product else named
    return origin.model_of(client, job_id)


def facts(job: Job) -> dict[str, Any]:
    """What a command prints of a job; times are UTC."""
    return {
        "job": job.id,
        "status": job.status,
        "model": job.model,
        "suffix": job.suffix,
        "seed": job.seed,
        "hyperparameters": dict(job.hyperparameters),
        "created": tags.date_time(job.created),
        "finished": tags.date_time(job.finished),
        "trained_tokens": job.trained_tokens,
        "fine_tuned_model": job.fine_tuned_model,
        "error": job.error or None,
    }


def _of_product(config: Config, client: "OpenAI", job_id: str) -> Job:
    job = jobs.get(client, job_id)
    if not is_of_product(config, job):
        raise PreconditionError(
            f"Job {job.id} has suffix '{job.suffix}': it is not of product {config.product}.",
            remedy=f"Name a job whose suffix is {config.fine_tuning.suffix} and a content key.",
        )
    return job


def _of_content(config: Config, client: "OpenAI") -> Job:
    key = content.content_key(config)
    known = matching(names_of(config, key), jobs.list_all(client), files.list_all(client))
    if not known:
        raise PreconditionError(
            f"No job trained this content (key {short(key)}).",
            remedy="Run 'fine_tune.py submit' first, or name a job with --job.",
        )
    return max(known, key=lambda job: (job.status == "succeeded", job.created))
