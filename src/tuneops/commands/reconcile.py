"""One pass over all products: which release is due, which training failed, which one waits."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import config_files, console, github, tags
from tuneops.azure import deployments, jobs
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import ConfigError, NotFoundError
from tuneops.escaping import cell
from tuneops.names import is_of_product
from tuneops.training.attention import Attention, attention

_RECENT = timedelta(days=2)


@dataclass
class Due:
    """What the pass found, as facts for the workflow.

    ``running`` is what to look at again; ``recent`` has that too, and what ended within two days
    and calls for something: it may have ended while nobody looked.
    """

    releases: list[dict[str, str]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    running: list[dict[str, str]] = field(default_factory=list)
    recent: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        return vars(self)


def reconcile(folder: Path) -> Due:
    """Look at every product of the folder; changes nothing, so two at once do no harm.

    Raises:
        ConfigError: There is no such folder, or a configuration is broken.
    """
    if not folder.is_dir():
        raise ConfigError(
            f"There is no folder {folder}.", remedy="Name the one of the products' configurations."
        )
    due = Due()
    for path in config_files.configurations(folder):
        config = configuration.load(path)
        try:
            foundry = open_foundry(config)
        except NotFoundError:
            continue
        _add(due, path, config, look(config, foundry))
    for warning in due.warnings:
        console.warn(warning)
    names = ("releases", "failures", "running", "recent")
    github.set_outputs(**{name: json.dumps(getattr(due, name)) for name in names})
    return due


def look(config: Config, foundry: Foundry) -> Attention:
    """What the product's jobs call for, read from Azure now."""
    deployed = deployments.list_all(foundry.session, foundry.account)
    names = (tags.JOB, tags.PREVIOUS_JOB)
    released = frozenset(
        d.tags[name]
        for d in deployed
        if d.name == config.release.deployment
        for name in names
        if name in d.tags
    )
    ours = [job for job in jobs.list_all(foundry.client) if is_of_product(config, job)]
    now = datetime.now(UTC).timestamp()
    return attention(ours, released, now=now, patience=config.fine_tuning.pending_warning)


def _add(due: Due, path: Path, config: Config, found: Attention) -> None:
    if found.release:
        key = (found.release.suffix or "").rpartition("-")[2]
        due.releases.append(
            {"product": config.product, "config": str(path), "job": found.release.id, "key": key}
        )
    if found.failed:
        due.failures.append(_failure(config, found.failed))
    running = [_named(config, job) for job in found.running]
    ended = [job for job in (found.release, found.failed) if job and _is_recent(job)]
    due.running += running
    due.recent += [*running, *(_named(config, job) for job in ended)]
    for job in found.waiting:
        since = tags.date_time(job.created)
        due.warnings.append(f"{config.product}: job {job.id} has been {job.status} since {since}.")


def _named(config: Config, job: Job) -> dict[str, str]:
    return {"product": config.product, "job": job.id, "status": job.status}


def _is_recent(job: Job) -> bool:
    ended = datetime.fromtimestamp(job.finished or job.created, UTC)
    return datetime.now(UTC) - ended < _RECENT


def _failure(config: Config, job: Job) -> dict[str, str]:
    """The text of an issue: the service's own words, and what to do."""
    body = (
        f"Fine-tuning job `{job.id}` of product **{cell(config.product)}** failed.\n\n"
        f"The service says:\n\n> {cell(job.error or 'no reason given')}\n\n"
        "What to do: mend what it names in the data or in the configuration, and merge that; the "
        "next training starts by itself. If nothing was wrong, run the fine-tune workflow by hand "
        "with retry.\n\n"
        f"Content key: `{cell((job.suffix or '').rpartition('-')[2])}`, model: "
        f"{cell(job.model)}, created {tags.date_time(job.created)}.\n"
    )
    title = f"Fine-tuning of {config.product} failed"
    return {"product": config.product, "job": job.id, "title": title, "body": body}
