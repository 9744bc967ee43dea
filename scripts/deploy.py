"""Deployments of the fine-tuned model: candidate, production, and back."""

from pathlib import Path
from typing import Any

from environment import click
from tuneops import console

job_option = click.option("--job", "job_id", help="A job's id; left out, the one of this content.")


@click.group(cls=console.Commands)
def main() -> None:
    """Release a fine-tuned model, and take a release back."""


@main.command()
@console.config_option
@console.environment_option
@job_option
@click.option(
    "--checkpoint",
    metavar="STEP|ID",
    envvar="TUNEOPS_CHECKPOINT",
    show_envvar=True,
    help="A checkpoint, not the final model.",
)
@console.dry_run_option
@console.json_option
def candidate(*, config_path: Path, environment: str | None, as_json: bool, **what: Any) -> None:
    """Deploy the model under NAME-candidate, to be compared; it carries an expiry.

    Example: python scripts/deploy.py candidate --config config/travel.yaml
    """
    from tuneops.commands import deploy

    facts = deploy.candidate(config_path, environment, **what)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@console.environment_option
@job_option
@click.option(
    "--run",
    "run_json",
    metavar="RUN.json",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("out/smoke/run.json"),
    show_default=True,
    help="The smoke test that compared the candidate.",
)
@click.option("--compared", metavar="JSON", help="What the candidate's job put out of that test.")
@click.option("--approved-by", default="", help="Who approved, for the record.")
@console.dry_run_option
@console.json_option
def promote(*, config_path: Path, environment: str | None, as_json: bool, **what: Any) -> None:
    """Put the candidate's model under the product's name, and wait until it answers.

    Should it fail or be interrupted, the model that served before is put back.

    Example: python scripts/deploy.py promote --approved-by octocat
    """
    from tuneops.commands import deploy

    facts = deploy.promote(config_path, environment, **what)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@console.environment_option
@click.option("--job", "job_id", help="Only where production serves this job; safe to repeat.")
@click.option("--to", metavar="MODEL", help="Not the release before: this model, or 'nothing'.")
@console.dry_run_option
@console.json_option
def rollback(*, config_path: Path, environment: str | None, as_json: bool, **what: Any) -> None:
    """Put the model of the release before under the product's name again.

    Example: python scripts/deploy.py rollback --dry-run
    """
    from tuneops.commands import deploy

    facts = deploy.rollback(config_path, environment, **what)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@console.environment_option
@click.option("--yes", is_flag=True, help="Do not ask for the deployment's name.")
@console.dry_run_option
@console.json_option
def retire(*, config_path: Path, environment: str | None, as_json: bool, **what: Any) -> None:
    """Delete the product's candidate and production deployments; the models stay.

    Example: python scripts/deploy.py retire --dry-run
    """
    from tuneops.commands import deploy

    facts = deploy.retire(config_path, environment, **what)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@console.environment_option
@click.option("--markdown", is_flag=True, help="The model card of what is in production.")
@console.json_option
def show(config_path: Path, environment: str | None, markdown: bool, as_json: bool) -> None:
    """Print what runs, where it comes from, and what was before.

    Example: python scripts/deploy.py show --markdown
    """
    from tuneops.commands import deploy

    if markdown:
        click.echo(deploy.card(config_path, environment))
        return
    found = deploy.show(config_path, environment)
    console.emit(found, as_json=as_json, shown=deploy.table(found))


if __name__ == "__main__":
    main()
