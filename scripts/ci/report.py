"""Tell on a pull request what the run that validated it found."""

import click

from tuneops import console


@click.group(cls=console.Commands)
def main() -> None:
    """Trusted code reads the record of that run, which a stranger's code may have written."""


@main.command()
@click.option("--run", required=True, help="The validating run's id.")
@console.dry_run_option
@console.json_option
def comment(run: str, dry_run: bool, as_json: bool) -> None:
    """Keep one comment up to date with what a finished run of validate-data.yml found.

    Example: python scripts/ci/report.py comment --run 123456789
    """
    from tuneops import github
    from tuneops.commands import workflow

    written = workflow.comment(github.repository(), run, dry_run=dry_run)
    console.emit_facts(written, as_json=as_json)


@main.command()
@click.option("--run", required=True, help="The validating run's id.")
@console.dry_run_option
@console.json_option
def scan(run: str, dry_run: bool, as_json: bool) -> None:
    """Hand what a finished run of validate-data.yml found to GitHub's code scanning.

    Example: python scripts/ci/report.py scan --run 123456789
    """
    from tuneops import github
    from tuneops.commands import workflow

    scanned = workflow.scan(github.repository(), run, dry_run=dry_run)
    console.emit_facts(scanned, as_json=as_json)


if __name__ == "__main__":
    main()
