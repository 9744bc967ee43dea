"""Delete expired resource groups of this project: plan, then apply that plan, then purge."""

from pathlib import Path

import click

from tuneops import console
from tuneops.errors import ExitCode


@click.group(cls=console.Commands)
def main() -> None:
    """Only what carries this project's tags and is past its expiry is ever deleted."""


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan here.")
@console.json_option
def plan(out: Path | None, as_json: bool) -> None:
    """List what would go and why; deletes nothing.

    Example: python scripts/cleanup.py plan --out cleanup-plan.json
    """
    from tuneops.cleanup import commands
    from tuneops.report import tables

    made = commands.plan(out)
    cells = [(row["name"], row["action"], row["reason"]) for row in made["groups"]]
    shown = tables.rows(("resource group", "action", "reason"), cells)
    console.emit(made, as_json=as_json, shown=shown)


@main.command()
@click.option("--plan", "plan_path", required=True, type=click.Path(dir_okay=False, path_type=Path))
@console.dry_run_option
@console.json_option
@click.pass_context
def apply(ctx: click.Context, plan_path: Path, dry_run: bool, as_json: bool) -> None:
    """Delete the groups that a plan names, unless they changed since.

    Example: python scripts/cleanup.py apply --plan cleanup-plan.json
    """
    from tuneops.cleanup import commands
    from tuneops.report import tables

    outcomes = commands.apply(plan_path, dry_run=dry_run)
    cells = [(outcome["name"], outcome["result"], outcome["detail"]) for outcome in outcomes]
    shown = tables.rows(("resource group", "result", "detail"), cells)
    console.emit(outcomes, as_json=as_json, shown=shown)
    if any(outcome["result"] == "failed" for outcome in outcomes):
        ctx.exit(ExitCode.FINDINGS)


@main.command()
@console.dry_run_option
@console.json_option
def purge(dry_run: bool, as_json: bool) -> None:
    """Purge this project's deleted accounts: they hold names and quota for 48 hours.

    Example: python scripts/cleanup.py purge --dry-run
    """
    from tuneops.cleanup import commands

    console.emit_facts(commands.purge(dry_run=dry_run), as_json=as_json)


if __name__ == "__main__":
    main()
