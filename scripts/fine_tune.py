"""Fine-tuning jobs: submit once, wait, look, pause, cancel."""

from pathlib import Path

from environment import click
from tuneops import console

job_option = click.option("--job", "job_id", help="A job's id; left out, the one of this content.")


@click.group(cls=console.Commands)
def main() -> None:
    """Train the product's present content on Azure OpenAI."""


@main.command()
@console.config_option
@click.option("--retry", is_flag=True, help="Train again although this content failed before.")
@click.option("--train-anyway", is_flag=True, help="Do not ask the base model of a new product.")
@console.dry_run_option
@console.json_option
def submit(
    config_path: Path, retry: bool, train_anyway: bool, dry_run: bool, as_json: bool
) -> None:
    """Upload the files and create the job, or adopt the one that trains this content already.

    Before a product's first job its base model is asked some smoke prompts: where it passes every
    gate already, nothing is trained (exit code 4).

    Example: python scripts/fine_tune.py submit --config config/travel.yaml
    """
    from tuneops.commands import fine_tune

    if dry_run:
        facts = fine_tune.preview(config_path, retry=retry)
    else:
        facts = fine_tune.submit(config_path, retry=retry, train_anyway=train_anyway)
    console.emit_facts(facts, as_json=as_json)


@main.command()
@console.config_option
@job_option
@click.option("--minutes", type=click.FloatRange(min=0), help="Stop waiting after this (exit 5).")
@console.json_option
def wait(config_path: Path, job_id: str | None, minutes: float | None, as_json: bool) -> None:
    """Follow the job to its end, showing its events as they come.

    Example: python scripts/fine_tune.py wait --minutes 60
    """
    from tuneops.commands import fine_tune

    console.emit_facts(fine_tune.wait(config_path, job_id, minutes), as_json=as_json)


@main.command()
@console.config_option
@job_option
@console.json_option
def status(config_path: Path, job_id: str | None, as_json: bool) -> None:
    """Print what Azure says of the job now.

    Example: python scripts/fine_tune.py status --json
    """
    from tuneops.commands import fine_tune

    console.emit_facts(fine_tune.status(config_path, job_id), as_json=as_json)


def _changing(name: str, what: str) -> None:
    """Add a command that changes the state of a job."""

    @main.command(name, help=f"{what}\n\nExample: python scripts/fine_tune.py {name} --dry-run")
    @console.config_option
    @job_option
    @console.dry_run_option
    @console.json_option
    def change(config_path: Path, job_id: str | None, dry_run: bool, as_json: bool) -> None:
        from tuneops.commands import fine_tune

        facts = fine_tune.change(name, config_path, job_id, dry_run=dry_run)
        console.emit_facts(facts, as_json=as_json)


_changing("cancel", "Cancel the job; what it trained so far is billed.")
_changing("pause", "Pause the job after its present step; training costs nothing meanwhile.")
_changing("resume", "Go on with a paused job.")


@main.command()
@console.config_option
@job_option
@click.option("--svg", type=console.Output(), help="Also draw a file.")
@console.json_option
def metrics(config_path: Path, job_id: str | None, svg: Path | None, as_json: bool) -> None:
    """Loss and accuracy of each step, as a table and a plot.

    Example: python scripts/fine_tune.py metrics --svg loss.svg
    """
    from tuneops.commands import fine_tune

    facts, shown = fine_tune.metrics(config_path, job_id, svg)
    console.emit(facts, as_json=as_json, shown=shown)


@main.command("list")
@console.config_option
@console.json_option
def list_jobs(config_path: Path, as_json: bool) -> None:
    """All jobs of the product, the newest first.

    Example: python scripts/fine_tune.py list
    """
    from tuneops.commands import fine_tune

    found = fine_tune.listing(config_path)
    console.emit(found, as_json=as_json, shown=fine_tune.job_lines(found))


@main.command()
@console.config_option
@job_option
@console.json_option
def checkpoints(config_path: Path, job_id: str | None, as_json: bool) -> None:
    """The models that the job left on its way, and which did best on validation data.

    Example: python scripts/fine_tune.py checkpoints
    """
    from tuneops.commands import fine_tune

    found = fine_tune.checkpoints(config_path, job_id)
    console.emit(found, as_json=as_json, shown=fine_tune.checkpoint_table(found))


@main.command()
@console.config_option
@click.option("--sample", type=click.IntRange(2, 500), default=20, show_default=True)
@console.json_option
def grade(config_path: Path, sample: int, as_json: bool) -> None:
    """Try the grader on answers of the base model: how they score, and whether twice the same.

    A bad grader is found here for the price of a few answers. Exit code 4: it is unfit to train
    with.

    Example: python scripts/fine_tune.py grade --config config/codes.yaml
    """
    from tuneops.commands import grade
    from tuneops.errors import ExitCode

    found = grade.grade(config_path, sample)
    console.emit(found.facts(), as_json=as_json, shown="\n".join(found.lines()))
    if any(found.warnings()):
        click.get_current_context().exit(ExitCode.UNDECIDED)


if __name__ == "__main__":
    main()
