"""Check the data that a model is trained and tested with."""

import sys
from pathlib import Path
from typing import Any

from environment import click
from tunelint.__main__ import convert, explain, fix, show
from tuneops.console import Commands, Output, emit, json_option, optional_config_option
from tuneops.errors import ExitCode

_FILE = click.Path(path_type=Path)


@click.group(cls=Commands)
def main() -> None:
    """Check the data that a model is trained and tested with."""


@main.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--validation", type=_FILE, help="A validation file to check FILES against.")
@click.option("--format", "kind", type=click.Choice(["auto", "sft", "dpo", "rft"]), default="auto")
@click.option("--profile", type=click.Choice(["azure", "openai"]), help="Whose rules apply.")
@click.option(
    "--output",
    type=click.Choice(
        ["text", "json", "github", "sarif", "junit", "markdown", "html", "exceptions"]
    ),
    default="text",
)
@click.option("--full", is_flag=True, help="List every finding, not three of each rule.")
@click.option("--sarif", metavar="FILE", type=_FILE, help="Write SARIF to this file as well.")
@click.option("--select", multiple=True, help="Rules by code, name, family number or letter.")
@click.option("--extend-select", multiple=True, help="These as well, such as those that are off.")
@click.option("--new-only", metavar="BASE", help="Only what BASE (a file or revision) has not.")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, help="Processes; 0: by size.")
@click.option("--cache", type=_FILE, help="A folder that remembers reviews.")
@click.option("--review", is_flag=True, help="Let the configured model read each row; it costs.")
@click.option("--review-cost", type=click.FloatRange(0), metavar="USD", help="Spend no more.")
@optional_config_option
@json_option
def check(
    files: tuple[Path, ...],
    *,
    as_json: bool,
    output: str,
    full: bool,
    sarif: Path | None,
    **options: Any,
) -> None:
    """Find what is wrong with training FILES, or with the product's files.

    Example: python scripts/validate_data.py check new.jsonl --validation held-out.jsonl
    """
    from tuneops.commands import validate_data

    report = validate_data.check(files, **options)
    if sarif is not None:
        validate_data.keep(report, sarif)
    shown = "json" if as_json else output
    click.echo(validate_data.shown(report, shown, full=full or bool(options["select"])))
    validate_data.tell_github(report)
    sys.exit(ExitCode.DONE if report.passed else ExitCode.FINDINGS)


@main.command("check-products")
@json_option
def check_products(as_json: bool) -> None:
    """Find what is wrong with the files of every product.

    Example: python scripts/validate_data.py check-products
    """
    from tuneops.commands import validate_data

    reports = validate_data.check_products()
    click.echo(validate_data.shown_products(reports, as_json=as_json))
    passed = all(report.passed for report in reports.values())
    sys.exit(ExitCode.DONE if passed else ExitCode.FINDINGS)


@main.command()
@click.argument("base")
@click.argument("head", type=_FILE)
@click.option("--html", type=Output(), help="Write the changed rows as a page, too.")
@optional_config_option
@json_option
def diff(base: str, head: Path, html: Path | None, config_path: Path | None, as_json: bool) -> None:
    """Show what changes from BASE, a file or a revision of git, to the file HEAD.

    Example: python scripts/validate_data.py diff origin/main data/travel/training.jsonl
    """
    from tunelint.output.changes import diff_as_text
    from tuneops.commands import validate_data
    from tuneops.linting import diff as changes

    facts = changes.diff(base, head, config_path)
    if html:
        validate_data.write_review(base, head, config_path, html)
    emit(facts, as_json=as_json, shown=diff_as_text(facts))
    sys.exit(changes.exit_code(facts))


for _command in (convert, explain, fix, show):
    main.add_command(_command)


if __name__ == "__main__":
    main()
