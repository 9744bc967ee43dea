"""What the workflows ask of GitHub: runs, issues and summary pages."""

from pathlib import Path

import click

from tuneops import console

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=console.Commands)
def main() -> None:
    """Steps of the workflows; each may be run again at any time."""


@main.command()
@console.config_option
@click.option("--job", required=True, help="The fine-tuning job's id.")
@click.option("--minutes", type=click.FloatRange(min=0), default=30, show_default=True)
@click.option("--out", type=console.Output(), help="Write here what follows, for 'follow-up'.")
@console.json_option
def training(config_path: Path, job: str, minutes: float, out: Path | None, as_json: bool) -> None:
    """Wait for a job; one that goes on is no failure, reconcile.yml takes it up.

    Example: python scripts/ci/workflow.py training --job ftjob-0123 --minutes 30
    """
    from tuneops.commands import follow_up

    console.emit_facts(follow_up.training(config_path, job, minutes, out), as_json=as_json)


@main.command("start-releases")
@click.option("--releases", envvar="RELEASES", required=True, help="What reconcile.py put out.")
@console.dry_run_option
@console.json_option
def start_releases(releases: str, dry_run: bool, as_json: bool) -> None:
    """Start release.yml once for each finished job.

    Example: python scripts/ci/workflow.py start-releases --releases '[]'
    """
    from tuneops import github
    from tuneops.commands import workflow

    started = workflow.start_releases(github.repository(), releases, dry_run=dry_run)
    console.emit_facts({"started": started}, as_json=as_json)


@main.command("follow-up")
@click.option("--products", envvar="PRODUCTS", required=True, help="What was trained, as JSON.")
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="The folder with what 'training --out' wrote.",
)
@console.dry_run_option
@console.json_option
def after_training(products: str, results: Path, dry_run: bool, as_json: bool) -> None:
    """Start the releases that are due; switch reconcile.yml on for what goes on or failed.

    Example: python scripts/ci/workflow.py follow-up --products '["travel"]' --dry-run
    """
    from tuneops import github
    from tuneops.commands import follow_up

    facts = follow_up.follow_up(github.repository(), products, results, dry_run=dry_run)
    console.emit_facts(facts, as_json=as_json)


@main.command("switch-reconcile")
@click.argument("state", type=click.Choice(["on", "off"]))
@console.dry_run_option
@console.json_option
def switch_reconcile(state: str, dry_run: bool, as_json: bool) -> None:
    """Have reconcile.yml look every 20 minutes, or not any more.

    Example: python scripts/ci/workflow.py switch-reconcile off
    """
    from tuneops import github
    from tuneops.commands import follow_up

    facts = follow_up.switch_reconcile(github.repository(), on=state == "on", dry_run=dry_run)
    console.emit_facts(facts, as_json=as_json)


@main.command("report-failures")
@click.option("--failures", envvar="FAILURES", required=True, help="What reconcile.py put out.")
@console.dry_run_option
@console.json_option
def report_failures(failures: str, dry_run: bool, as_json: bool) -> None:
    """Keep one issue for each failed job.

    Example: python scripts/ci/workflow.py report-failures --failures '[]'
    """
    from tuneops import github
    from tuneops.commands import workflow

    kept = workflow.report_failures(github.repository(), failures, dry_run=dry_run)
    console.emit_facts({"issues": kept}, as_json=as_json)


@main.command("report-cleanup")
@click.option("--page", type=FILE, required=True, help="What 'cleanup.py plan --issue' wrote.")
@click.option("--plan", "plan_result", default="success", help="How the planning job ended.")
@click.option("--apply", "apply_result", default="skipped", help="How the applying job ended.")
@console.dry_run_option
@console.json_option
def report_cleanup(
    page: Path, plan_result: str, apply_result: str, dry_run: bool, as_json: bool
) -> None:
    """Keep the one issue that tells what clean-up does, and when it last ran.

    Example: python scripts/ci/workflow.py report-cleanup --page cleanup-issue.md
    """
    from tuneops import github
    from tuneops.commands import workflow

    results = {"plan": plan_result, "apply": apply_result}
    title = workflow.report_cleanup(github.repository(), page, results, dry_run=dry_run)
    console.emit_facts({"issue": title}, as_json=as_json)


if __name__ == "__main__":
    main()
