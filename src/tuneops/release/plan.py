"""What a release has to do, decided from what is deployed; no I/O."""

from dataclasses import replace

from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import FindingsError, PreconditionError, UndecidedError
from tuneops.release.history import Release
from tuneops.tags import (
    CREATED,
    DATA_DIGEST,
    JOB,
    PREVIOUS_MODEL,
    ROLLED_BACK_FROM,
    is_ours,
    new_tags,
)

FINE_TUNED_VERSION = "1"  # every fine-tuned model has version 1 (deployment guide, 2026-10)
PASS = "PASS"  # noqa: S105 - a verdict, not a password
_SUCCEEDED = "Succeeded"

Kept = tuple[Release | None, Release | None]


def candidate(config: Config, release: Release, *, source: str | None) -> WantedDeployment:
    """The deployment that is compared before anybody uses it; it carries an expiry."""
    chosen = config.release.candidate
    tags = new_tags(config.product, key=release.key, expires_after=chosen.expires_after)
    return WantedDeployment(
        name=config.release.candidate_deployment,
        format=config.base.format,
        model=release.model,
        version=FINE_TUNED_VERSION,
        sku=chosen.sku,
        capacity=chosen.capacity,
        tags=tags | {JOB: release.job, DATA_DIGEST: release.data_digest},
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


def before(
    current: Deployment | None, release: Release, kept: Kept = (None, None)
) -> Release | None:
    """The release to go back to once ``release`` was put over ``current``.

    ``kept`` tells it where production is missing.

    Raises:
        UndecidedError: Somebody else made a deployment under our name.
    """
    if current is None:
        last, previous = kept
        return previous if last is not None and last.model == release.model else last
    check_ours(current)
    if current.model == release.model:
        return Release.previous(current)
    return Release.current(current)


def is_released(current: Deployment, candidate: Deployment | None, release: Release) -> bool:
    """Whether production serves the release, and no other checkpoint of its job is up for it.

    Raises:
        UndecidedError: Somebody else made a deployment under our name.
    """
    check_ours(current)
    served = Release.current(current)
    if (served.job, served.key) != (release.job, release.key) or current.state != _SUCCEEDED:
        return False
    if candidate is None or candidate.model == current.model:
        return True
    return Release.current(candidate).job != release.job


def is_back(current: Deployment, job_id: str | None) -> bool:
    """Whether production does not serve the job, or not any more.

    Raises:
        UndecidedError: Somebody else made a deployment under our name.
    """
    check_ours(current)
    return job_id is not None and Release.current(current).job != job_id


def rollback_target(current: Deployment | None, name: str, kept: Kept = (None, None)) -> Release:
    """The release that a rollback puts back; where production is missing, one that is ``kept``.

    A rollback that is under way, or died on it, is brought to its end.

    Raises:
        PreconditionError: Nothing is deployed, or there was no release before this one.
        UndecidedError: Somebody else made a deployment under our name.
    """
    if current is None:
        last, previous = kept
        if last is None:
            raise PreconditionError(
                f"There is no deployment {name}.", remedy="Release one with 'deploy.py promote'."
            )
        return previous or last
    check_ours(current)
    if current.state != _SUCCEEDED and ROLLED_BACK_FROM in current.tags:
        return Release.current(current)
    found = Release.previous(current)
    if found is None:
        raise PreconditionError(
            f"{name} serves its first release: there is no earlier model to go back to.",
            remedy="Promote another model, or take this one away with 'deploy.py retire'.",
        )
    return found


def check_unchanged(
    found: Deployment | None, expected: Deployment | None, wanted: WantedDeployment
) -> None:
    """Raises: UndecidedError where another run put something else there meanwhile."""
    if found is None and expected is None:
        return
    if found is not None and found.model == wanted.model:
        return
    if found is not None and expected is not None and _identity(found) == _identity(expected):
        return
    now = f"it serves {found.model}" if found else "it was deleted"
    raise UndecidedError(
        f"Another run changed {wanted.name} meanwhile: {now}, not {wanted.model}.",
        remedy="Look at it with 'deploy.py show'; run this again if it is still wanted.",
    )


def check_candidate(found: Deployment | None, wanted: Release, name: str) -> Release:
    """The candidate's release, if it is the wanted one and passed its smoke test.

    Raises:
        PreconditionError: Nobody compared this model: no candidate, no verdict, or another's.
        FindingsError: The smoke test failed.
        UndecidedError: The candidate is of another content, or not made by this project.
    """
    if found is None or found.state != _SUCCEEDED:
        state = f"is {found.state}" if found else "does not exist"
        raise PreconditionError(
            f"{wanted.model} was not tried as a candidate: deployment {name} {state}.",
            remedy="Run 'deploy.py candidate' and 'smoke_test.py run' first.",
        )
    check_ours(found)
    release = Release.current(found)
    if (release.job, release.key) != (wanted.job, wanted.key):
        raise UndecidedError(
            f"{name} serves job {release.job} (content {release.key}), not job {wanted.job} "
            f"(content {wanted.key}).",
            remedy=f"Release that one with --job {release.job}, or deploy the candidate anew.",
        )
    _check_verdict(release, name)
    return release


def check_ours(deployment: Deployment) -> None:
    """Raises: UndecidedError where the deployment does not carry our tags."""
    if not is_ours(deployment.tags):
        raise UndecidedError(
            f"Deployment {deployment.name} was not made by this project.",
            remedy="Delete or rename it, or choose another name for release.deployment.",
        )


def serves(deployment: Deployment | None, wanted: WantedDeployment) -> bool:
    """Whether the deployment already is what is wanted, its tags of origin included."""
    return deployment is not None and (
        deployment.model == wanted.model
        and deployment.sku.lower() == wanted.sku.lower()
        and deployment.capacity == wanted.capacity
        and deployment.state == _SUCCEEDED
        and deployment.tags.get(JOB) == wanted.tags.get(JOB)
    )


def _identity(deployment: Deployment) -> tuple[str, str | None, str | None]:
    tags = deployment.tags
    return deployment.model, tags.get(JOB), tags.get(CREATED)


def _check_verdict(release: Release, name: str) -> None:
    if not release.smoke or release.smoke_key != release.key:
        raise PreconditionError(
            f"No smoke test has judged what {name} serves (content {release.key}).",
            remedy="Run 'smoke_test.py run', then promote.",
        )
    if release.smoke != PASS:
        raise FindingsError(
            f"The smoke test of {name} ended with {release.smoke}.",
            remedy="Look at its report; mend the data, or run the smoke test again.",
        )
