"""Delete stale resource groups and leftovers of this project: plan, apply that plan, purge."""

from pathlib import Path
from typing import TYPE_CHECKING

from environment import click
from tuneops import console

if TYPE_CHECKING:
    from tuneops.commands.cleanup import Shown

FILE = click.Path(dir_okay=False, path_type=Path)
OUT = console.Output()
policy_option = click.option(
    "--config",
    "policy_path",
    type=FILE,
    default=Path("config/cleanup.yaml"),
    envvar="TUNEOPS_CLEANUP_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The clean-up policy.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask; the plan was looked at.")


@click.group(cls=console.Commands)
def main() -> None:
    """Only what carries this project's tags, fits the policy and was marked before is deleted."""


@main.command()
@policy_option
@click.option("--out", type=OUT, help="Write the plan here; apply follows it.")
@click.option("--issue", type=OUT, help="Write the table for the GitHub issue here, as Markdown.")
@console.json_option
def plan(policy_path: Path, out: Path | None, issue: Path | None, as_json: bool) -> None:
    """Read everything and say what would go and why; changes nothing.

    Example: python scripts/cleanup.py plan --out cleanup-plan.json
    """
    from tuneops.commands import cleanup

    finish(cleanup.plan(policy_path, out, issue), as_json=as_json)


@main.command()
@policy_option
@click.option("--plan", "plan_path", required=True, type=FILE, help="What 'plan --out' wrote.")
@yes_option
@console.dry_run_option
@console.json_option
def apply(policy_path: Path, plan_path: Path, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Mark and delete what a plan names, each group read again just before.

    Example: python scripts/cleanup.py apply --plan cleanup-plan.json
    """
    from tuneops.commands import cleanup

    finish(cleanup.apply(policy_path, plan_path, yes=yes, dry_run=dry_run), as_json=as_json)


@main.command()
@policy_option
@yes_option
@console.dry_run_option
@console.json_option
def purge(policy_path: Path, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Purge this project's deleted accounts: they hold names and quota for 48 hours.

    Example: python scripts/cleanup.py purge --dry-run
    """
    from tuneops.commands import cleanup

    finish(cleanup.purge(policy_path, yes=yes, dry_run=dry_run), as_json=as_json)


def finish(done: "Shown", *, as_json: bool) -> None:
    console.emit(done.facts, as_json=as_json, shown=done.shown)
    click.get_current_context().exit(done.exit_code)


if __name__ == "__main__":
    main()
