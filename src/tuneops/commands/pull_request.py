"""What the commands of pull_request.py do, told to GitHub and kept as files for the comment."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tuneops import config as configuration
from tuneops import console, github
from tuneops.errors import ConfigError, ExitCode
from tuneops.git import History
from tuneops.pull_request import merge_plan, proposal
from tuneops.review import page


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


def judge(clone: Path, base: str, head: str, products: Sequence[str], out: Path) -> int:
    """Validate and plan each product; check.json, plan.json, review.html and SARIF in its folder.

    Each is judged by processes of its own, so that one that fails hides no other; the exit code is
    that of the first that did not pass.
    """
    codes = [_judge_product(clone.resolve(), base, head, name, out) for name in products]
    return next((code for code in codes if code), ExitCode.DONE)


def _judge_product(clone: Path, base: str, head: str, product: str, out: Path) -> int:
    kept = (out / product).resolve()
    kept.mkdir(parents=True, exist_ok=True)
    commits = ("--base", base, "--clone", str(clone))
    with tempfile.TemporaryDirectory() as judged:
        into = ("--head", head, "--into", judged)
        taken = _run(product, Path(), "pull_request.py", "take", *commits, *into)
        if taken:
            return taken
        sarif = ("--json", "--sarif", str(kept / "findings.sarif"))
        with (kept / "check.json").open("wb") as shown:
            checked = _run(product, Path(judged), "validate_data.py", "check", *sarif, shown=shown)
        made = ("--out", str(kept / "plan.json"), "--review", str(kept / "review.html"))
        planned = _run(product, Path(judged), "pull_request.py", "plan", *commits, *made)
    return checked or planned


def _run(
    product: str, folder: Path, script: str, *arguments: str, shown: IO[bytes] | None = None
) -> int:
    """A script of ours with the product's configuration, in a folder; its exit code."""
    command = [sys.executable, str(Path("scripts", script).resolve()), *arguments]
    environment = os.environ | {"TUNEOPS_CONFIG": f"config/{product}.yaml"}
    stdout = shown or subprocess.DEVNULL
    done = subprocess.run(command, cwd=folder, env=environment, stdout=stdout, check=False)  # noqa: S603 - our own scripts
    return done.returncode


def plan(
    clone: Path, base: str, config_path: Path, out: Path | None, review: Path | None = None
) -> dict[str, Any]:
    """What merging would do, on the job's summary page as well; its rows as a page in ``review``.

    Raises:
        ConfigError: The configuration or the data cannot be read.
    """
    planned = merge_plan.plan(History(clone), base, config_path)
    _keep(out, planned.facts())
    github.add_summary(planned.markdown())
    if review:
        rows = merge_plan.changed_rows(History(clone), base, configuration.load(config_path))
        console.write_file(review, page.render(rows))
    return planned.facts()


def _keep(out: Path | None, facts: Mapping[str, Any]) -> None:
    if out:
        console.write_file(out, json.dumps(facts))
