"""What the commands of pull_request.py do, told to GitHub and kept as files for the comment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuneops import console, github
from tuneops.errors import ConfigError
from tuneops.git import History
from tuneops.pull_request import merge_plan, proposal


def examine(clone: Path, base: str, head: str, out: Path | None) -> dict[str, Any]:
    """What the pull request changes; the file tells it where it is refused, too.

    Raises:
        FindingsError: It is refused.
        ConfigError: Its configuration or its commits cannot be read.
    """
    try:
        found = proposal.examine(History(clone), base, head)
    except ConfigError as error:
        _keep(out, {"error": error.message})
        raise
    _keep(out, found.facts())
    github.set_outputs(products=json.dumps(found.products))
    found.check()
    return found.facts()


def plan(clone: Path, base: str, config_path: Path, out: Path | None) -> dict[str, Any]:
    """What merging would do, on the job's summary page as well.

    Raises:
        ConfigError: The configuration or the data cannot be read.
    """
    planned = merge_plan.plan(History(clone), base, config_path)
    _keep(out, planned.facts())
    github.add_summary(planned.markdown())
    return planned.facts()


def _keep(out: Path | None, facts: Mapping[str, Any]) -> None:
    if out:
        console.write_file(out, json.dumps(facts))
