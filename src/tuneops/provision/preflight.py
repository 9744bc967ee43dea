"""Whether a region lets the product be built, decided from its live catalogue; no I/O."""

from collections.abc import Sequence
from datetime import datetime

from tuneops.azure.catalog import CatalogModel, Quota, find
from tuneops.config import Config
from tuneops.errors import AzureRefusedError, ConfigError, LifecycleError, QuotaError
from tuneops.limits import FINE_TUNING_REGIONS


def check_region(config: Config, offered: Sequence[CatalogModel], now: datetime) -> None:
    """Raises: ConfigError where neither the known list nor the catalogue lets the region train."""
    region = config.azure.region
    model = base_model(config, offered)
    if region.lower() in FINE_TUNING_REGIONS or (model and model.trains_at(now)):
        return
    raise ConfigError(
        f"{config.base.job_model} cannot be fine-tuned in '{region}'.",
        remedy=f"Set azure.region to one of {', '.join(FINE_TUNING_REGIONS)}.",
    )


def check_model(config: Config, offered: Sequence[CatalogModel], now: datetime) -> CatalogModel:
    """The base model as the region offers it now.

    Raises:
        LifecycleError: It is not offered, or retired for training or for answers.
        AzureRefusedError: The region does not deploy it under the configured SKU.
    """
    model = base_model(config, offered)
    if model is None:
        raise _gone(config, "is not offered", offered, now)
    if not model.serves_at(now):
        raise _gone(config, f"retired on {model.inference_retires:%Y-%m-%d}", offered, now)
    if not model.fine_tunable:
        raise _gone(config, "cannot be fine-tuned", offered, now)
    if not model.trains_at(now):
        retired = f"retired from fine-tuning on {model.fine_tuning_retires:%Y-%m-%d}"
        raise _gone(config, retired, offered, now)
    if model.sku(config.base.sku) is None:
        known = ", ".join(sku.name for sku in model.skus) or "none"
        raise AzureRefusedError(
            f"{model.full_name} has no SKU {config.base.sku} in {config.azure.region}.",
            remedy=f"Set base.sku to one of: {known}.",
        )
    return model


def grant(wanted: int, quota: Quota | None, usage_name: str, *, beside: int = 0) -> int:
    """The capacity that the quota leaves of what is wanted.

    Where it does not do for what will be wanted ``beside`` as well, each gets its share.

    Raises:
        QuotaError: Nothing is left.
    """
    if quota is None:
        return wanted
    share = quota.left * wanted // (wanted + beside) if wanted + beside > quota.left else wanted
    granted = min(wanted, quota.left, max(1, share))
    if granted < 1:
        raise QuotaError(
            f"Quota {usage_name} is used up: {quota.used}K of {quota.limit}K tokens a minute.",
            remedy="Lower other deployments, purge deleted accounts, or ask for more quota.",
        )
    return granted


def base_model(config: Config, offered: Sequence[CatalogModel]) -> CatalogModel | None:
    return find(offered, config.base.format, config.base.model, config.base.version)


def _gone(
    config: Config, why: str, offered: Sequence[CatalogModel], now: datetime
) -> LifecycleError:
    trainable = [m.full_name for m in offered if m.trains_at(now) and m.serves_at(now)]
    instead = ", ".join(sorted(trainable)) or "no model at all"
    return LifecycleError(
        f"{config.base.model} {config.base.version} {why} in {config.azure.region}.",
        remedy=f"That region fine-tunes: {instead}. Set base.model and base.version.",
    )
