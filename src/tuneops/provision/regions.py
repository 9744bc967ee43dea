"""Which regions train and deploy a model, and what quota is left there, asked now."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tuneops.azure import catalog
from tuneops.azure.catalog import CatalogModel, Quota
from tuneops.azure.cloud import Session
from tuneops.errors import NotFoundError

_AT_ONCE = 8
_UNNAMED = "a type that its catalogue does not name"


@dataclass(frozen=True)
class RegionOffer:
    """What a region does with a model; quota is in thousand tokens a minute, by SKU."""

    region: str
    version: str
    trains_as: tuple[str, ...]
    deploys_as: tuple[str, ...]
    quota_left: dict[str, int]
    retires: str

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def offers(session: Session, model: str) -> list[RegionOffer]:
    """A line for each region that trains the model, or deploys it; those that train come first.

    Raises:
        NotFoundError: No region has it.
    """
    regions = catalog.regions(session)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = pool.map(lambda region: _offers_of(session, region, model), regions)
        found = [offer for each in asked for offer in each]
    if not found:
        raise NotFoundError(
            f"None of {len(regions)} regions offers a model called {model}.",
            remedy="Name it as Azure does, without its version: gpt-4.1, Qwen3-32B.",
        )
    return sorted(found, key=lambda offer: (not offer.trains_as, offer.region, offer.version))


def _offers_of(session: Session, region: str, name: str) -> list[RegionOffer]:
    now = datetime.now(UTC)
    versions = [
        model
        for model in catalog.models(session, region)
        if model.name.lower() == name.lower() and model.serves_at(now)
    ]
    quotas = catalog.quotas(session, region) if versions else {}
    return [_offer(region, model, quotas, now) for model in versions]


def _offer(
    region: str, model: CatalogModel, quotas: dict[str, Quota], now: datetime
) -> RegionOffer:
    trains = model.training_types or ({_UNNAMED} if model.fine_tunable else set())
    left = {
        sku.name: quotas[sku.usage_name.lower()].left
        for sku in model.skus
        if sku.usage_name.lower() in quotas
    }
    retires = model.fine_tuning_retires
    return RegionOffer(
        region,
        model.version,
        tuple(sorted(trains)) if model.trains_at(now) else (),
        tuple(sku.name for sku in model.skus),
        left,
        f"{retires:%Y-%m-%d}" if retires else "",
    )
