"""Candidate, promotion and rollback, each doing only what is left to do."""

from collections.abc import Callable
from dataclasses import replace

from tuneops import tags
from tuneops.azure import jobs
from tuneops.azure.account import Foundry
from tuneops.azure.chat import ChatSession
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import (
    AzureRefusedError,
    PreconditionError,
    TuneopsError,
    UndecidedError,
)
from tuneops.names import short
from tuneops.release import history_backup, plan
from tuneops.release.history import Release
from tuneops.release.target import Place
from tuneops.training import data, lookup
from tuneops.training import key as content
from tuneops.training.job_states import without_result

Narrate = Callable[[str], None]

_BROKEN = frozenset({"Failed", "Canceled", "Disabled"})


def trained(config: Config, home: Foundry, job_id: str | None, checkpoint: str | None) -> Release:
    """The model of the named job, else of the job that trained the product's present content.

    ``checkpoint`` is a checkpoint's id or step number, in place of the final model.

    Raises:
        PreconditionError: There is no such job or checkpoint, or it is not this product's.
        StillRunningError: It is not done yet.
    """
    job = lookup.find(config, home.client, job_id)
    if not job.fine_tuned_model or job.status != "succeeded":
        raise without_result(job, "model")
    key = (job.suffix or "").rpartition("-")[2] or short(content.content_key(config))
    model = _checkpoint(home, job, checkpoint) if checkpoint else job.fine_tuned_model
    return Release(model=model, key=key, job=job.id)


def deploy_candidate(
    config: Config, place: Place, release: Release, narrate: Narrate
) -> Deployment:
    """The model under ``<name>-candidate``, answering."""
    digest = data.trained_digest(place.home.client, release.job)
    wanted = plan.candidate(config, replace(release, data_digest=digest), source=place.source)
    found = place.find(wanted.name)
    if found is not None:
        plan.check_ours(found)
    if found is not None and found.model != release.model:
        narrate(f"Removing the candidate of {found.model}.")
        place.delete(wanted.name)
        found = None
    return _reach(place, found, wanted, narrate)


def promote(
    config: Config, place: Place, release: Release, approved_by: str, narrate: Narrate
) -> Deployment:
    """The candidate's model under the product's name, answering; the candidate is then removed.

    Raises:
        PreconditionError: Nobody compared this model: no candidate, or no verdict on it.
        FindingsError: It did not pass its smoke test.
        UndecidedError: The candidate is of another content, or somebody else made a deployment
            under one of our names.
    """
    current = place.find(config.release.deployment)
    candidate = place.find(config.release.candidate_deployment)
    if current is not None and plan.is_released(current, candidate, release):
        narrate(f"{current.name} serves job {release.job} already.")
        released = _answering(place, current, narrate)
    else:
        name = config.release.candidate_deployment
        compared = plan.check_candidate(candidate, release, name)
        approved = replace(compared, approved_by=approved_by)
        before = plan.before(current, approved, kept(config, place))
        wanted = plan.production(config, approved, before, source=place.source)
        _keep(config, place, approved, before)
        released = _reach(place, current, wanted, narrate)
    _remove_candidate(config, place, release, narrate)
    return released


def rollback(config: Config, place: Place, job_id: str | None, narrate: Narrate) -> Deployment:
    """The model of the release before, under the product's name again, answering.

    With ``job_id`` only where production serves that job: what went back already stays.
    """
    name = config.release.deployment
    current = place.find(name)
    if current is not None and plan.is_back(current, job_id):
        narrate(f"{name} does not serve job {job_id}: nothing to take back.")
        return _answering(place, current, narrate)
    known = kept(config, place)
    target = plan.rollback_target(current, name, known)
    narrate(f"Going back to {target.model} (content {target.key}, job {target.job}).")
    replaced = plan.before(current, target, known)
    wanted = plan.rolled_back(plan.production(config, target, replaced, source=place.source))
    _keep(config, place, target, replaced)
    return _reach(place, current, wanted, narrate)


def retirable(config: Config, place: Place) -> list[Deployment]:
    """The candidate and the production deployment, as far as they exist.

    Raises:
        UndecidedError: Somebody else made a deployment under one of our names.
    """
    names = (config.release.candidate_deployment, config.release.deployment)
    found = [place.find(name) for name in names]
    there = [deployment for deployment in found if deployment is not None]
    for deployment in there:
        plan.check_ours(deployment)
    return there


