"""What a release has to do, decided from what is deployed; no I/O."""

from dataclasses import dataclass

from tuneops import ownership
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import PreconditionError, UndecidedError

FINE_TUNED_VERSION = "1"  # every fine-tuned model has version 1 (deployment guide, 2026-10)
_SUCCEEDED = "Succeeded"


@dataclass(frozen=True)
class Model:
    """A fine-tuned model with where it comes from; the key is the short content key."""

    name: str
    key: str
    job: str


def candidate(config: Config, model: Model) -> WantedDeployment:
    """The deployment that is compared before anybody uses it; it carries an expiry."""
    chosen = config.release.candidate
    tags = ownership.tags(config.product, key=model.key, expires_after=chosen.expires_after)
    return WantedDeployment(
        name=config.release.candidate_deployment,
        format=config.base.format,
        model=model.name,
        version=FINE_TUNED_VERSION,
        sku=chosen.sku,
        capacity=chosen.capacity,
        tags=tags | {ownership.JOB: model.job},
        content_filter=config.release.content_filter,
    )


def production(config: Config, model: Model, previous: Model | None) -> WantedDeployment:
    """The deployment that users call; its tags name the model to go back to."""
    tags = ownership.tags(config.product, key=model.key) | {ownership.JOB: model.job}
    if previous is not None:
        tags |= {
            ownership.PREVIOUS_MODEL: previous.name,
            ownership.PREVIOUS_KEY: previous.key,
            ownership.PREVIOUS_JOB: previous.job,
        }
    return WantedDeployment(
        name=config.release.deployment,
        format=config.base.format,
        model=model.name,
        version=FINE_TUNED_VERSION,
        sku=config.release.sku,
        capacity=config.release.capacity,
        tags=tags,
        content_filter=config.release.content_filter,
    )


def promoted_over(current: Deployment | None, model: Model) -> Model | None:
    """The model to go back to after ``model`` was put over ``current``.

    Raises:
        UndecidedError: Somebody else made a deployment under our name.
    """
    if current is None:
        return None
    check_ours(current)
    return previous_of(current) if current.model == model.name else served_by(current)


def rollback_target(current: Deployment | None, name: str) -> Model:
    """The model that a rollback puts back.

    Raises:
        PreconditionError: Nothing is deployed, or there was no release before this one.
        UndecidedError: Somebody else made a deployment under our name.
    """
    if current is None:
        raise PreconditionError(
            f"There is no deployment {name}.", remedy="Release one with 'deploy.py promote'."
        )
    check_ours(current)
    previous = previous_of(current)
    if previous is None:
        raise PreconditionError(
            f"{name} serves its first release: there is no earlier model to go back to.",
            remedy="Promote another model, or delete the deployment in the portal.",
        )
    return previous


def check_ours(deployment: Deployment) -> None:
    """Raises: UndecidedError where the deployment does not carry our tags."""
    if not ownership.is_ours(deployment.tags):
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
        and deployment.tags.get(ownership.JOB) == wanted.tags.get(ownership.JOB)
    )


def served_by(deployment: Deployment) -> Model:
    tags = deployment.tags
    return Model(deployment.model, tags.get(ownership.KEY, ""), tags.get(ownership.JOB, ""))


def previous_of(deployment: Deployment) -> Model | None:
    tags = deployment.tags
    name = tags.get(ownership.PREVIOUS_MODEL)
    if not name:
        return None
    key, job = tags.get(ownership.PREVIOUS_KEY, ""), tags.get(ownership.PREVIOUS_JOB, "")
    return Model(name, key, job)
