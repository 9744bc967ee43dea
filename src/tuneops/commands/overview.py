"""Where each product stands: its data, its job, its candidate, its production, and what is next."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import config_files, tags
from tuneops.azure import deployments, jobs
from tuneops.azure.account import open_foundry
from tuneops.azure.deployments import Deployment
from tuneops.azure.jobs import FINAL, Job
from tuneops.config import Config
from tuneops.errors import NotFoundError, TuneopsError
from tuneops.names import is_of_product, short
from tuneops.release.history import Release
from tuneops.training import key as content

_AT_ONCE = 8


def products() -> list[dict[str, Any]]:
    """The facts on every product of config/, each as far as it can be read.

    Raises:
        ConfigError: There is no product.
    """
    files = config_files.configurations()
    if not files:
        config_files.require_one()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(_product, files))


def shown(found: Sequence[dict[str, Any]]) -> str:
    return "\n\n".join(map(_lines, found))


def _product(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {"product": path.stem, "config": path.as_posix()}
    try:
        config = configuration.load(path)
        facts["content"] = short(content.content_key(config))
        return facts | _in_azure(config, facts["content"])
    except NotFoundError:
        return facts | {"next": "tuneops provision create"}
    except TuneopsError as error:
        return facts | {"problem": f"{error.message} {error.remedy}"}


def _in_azure(config: Config, key: str) -> dict[str, Any]:
    foundry = open_foundry(config)
    deployed = deployments.list_all(*foundry.managed) if foundry.managed else []
    by_name = {found.name: found for found in deployed}
    ours = [job for job in jobs.list_all(foundry.client) if is_of_product(config, job)]
    same = [job for job in ours if (job.suffix or "").endswith(key)]
    job = max(same, key=lambda one: (one.status == "succeeded", one.created), default=None)
    candidate = by_name.get(config.release.candidate_deployment)
    production = by_name.get(config.release.deployment)
    return {
        "job": f"{job.id} ({job.status})" if job else None,
        "candidate": _served(candidate),
        "production": _served(production),
        "next": next_step(job, candidate, production),
    }


def next_step(
    job: Job | None, candidate: Deployment | None, production: Deployment | None
) -> str | None:
    """The command that takes the present content further; None where it is in production."""
    if job is None:
        return "tuneops train"
    if job.status != "succeeded":
        return "tuneops train --retry" if job.status in FINAL else "tuneops wait"
    if production is not None and Release.current(production).job == job.id:
        return None
    if candidate is None or Release.current(candidate).job != job.id:
        return "tuneops candidate"
    verdict = candidate.tags.get(tags.SMOKE)
    return "tuneops promote" if verdict == "PASS" else "tuneops smoke-test"


def _served(found: Deployment | None) -> str | None:
    if found is None:
        return None
    release = Release.current(found)
    verdict = f", {release.smoke}" if release.smoke else ""
    return f"{found.name}: content {release.key or 'unknown'}{verdict}"


def _lines(facts: dict[str, Any]) -> str:
    names = ("content", "job", "candidate", "production", "problem")
    rows = [f"  {name:<11}{facts[name]}" for name in names if facts.get(name)]
    after = facts.get("next")
    last = (
        [] if "problem" in facts else [f"  {'next':<11}{after or 'nothing: it is in production'}"]
    )
    return "\n".join([facts["product"], *rows, *last])