def retire(config: Config, place: Place, retired: list[Deployment], narrate: Narrate) -> None:
    base = _base(config, place)
    if base is not None and any(history_backup.kept(base, config.product)):
        place.tag(base, history_backup.no_tags(config.product))
    for deployment in retired:
        narrate(f"Deleting {deployment.name}, which serves {deployment.model}.")
        place.delete(deployment.name)


def kept(config: Config, place: Place) -> plan.Kept:
    """What production served last, and before, as the base deployment remembers it."""
    return history_backup.kept(_base(config, place), config.product)


def _base(config: Config, place: Place) -> Deployment | None:
    return place.find(config.base.deployment)


def _keep(config: Config, place: Place, release: Release, previous: Release | None) -> None:
    """Write the copy of the history before production changes, where the base is ours."""
    base = _base(config, place)
    wanted = history_backup.tags(config.product, release, previous)
    if base is None or not tags.is_ours(base.tags):
        return
    if any(base.tags.get(name) != value for name, value in wanted.items()):
        place.tag(base, wanted)


def _reach(
    place: Place, current: Deployment | None, wanted: WantedDeployment, narrate: Narrate
) -> Deployment:
    """Bring the deployment to what is wanted, and wait until it answers."""
    if current is not None and plan.serves(current, wanted):
        narrate(f"{wanted.name} serves {wanted.model} already.")
        return _answering(place, current, narrate)
    narrate(f"Deploying {wanted.model} as {wanted.name} ({wanted.sku}, {wanted.capacity}K).")
    deployed = _answering(place, _put(place, current, wanted, narrate), narrate)
    plan.check_unchanged(place.find(wanted.name), deployed, wanted)
    return deployed


def _answering(place: Place, deployment: Deployment, narrate: Narrate) -> Deployment:
    narrate(f"Waiting for the first answer of {deployment.name}.")
    target = place.target
    ChatSession(target.client, target.session, target.account).wait_until_ready(deployment.name)
    return deployment


def _put(
    place: Place, current: Deployment | None, wanted: WantedDeployment, narrate: Narrate
) -> Deployment:
    """Replace in place; where Azure does not change a deployment's model, make it anew.

    Only a refusal without a known cause (quota, SKU, life cycle, lock) is read that way. Whatever
    fails, the old model is put back where it does not serve any more.
    """
    try:
        return place.put(wanted, over=current)
    except UndecidedError:
        raise
    except TuneopsError as error:
        known_cause = type(error) is not AzureRefusedError
        if current is None or current.model == wanted.model:
            raise
        if known_cause:
            _restore(place, current, narrate)
            raise
        narrate(f"Azure does not replace the model in place ({error.message}); deploying anew.")
    plan.check_unchanged(place.find(wanted.name), current, wanted)
    place.delete(wanted.name)
    try:
        return place.put(wanted, over=None)
    except UndecidedError:
        raise
    except TuneopsError:
        _restore(place, current, narrate)
        raise


def _restore(place: Place, current: Deployment, narrate: Narrate) -> None:
    """Put the old model back, unless it still serves or the new one is on its way."""
    now = place.find(current.name)
    if now is not None and now.state not in _BROKEN:
        return
    narrate(f"That failed: putting {current.model} back.")
    place.put(
        WantedDeployment(
            name=current.name,
            format=current.format,
            model=current.model,
            version=current.version,
            sku=current.sku,
            capacity=current.capacity,
            tags=current.tags,
            content_filter=current.content_filter,
            source=current.source,
        ),
        over=now,
    )


def _remove_candidate(config: Config, place: Place, release: Release, narrate: Narrate) -> None:
    name = config.release.candidate_deployment
    found = place.find(name)
    if found is not None and Release.current(found).job == release.job:
        plan.check_ours(found)
        narrate(f"Removing {name}: its model is in production.")
        place.delete(name)


def _checkpoint(home: Foundry, job: Job, wanted: str) -> str:
    """The name by which Azure deploys the checkpoint: its id (fine-tuning guide, 2026-10)."""
    known = jobs.checkpoints(home.client, job.id)
    for checkpoint in known:
        if wanted in {checkpoint.id, str(checkpoint.step)}:
            return checkpoint.id
    listed = ", ".join(f"{checkpoint.step} ({checkpoint.id})" for checkpoint in known)
    raise PreconditionError(
        f"Job {job.id} has no checkpoint {wanted}.", remedy=f"It has: {listed or 'none'}."
    )
