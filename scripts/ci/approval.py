"""The approval of a release: what the approver sees, and whether somebody approved."""

from pathlib import Path

import click

from tuneops import console

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=console.Commands)
def main() -> None:
    """Steps of the workflows around an approval; each may be run again at any time."""


@main.command("require-reviewers")
@click.option("--environment", required=True, help="The environment that the job runs in.")
@click.option("--allow-none", default="", help="'true' goes on without reviewers, knowingly.")
@click.option("--allow-bypass", default="", help="'true' goes on where none of them approved.")
@console.json_option
def require_reviewers(environment: str, allow_none: str, allow_bypass: str, as_json: bool) -> None:
    """Exit with 6 unless a required reviewer of the environment approved; say who did.

    Example: python scripts/ci/approval.py require-reviewers --environment production
    """
    from tuneops import github
    from tuneops.commands import workflow

    facts = workflow.require_reviewers(
        *(github.repository(), environment),
        allow_none=allow_none == "true",
        allow_bypass=allow_bypass == "true",
    )
    console.emit_facts(facts, as_json=as_json)


@main.command("approval-page")
@console.config_option
@click.option(
    "--run",
    "run_json",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The smoke test's run.json.",
)
@click.option("--report", default="", help="The address of the report.")
@console.json_option
def approval_page(config_path: Path, run_json: Path, report: str, as_json: bool) -> None:
    """Write the summary that the approver sees.

    Example: python scripts/ci/approval.py approval-page --run out/smoke/run.json
    """
    from tuneops.commands import approval_page as approval

    console.emit_facts(approval.page(config_path, run_json, report), as_json=as_json)


if __name__ == "__main__":
    main()
