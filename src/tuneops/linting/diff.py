"""What changes from one state of a training file to another, with its price."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuneops.errors import ExitCode


def diff(base: str, head: Path, config_path: Path | None) -> dict[str, Any]:
    """The facts on a change; costs are there when the configuration has a price.

    Raises:
        ConfigError: One of the files cannot be read.
    """
    from tuneops import config_files, pricing
    from tuneops.config import load
    from tuneops.dataset import ruling
    from tuneops.dataset.diff import compare
    from tuneops.dataset.revisions import at_base

    path = config_path or config_files.the_one()
    config = load(path) if path else None
    options = ruling.options(config) if config else {}
    with at_base(base, head) as earlier:
        found = compare(earlier, head, **options)
    if config is None:
        return found.as_dict()
    return found.as_dict(pricing.price(config), pricing.epochs(config))


def exit_code(facts: Mapping[str, Any]) -> ExitCode:
    """FINDINGS where the change brings a new error."""
    failed = any(one["severity"] == "error" for one in facts["new_findings"])
    return ExitCode.FINDINGS if failed else ExitCode.DONE
