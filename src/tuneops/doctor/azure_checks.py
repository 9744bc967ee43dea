"""The set-up in Azure, judged from what was read; no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from tuneops.azure.catalog import CatalogModel, Quota
from tuneops.config import Config
from tuneops.doctor.findings import DoctorFinding, error, ok, warning
from tuneops.provision.preflight import base_model

NOTICE_DAYS = (30, 60, 90)  # before a retirement: an error, then warnings
_ACCOUNT = "Microsoft.CognitiveServices/accounts"
NEEDED = (f"{_ACCOUNT}/read", f"{_ACCOUNT}/deployments/write")


@dataclass(frozen=True)
class Permission:
    """Actions that a role gives here, and those that it takes out again."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _any_match(self.actions, action) and not _any_match(self.not_actions, action)


def lifecycle(
    config: Config, offered: Sequence[CatalogModel], now: datetime
) -> Iterator[DoctorFinding]:
    """How long the base model can still be trained and can still answer."""
    about = f"model of {config.product}"
    model = base_model(config, offered)
    if model is None:
        remedy = "Choose one that 'provision.py show' lists, in base.model and base.version."
        yield error(about, f"{config.azure.region} does not offer it.", remedy)
        return
    dates = {"fine-tuning": model.fine_tuning_retires, "answering": model.inference_retires}
    for what, date in dates.items():
        if date is None:
            yield ok(about, f"No retirement from {what} is announced.")
        else:
            yield _retirement(about, f"{model.full_name} retires from {what}", date, now)


def quota(
    config: Config, sku: str, found: Quota | None, *, wanted: int, deployed: bool
) -> Iterator[DoctorFinding]:
    """Whether a deployment of ``wanted`` thousand tokens a minute fits, or is there."""
    about = f"quota of {config.product}, {sku}"
    if deployed or found is None:
        yield ok(about, "It is deployed." if deployed else "Azure lists no quota for it.")
    elif found.left < 1:
        remedy = "Lower other deployments, purge deleted accounts, or ask for more quota."
        yield error(about, f"{found.usage_name} is used up: {found.used}K.", remedy)
    elif found.left < wanted:
        remedy = "It will be deployed with less; ask for more quota if that is too little."
        yield warning(about, f"{found.left}K of {wanted}K are left.", remedy)
    else:
        yield ok(about, f"{found.left}K are left.")


def roles(
    on_group: Sequence[Permission], on_subscription: Sequence[Permission]
) -> Iterator[DoctorFinding]:
    """Enough for the work, and no more: nobody here is Owner of a subscription."""
    about = "roles of this identity"
    missing = [a for a in NEEDED if not any(p.allows(a) for p in on_group)]
    if missing:
        remedy = "Assign the role that docs/setup.md names; a new role takes minutes to arrive."
        yield error(about, f"It may not: {', '.join(missing)}.", remedy)
    if any(p.allows("Microsoft.Authorization/roleAssignments/write") for p in on_subscription):
        remedy = "Take Owner or User Access Administrator away from it (docs/setup.md)."
        yield error(about, "It may give roles in the whole subscription.", remedy)
    elif not missing:
        yield ok(about, "Enough, and it may not give roles.")


def _retirement(about: str, what: str, date: datetime, now: datetime) -> DoctorFinding:
    days = (date - now).days
    message = f"{what} on {date:%Y-%m-%d}, in {days} days."
    remedy = "Move to a newer model: base.model and base.version in the configuration."
    if days <= NOTICE_DAYS[0]:
        return error(about, message, remedy)
    if days <= NOTICE_DAYS[-1]:
        near = next(limit for limit in NOTICE_DAYS if days <= limit)
        return warning(about, message, f"{remedy} At most {near} days are left.")
    return ok(about, message)


def _any_match(patterns: Sequence[str], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
