"""The model card of what is in production."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tuneops import pricing, tags
from tuneops.azure import catalog, files, jobs
from tuneops.azure.catalog import CatalogModel
from tuneops.azure.deployments import Deployment
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.display.charts import text_chart
from tuneops.errors import NotFoundError, PreconditionError
from tuneops.escaping import cell
from tuneops.provision.preflight import base_model
from tuneops.release import origin, smoke_tags
from tuneops.release.history import Release
from tuneops.release.target import ReleaseTarget
from tuneops.training import costs
from tuneops.training import origin as training_origin


def card(config: Config, place: ReleaseTarget) -> str:
    """What the production deployment serves, from what it was made, and what it cost, as Markdown.

    Raises:
        PreconditionError: Nothing is in production.
    """
    name = config.release.deployment
    found = place.find(name)
    if found is None:
        raise PreconditionError(
            f"There is no deployment {name}.", remedy="Release one with 'deploy.py promote'."
        )
    release, previous = Release.current(found), Release.previous(found)
    job = _job(place, release)
    chain = training_origin.chain(place.home.client, job.fine_tuned_model or "") if job else []
    parts = [f"# {cell(name)}: model card", _table(_serving(config, release, chain))]
    parts += ["## Training", _table(_training(config, place, release, job))]
    curves = origin.loss(config, place.home, release)
    if curves:
        parts += ["## Loss", f"```text\n{text_chart(curves)}\n```"]
    parts += ["## Smoke test", _table(_smoke(release)), *_rates(release)]
    parts += ["## Retirement", _table(_retirement(config, place))]
    parts += ["## Cost so far", _table(_costs(config, place, found, job))]
    if previous:
        facts = {name.replace("_", " "): value for name, value in previous.facts().items()}
        parts += ["## The release before", _table(facts)]
    return "\n\n".join(parts) + "\n"


def _serving(config: Config, release: Release, chain: list[str]) -> dict[str, object]:
    return {
        "model": release.model,
        "base model": " ← ".join(chain) or config.base.job_model,
        "content key": release.key,
        "git commit": commit(release.git_sha),
        "released": release.released,
        "approved by": release.approved_by,
    }


def commit(sha: str) -> str:
    """A commit as a tag names it, in words."""
    changed = sha.endswith(tags.DIRTY)
    return (
        f"{sha.removesuffix(tags.DIRTY)}, with changes that were not committed" if changed else sha
    )


def _training(
    config: Config, place: ReleaseTarget, release: Release, job: Job | None
) -> dict[str, object]:
    """What the job tells, and the tags alone where it is gone."""
    known: dict[str, object] = {
        "product": config.product,
        "job": release.job,
        "training data, SHA-256": release.data_digest,
    }
    if job is None:
        return known
    return known | {
        "hyperparameters": ", ".join(f"{k} {v}" for k, v in job.hyperparameters.items()),
        "seed": job.seed,
        "trained tokens": job.trained_tokens,
        "training file": _size(place, job.training_file),
    }


def _smoke(release: Release) -> dict[str, object]:
    return {
        "verdict": release.smoke or "none",
        "for model": release.smoke_model,
        "for content": release.smoke_key,
        "record, SHA-256": release.smoke_report,
    }


def _rates(release: Release) -> Iterator[str]:
    """Shares of answers that held to each check."""
    rates = smoke_tags.read_rates(release.smoke_rates)
    if rates:
        rows = (f"| {cell(check)} | {base} % | {mine} % |" for check, base, mine in rates)
        yield "\n".join(["| check | base | fine-tuned |", "|---|---|---|", *rows])


def _costs(
    config: Config, place: ReleaseTarget, production: Deployment, job: Job | None
) -> dict[str, object]:
    """By the prices of the configuration; hosting since the release, used or not."""
    trained = costs.spent(config, place.home.client, job) if job else None
    since = tags.read_timestamp(production.tags.get(tags.CREATED))
    hours = (datetime.now(UTC) - since).total_seconds() / 3600 if since else None
    hourly = pricing.hosting_per_hour(production.sku, config.prices.hosting_per_hour)
    hosted = None if hours is None or hourly is None else hours * hourly
    return {
        "training": "not known" if trained is None else f"{trained:.2f} USD",
        "hosting": "not known" if hosted is None else f"{hosted:.2f} USD in {hours:.1f} h",
    }


def _retirement(config: Config, place: ReleaseTarget) -> dict[str, object]:
    model = base_model(config, catalog.models(place.target.session, config.azure.region))
    return dict(_dates(model)) if model else {"base model": "not in the catalogue any more"}


def _dates(model: CatalogModel) -> Iterator[tuple[str, str]]:
    yield "fine-tuning", _day(model.fine_tuning_retires)
    yield "answers", _day(model.inference_retires)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "no date announced"


def _job(place: ReleaseTarget, release: Release) -> Job | None:
    try:
        return jobs.get(place.home.client, release.job) if release.job else None
    except NotFoundError:
        return None


def _size(place: ReleaseTarget, file_id: str) -> str:
    sizes = {file.id: file.size for file in files.list_all(place.home.client)}
    return f"{sizes[file_id]:,} bytes" if file_id in sizes else "deleted"


def _table(facts: Mapping[str, object]) -> str:
    rows = (f"| {cell(name)} | {cell(str(value))} |" for name, value in facts.items() if value)
    return "\n".join(["| | |", "|---|---|", *rows])
