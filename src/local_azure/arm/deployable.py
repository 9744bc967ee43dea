"""What a deployment's properties.model may name: a base model, or one fine-tuned here."""

from dataclasses import dataclass
from typing import Any

from local_azure import trained_models
from local_azure.catalog import CatalogModel, CatalogSku
from local_azure.errors import AzureError, bad_request
from local_azure.state import State
from local_azure.store import Document


@dataclass(frozen=True)
class Deployable:
    name: str
    version: str
    model: CatalogModel  # of a fine-tuned model: its base
    job: str | None = None  # that trained it

    @property
    def fine_tuned(self) -> bool:
        return self.job is not None

    def is_named(self, model: dict[str, Any]) -> bool:
        return (self.name, self.version) == (model["name"], model["version"])

    def require_sku(self, name: str, region: str) -> CatalogSku:
        sku = self.model.sku(name, region)
        if sku is None or not (sku.fine_tuned if self.fine_tuned else sku.base):
            raise bad_request(
                "InvalidResourceProperties",
                f"The specified SKU '{name}' of account deployment is not supported by the model "
                f"'{self.name}' version: '{self.version}'.",
            )
        return sku


def require_deployable(state: State, account: Document, wanted: dict[str, Any]) -> Deployable:
    """Raises DeploymentModelNotSupported."""
    name, version = wanted.get("name", ""), wanted.get("version")
    base = state.catalog.find(name, version, account["location"])
    if base is None:
        return _fine_tuned(state, account, wanted)
    if base.format != wanted.get("format"):
        raise not_supported(wanted)
    if base.retired("inference"):
        raise bad_request(
            "DeploymentModelNotSupported",
            f"Creating account deployment is not supported by the model '{name}'. This is usually "
            "because there are better models available for the similar functionality.",
        )
    return Deployable(base.name, base.version, base)


def not_supported(wanted: dict[str, Any]) -> AzureError:
    described = ", ".join(
        f"{key.title()}: {wanted.get(key) or ''}" for key in ("format", "name", "version", "source")
    )
    return bad_request(
        "DeploymentModelNotSupported",
        f"The model '{described}' of account deployment is not supported.",
    )


def _fine_tuned(state: State, account: Document, wanted: dict[str, Any]) -> Deployable:
    trainer = wanted.get("source") or account["id"]
    found = trained_models.find(state.store, trainer, wanted.get("name", ""))
    if found is None:
        raise not_supported(wanted)
    base = state.catalog.base_model(found.base)
    if base is None or not _offered(base, account["location"]):
        raise not_supported(wanted)
    if base.format != wanted.get("format"):
        raise not_supported(wanted) if base.format == "OpenAI" else _open_weight_format()
    return Deployable(wanted["name"], wanted.get("version") or "1", base, found.job)


def _offered(base: CatalogModel, region: str) -> bool:
    return any(sku.fine_tuned and sku.offered_in(region) for sku in base.skus)


def _open_weight_format() -> AzureError:
    """Azure answers an open-weight model of the wrong format so."""
    return AzureError(500, "InternalServerError", "")
