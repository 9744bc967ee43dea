"""The model card of what is in production."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tuneops.azure import catalog, files, jobs
from tuneops.azure.catalog import CatalogModel
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import NotFoundError, PreconditionError
from tuneops.escaping import cell
from tuneops.provision.preflight import base_model
from tuneops.release import origin
from tuneops.release.history import Release
from tuneops.release.place import Place
from tuneops.report.plots import text_chart
from tuneops.training import cost, data


def card(config: Config, place: Place) -> str:
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
    parts = [f"# {cell(name)}: model card", _table(_serving(config, release))]
    if job:
        parts += ["## Training", _table(_training(config, place, job))]
    curves = origin.loss(config, place.home, release)
    if curves:
        parts += ["## Loss", f"```text\n{text_chart(curves)}\n```"]
    parts += ["## Smoke test", _table(_smoke(release))]
    parts += ["## Retirement", _table(_retirement(config, place))]
    if previous:
        parts += ["## The release before", _table(previous.facts())]
    return "\n\n".join(parts) + "\n"


def _serving(config: Config, release: Release) -> dict[str, object]:
    return {
        "model": release.model,
        "base model": config.base.dated_name,
        "content key": release.key,
        "git commit": release.git_sha,
        "released": release.released,
        "approved by": release.approved_by,
    }


def _training(config: Config, place: Place, job: Job) -> dict[str, object]:
    spent = cost.spent(config, job)
    return {
        "job": job.id,
        "hyperparameters": ", ".join(f"{k} {v}" for k, v in job.hyperparameters.items()),
        "seed": job.seed,
        "trained tokens": job.trained_tokens,
        "cost of training": None if spent is None else f"{spent:.2f} USD (list price)",
        "training file": _size(place, job.training_file),
        "training data, SHA-256": data.trained_digest(place.home.client, job.id),
    }


def _smoke(release: Release) -> dict[str, object]:
    return {
        "verdict": release.smoke,
        "for content": release.smoke_key,
        "record, SHA-256": release.smoke_report,
    }


def _retirement(config: Config, place: Place) -> dict[str, object]:
    model = base_model(config, catalog.models(place.target.session, config.azure.region))
    return dict(_dates(model)) if model else {"base model": "not in the catalogue any more"}


def _dates(model: CatalogModel) -> Iterator[tuple[str, str]]:
    yield "fine-tuning", _day(model.fine_tuning_retires)
    yield "answers", _day(model.inference_retires)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "no date announced"


def _job(place: Place, release: Release) -> Job | None:
    try:
        return jobs.get(place.home.client, release.job) if release.job else None
    except NotFoundError:
        return None


def _size(place: Place, file_id: str) -> str:
    sizes = {file.id: file.size for file in files.list_all(place.home.client)}
    return f"{sizes[file_id]:,} bytes" if file_id in sizes else "deleted"


def _table(facts: Mapping[str, object]) -> str:
    rows = (f"| {cell(name)} | {cell(str(value))} |" for name, value in facts.items() if value)
    return "\n".join(["| | |", "|---|---|", *rows])
