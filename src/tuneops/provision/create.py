"""Create what a product needs before it can train; what exists is taken as it is."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tuneops.azure import catalog, deployments, resources
from tuneops.azure.account import account_name
from tuneops.azure.catalog import CatalogModel
from tuneops.azure.cloud import Session
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.azure.resources import Account
from tuneops.config import Config
from tuneops.errors import NameTakenError
from tuneops.provision import preflight
from tuneops.tags import is_ours, new_tags

_KIND = "AIServices"


@dataclass(frozen=True)
class Place:
    """What a product stands on, and which of it this run created (names; empty: nothing)."""

    resource_group: str
    account: Account
    project: str
    base: Deployment
    created: tuple[str, ...]

    def facts(self) -> dict[str, object]:
        return {
            "resource_group": self.resource_group,
            "account": self.account.name,
            "endpoint": self.account.endpoint,
            "project": self.project,
            "base_deployment": self.base.name,
            "base_model": f"{self.base.model} {self.base.version}",
            "capacity": self.base.capacity,
            "created": list(self.created),
        }


@dataclass(frozen=True)
class Voice:
    narrate: Callable[[str], None]
    warn: Callable[[str], None]


def provision(
    config: Config,
    session: Session,
    voice: Voice,
    *,
    expires_after: timedelta | None = None,
    keys: bool = False,
) -> Place:
    """Create or connect resource group, account, project and base deployment, in this order.

    Raises:
        ConfigError: The region does not fine-tune the model.
        LifecycleError: The model is retired or not offered.
        QuotaError: No capacity is left for the base deployment.
        NameTakenError: The account's name belongs to somebody else.
    """
    model = _preflight(config, session)
    lifetime = expires_after or config.azure.expires_after
    tags = new_tags(config.product, expires_after=lifetime)
    builder = _Builder(config, session, voice, tags)
    builder.group()
    account = builder.account(keys=keys)
    builder.project(account)
    base = builder.base(account, model)
    return Place(
        config.azure.resource_group, account, config.azure.project, base, tuple(builder.created)
    )


def missing(config: Config, session: Session) -> list[str]:
    """What `provision` would create now, in words; runs the same checks first."""
    _preflight(config, session)
    place = config.azure
    name = account_name(config, session.subscription)
    if resources.find_group(session, place.resource_group) is None:
        return [f"resource group {place.resource_group}", *_inside(config, name)]
    account = resources.find_account(session, place.resource_group, name)
    if account is None:
        return _inside(config, name)
    absent = []
    if not resources.project_exists(session, place.resource_group, name, place.project):
        absent.append(f"project {place.project}")
    if deployments.find(session, account, config.base.deployment) is None:
        absent.append(f"deployment {config.base.deployment}")
    return absent


def _inside(config: Config, account: str) -> list[str]:
    return [
        f"account {account}",
        f"project {config.azure.project}",
        f"deployment {config.base.deployment}",
    ]


def _preflight(config: Config, session: Session) -> CatalogModel:
    offered = catalog.models(session, config.azure.region)
    now = datetime.now(UTC)
    preflight.check_region(config, offered, now)
    return preflight.check_model(config, offered, now)


class _Builder:
    """The steps of one run, and what it created so far."""

    def __init__(
        self, config: Config, session: Session, voice: Voice, tags: dict[str, str]
    ) -> None:
        self._config = config
        self._session = session
        self._voice = voice
        self._tags = tags
        self.created: list[str] = []

    def group(self) -> None:
        place = self._config.azure
        found = resources.find_group(self._session, place.resource_group)
        if found is not None and found.state != "Deleting":
            self._voice.narrate(f"Resource group {found.name} is there, in {found.region}.")
            return
        self._announce(f"resource group {place.resource_group}")
        resources.create_group(self._session, place.resource_group, place.region, self._tags)

    def account(self, *, keys: bool) -> Account:
        place = self._config.azure
        name = account_name(self._config, self._session.subscription)
        found = resources.find_account(self._session, place.resource_group, name)
        if found is None:
            return self._new_account(name, keys=keys)
        if found.kind != _KIND:
            raise NameTakenError(
                f"Account {name} is of kind {found.kind}, not {_KIND}.",
                remedy="Name another account in the configuration (azure.account).",
            )
        self._voice.narrate(f"Account {name} is there{', and its keys are as they were' * keys}.")
        return resources.settle_account(self._session, found)

    def project(self, account: Account) -> None:
        place = self._config.azure
        group, project = place.resource_group, place.project
        if resources.project_exists(self._session, group, account.name, project):
            self._voice.narrate(f"Project {project} is there.")
            return
        named = " as AZURE_WORKSPACE_NAME says" if "AZURE_WORKSPACE_NAME" in os.environ else ""
        self._announce(f"project {project}{named}")
        resources.create_project(self._session, group, account, project, self._tags)

    def base(self, account: Account, model: CatalogModel) -> Deployment:
        base = self._config.base
        found = deployments.find(self._session, account, base.deployment)
        if found is not None:
            self._check_same(found)
            self._voice.narrate(f"Deployment {found.name} serves {found.model} {found.version}.")
            return found
        capacity = self._capacity(model)
        self._announce(f"deployment {base.deployment} ({capacity}K tokens a minute)")
        wanted = WantedDeployment(
            name=base.deployment,
            format=base.format,
            model=base.model,
            version=base.version,
            sku=base.sku,
            capacity=capacity,
            tags=self._tags,
        )
        return deployments.put(self._session, account, wanted)

    def _new_account(self, name: str, *, keys: bool) -> Account:
        place = self._config.azure
        restore = self._is_soft_deleted(name)
        self._announce(f"account {name}{', restored from deletion' if restore else ''}")
        return resources.create_account(
            self._session,
            place.resource_group,
            name,
            place.region,
            self._tags,
            restore=restore,
            keys=keys,
        )

    def _is_soft_deleted(self, name: str) -> bool:
        """Whether our own account of that name waits to be purged.

        Raises:
            NameTakenError: The waiting account is not ours.
        """
        deleted = resources.list_deleted_accounts(self._session)
        same = next((account for account in deleted if account.name.lower() == name.lower()), None)
        if same is None:
            return False
        group = self._config.azure.resource_group
        if same.resource_group.lower() == group.lower() and is_ours(same.tags):
            return True
        raise NameTakenError(
            f"A deleted account of group {same.resource_group} still holds the name {name}.",
            remedy="Purge it in the portal, or name another account (azure.account).",
        )

    def _capacity(self, model: CatalogModel) -> int:
        base = self._config.base
        sku = model.sku(base.sku)
        if sku is None or not sku.usage_name:
            return base.capacity
        left = catalog.quota(self._session, self._config.azure.region, sku.usage_name)
        beside = self._asked_later(base.sku)
        capacity = preflight.grant(base.capacity, left, sku.usage_name, beside=beside)
        if left is not None and capacity < base.capacity:
            kept = left.left - capacity
            self._voice.warn(
                f"The quota {sku.usage_name} leaves {left.left}K tokens a minute; "
                f"{base.capacity}K are asked for here and {beside}K later. {base.deployment} gets "
                f"{capacity}K, and {kept}K stay for the fine-tuned deployments."
            )
        return capacity

    def _asked_later(self, sku: str) -> int:
        """What candidate and production will want of the same quota."""
        release = self._config.release
        wanted = (
            (release.candidate.sku, release.candidate.capacity),
            (release.sku, release.capacity),
        )
        return sum(capacity for name, capacity in wanted if name.lower() == sku.lower())

    def _check_same(self, found: Deployment) -> None:
        base = self._config.base
        if (found.model, found.version) == (base.model, base.version):
            return
        self._voice.warn(
            f"Deployment {found.name} serves {found.model} {found.version}, not "
            f"{base.model} {base.version}; it is left as it is."
        )

    def _announce(self, what: str) -> None:
        self._voice.narrate(f"Creating {what}.")
        self.created.append(what)
