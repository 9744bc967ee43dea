"""What `provision.py regions` does."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops import config as configuration
from tuneops import config_files
from tuneops.azure.cloud import connect
from tuneops.display import tables
from tuneops.provision.regions import offers

if TYPE_CHECKING:
    from rich.table import Table

_HEADER = ("region", "version", "trains as", "deploys as (quota left)", "training retires")


def regions(path: Path | None, model: str | None) -> tuple[list[dict[str, Any]], "Table"]:
    """Facts on each region that knows the model, and a table of them.

    Raises:
        NotFoundError: No region has it.
    """
    chosen = path or (None if model else config_files.require_one())
    config = configuration.load(chosen) if chosen else None
    session = connect(config.azure.subscription if config else None)
    name = model or (config.base.model if config else "")
    found = offers(session, name)
    rows = [
        (
            offer.region,
            offer.version,
            ", ".join(offer.trains_as) or "-",
            ", ".join(_with_quota(sku, offer.quota_left) for sku in offer.deploys_as) or "-",
            offer.retires or "not announced",
        )
        for offer in found
    ]
    return [offer.facts() for offer in found], tables.rows(_HEADER, rows)


def _with_quota(sku: str, left: dict[str, int]) -> str:
    return f"{sku} ({left[sku]}K)" if sku in left else sku
