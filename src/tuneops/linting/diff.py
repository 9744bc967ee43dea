"""What changes from one state of a training file to another, with its price."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops.errors import ExitCode

if TYPE_CHECKING:
    from tuneops.config import Config


def diff(base: str, head: Path, config_path: Path | None) -> dict[str, Any]:
    """The facts on a change; costs are there when the configuration has a price.

    Raises:
        ConfigError: One of the files cannot be read.
    """
    from tunelint.check import Options
    from tunelint.diff import compare
    from tunelint.revisions import at_base
    from tuneops import config_files
    from tuneops.config import load
    from tuneops.linting.errors import as_config_error
    from tuneops.linting.options import options

    path = config_path or config_files.the_one()
    config = load(path) if path else None
    with as_config_error(), at_base(base, head) as earlier:
        found = compare(earlier, head, options(config) if config else Options())
    facts = found.as_dict()
    if config is not None:
        for side in ("base", "head"):
            facts[side] |= _cost(config, facts[side]["tokens"])
    return facts


def _cost(config: "Config", tokens: int) -> dict[str, float]:
    from tuneops import pricing

    cost = pricing.estimate(config, tokens)
    return {} if cost is None else {"cost": round(cost, 2)}


def exit_code(facts: Mapping[str, Any]) -> ExitCode:
    """FINDINGS where the change brings a new error."""
    failed = any(one["severity"] == "error" for one in facts["new_findings"])
    return ExitCode.FINDINGS if failed else ExitCode.DONE
