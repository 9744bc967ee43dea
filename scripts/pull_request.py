"""Judge a pull request that edits data, with the base branch's code and its bytes as data."""

import sys
from pathlib import Path
from typing import Any

from environment import click
from tuneops import console

base_option = click.option("--base", required=True, help="The base branch's commit.")
head_option = click.option("--head", required=True, help="The pull request's commit.")
clone_option = click.option(
    "--clone",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("proposal"),
    show_default=True,
    help="A clone that has both commits.",
)


@click.group(cls=console.Commands)
def main() -> None:
    """Data travels alone: it is judged by code that it cannot change."""


@main.command()
@base_option
@head_option
@clone_option
@click.option("--out", type=console.Output(), help="Also as a file.")
@console.json_option
def examine(base: str, head: str, clone: Path, out: Path | None, as_json: bool) -> None:
    """Name the products that it touches; refuse it where it mixes data with anything else.

    Only git's objects are read; nothing of a work tree is written.

    Example: python scripts/pull_request.py examine --clone . --base main --head HEAD
    """
    from tuneops.commands import pull_request

    console.emit_facts(pull_request.examine(clone, base, head, out), as_json=as_json)


@main.command()
@click.option("--products", envvar="PRODUCTS", required=True, help="What 'examine' put out.")
@base_option
@head_option
@clone_option
@click.option("--out", type=console.Output(folder=True), required=True, help="A folder.")
@console.json_option
def judge(*, products: str, base: str, head: str, clone: Path, out: Path, as_json: bool) -> None:
    """Validate and plan each product: 'take', 'validate_data.py check' and 'plan' in one.

    Example: python scripts/pull_request.py judge --base main --head HEAD --clone . --out validated
    --products '["travel"]'
    """
    from tuneops.commands import pull_request
    from tuneops.products import read_names

    names = read_names(products)
    code = pull_request.judge(clone, base, head, names, out)
    console.emit_facts({"products": names, "passed": code == 0}, as_json=as_json)
    sys.exit(code)


@main.command()
@console.config_option
@base_option
@head_option
@clone_option
@click.option("--into", type=console.Output(folder=True), required=True, help="A new folder.")
@console.dry_run_option
@console.json_option
def take(
    *,
    config_path: Path,
    base: str,
    head: str,
    clone: Path,
    into: Path,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write what a product is judged by into a new folder: the base branch's files with its own.

    Example: python scripts/pull_request.py take --clone . --base main --head HEAD --into judged
    """
    from tuneops.git import History
    from tuneops.pull_request import proposal

    files = proposal.take(History(clone), base, head, config_path.stem, into, dry_run=dry_run)
    console.emit_facts({"files": files}, as_json=as_json)


@main.command()
@console.config_option
@base_option
@clone_option
@click.option("--out", type=console.Output(), help="Also as a file.")
@click.option("--review", type=console.Output(), help="The changed rows as an HTML page.")
@console.json_option
def plan(*, config_path: Path, as_json: bool, **what: Any) -> None:
    """Say what merging would cost: nothing, where the base branch had this content before.

    Example: python scripts/pull_request.py plan --clone . --base main
    """
    from tuneops.commands import pull_request

    facts = pull_request.plan(config_path=config_path, **what)
    console.emit_facts(facts, as_json=as_json)


if __name__ == "__main__":
    main()
