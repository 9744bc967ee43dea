"""What a person who approves a release is shown."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import github, pricing, tags
from tuneops.azure import catalog, deployments, files, jobs
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.catalog import CatalogModel
from tuneops.azure.deployments import Deployment
from tuneops.config import Config
from tuneops.errors import NotFoundError
from tuneops.escaping import cell
from tuneops.fitting import shortened
from tuneops.linting.diff import diff
from tuneops.provision.preflight import base_model
from tuneops.pull_request.merge_plan import DataDifference, difference_of
from tuneops.release import comparison
from tuneops.release.comparison import Comparison
from tuneops.release.history import Release
from tuneops.smoke.answer import ARMS
from tuneops.smoke.record import Run
from tuneops.smoke.report.wording import verdict_sentence
from tuneops.smoke.verdict import BASELINE, CANDIDATE

_PROMPTS = 5  # shown side by side
_EXCERPT = 400


@dataclass(frozen=True)
class Approval:
    """Everything that the page tells; ``production`` is None before the first release."""

    config: Config
    compared: Comparison
    candidate: Deployment
    production: Deployment | None
    base: CatalogModel | None
    data: DataDifference | None
    report: str

    def facts(self) -> dict[str, Any]:
        served = Release.current(self.production) if self.production else None
        hosting = self.config.prices.hosting_per_hour
        return {
            "verdict": self.compared.outcome.value,
            "verdict_sentence": verdict_sentence(self.compared.run),
            "model": self.compared.model,
            "job": self.compared.release.job,
            "key": self.compared.release.key,
            "data_digest": self.compared.release.data_digest,
            "git_sha": self.candidate.tags.get(tags.GIT_SHA),
            "replaces": served.model if served else None,
            "cost_per_month_usd": pricing.hosting_per_month(self.config.release.sku, hosting),
            "fine_tuning_retires": _date(self.base.fine_tuning_retires if self.base else None),
            "inference_retires": _date(self.base.inference_retires if self.base else None),
            "report": self.report,
        }

    def markdown(self) -> str:
        facts, product = self.facts(), self.config.product
        lines = [f"## Release of {cell(product)} waits for approval", ""]
        lines += [f"**{facts['verdict']}**: {cell(facts['verdict_sentence'])}", ""]
        lines += ["| | |", "|---|---|", *self._rows(facts), ""]
        if facts["report"].startswith("https://"):
            lines += [f"[The report, base and candidate side by side](<{facts['report']}>)", ""]
        return "\n".join([*lines, *self._data(), *_prompts(self.compared.run)])

    def _rows(self, facts: dict[str, Any]) -> Iterator[str]:
        release = self.config.release
        rows = {
            "On approval": self._on_approval(),
            "To take it back": f"start rollback.yml, or: deploy.py rollback --job {facts['job']}",
            "Model": facts["model"],
            "Trained by": f"job {facts['job']}, content {facts['key'] or 'unknown'}",
            "Deployed from commit": facts["git_sha"] or "unknown",
            "Data digest": facts["data_digest"] or "unknown",
            "Deployment": f"{release.deployment}, {release.sku}, {release.capacity}K tokens a "
            "minute",
            "Cost per month": _cost(facts["cost_per_month_usd"]),
            "Base model retires": f"from fine-tuning {facts['fine_tuning_retires']}, "
            f"from answering {facts['inference_retires']}",
        }
        yield from (f"| {name} | {cell(value)} |" for name, value in rows.items())

    def _on_approval(self) -> str:
        name = self.config.release.deployment
        if self.production is None:
            return f"{name} is created: nothing serves under that name yet"
        served = Release.current(self.production)
        return f"{name} changes from {served.model} (content {served.key or 'unknown'}) to this one"

    def _data(self) -> list[str]:
        if self.data is None:
            return []
        return ["### What changed in the data since what production serves", "", *self.data.lines()]


def page(config_path: Path, run_json: Path, report: str) -> dict[str, Any]:
    """Add the page to the job's summary.

    Raises:
        PreconditionError: There is no such file, or no candidate.
        ConfigError: The smoke test's record cannot be read.
        UndecidedError: It is not of the candidate that is deployed.
    """
    config = configuration.load(config_path)
    compared = comparison.read(run_json)
    foundry = open_foundry(config)
    name = config.release.candidate_deployment
    candidate = deployments.find(foundry.session, foundry.account, name)
    comparison.check_candidate(candidate, compared, name)
    assert candidate is not None  # noqa: S101 - or the check has raised
    production = deployments.find(foundry.session, foundry.account, config.release.deployment)
    offered = catalog.models(foundry.session, config.azure.region)
    approval = Approval(
        config,
        compared,
        candidate,
        production,
        base_model(config, offered),
        _data_since(config_path, foundry, production, compared),
        report,
    )
    github.add_summary(approval.markdown())
    return approval.facts()


def _data_since(
    config_path: Path, foundry: Foundry, production: Deployment | None, compared: Comparison
) -> DataDifference | None:
    """The training file of production against the candidate's; None where one is gone."""
    served = Release.current(production).job if production else ""
    if not served or served == compared.release.job:
        return None
    with tempfile.TemporaryDirectory() as folder:
        before, after = (Path(folder) / side for side in ("before.jsonl", "after.jsonl"))
        try:
            for job_id, path in ((served, before), (compared.release.job, after)):
                training_file = jobs.get(foundry.client, job_id).training_file
                path.write_bytes(files.content(foundry.client, training_file))
        except NotFoundError:
            return None
        return difference_of(diff(str(before), after, config_path))


def _prompts(run: Run) -> Iterator[str]:
    """The prompts on which base and candidate differ most, with an answer of each."""
    ranked = sorted(run.prompts, key=lambda prompt: _difference(run, prompt.id), reverse=True)
    yield "### Where base and candidate differ most"
    yield ""
    for prompt in ranked[:_PROMPTS]:
        yield f"<details><summary>{cell(shortened(prompt.question, _EXCERPT))}</summary>"
        yield ""
        yield "| base | candidate |\n|---|---|"
        texts = (next(iter(run.of_prompt(prompt.id, arm)), None) for arm in ARMS)
        shown = (cell(shortened(each.answer.said, _EXCERPT)) if each else "" for each in texts)
        yield f"| {' | '.join(shown)} |"
        yield ""
        yield "</details>"


def _difference(run: Run, prompt_id: str) -> tuple[int, int]:
    """By how many failed checks, then by how many words."""
    failed, words = (dict.fromkeys(ARMS, 0) for _ in range(2))
    for arm in ARMS:
        for judged in run.of_prompt(prompt_id, arm):
            failed[arm] += len(judged.failed)
            words[arm] += len(judged.answer.said.split())
    return (
        abs(failed[BASELINE] - failed[CANDIDATE]),
        abs(words[BASELINE] - words[CANDIDATE]),
    )


def _cost(dollars: float | None) -> str:
    if dollars is None:
        return "unknown: prices.hosting_per_hour is not configured"
    return f"about {dollars:,.0f} USD for hosting, by the configured price, and tokens"


def _date(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "not announced"
