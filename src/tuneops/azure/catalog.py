"""What a region offers now: models, their life cycle, SKUs and quota, from the live catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.tags import read_timestamp

if TYPE_CHECKING:
    from tuneops.azure.cloud import Session


# The training types by the capabilities that stand for them in the live catalogue. Those of other
# types, such as data zones, are not published.
TRAINING_TYPES = {
    "finetune": "Standard",
    "globalfinetune": "GlobalStandard",
    "devtierfinetune": "Developer",
}


@dataclass(frozen=True)
class Sku:
    """One way to deploy a model; ``usage_name`` is the quota that it counts against."""

    name: str
    usage_name: str
    retires: datetime | None


@dataclass(frozen=True)
class CatalogModel:
    """A model of a region; a retirement date of None means that none is announced.

    ``training_types`` are those of `TRAINING_TYPES` that the catalogue names, perhaps none.
    """

    format: str
    name: str
    version: str
    skus: tuple[Sku, ...]
    fine_tunable: bool
    fine_tuning_retires: datetime | None
    inference_retires: datetime | None
    training_types: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.version}"

    def trains_at(self, moment: datetime) -> bool:
        return self.fine_tunable and not _passed(self.fine_tuning_retires, moment)

    def serves_at(self, moment: datetime) -> bool:
        return not _passed(self.inference_retires, moment)

    def sku(self, name: str) -> Sku | None:
        return next((sku for sku in self.skus if sku.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Quota:
    """A quota in units of capacity: a thousand tokens a minute."""

    usage_name: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def models(session: "Session", region: str) -> list[CatalogModel]:
    """All chat models that the region knows, each format, name and version once."""
    with translated(f"reading the model catalogue of {region}"):
        found = [item.model for item in session.cognitive.models.list(region) if item.model]
    distinct = {(m.format, m.name, m.version): m for m in found}
    return [_model(model) for model in distinct.values()]


def regions(session: "Session") -> list[str]:
    """The regions in which the subscription may have a Foundry account, by their short names."""
    with translated("reading where Foundry accounts can be"):
        found = session.resources.providers.get("Microsoft.CognitiveServices")
    kinds = (kind for kind in found.resource_types or [] if kind.resource_type == "accounts")
    places = (place for kind in kinds for place in kind.locations or [])
    return sorted({place.replace(" ", "").lower() for place in places} - {"global"})


def quotas(session: "Session", region: str) -> dict[str, Quota]:
    """The subscription's quotas in the region, by their names in lower case."""
    with translated(f"reading the quota of {region}"):
        usages = list(session.cognitive.usages.list(region))
    found = ((usage.name.value or "", usage) for usage in usages if usage.name)
    return {
        name.lower(): Quota(name, int(usage.current_value or 0), int(usage.limit or 0))
        for name, usage in found
    }


def quota(session: "Session", region: str, usage_name: str) -> Quota | None:
    """The subscription's quota of that name in the region; None where it is not listed."""
    return quotas(session, region).get(usage_name.lower())


def find(
    offered: Sequence[CatalogModel], model_format: str, name: str, version: str
) -> CatalogModel | None:
    wanted = (model_format.lower(), name.lower(), version.lower())
    return next(
        (m for m in offered if (m.format.lower(), m.name.lower(), m.version.lower()) == wanted),
        None,
    )


def _model(model: Any) -> CatalogModel:  # noqa: ANN401 - the SDK's AccountModel
    capabilities = {**(model.capabilities or {}), **(model.finetune_capabilities or {})}
    has = {name.lower() for name, value in capabilities.items() if str(value).lower() == "true"}
    training_types = frozenset(TRAINING_TYPES[name] for name in has & TRAINING_TYPES.keys())
    deprecation = model.deprecation
    return CatalogModel(
        format=model.format or "",
        name=model.name or "",
        version=model.version or "",
        skus=tuple(_sku(sku) for sku in model.skus or []),
        fine_tunable=bool(training_types or model.finetune_capabilities),
        fine_tuning_retires=read_timestamp(deprecation.fine_tune) if deprecation else None,
        inference_retires=read_timestamp(deprecation.inference) if deprecation else None,
        training_types=training_types,
    )


def _sku(sku: Any) -> Sku:  # noqa: ANN401 - the SDK's ModelSku
    return Sku(sku.name or "", sku.usage_name or "", sku.deprecation_date)


def _passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
