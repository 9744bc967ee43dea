"""What a training goes on from: the base model, or the model of an earlier job."""

from pathlib import Path
from typing import TYPE_CHECKING

from tuneops import config as configuration
from tuneops.azure import jobs
from tuneops.azure.account import account_name
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.products import CONFIG_FOLDER
from tuneops.training.job_states import without_result

if TYPE_CHECKING:
    from openai import OpenAI

_JOB = "ftjob-"


def product_of(config: Config, root: Path = Path()) -> Config | None:
    """The product whose model is trained further; None where none is, or a job is named.

    Raises:
        ConfigError: There is no such product, or it lives in another account.
    """
    name = config.base.continue_from
    if name is None or name.startswith(_JOB):
        return None
    path = root / CONFIG_FOLDER / f"{name}.yaml"
    if name == config.product or not path.is_file():
        raise ConfigError(
            f"base.continue_from names '{name}', which is no other product.",
            remedy="Name a product of config/, or the id of a job.",
        )
    found = configuration.load(path)
    subscription = config.azure.subscription or ""
    if account_name(found, subscription) != account_name(config, subscription):
        raise ConfigError(
            f"Product '{name}' lives in another account than '{config.product}'.",
            remedy="A model is trained further where it is: give both the same azure settings.",
        )
    return found


def model_of(client: "OpenAI", job_id: str) -> str:
    """The model that the job left.

    Raises:
        PreconditionError: It left none.
        StillRunningError: It is not done yet.
    """
    job = jobs.get(client, job_id)
    if not job.fine_tuned_model or job.status != "succeeded":
        raise without_result(job, "model to train further")
    return job.fine_tuned_model


def chain(client: "OpenAI", model: str) -> list[str]:
    """The models that this one goes back to, the nearest first, as far as their jobs are there."""
    parents = {job.fine_tuned_model: job.model for job in jobs.list_all(client)}
    found: list[str] = []
    while (parent := parents.get(model)) and parent not in found:
        found.append(parent)
        model = parent
    return found
