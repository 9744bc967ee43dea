"""What scripts/deploy.py does, each command from its configuration to its facts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops import config as configuration
from tuneops import confirmation, console, github, name_collisions, tags
from tuneops.azure import deployments
from tuneops.azure.deployments import Deployment
from tuneops.commands.next_command import after
from tuneops.config import Config
from tuneops.display import tables
from tuneops.release import comparison, deploy, model_card, plan
from tuneops.release.history import Release
from tuneops.release.target import ReleaseTarget, open_place
from tuneops.release.trained import trained

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("deployment", "role", "model", "sku", "capacity", "state", "key", "smoke", "expires")


def candidate(
    path: Path,
    environment: str | None,
    *,
    job_id: str | None,
    checkpoint: str | None,
    dry_run: bool,
) -> dict[str, Any]:
    config, place = _open(path, environment)
    release = trained(config, place.home, job_id).release(checkpoint)
    if dry_run:
        return _would_deploy(config.release.candidate_deployment, release)
    deployed = deploy.deploy_candidate(config, place, release, console.say)
    return _told(config, deployed) | after(path, "smoke-test")


def promote(
    path: Path,
    environment: str | None,
    *,
    job_id: str | None,
    run_json: Path,
    compared: str | None,
    approved_by: str,
    dry_run: bool,
) -> dict[str, Any]:
    config, place = _open(path, environment)
    left = trained(config, place.home, job_id)
    deploy.deployed(config, place)
    found = comparison.read(run_json, compared)
    release = deploy.compared_release(config, place, left, found, approved_by)
    if dry_run:
        return _would_deploy(config.release.deployment, release)
    promoted = deploy.promote(config, place, release, console.say, _announce)
    return _told(config, promoted) | after(path, "chat")


def rollback(
    path: Path, environment: str | None, *, job_id: str | None, to: str | None, dry_run: bool
) -> dict[str, Any]:
    config, place = _open(path, environment)
    if dry_run:
        return _would_roll_back(config, place, job_id, to)
    back = deploy.rollback(config, place, job_id, to, console.say)
    name = config.release.deployment
    if back is None:
        github.add_summary(f"`{name}` is gone: nothing served before it.")
        return {"deployment": None, "taken_away": name}
    github.add_summary(f"{_named(back)}: what came after it was taken back.")
    return _told(config, back)


def retire(path: Path, environment: str | None, *, yes: bool, dry_run: bool) -> dict[str, Any]:
    config, place = _open(path, environment)
    going = deploy.deployed(config, place)
    names = [deployment.name for deployment in going]
    if dry_run:
        return {"would_retire": names}
    if going and not yes:
        question = f"{', '.join(names)} will be deleted; whoever calls it will fail."
        confirmation.require_typed(config.release.deployment, question)
    deploy.retire(config, place, going, console.say)
    github.add_summary("\n\n".join(map(_gone, going)))
    return {"retired": names}


def show(path: Path, environment: str | None) -> list[dict[str, Any]]:
    config, place = _open(path, environment)
    found = deployments.list_all(place.target.session, place.target.account)
    return [_facts(config, deployment) for deployment in found]


def table(found: list[dict[str, Any]]) -> "Table":
    return tables.rows(_COLUMNS, [[facts[name] or "" for name in _COLUMNS] for facts in found])


def card(path: Path, environment: str | None) -> str:
    """The model card of the production deployment, as Markdown."""
    config, place = _open(path, environment)
    return model_card.card(config, place)


def _open(path: Path, environment: str | None) -> tuple[Config, ReleaseTarget]:
    config = configuration.load(path, environment)
    name_collisions.refuse_beside(path, config)
    return config, open_place(config)


def _would_deploy(deployment: str, release: Release) -> dict[str, Any]:
    return {
        "would_deploy": release.model,
        "as": deployment,
        "key": release.key,
        "job": release.job,
    }


def _would_roll_back(
    config: Config, place: ReleaseTarget, job_id: str | None, to: str | None
) -> dict[str, Any]:
    name = config.release.deployment
    current = deploy.production(config, place)
    back = current is not None and plan.is_back(current, job_id, to)
    if back or to == deploy.NOTHING:
        return {"would_deploy": None, "as": name}
    return _would_deploy(name, deploy.rollback_target(config, place, job_id, to))


def _announce(back_to: str) -> None:
    """Hand to later steps, before production changes, what a failure has to go back to."""
    github.set_outputs(back_to=back_to)


def _named(deployment: Deployment) -> str:
    job = Release.current(deployment).job
    return f"`{deployment.name}` serves `{deployment.model}` (job `{job}`)"


def _gone(deployment: Deployment) -> str:
    return (
        f"{_named(deployment)} no more: it was deleted, and nothing answers under its name. The "
        "model stays. Mend the data and merge, or start release.yml with that job once more."
    )


def _told(config: Config, deployment: Deployment) -> dict[str, Any]:
    """The facts, and for later steps of a workflow what is deployed."""
    facts = _facts(config, deployment)
    github.set_outputs(deployment=deployment.name, model=deployment.model, key=str(facts["key"]))
    return facts


def _facts(config: Config, deployment: Deployment) -> dict[str, Any]:
    previous = Release.previous(deployment)
    return {
        "deployment": deployment.name,
        "role": _role(config, deployment.name),
        "sku": deployment.sku,
        "capacity": deployment.capacity,
        "state": deployment.state,
        "expires": deployment.tags.get(tags.EXPIRES),
        **Release.current(deployment).facts(),
        "previous": previous.facts() if previous else None,
    }


def _role(config: Config, name: str) -> str:
    roles = {
        config.base.deployment: "base",
        config.release.deployment: "production",
        config.release.candidate_deployment: "candidate",
    }
    return roles.get(name, "other")
