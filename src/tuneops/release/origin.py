"""Where the model of a deployment comes from, as far as its tags and its job still tell."""

from tuneops.azure import jobs
from tuneops.azure.account import Foundry, open_foundry
from tuneops.config import Config
from tuneops.display.charts import Series
from tuneops.errors import NotFoundError, StillRunningError
from tuneops.release.history import Release
from tuneops.training import metrics


def loss(config: Config, foundry: Foundry, release: Release) -> tuple[Series, ...]:
    """The loss curves of the job that trained the release; none where it left no result file."""
    if not release.job:
        return ()
    home = foundry if config.at_home() is config else open_foundry(config.at_home())
    try:
        job = jobs.get(home.client, release.job)
        return tuple(metrics.curves(metrics.read(home.client, job)))
    except (NotFoundError, StillRunningError):
        return ()
