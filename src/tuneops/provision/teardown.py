"""Everything that a product has in one place of Azure, deleted today and read back.

What is not proven to be this product's stays: its tags have to name this repository and the
product, and no other product may live in it. Run again after an interruption, it goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuneops.azure import deployments, files, jobs, locks, resources, subscription
from tuneops.azure.account import account_name
from tuneops.azure.cloud import Session
from tuneops.azure.data_plane import open_client
from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, Job
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.config import Config
from tuneops.errors import LockedError, UndecidedError
from tuneops.names import is_file_of_product, is_of_product
from tuneops.provision.create import Voice
from tuneops.tags import PRODUCT, is_ours

_UNPROVEN = "its tags do not say that this project made it for this product"


@dataclass(frozen=True)
class Belongings:
    """What is the product's in one place.

    Group and account are those that it lies in; they go where ``whole_group`` or
    ``whole_account`` says so. ``deleted`` is the product's soft-deleted account. ``kept`` says
    what stays although it bears the product's names, and why.
    """

    group: ResourceGroup | None = None
    account: Account | None = None
    whole_group: bool = False
    whole_account: bool = False
    has_project: bool = False
    deployments: tuple[Deployment, ...] = ()
    jobs: tuple[Job, ...] = ()
    files: tuple[UploadedFile, ...] = ()
    deleted: Account | None = None
    kept: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of it would go."""
        held = (self.deployments, self.jobs, self.files, self.deleted)
        return not any((self.whole_group, self.whole_account, *held))

    def facts(self) -> dict[str, Any]:
        """What would go, by names."""
        return {
            "resource_group": self.group.name if self.group and self.whole_group else None,
            "account": self.account.name if self.account and self.whole_account else None,
            "deployments": [found.name for found in self.deployments],
            "jobs": [job.id for job in self.jobs],
            "files": [file.name for file in self.files],
            "soft_deleted": self.deleted.name if self.deleted else None,
            "kept": list(self.kept),
        }


def belongings(config: Config, session: Session, others: Sequence[Config]) -> Belongings:
    """What exists of the product in its place; ``others`` are the repository's other products.

    Raises:
        LockedError: A lock keeps some of it.
    """
    place, name = config.azure, account_name(config, session.subscription)
    group = resources.find_group(session, place.resource_group)
    account = resources.find_account(session, place.resource_group, name) if group else None
    found = Belongings(group, account)
    if account is None:
        found = replace(found, deleted=_soft_deleted(config, session, name))
    else:
        found = _with_contents(config, session, account, found, others)
    if group is not None:
        why = _why_group_stays(config, session, group, found, others)
        kept = (f"resource group {group.name}: {why}",) if why else ()
        found = replace(found, whole_group=not why, kept=(*found.kept, *kept))
    _refuse_locked(session, found)
    return found


def tear_down(config: Config, session: Session, found: Belongings, voice: Voice) -> None:
    """Delete it, what depends on others first, and purge the account."""
    if found.account is not None:
        _empty_account(session, found.account, found, voice)
        if found.whole_account and not found.whole_group:
            _delete_account(config, session, found.account, found, voice)
    if found.group is not None and found.whole_group:
        voice.narrate(f"Deleting resource group {found.group.name}.")
        resources.delete_group(session, found.group.name)
    gone = found.account if found.whole_account else found.deleted
    if gone is not None and subscription.find_deleted(session, gone):
        voice.narrate(f"Purging account {gone.name}, so that its name is free.")
        resources.purge_account(session, gone)


def check_gone(config: Config, session: Session, others: Sequence[Config]) -> None:
    """Read back that nothing of the product is left, and no name is held.

    Raises:
        UndecidedError: Something is still there.
    """
    left = belongings(config, session, others)
    if not left.is_nothing:
        names = [str(value) for name, value in left.facts().items() if value and name != "kept"]
        raise UndecidedError(
            f"Still there: {', '.join(names)}.",
            remedy="Wait a few minutes and run the same command again: it goes on.",
        )


