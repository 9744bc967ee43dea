"""Run the whole pipeline on the embedded local Azure, through the scripts of this folder."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from environment import click
from tuneops import console

if TYPE_CHECKING:
    from rehearsal.steps import Rehearsal


@click.command(cls=console.Command)
@console.config_option
@click.option("--yes", is_flag=True, help="Approve the release without asking.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".rehearsal"),
    show_default=True,
    help="Where the local Azure keeps its state, and where reports go.",
)
def main(config_path: Path, yes: bool, folder: Path) -> None:
    """From a data file to a deployed, compared and cleaned-up model, without an Azure account.

    Example: python scripts/rehearse.py --yes
    """
    from rehearsal import run, summary

    outcome = run.play(folder.resolve(), config_path, lambda found: yes or approved(found))
    console.rich_console().print(summary.page(outcome))
    sys.exit(outcome.exit_code)


def approved(rehearsal: "Rehearsal") -> bool:
    """A person's answer to what was compared; without a terminal there is nobody to approve."""
    from rehearsal import summary

    console.rich_console(stderr=True).print(summary.before_approval(rehearsal))
    if not sys.stdin.isatty():
        console.warn("Nobody can approve: this is not a terminal. YES=1 approves beforehand.")
        return False
    return click.confirm("approve?", default=False, err=True)


if __name__ == "__main__":
    main()
