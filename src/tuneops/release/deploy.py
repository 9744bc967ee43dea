"""Candidate, promotion and rollback, each doing only what is left to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tuneops import tags
from tuneops.azure.deployments import Deployment
from tuneops.config import Config
from tuneops.errors import StillRunningError, UndecidedError
from tuneops.release import comparison, history_backup, plan
from tuneops.release.comparison import Comparison
from tuneops.release.history import Release
from tuneops.release.switch import Switch, answering
from tuneops.release.target import ReleaseTarget
from tuneops.release.trained import Trained, models_of
from tuneops.signals import Interrupted, interruptible
from tuneops.training import data

Narrate = Callable[[str], None]
Announce = Callable[[str], None]
"""Told before production changes: the model to go back to, or NOTHING."""

NOTHING = "nothing"


def deploy_candidate(
    config: Config, place: ReleaseTarget, release: Release, narrate: Narrate
) -> Deployment:
    """The model under ``<name>-candidate``, answering."""
    digest = data.trained_digest(place.home.client, release.job)
    wanted = plan.candidate(config, replace(release, data_digest=digest), source=place.source)
    found = place.find(wanted.name)
    if found is not None:
        plan.check_ours(found, config.product)
    if found is not None and plan.serves(found, wanted):
        narrate(f"{wanted.name} serves {wanted.model} already.")
        return answering(place, found, narrate)
    if found is not None and found.model != release.model:
        narrate(f"Removing the candidate of {found.model}.")
        place.delete(wanted.name)
        found = None
    switch = Switch(place, found, wanted, narrate)
    deployed = answering(place, switch.put(), narrate)
    switch.check(deployed)
    return deployed


def compared_release(
    config: Config, place: ReleaseTarget, left: Trained, compared: Comparison, approved_by: str
) -> Release:
    """The release that a comparison lets into production.

    Raises:
        PreconditionError: Nobody compared this model: there is no candidate.
        FindingsError: It did not pass its smoke test.
        UndecidedError: The comparison is of another model, or the candidate was changed since.
    """
    account = place.target.account.id
    comparison.check(compared, config.product, account, (left.job, left.key), left.models)
    release = replace(compared.release, approved_by=approved_by, continues=left.continues)
    if not plan.is_released(production(config, place), release):
        name = config.release.candidate_deployment
        comparison.check_candidate(place.find(name), compared, name)
    return release


def promote(
    config: Config, place: ReleaseTarget, release: Release, narrate: Narrate, announce: Announce
) -> Deployment:
    """The release under the product's name, answering; its candidate is then removed.

    Should it fail or be interrupted, what served before serves again.

    Raises:
        StillRunningError: Interrupted.
        UndecidedError: Another run changed production meanwhile; or it may serve the new model.
    """
    production_is = "what it was"
    try:
        with interruptible():
            released, previous = _put_out(config, place, release, narrate, announce)
            production_is = f"{release.model}, which answered"
            served = _remember(config, place, released, previous)
            _remove_candidate(config, place, release, narrate)
    except Interrupted as signal:
        raise StillRunningError(
            f"Interrupted ({signal}): {config.release.deployment} is {production_is}.",
            remedy="Run it again: it does what is left to do.",
        ) from signal
    return served


def rollback(
    config: Config, place: ReleaseTarget, job_id: str | None, to: str | None, narrate: Narrate
) -> Deployment | None:
    """The model of the release before under the product's name again, answering.

    With ``job_id`` only where production serves that job: what went back already stays. ``to``
    names the model to go back to; with NOTHING production is taken away, and None returned.
    """
    current, known = production(config, place), kept(config, place)
    if current is not None and plan.is_back(current, job_id, to):
        narrate(f"{current.name} serves {current.model}: nothing to take back.")
        return answering(place, current, narrate)
    if to == NOTHING:
        _take_away(place, current, narrate)
        return None
    target = rollback_target(config, place, job_id, to)
    narrate(f"Going back to {target.model} (content {target.key}, job {target.job}).")
    previous = plan.before(current, target, known)
    wanted = plan.rolled_back(plan.production(config, target, previous, source=place.source))
    switch = Switch(place, current, wanted, narrate)
    with switch.never_missing():
        deployed = answering(place, switch.put(), narrate)
    switch.check(deployed)
    return _remember(config, place, deployed, previous)


def rollback_target(
    config: Config, place: ReleaseTarget, job_id: str | None, to: str | None
) -> Release:
    """What a rollback puts back: the model ``to``, else the release before.

    The tags that tell of the release before are written by more identities than may release. So
    the service is asked whether the job that they name trained that model.

    Raises:
        PreconditionError: There is nothing to go back to.
        UndecidedError: The job did not train the model, or is gone.
    """
    current, known = production(config, place), kept(config, place)
    if to is not None:
        return plan.named_release(to, current, known)
    target = plan.rollback_target(current, config.release.deployment, known, job=job_id)
    if target.model not in models_of(place.home, target.job):
        raise UndecidedError(
            f"The tags say that job {target.job} trained {target.model}; the service does not.",
            remedy=f"If you know that it is right, name it: deploy.py rollback --to {target.model}",
        )
    return target


def production(config: Config, place: ReleaseTarget) -> Deployment | None:
    """Raises: UndecidedError where the deployment is not ours, or another product's."""
    return _ours(place.find(config.release.deployment), config.product)


