"""What a product has in Azure now."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tuneops.azure import catalog, deployments, resources
from tuneops.azure.account import account_name
from tuneops.azure.cloud import Session
from tuneops.azure.deployments import Deployment
from tuneops.config import Config


@dataclass(frozen=True)
class Inventory:
    """``trainable`` are the models that the region fine-tunes and serves now."""

    resource_group: str | None
    account: str | None
    endpoint: str | None
    project: str | None
    deployments: tuple[Deployment, ...]
    trainable: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def summary(self) -> dict[str, Any]:
        """The same in a line each."""
        deployed = [f"{d.name}: {d.model} ({d.sku}, {d.capacity}K)" for d in self.deployments]
        return self.facts() | {"deployments": deployed}


def take(config: Config, session: Session) -> Inventory:
    place = config.azure
    group = resources.find_group(session, place.resource_group)
    name = account_name(config, session.subscription)
    account = resources.find_account(session, place.resource_group, name) if group else None
    project = account and resources.project_exists(
        session, place.resource_group, name, place.project
    )
    return Inventory(
        resource_group=group.name if group else None,
        account=account.name if account else None,
        endpoint=account.endpoint if account else None,
        project=place.project if project else None,
        deployments=tuple(deployments.list_all(session, account)) if account else (),
        trainable=_trainable(config, session),
    )


def _trainable(config: Config, session: Session) -> tuple[str, ...]:
    now = datetime.now(UTC)
    offered = catalog.models(session, config.azure.region)
    return tuple(
        sorted(
            model.full_name for model in offered if model.trains_at(now) and model.serves_at(now)
        )
    )
