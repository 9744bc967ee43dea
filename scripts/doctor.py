"""Look at the set-up on GitHub and in Azure, and say what to do about what is wrong."""

from environment import click
from tuneops import console


@click.command(cls=console.Command)
@click.option("--github-only", is_flag=True, help="Leave Azure out.")
@click.option("--azure-only", is_flag=True, help="Leave GitHub out.")
@console.json_option
@click.pass_context
def main(ctx: click.Context, *, github_only: bool, azure_only: bool, as_json: bool) -> None:
    """Check identity, roles, quota, models, environments, owners, schedules and pins.

    Exit code 1 means that something must be mended; warnings alone end with 0.

    Example: python scripts/doctor.py --github-only
    """
    if github_only and azure_only:
        raise click.UsageError("--github-only and --azure-only leave nothing to look at.")
    from tuneops.commands import doctor

    findings = doctor.look(github=not azure_only, azure=not github_only)
    console.emit(
        [finding.facts() for finding in findings], as_json=as_json, shown=doctor.table(findings)
    )
    ctx.exit(doctor.exit_code(findings))


if __name__ == "__main__":
    main()