def deployed(config: Config, place: ReleaseTarget) -> list[Deployment]:
    """The candidate and the production deployment, as far as they exist.

    Raises:
        UndecidedError: Somebody else made a deployment under one of our names.
    """
    names = (config.release.candidate_deployment, config.release.deployment)
    found = (_ours(place.find(name), config.product) for name in names)
    return [deployment for deployment in found if deployment is not None]


def retire(
    config: Config, place: ReleaseTarget, retired: list[Deployment], narrate: Narrate
) -> None:
    base = _base(config, place)
    if base is not None and any(history_backup.kept(base, config.product)):
        place.tag(base, history_backup.no_tags(config.product))
    for deployment in retired:
        narrate(f"Deleting {deployment.name}, which serves {deployment.model}.")
        place.delete(deployment.name)


def kept(config: Config, place: ReleaseTarget) -> plan.Kept:
    """What production served last, and before, as the base deployment remembers it."""
    return history_backup.kept(_base(config, place), config.product)


def _put_out(
    config: Config, place: ReleaseTarget, release: Release, narrate: Narrate, announce: Announce
) -> tuple[Deployment, Release | None]:
    """Production as it answers with the release, and what a rollback of that goes back to."""
    current = production(config, place)
    previous = plan.before(current, release, kept(config, place))
    if current is not None and plan.is_released(current, release):
        narrate(f"{current.name} serves job {release.job} already.")
        announce(previous.model if previous else NOTHING)
        return answering(place, current, narrate), previous
    announce(current.model if current else NOTHING)
    wanted = plan.production(config, release, previous, source=place.source)
    switch = Switch(place, current, wanted, narrate)
    with switch.undone_on_failure():
        released = answering(place, switch.put(), narrate)
        switch.check(released)
    return released, previous


def _take_away(place: ReleaseTarget, current: Deployment | None, narrate: Narrate) -> None:
    if current is None:
        narrate("There is nothing to take away.")
        return
    narrate(f"Deleting {current.name}, which serves {current.model}: nothing served before it.")
    place.delete(current.name)


def _ours(found: Deployment | None, product: str) -> Deployment | None:
    if found is not None:
        plan.check_ours(found, product)
    return found


def _base(config: Config, place: ReleaseTarget) -> Deployment | None:
    return place.find(config.base.deployment)


def _remember(
    config: Config, place: ReleaseTarget, deployed: Deployment, previous: Release | None
) -> Deployment:
    """Write down, once it has answered, that the release served, and the copy of its history."""
    if tags.SERVED not in deployed.tags:
        served = {tags.SERVED: tags.timestamp(datetime.now(UTC))}
        place.tag(deployed, served)
        deployed = replace(deployed, tags={**deployed.tags, **served})
    base = _base(config, place)
    wanted = history_backup.tags(config.product, Release.current(deployed), previous)
    outdated = base and any(base.tags.get(name) != value for name, value in wanted.items())
    if base is not None and tags.is_ours(base.tags) and outdated:
        place.tag(base, wanted)
    return deployed


def _remove_candidate(
    config: Config, place: ReleaseTarget, release: Release, narrate: Narrate
) -> None:
    found = place.find(config.release.candidate_deployment)
    if found is not None and found.model == release.model:
        plan.check_ours(found, config.product)
        narrate(f"Removing {found.name}: its model is in production.")
        place.delete(found.name)
