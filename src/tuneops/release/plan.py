"""What a release has to do, decided from what is deployed; no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import PreconditionError, UndecidedError
from tuneops.release.history import Release
from tuneops.tags import (
    CONTINUES,
    CREATED,
    DATA_DIGEST,
    JOB,
    PREVIOUS_MODEL,
    PRODUCT,
    ROLLED_BACK_FROM,
    is_ours,
    new_tags,
)

FINE_TUNED_VERSION = "1"  # every fine-tuned model has version 1 (deployment guide, 2026-10)
SUCCEEDED = "Succeeded"

Kept = tuple[Release | None, Release | None]
Known = Sequence[Deployment | WantedDeployment | None]


def candidate(config: Config, release: Release, *, source: str | None) -> WantedDeployment:
    """The deployment that is compared before anybody uses it; it carries an expiry."""
    chosen = config.release.candidate
    tags = new_tags(config.product, key=release.key, expires_after=chosen.expires_after)
    origin = {JOB: release.job, DATA_DIGEST: release.data_digest, CONTINUES: release.continues}
    return WantedDeployment(
        name=config.release.candidate_deployment,
        format=config.base.format,
        model=release.model,
        version=FINE_TUNED_VERSION,
        sku=chosen.sku,
        capacity=chosen.capacity,
        tags=tags | {name: value for name, value in origin.items() if value},
        content_filter=config.release.content_filter,
        source=source,
    )


def production(
    config: Config, release: Release, previous: Release | None, *, source: str | None
) -> WantedDeployment:
    """The deployment that users call; its tags say where it comes from and what was before."""
    fresh = new_tags(config.product, key=release.key)
    return WantedDeployment(
        name=config.release.deployment,
        format=config.base.format,
        model=release.model,
        version=FINE_TUNED_VERSION,
        sku=config.release.sku,
        capacity=config.release.capacity,
        tags=(previous.as_previous() if previous else {})
        | fresh
        | replace(release, released=fresh[CREATED]).tags(),
        content_filter=config.release.content_filter,
        source=source,
    )


def rolled_back(wanted: WantedDeployment) -> WantedDeployment:
    """Marks what a rollback deploys, so that another one does not go back from it half-way."""
    gone = wanted.tags.get(PREVIOUS_MODEL, "")
    return replace(wanted, tags={**wanted.tags, ROLLED_BACK_FROM: gone})


def before(current: Deployment | None, release: Release, kept: Kept) -> Release | None:
    """The newest release that served, other than this one: what a rollback of it goes back to."""
    known = [*_told_by(current), *kept]
    return next(_served(known, other_than=release.model), None)


def is_released(current: Deployment | None, release: Release) -> bool:
    """Whether production is the release already, answering or about to."""
    if current is None or current.state != SUCCEEDED:
        return False
    served = Release.current(current)
    return (served.model, served.job, served.key) == (release.model, release.job, release.key)


def is_back(current: Deployment, job_id: str | None, to: str | None = None) -> bool:
    """Whether production serves the model ``to``, or does not serve the job (any more)."""
    other = job_id is not None and Release.current(current).job != job_id
    return other or (current.model == to and current.state == SUCCEEDED)


def rollback_target(
    current: Deployment | None, name: str, kept: Kept, *, job: str | None = None
) -> Release:
    """The release that a rollback puts back: the newest that served before this one.

    Where production is missing, the newest that served at all, but for that of ``job``. A
    rollback that is under way, or died on it, is brought to its end.

    Raises:
        PreconditionError: Nothing is deployed, or nothing served before this one.
    """
    if current is None:
        found = next((each for each in kept if each is not None and each.job != job), None)
        if found is None:
            raise PreconditionError(
                f"There is no deployment {name}.", remedy="Release one with 'deploy.py promote'."
            )
        return found
    if current.state != SUCCEEDED and ROLLED_BACK_FROM in current.tags:
        return Release.current(current)
    earlier = [Release.previous(current), *kept]
    found = next(_served(earlier, other_than=current.model), None)
    if found is None:
        raise PreconditionError(
            f"{name} serves its first release: there is no earlier model to go back to.",
            remedy="Promote another model, or take this one away with 'deploy.py retire'.",
        )
    return found


def named_release(model: str, current: Deployment | None, kept: Kept) -> Release:
    """What is known of a model that production served."""
    known = [*_told_by(current), *kept]
    found = (each for each in known if each is not None and each.model == model)
    return next(found, Release(model))


def check_unchanged(found: Deployment | None, known: Known, wanted: WantedDeployment) -> None:
    """``known`` is what may be there by what this run knows and did.

    Raises:
        UndecidedError: Another run put something else there meanwhile.
    """
    if found is None and None in known:
        return
    if found is not None and (
        found.model == wanted.model or _identity(found) in {_identity(k) for k in known if k}
    ):
        return
    now = f"it serves {found.model}" if found else "it was deleted"
    raise UndecidedError(
        f"Another run changed {wanted.name} meanwhile: {now}, not {wanted.model}.",
        remedy="Look at it with 'deploy.py show'; run this again if it is still wanted.",
    )


def check_same(found: Deployment | None, expected: Deployment) -> None:
    """Raises: UndecidedError where another run put something else there meanwhile."""
    if found is None or _identity(found) != _identity(expected):
        now = f"it serves {found.model}" if found else "it was deleted"
        raise UndecidedError(
            f"Another run changed {expected.name} meanwhile: {now}; its tags were left alone.",
            remedy="Look at it with 'deploy.py show'; run this again if it is still wanted.",
        )


def check_ours(deployment: Deployment, product: str) -> None:
    """Raises: UndecidedError where the deployment is not this project's, or another product's."""
    if not is_ours(deployment.tags):
        raise UndecidedError(
            f"Deployment {deployment.name} was not made by this project.",
            remedy="Delete or rename it, or choose another name for release.deployment.",
        )
    owner = deployment.tags.get(PRODUCT)
    if owner != product:
        raise UndecidedError(
            f"Deployment {deployment.name} belongs to product '{owner}', not to '{product}'.",
            remedy="Choose another name for release.deployment in one of the configurations.",
        )


def serves(deployment: Deployment | None, wanted: WantedDeployment) -> bool:
    """Whether the deployment already is what is wanted, its tags of origin included."""
    return deployment is not None and (
        deployment.model == wanted.model
        and deployment.sku.lower() == wanted.sku.lower()
        and deployment.capacity == wanted.capacity
        and deployment.state == SUCCEEDED
        and deployment.tags.get(JOB) == wanted.tags.get(JOB)
    )


def as_it_was(deployment: Deployment) -> WantedDeployment:
    """What brings the deployment back to what it was."""
    return WantedDeployment(
        name=deployment.name,
        format=deployment.format,
        model=deployment.model,
        version=deployment.version,
        sku=deployment.sku,
        capacity=deployment.capacity,
        tags=deployment.tags,
        content_filter=deployment.content_filter,
        source=deployment.source,
    )


def _told_by(current: Deployment | None) -> list[Release | None]:
    return [Release.current(current), Release.previous(current)] if current else []


def _served(known: Sequence[Release | None], *, other_than: str) -> Iterator[Release]:
    return (each for each in known if each and each.served and each.model != other_than)


def _identity(deployment: Deployment | WantedDeployment) -> tuple[str, str | None, str | None]:
    tags = deployment.tags
    return deployment.model, tags.get(JOB), tags.get(CREATED)
