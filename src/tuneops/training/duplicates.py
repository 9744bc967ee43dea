"""Two jobs of one content, which a late request can make: the younger is cancelled."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuneops import pricing
from tuneops.azure import files, jobs
from tuneops.azure.jobs import FINAL, WAITING, Job
from tuneops.config import Config
from tuneops.errors import TuneopsError
from tuneops.names import Names
from tuneops.training import next_step

if TYPE_CHECKING:
    from openai import OpenAI

Narrate = Callable[[str], None]


def keep_oldest(config: Config, client: "OpenAI", names: Names, narrate: Narrate) -> Job | None:
    """The job of the content that stays, as far as one is listed, after the others were cancelled.

    Raises:
        TuneopsError: A younger one runs on, and the service does not cancel it.
    """
    listed = files.read(client).files
    known = jobs.list_all(client)
    for younger in next_step.duplicates(names, known, listed):
        ended = _cancel(client, younger)
        narrate(
            f"Two jobs train this content: {younger.id}, the younger, is {ended.status}; "
            f"{_paid(config, younger, ended)}."
        )
    return next_step.oldest(names, known, listed)


def _cancel(client: "OpenAI", job: Job) -> Job:
    """The job as it is once cancelled, be it by another run."""
    try:
        return jobs.cancel(client, job.id)
    except TuneopsError:
        ended = jobs.get(client, job.id)
        if ended.status not in FINAL:
            raise
        return ended


def _paid(config: Config, before: Job, ended: Job) -> str:
    """What a cancelled job costs: what it trained; nothing before it started (cost guide, 2026)."""
    if before.status in WAITING:
        return "it had not started, and costs nothing"
    dollars = pricing.spent(config, ended)
    return "what it trained is billed" if dollars is None else f"it cost {dollars:.2f} USD"
