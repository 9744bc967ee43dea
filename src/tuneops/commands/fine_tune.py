"""What scripts/fine_tune.py does, each command from its configuration to its facts."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops import config as configuration
from tuneops import console, github, pricing
from tuneops.azure import deployments, jobs
from tuneops.azure.account import Foundry, open_data_plane, open_foundry
from tuneops.azure.jobs import Job
from tuneops.commands.next_command import after
from tuneops.commands.progress import JobProgress
from tuneops.commands.smoke_test import run_baseline
from tuneops.config import Config
from tuneops.display import charts, tables
from tuneops.errors import NotFoundError, StillRunningError, UndecidedError
from tuneops.names import is_of_product
from tuneops.smoke import planted_answers
from tuneops.training import costs, job_states, lookup, overview, preflight, watch
from tuneops.training import key as content
from tuneops.training import metrics as results
from tuneops.training import submit as submission
from tuneops.training.next_step import Adopt, Refuse

if TYPE_CHECKING:
    from openai import OpenAI
    from rich.console import RenderableType

_TABLE_ROWS = 12
_ASKED_FIRST = 10  # prompts, before a product is trained for the first time
_CHANGES = {"cancel": jobs.cancel, "pause": jobs.pause, "resume": jobs.resume}


def submit(path: Path, *, retry: bool, train_anyway: bool) -> dict[str, Any]:
    """Adopt or create the job of the present content.

    Raises:
        UndecidedError: The product is new, and the base model passes every gate already.
    """
    config = configuration.load(path)
    planted_answers.require_known_gates(config)
    foundry = open_foundry(config)

    def confirm() -> None:
        if not train_anyway:
            _refuse_needless(config, foundry)

    done = submission.submit(
        config, foundry, retry=retry, narrate=console.say, before_upload=confirm
    )
    github.set_outputs(job=done.job.id, key=done.key, created=str(done.created).lower())
    then = "candidate" if done.job.status == "succeeded" else "wait"
    submitted = {"key": done.key, "created_job": done.created}
    return submitted | lookup.facts(done.job) | after(path, then)


def _refuse_needless(config: Config, foundry: Foundry) -> None:
    """Before the first job of a product, its base model is asked some of the smoke prompts."""
    if any(is_of_product(config, job) for job in jobs.list_all(foundry.client)):
        return
    try:
        (found,) = run_baseline(config, foundry, limit=_ASKED_FIRST, samples=1)
    except NotFoundError as error:
        console.warn(f"The base model was not asked whether training is needed: {error.message}")
        return
    if not found.missed:
        raise UndecidedError(
            f"{config.base.deployment} passes every gate before any training, on "
            f"{_ASKED_FIRST} prompts at most.",
            remedy="Make the gates say what is missing, or run 'submit --train-anyway'.",
        )
    console.say(f"The base model alone misses: {', '.join(found.missed)}.")


def preview(path: Path, *, retry: bool) -> dict[str, Any]:
    """What `submit` would do now, after the same checks."""
    config = configuration.load(path)
    planted_answers.require_known_gates(config)
    key = content.content_key(config)
    foundry = open_foundry(config)
    decision = submission.look(config, foundry, key, retry=retry)
    if isinstance(decision, Adopt | Refuse):
        would = "adopt" if isinstance(decision, Adopt) else "refuse, without --retry,"
        return {"key": key, "would": f"{would} job {decision.job.id} ({decision.job.status})"}
    training = submission.check(config, foundry)
    dollars = pricing.estimate(config, training.tokens)
    return {
        "key": key,
        "would": "upload the files and create a job",
        "estimated_usd": None if dollars is None else round(dollars, 2),
        "estimate": preflight.estimate(config, training),
    }


def wait(path: Path, job_id: str | None, minutes: float | None) -> dict[str, Any]:
    config = configuration.load(path)
    client = open_data_plane(config)
    job = lookup.find(config, client, job_id)
    with _leaving(job.id), JobProgress() as progress:
        ended = watch.wait(
            client,
            job.id,
            examples=costs.examples(config),
            within_seconds=None if minutes is None else minutes * 60,
            show=progress.show,
        )
    github.set_outputs(job=ended.id, model=ended.fine_tuned_model or "")
    return lookup.facts(ended) | after(path, "candidate")


def status(path: Path, job_id: str | None) -> dict[str, Any]:
    config = configuration.load(path)
    client = open_data_plane(config)
    job = lookup.find(config, client, job_id)
    return lookup.facts(job) | _spent(config, client, job)


def change(name: str, path: Path, job_id: str | None, *, dry_run: bool) -> dict[str, Any]:
    """Cancel, pause or resume the job, with what it cost so far.

    Raises:
        PreconditionError: The job's status does not let it.
    """
    config = configuration.load(path)
    client = open_data_plane(config)
    job = lookup.find(config, client, job_id)
    to_do = job_states.is_to_do(name, job)
    if to_do and not dry_run:
        job = _CHANGES[name](client, job.id)
    changed = {"changed": to_do and not dry_run, "would_change": to_do}
    return changed | lookup.facts(job) | _spent(config, client, job)


def _spent(config: Config, client: "OpenAI", job: Job) -> dict[str, Any]:
    spent = costs.spent(config, client, job)
    found: dict[str, Any] = {"spent_usd": None if spent is None else round(spent, 2)}
    if pricing.is_by_the_hour(config):
        found["cost"] = f"{pricing.by_the_hour(config)}."
    return found


def listing(path: Path) -> list[dict[str, Any]]:
    """All jobs of the product; what serves them and how it was judged needs a sign-in."""
    config = configuration.load(path)
    foundry = open_foundry(config)
    deployed = deployments.list_all(*foundry.managed) if foundry.managed else []
    known = jobs.list_all(foundry.client)
    return overview.jobs_of(config, known, deployed, content.content_key(config))


def job_lines(found: list[dict[str, Any]]) -> str:
    """Two lines a job: its id, whole, and below it what became of it."""
    return "\n".join(map(_job, found)) or "No job of this product."


def _job(facts: dict[str, Any]) -> str:
    cost = [] if facts["cost_usd"] is None else [f"{facts['cost_usd']:.2f} USD"]
    verdict = f", {facts['verdict']}" if facts["verdict"] else ""
    serves = [f"serves {facts['serves']}{verdict}"] if facts["serves"] else []
    content = f"content {facts['key']}{', the present one' * facts['present']}"
    head = "  ".join([facts["job"], facts["status"], facts["created"][:10], *cost])
    return "\n    ".join([head, " · ".join([content, *serves])])


def checkpoints(path: Path, job_id: str | None) -> list[dict[str, Any]]:
    """Those of the job that can be deployed, with what each measured; one is the best.

    Raises:
        StillRunningError: The job has no result file yet.
    """
    config = configuration.load(path)
    client = open_data_plane(config)
    job = lookup.find(config, client, job_id)
    return overview.checkpoints_of(jobs.checkpoints(client, job.id), results.read(client, job))


def checkpoint_table(found: list[dict[str, Any]]) -> "RenderableType":
    """Without the ids, which are long: `deploy.py candidate` takes a step as well."""
    names = list(dict.fromkeys(name for facts in found for name in facts if name != "id"))
    return tables.rows(
        [name.replace("_", " ") for name in names],
        [[_cell(facts.get(name)) for name in names] for facts in found],
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "best" if value else ""
    return _number(value) if isinstance(value, float) else str(value)


def metrics(
    path: Path, job_id: str | None, svg: Path | None
) -> tuple[dict[str, Any], "RenderableType"]:
    """The steps as facts and as something to look at; draws them to ``svg`` too."""
    config = configuration.load(path)
    client = open_data_plane(config)
    job = lookup.find(config, client, job_id)
    steps = results.read(client, job)
    if svg:
        svg.write_text(charts.svg_chart(results.curves(steps)), encoding="utf-8")
    turn = results.turn(steps)
    found = {"job": job.id, "turn": str(turn) if turn else None, "steps": results.facts(steps)}
    return found, _shown(steps, turn)


def _shown(steps: list[results.Step], turn: results.Turn | None) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    every = max(1, len(steps) // _TABLE_ROWS)
    chosen = [step for step in steps if step.step % every == 0 or step is steps[-1]]
    names = list(dict.fromkeys(name for step in steps for name in step.values))
    header = ("step", *(name.replace("_", " ") for name in names))
    cells = [[str(s.step), *(_number(s.values.get(name)) for name in names)] for s in chosen]
    chart = Text(charts.text_chart(results.curves(steps)))
    return Group(tables.rows(header, cells), chart, *([Text(f"\n{turn}")] if turn else []))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


@contextmanager
def _leaving(job_id: str) -> Iterator[None]:
    """Ctrl-C, or a runner's SIGTERM, ends the waiting and says how to go on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise StillRunningError(
            f"Stopped waiting; job {job_id} goes on and costs money.",
            remedy=f"Take it up with 'fine_tune.py wait --job {job_id}', or end it with "
            f"'fine_tune.py cancel --job {job_id}'.",
        ) from interrupt
