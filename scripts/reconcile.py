"""Look at all products: releases that are due, trainings that failed or wait too long."""

from pathlib import Path

from environment import click
from tuneops import console


@click.command(cls=console.Command)
@click.option(
    "--config-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("config"),
    show_default=True,
    help="The folder of the products' configurations.",
)
@console.json_option
def main(config_dir: Path, as_json: bool) -> None:
    """One pass; changes nothing, says nothing when there is nothing to do.

    In GitHub Actions, the outputs `releases`, `failures`, `running` and `recent` hold JSON lists.

    Example: python scripts/reconcile.py --json
    """
    from tuneops.commands import reconcile

    due = reconcile.reconcile(config_dir)
    if as_json or due.releases or due.failures:
        console.emit_facts(due.facts(), as_json=as_json)


if __name__ == "__main__":
    main()
