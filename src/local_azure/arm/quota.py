"""Tokens a minute: what a region's deployments use, and what is left."""

from collections import Counter
from collections.abc import Iterable

from local_azure.catalog import Catalog, CatalogModel, CatalogSku, quota_title
from local_azure.errors import bad_request
from local_azure.store import Document


def used(deployments: Iterable[Document], region: str) -> Counter[str]:
    """Thousands of tokens a minute by usage name."""
    total: Counter[str] = Counter()
    for deployment in deployments:
        if deployment["_region"] == region:
            total[deployment["_usage_name"]] += deployment["sku"]["capacity"]
    return total


def require(
    catalog: Catalog,
    model: CatalogModel,
    sku: CatalogSku,
    *,
    capacity: int,
    region: str,
    others: Iterable[Document],
) -> None:
    """Raises InsufficientQuota where `capacity` does not fit beside the other deployments."""
    usage_name = model.usage_name(sku)
    usage = used(others, region)[usage_name]
    limit = catalog.quota_limit(usage_name, region)
    if usage + capacity > limit:
        title = quota_title(model, sku)
        raise bad_request(
            "InsufficientQuota",
            f"This operation require {capacity} new capacity in quota {title}, which is bigger "
            f"than the current available capacity {max(0, limit - usage)}. The current quota usage "
            f"is {usage} and the quota limit is {limit} for quota {title}.",
        )


def usages(catalog: Catalog, deployments: Iterable[Document], region: str) -> list[Document]:
    """ARM's Usage of every quota in a region."""
    total = used(deployments, region)
    return [
        {
            "name": {"value": usage_name, "localizedValue": title},
            "currentValue": float(total[usage_name]),
            "limit": float(catalog.quota_limit(usage_name, region)),
            "unit": "Count",
        }
        for usage_name, title in catalog.usage_names(region)
    ]
