"""Candidate, promotion and rollback, each doing only what is left to do."""

from collections.abc import Callable

from tuneops.azure import deployments
from tuneops.azure.account import Foundry
from tuneops.azure.chat import ChatSession
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.azure.jobs import FINAL
from tuneops.config import Config
from tuneops.errors import AzureRefusedError, PreconditionError, StillRunningError, TuneopsError
from tuneops.release import plan
from tuneops.release.plan import Model
from tuneops.training import key as content
from tuneops.training import lookup

Narrate = Callable[[str], None]


def trained_model(config: Config, foundry: Foundry, job_id: str | None) -> Model:
    """The model of the named job, else of the job that trained the product's present content.

    Raises:
        PreconditionError: There is no such job, or it is not this product's.
        StillRunningError: It is not done yet.
    """
    job = lookup.find(config, foundry.client, job_id)
    if job.status in FINAL and job.status != "succeeded":
        raise PreconditionError(
            f"Job {job.id} is {job.status}: it left no model.",
            remedy="Mend the cause and run 'fine_tune.py submit' again.",
        )
    if not job.fine_tuned_model or job.status != "succeeded":
        raise StillRunningError(
            f"Job {job.id} is {job.status}.", remedy="Run 'fine_tune.py wait', then try again."
        )
    key = (job.suffix or "").rpartition("-")[2] or content.short(content.content_key(config))
    return Model(job.fine_tuned_model, key, job.id)


def deploy_candidate(
    config: Config, foundry: Foundry, model: Model, narrate: Narrate
) -> Deployment:
    """The model under ``<name>-candidate``, answering."""
    wanted = plan.candidate(config, model)
    found = deployments.find(foundry.session, foundry.account, wanted.name)
    if found is not None:
        plan.check_ours(found)
    if found is not None and found.model != model.name:
        narrate(f"Removing the candidate of {found.model}.")
        deployments.delete(foundry.session, foundry.account, wanted.name)
        found = None
    return _reach(foundry, found, wanted, narrate)


def promote(config: Config, foundry: Foundry, model: Model, narrate: Narrate) -> Deployment:
    """The model under the product's name, answering; the candidate is then removed.

    Raises:
        PreconditionError: The model is not deployed as the candidate, so nobody compared it.
        UndecidedError: Somebody else made a deployment under one of our names.
    """
    current = deployments.find(foundry.session, foundry.account, config.release.deployment)
    wanted = plan.production(config, model, plan.promoted_over(current, model))
    if not plan.serves(current, wanted):
        _check_candidate(config, foundry, model)
    released = _reach(foundry, current, wanted, narrate)
    _remove_candidate(config, foundry, model, narrate)
    return released


def rollback(config: Config, foundry: Foundry, narrate: Narrate) -> Deployment:
    """The model of the release before, under the product's name again, answering."""
    current = deployments.find(foundry.session, foundry.account, config.release.deployment)
    target = plan.rollback_target(current, config.release.deployment)
    narrate(f"Going back to {target.name}.")
    replaced = plan.served_by(current) if current else None
    return _reach(foundry, current, plan.production(config, target, replaced), narrate)


def _reach(
    foundry: Foundry, current: Deployment | None, wanted: WantedDeployment, narrate: Narrate
) -> Deployment:
    """Bring the deployment to what is wanted, and wait until it answers."""
    if current is not None and plan.serves(current, wanted):
        narrate(f"{wanted.name} serves {wanted.model} already.")
        reached = current
    else:
        narrate(f"Deploying {wanted.model} as {wanted.name} ({wanted.sku}, {wanted.capacity}K).")
        reached = _put(foundry, current, wanted, narrate)
    narrate(f"Waiting for the first answer of {wanted.name}.")
    ChatSession(foundry.client, foundry.session, foundry.account).wait_until_ready(wanted.name)
    return reached


def _put(
    foundry: Foundry, current: Deployment | None, wanted: WantedDeployment, narrate: Narrate
) -> Deployment:
    """Replace in place; where Azure does not change a deployment's model, make it anew.

    Only a refusal without a known cause (quota, SKU, life cycle, lock) is read that way, and the
    old model is put back when the new one cannot be deployed.
    """
    session, account = foundry.session, foundry.account
    try:
        return deployments.put(session, account, wanted)
    except AzureRefusedError as error:
        known_cause = type(error) is not AzureRefusedError
        if known_cause or current is None or current.model == wanted.model:
            raise
        narrate(f"Azure does not replace the model in place ({error.message}); deploying anew.")
    deployments.delete(session, account, wanted.name)
    try:
        return deployments.put(session, account, wanted)
    except TuneopsError:
        narrate(f"That failed: putting {current.model} back.")
        deployments.put(session, account, _as_it_was(current))
        raise


def _as_it_was(current: Deployment) -> WantedDeployment:
    return WantedDeployment(
        name=current.name,
        format=current.format,
        model=current.model,
        version=current.version,
        sku=current.sku,
        capacity=current.capacity,
        tags=current.tags,
        content_filter=current.content_filter,
    )


def _check_candidate(config: Config, foundry: Foundry, model: Model) -> None:
    name = config.release.candidate_deployment
    found = deployments.find(foundry.session, foundry.account, name)
    if found is None or found.model != model.name:
        serves = f"serves {found.model}" if found else "does not exist"
        raise PreconditionError(
            f"{model.name} was not tried as a candidate: deployment {name} {serves}.",
            remedy="Run 'deploy.py candidate' and 'smoke_test.py run' first.",
        )
    plan.check_ours(found)


def _remove_candidate(config: Config, foundry: Foundry, model: Model, narrate: Narrate) -> None:
    name = config.release.candidate_deployment
    found = deployments.find(foundry.session, foundry.account, name)
    if found is not None and found.model == model.name:
        plan.check_ours(found)
        narrate(f"Removing {name}: its model is in production.")
        deployments.delete(foundry.session, foundry.account, name)
