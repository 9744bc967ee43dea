"""What scripts/deploy.py does, each command from its configuration to its facts."""

from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import console, github, ownership
from tuneops.azure import deployments
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.deployments import Deployment
from tuneops.config import Config
from tuneops.release import deploy, plan
from tuneops.release.plan import Model


def candidate(path: Path, job_id: str | None, *, dry_run: bool) -> dict[str, Any]:
    config, foundry = _open(path)
    model = deploy.trained_model(config, foundry, job_id)
    if dry_run:
        return _would_deploy(config.release.candidate_deployment, model)
    return _facts(config, deploy.deploy_candidate(config, foundry, model, console.say))


def promote(path: Path, job_id: str | None, *, dry_run: bool) -> dict[str, Any]:
    config, foundry = _open(path)
    model = deploy.trained_model(config, foundry, job_id)
    if dry_run:
        return _would_deploy(config.release.deployment, model)
    return _facts(config, deploy.promote(config, foundry, model, console.say))


def rollback(path: Path, *, dry_run: bool) -> dict[str, Any]:
    config, foundry = _open(path)
    if dry_run:
        name = config.release.deployment
        current = deployments.find(foundry.session, foundry.account, name)
        return _would_deploy(name, plan.rollback_target(current, name))
    return _facts(config, deploy.rollback(config, foundry, console.say))


def show(path: Path) -> list[dict[str, Any]]:
    config, foundry = _open(path)
    found = deployments.list_all(foundry.session, foundry.account)
    return [_facts(config, deployment) for deployment in found]


def _open(path: Path) -> tuple[Config, Foundry]:
    config = configuration.load(path)
    return config, open_foundry(config)


def _would_deploy(deployment: str, model: Model) -> dict[str, Any]:
    return {"would_deploy": model.name, "as": deployment, "key": model.key, "job": model.job}


def _facts(config: Config, deployment: Deployment) -> dict[str, Any]:
    github.set_outputs(deployment=deployment.name, model=deployment.model)
    tags = deployment.tags
    return {
        "deployment": deployment.name,
        "role": _role(config, deployment.name),
        "model": deployment.model,
        "sku": deployment.sku,
        "capacity": deployment.capacity,
        "state": deployment.state,
        "key": tags.get(ownership.KEY),
        "job": tags.get(ownership.JOB),
        "git_sha": tags.get(ownership.GIT_SHA),
        "created": tags.get(ownership.CREATED),
        "expires": tags.get(ownership.EXPIRES),
        "previous_model": tags.get(ownership.PREVIOUS_MODEL),
    }


def _role(config: Config, name: str) -> str:
    roles = {
        config.base.deployment: "base",
        config.release.deployment: "production",
        config.release.candidate_deployment: "candidate",
    }
    return roles.get(name, "other")
