"""Deployments of the fine-tuned model: candidate, production, and back."""

from pathlib import Path

import click

from tuneops import console

job_option = click.option("--job", "job_id", help="A job's id; left out, the one of this content.")


@click.group(cls=console.Commands)
def main() -> None:
    """Release a fine-tuned model, and take a release back."""


@main.command()
@console.config_option
@job_option
@console.dry_run_option
@console.json_option
def candidate(config_path: Path, job_id: str | None, dry_run: bool, as_json: bool) -> None:
    """Deploy the model under NAME-candidate, to be compared; it carries an expiry.

    Example: python scripts/deploy.py candidate --config config/travel.yaml
    """
    from tuneops.release import commands

    facts = commands.candidate(config_path, job_id, dry_run=dry_run)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@job_option
@console.dry_run_option
@console.json_option
def promote(config_path: Path, job_id: str | None, dry_run: bool, as_json: bool) -> None:
    """Put the candidate's model under the product's name, and wait until it answers.

    Example: python scripts/deploy.py promote --config config/travel.yaml
    """
    from tuneops.release import commands

    facts = commands.promote(config_path, job_id, dry_run=dry_run)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@console.dry_run_option
@console.json_option
def rollback(config_path: Path, dry_run: bool, as_json: bool) -> None:
    """Put the model of the release before under the product's name again.

    Example: python scripts/deploy.py rollback --dry-run
    """
    from tuneops.release import commands

    console.emit_facts(commands.rollback(config_path, dry_run=dry_run), as_json=as_json)


@main.command()
@console.config_option
@console.json_option
def show(config_path: Path, as_json: bool) -> None:
    """Print what runs, and where it comes from.

    Example: python scripts/deploy.py show --json
    """
    from tuneops.release import commands
    from tuneops.report import tables

    found = commands.show(config_path)
    header = ("deployment", "role", "model", "sku", "capacity", "state", "key", "expires")
    cells = [[facts[name] or "" for name in header] for facts in found]
    console.emit(found, as_json=as_json, shown=tables.rows(header, cells))


if __name__ == "__main__":
    main()