def _with_contents(
    config: Config, session: Session, account: Account, found: Belongings, others: Sequence[Config]
) -> Belongings:
    mine = account_name(config, session.subscription).lower()
    neighbours = [o for o in others if account_name(o, session.subscription).lower() == mine]
    shared = {other.base.deployment for other in neighbours}
    deployed = deployments.list_all(session, account)
    ours = tuple(d for d in deployed if _is_products(config, d.tags) and d.name not in shared)
    foreign = [d for d in deployed if d not in ours]
    why = _why_account_stays(config, account, neighbours, foreign)
    found = replace(
        found,
        whole_account=not why,
        deployments=ours,
        kept=(f"account {account.name}: {why}",) if why else (),
    )
    if not is_ours(account.tags):
        return found
    project, group = config.azure.project, account.resource_group
    client = open_client(account.endpoint)
    return replace(
        found,
        has_project=resources.project_exists(session, group, account.name, project),
        jobs=tuple(job for job in jobs.list_all(client) if is_of_product(config, job)),
        files=tuple(f for f in files.list_all(client) if is_file_of_product(config, f.name)),
    )


def _why_account_stays(
    config: Config, account: Account, neighbours: Sequence[Config], foreign: Sequence[Deployment]
) -> str:
    """Empty where the account is this product's alone."""
    if neighbours:
        return f"product '{neighbours[0].product}' lives in it"
    if not _is_products(config, account.tags):
        return _UNPROVEN
    return f"deployment {foreign[0].name} in it is not this product's" if foreign else ""


def _why_group_stays(
    config: Config,
    session: Session,
    group: ResourceGroup,
    found: Belongings,
    others: Sequence[Config],
) -> str:
    """Empty where nothing but the product is in the group."""
    if not _is_products(config, group.tags):
        return _UNPROVEN
    for other in others:
        if other.azure.resource_group.lower() == group.name.lower():
            return f"product '{other.product}' lives in it"
    own = found.account.id.lower() if found.account and found.whole_account else None
    for each in subscription.list_resources(session, group.name):
        if own is None or not _lies_in(each.id.lower(), own):
            return f"{each.type} {each.name} in it is not this product's"
    return ""


def _soft_deleted(config: Config, session: Session, name: str) -> Account | None:
    for each in resources.list_deleted_accounts(session):
        same = each.name.lower() == name.lower()
        here = each.resource_group.lower() == config.azure.resource_group.lower()
        if same and here and _is_products(config, each.tags):
            return each
    return None


def _refuse_locked(session: Session, found: Belongings) -> None:
    """Azure would refuse in the middle, after half of it is gone."""
    if found.is_nothing or found.group is None:
        return
    group = f"/subscriptions/{session.subscription}/resourcegroups/{found.group.name}".lower()
    for lock in locks.list_locks(session):
        scope = lock.scope.lower().rstrip("/")
        if _lies_in(scope, group) or _lies_in(group, scope):
            raise LockedError(
                f"The lock '{lock.name}' ({lock.level}) on {lock.scope} keeps what would go.",
                remedy="Nothing was changed. Remove the lock if it is yours, and run again.",
            )


def _empty_account(session: Session, account: Account, found: Belongings, voice: Voice) -> None:
    """Stop what trains; of an account that stays, delete the product's jobs and files."""
    client = open_client(account.endpoint)
    for job in found.jobs:
        if job.status not in FINAL:
            voice.narrate(f"Cancelling job {job.id}.")
            jobs.cancel(client, job.id)
    for deployed in found.deployments:
        voice.narrate(f"Deleting deployment {deployed.name}.")
        deployments.delete(session, account, deployed.name)
    if found.whole_account:
        return
    for job in found.jobs:
        voice.narrate(f"Deleting job {job.id}.")
        jobs.delete(client, job.id)
    for file in found.files:
        voice.narrate(f"Deleting file {file.name}.")
        files.delete_if_there(client, file.id)


def _delete_account(
    config: Config, session: Session, account: Account, found: Belongings, voice: Voice
) -> None:
    if found.has_project:
        voice.narrate(f"Deleting project {config.azure.project}.")
        resources.delete_project(session, account, config.azure.project)
    voice.narrate(f"Deleting account {account.name}.")
    resources.delete_account(session, account)


def _is_products(config: Config, tags: Mapping[str, str]) -> bool:
    return is_ours(tags) and tags.get(PRODUCT) == config.product


def _lies_in(path: str, scope: str) -> bool:
    return f"{path}/".startswith(f"{scope}/")
