"""What changes from one state of a training file to another, with its price."""

from pathlib import Path
from typing import Any


def diff(base: str, head: Path, config_path: Path) -> dict[str, Any]:
    """The facts on a change; costs are there when the configuration has a price.

    Raises:
        ConfigError: One of the files cannot be read.
    """
    from tuneops import pricing
    from tuneops.config import load
    from tuneops.dataset import ruling
    from tuneops.dataset.diff import compare
    from tuneops.dataset.revisions import at_base

    config = load(config_path) if config_path.is_file() else None
    options = ruling.options(config) if config else {}
    with at_base(base, head) as earlier:
        found = compare(earlier, head, **options)
    if config is None:
        return found.as_dict()
    return found.as_dict(pricing.price(config), pricing.epochs(config))
