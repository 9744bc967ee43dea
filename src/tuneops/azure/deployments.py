"""Model deployments of one account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.azure.resources import arm_write, or_none

if TYPE_CHECKING:
    from tuneops.azure.cloud import Session
    from tuneops.azure.resources import Account


@dataclass(frozen=True)
class Deployment:
    """Capacity is in thousands of tokens a minute; rate limits are per minute, 0 if unknown."""

    name: str
    format: str
    model: str
    version: str
    sku: str
    capacity: int
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    content_filter: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class WantedDeployment:
    """A deployment as it shall be; no content filter named means Azure's default.

    ``source`` is the ARM id of the account that holds the model, where it is another one.
    """

    name: str
    format: str
    model: str
    version: str
    sku: str
    capacity: int
    tags: Mapping[str, str]
    content_filter: str | None = None
    source: str | None = None


def is_fine_tuned(model: str) -> bool:
    """By the names that Azure gives to fine-tuned models, and to checkpoints (guide, 2026-10)."""
    name = model.lower()
    return ".ft-" in name or name.startswith("ftchkpt-")


def find(session: "Session", account: "Account", name: str) -> Deployment | None:
    operations = session.cognitive.deployments
    with translated(f"reading deployment {name}"):
        found = or_none(lambda: operations.get(account.resource_group, account.name, name))
    return _deployment(found) if found else None


def list_all(session: "Session", account: "Account") -> list[Deployment]:
    with translated(f"listing the deployments of {account.name}"):
        found = session.cognitive.deployments.list(account.resource_group, account.name)
        return [_deployment(deployment) for deployment in found]


def put(
    session: "Session",
    account: "Account",
    wanted: WantedDeployment,
    *,
    before: Callable[[], None] = lambda: None,
) -> Deployment:
    """Create the deployment, or bring it to what is wanted; never upgrades by itself.

    ``before`` is called before each attempt, as another run may have written meanwhile.
    """
    from azure.mgmt.cognitiveservices import models

    body = models.Deployment(
        sku=models.Sku(name=wanted.sku, capacity=wanted.capacity),
        tags=dict(wanted.tags),
        properties=models.DeploymentProperties(
            model=models.DeploymentModel(
                format=wanted.format,
                name=wanted.model,
                version=wanted.version,
                source=wanted.source,
            ),
            rai_policy_name=wanted.content_filter,
            version_upgrade_option="NoAutoUpgrade",
        ),
    )
    operations = session.cognitive.deployments

    def begin() -> Any:  # noqa: ANN401 - the SDK's poller
        before()
        return operations.begin_create_or_update(
            account.resource_group, account.name, wanted.name, body
        )

    return _deployment(arm_write(f"deploying {wanted.model} as {wanted.name}", begin))


def tag(
    session: "Session",
    account: "Account",
    name: str,
    tags: Mapping[str, str | None],
    *,
    check: Callable[[Deployment | None], None],
) -> None:
    """Change tags of the deployment: those of None go, and those that are not named stay.

    Azure takes tags as a whole and knows no condition for it. So the deployment is read right
    before each attempt and after the last one, and ``check`` raises where it is another one.
    """
    from azure.mgmt.cognitiveservices import models

    operations = session.cognitive.deployments

    def begin() -> Any:  # noqa: ANN401 - the SDK's poller
        found = find(session, account, name)
        check(found)
        wanted = {**(found.tags if found else {}), **tags}
        given = {tag: value for tag, value in wanted.items() if value is not None}
        body = models.PatchResourceTagsAndSku(tags=given)
        return operations.begin_update(account.resource_group, account.name, name, body)

    arm_write(f"tagging deployment {name}", begin)
    check(find(session, account, name))


def delete(session: "Session", account: "Account", name: str) -> None:
    operations = session.cognitive.deployments
    arm_write(
        f"deleting deployment {name}",
        lambda: operations.begin_delete(account.resource_group, account.name, name),
    )


def _deployment(deployment: Any) -> Deployment:  # noqa: ANN401 - the SDK's Deployment
    properties, model = deployment.properties, deployment.properties.model
    limits = {limit.key: limit for limit in properties.rate_limits or []}
    return Deployment(
        name=deployment.name,
        format=(model and model.format) or "",
        model=(model and model.name) or "",
        version=(model and model.version) or "",
        sku=deployment.sku.name,
        capacity=deployment.sku.capacity or 0,
        state=str(properties.provisioning_state or ""),
        tags=dict(deployment.tags or {}),
        requests_per_minute=_per_minute(limits.get("request")),
        tokens_per_minute=_per_minute(limits.get("token")),
        content_filter=properties.rai_policy_name,
        source=model and model.source,
    )


def _per_minute(limit: Any) -> int:  # noqa: ANN401 - the SDK's ThrottlingRule
    if limit is None or not limit.renewal_period:
        return 0
    return int(limit.count * 60 / limit.renewal_period)
