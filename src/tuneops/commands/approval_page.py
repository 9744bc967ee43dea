"""What a person who approves a release is shown."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import github, pricing
from tuneops.azure import catalog, deployments
from tuneops.azure.account import open_foundry
from tuneops.config import Config
from tuneops.escaping import cell
from tuneops.provision.preflight import base_model
from tuneops.release import comparison
from tuneops.release.comparison import Comparison


def page(config_path: Path, run_json: Path, report: str) -> dict[str, Any]:
    """Add the page to the job's summary.

    Raises:
        PreconditionError: There is no such file, or no candidate.
        ConfigError: The smoke test's record cannot be read.
        UndecidedError: It is not of the candidate that is deployed.
    """
    config = configuration.load(config_path)
    compared = comparison.read(run_json)
    facts = {**_compared(config, compared), "report": report}
    github.add_summary(_markdown(config, facts))
    return facts


def _compared(config: Config, compared: Comparison) -> dict[str, Any]:
    foundry = open_foundry(config)
    name = config.release.candidate_deployment
    candidate = deployments.find(foundry.session, foundry.account, name)
    comparison.check_candidate(candidate, compared, name)
    offered = catalog.models(foundry.session, config.azure.region)
    base = base_model(config, offered)
    return {
        "verdict": compared.outcome.value,
        "model": compared.model,
        "data_digest": compared.release.data_digest,
        "cost_per_month_usd": pricing.hosting_per_month(
            config.release.sku, config.prices.hosting_per_hour
        ),
        "fine_tuning_retires": _date(base.fine_tuning_retires if base else None),
        "inference_retires": _date(base.inference_retires if base else None),
    }


def _cost(dollars: float | None) -> str:
    if dollars is None:
        return "unknown: prices.hosting_per_hour is not configured"
    return f"about {dollars:,.0f} USD for hosting, by the configured price, and tokens"


def _markdown(config: Config, facts: dict[str, Any]) -> str:
    release = config.release
    rows = {
        "Verdict": facts["verdict"],
        "Model": facts["model"],
        "Data digest": facts["data_digest"] or "unknown",
        "Deployment": f"{release.deployment}, {release.sku}, {release.capacity}K tokens a minute",
        "Cost per month": _cost(facts["cost_per_month_usd"]),
        "Base model retires": f"from fine-tuning {facts['fine_tuning_retires']}, "
        f"from answering {facts['inference_retires']}",
    }
    lines = [f"## Release of {cell(config.product)} waits for approval", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {cell(value)} |" for name, value in rows.items()]
    if facts["report"].startswith("https://"):
        lines += ["", f"[The report, base and candidate side by side](<{facts['report']}>)"]
    return "\n".join(lines)


def _date(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "not announced"
