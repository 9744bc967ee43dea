"""Models, SKUs, training regions and quota, read from a YAML file."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

RETIREMENTS = ("fineTune", "inference")
_CAPABILITIES = {
    "Standard": "fineTune",
    "GlobalStandard": "globalFineTune",
    "DataZoneStandard": "dataZoneFineTune",
    "DeveloperTier": "devTierFineTune",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogSku(_Frozen):
    """A way to deploy a model; `base` and `fine_tuned` say which of the two it is offered for."""

    name: str
    regions: list[str] | None = None  # none named: every region of the catalogue
    base: bool = True
    fine_tuned: bool = False
    minimum: int = 1
    maximum: int = 1000
    default: int = 10
    step: int = 1
    usage_name: str | None = None

    def offered_in(self, region: str) -> bool:
        return self.regions is None or region in self.regions


class CatalogModel(_Frozen):
    name: str
    version: str
    format: str
    default: bool = False
    lifecycle: str = "GenerallyAvailable"
    retires: dict[str, int]  # days from now, by fineTune and inference
    context: dict[str, str] = {}
    skus: list[CatalogSku]
    training: dict[str, list[str]] = {}  # regions by training type
    embeds: bool = False  # and does not chat
    methods: list[str] = ["supervised"]  # in which it trains

    @property
    def base_name(self) -> str:
        """How a fine-tuning job names the model: with its date, where it has one."""
        return f"{self.name}-{self.version}" if self.format == "OpenAI" else self.name

    def retired(self, which: str) -> bool:
        """Whether `fineTune` or `inference` is over."""
        return self.retires[which] <= 0

    def sku(self, name: str, region: str) -> CatalogSku | None:
        """By its name, in any case."""
        wanted = name.lower()
        offered = (s for s in self.skus if s.name.lower() == wanted and s.offered_in(region))
        return next(offered, None)

    def usage_name(self, sku: CatalogSku) -> str:
        return sku.usage_name or f"OpenAI.{sku.name}.{self.name}"

    def training_types(self, region: str) -> frozenset[str]:
        """The training types in which the model trains here."""
        return frozenset(kind for kind, regions in self.training.items() if region in regions)

    def in_region(self, region: str) -> bool:
        return any(sku.offered_in(region) for sku in self.skus)


class Catalog(_Frozen):
    regions: list[str]
    models: list[CatalogModel]
    quota: dict[str, dict[str, int]]
    quota_override: dict[str, int] = {}

    @classmethod
    def load(cls, file: Path | None = None) -> "Catalog":
        """The catalogue in `file`, or the one that ships; raises pydantic.ValidationError."""
        source = file or resources.files("local_azure") / "catalog.yaml"
        return cls.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))

    def with_settings(self, quota: dict[str, int], retired: Iterable[str]) -> "Catalog":
        """A copy with limits replaced and with models ("name:version[:which]") retired now."""
        if not quota and not retired:
            return self
        marks = set(retired)
        models = [_with_retirement(model, marks) for model in self.models]
        return self.model_copy(update={"models": models, "quota_override": quota})

    def in_region(self, region: str) -> list[CatalogModel]:
        return [model for model in self.models if model.in_region(region)]

    def find(self, name: str, version: str | None, region: str) -> CatalogModel | None:
        """A model by ARM's name; without a version, its default one."""
        for model in self.in_region(region):
            wanted = model.default if version is None else model.version == version
            if model.name.lower() == name.lower() and wanted:
                return model
        return None

    def base_model(self, name: str) -> CatalogModel | None:
        """A model by the name that fine-tuning jobs use, such as gpt-4o-2024-08-06.

        Without a date it is the newest version that can be trained.
        """
        named = [model for model in self.models if model.base_name.lower() == name.lower()]
        versions = [model for model in self.models if model.name.lower() == name.lower()]
        trainable = [
            model for model in versions if model.training and not model.retired("fineTune")
        ]
        newest = max(trainable or versions, key=lambda model: model.version, default=None)
        return named[0] if named else newest

    def usage_names(self, region: str) -> list[tuple[str, str]]:
        """Each usage name of a region with what people call it."""
        return sorted({(usage, title) for usage, title in self._usages(region)})

    def quota_limit(self, usage_name: str, region: str) -> int:
        """Thousands of tokens a minute."""
        for limits in (self.quota_override, self.quota.get(region, {}), self.quota["default"]):
            if usage_name in limits:
                return limits[usage_name]
        return 0

    def _usages(self, region: str) -> Iterator[tuple[str, str]]:
        for model in self.in_region(region):
            for sku in model.skus:
                if sku.offered_in(region):
                    yield model.usage_name(sku), quota_title(model, sku)


def quota_title(model: CatalogModel, sku: CatalogSku) -> str:
    suffix = "" if sku.name == "Standard" else f" - {sku.name}"
    return f"Tokens Per Minute (thousands) - {model.name}{suffix}"


def normalize_region(location: str) -> str:
    """East US 2 and eastus2 are the same region."""
    return location.replace(" ", "").lower()


def account_model(model: CatalogModel, region: str, now: float) -> dict[str, Any]:
    """ARM's AccountModel."""
    training = _training_capabilities(model, region)
    return {
        "format": model.format,
        "name": model.name,
        "version": model.version,
        "isDefaultVersion": model.default,
        "skus": [_model_sku(model, sku, now) for sku in model.skus if sku.offered_in(region)],
        "maxCapacity": max(sku.maximum for sku in model.skus),
        "capabilities": {
            ("embeddings" if model.embeds else "chatCompletion"): "true",
            "inference": "true",
            **training,
            **model.context,
        },
        **({"finetuneCapabilities": training} if training else {}),
        "deprecation": {
            **{which: _day(now, model.retires[which]) for which in RETIREMENTS},
            "deprecationStatus": "Planned",
        },
        "lifecycleStatus": model.lifecycle,
    }


def _training_capabilities(model: CatalogModel, region: str) -> dict[str, str]:
    types = model.training_types(region)
    return {name: "true" for kind, name in _CAPABILITIES.items() if kind in types}


def _model_sku(model: CatalogModel, sku: CatalogSku, now: float) -> dict[str, Any]:
    usage_name = model.usage_name(sku)
    return {
        "name": sku.name,
        "usageName": usage_name,
        "deprecationDate": _day(now, model.retires["inference"]),
        "capacity": {
            "minimum": sku.minimum,
            "maximum": sku.maximum,
            "step": sku.step,
            "default": sku.default,
        },
        "rateLimits": [
            {"key": "request", "renewalPeriod": 10, "count": 1},
            {"key": "token", "renewalPeriod": 60, "count": 1000},
        ],
        "cost": [_meter(usage_name, meter) for meter in ("InputTokens", "OutputTokens")],
    }


def _meter(usage_name: str, meter: str) -> dict[str, str]:
    meter_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{usage_name}/{meter}")
    return {"name": meter, "meterId": str(meter_id), "unit": "1K"}


def _day(now: float, days: int) -> str:
    day = datetime.fromtimestamp(now, UTC) + timedelta(days=days)
    return f"{day:%Y-%m-%d}T00:00:00Z"


def _with_retirement(model: CatalogModel, marks: set[str]) -> CatalogModel:
    named = f"{model.name}:{model.version}"
    over = {which: -1 for which in RETIREMENTS if marks & {named, f"{named}:{which}"}}
    return model.model_copy(update={"retires": model.retires | over}) if over else model
