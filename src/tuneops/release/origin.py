"""Where the model of a deployment comes from, as far as its tags and its job still tell."""

from dataclasses import dataclass

from tuneops.azure import deployments, jobs
from tuneops.azure.account import Foundry, open_foundry
from tuneops.config import Config
from tuneops.display.charts import Series
from tuneops.errors import NotFoundError, StillRunningError
from tuneops.release.history import Release
from tuneops.training import metrics


@dataclass(frozen=True)
class Origin:
    """The short content key, None where the deployment has none; the loss curves, if any."""

    key: str | None
    loss: tuple[Series, ...]


def of(config: Config, foundry: Foundry, deployment: str) -> Origin:
    found = deployments.find(foundry.session, foundry.account, deployment)
    release = Release.current(found) if found else Release("")
    return Origin(release.key or None, loss(config, foundry, release))


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
