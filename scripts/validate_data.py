"""Check the data that a model is trained and tested with."""

import sys
from pathlib import Path

import click

from tuneops import github
from tuneops.console import Commands, config_option, emit, json_option, rich_console
from tuneops.errors import ExitCode

_FILE = click.Path(path_type=Path)


@click.group(cls=Commands)
def main() -> None:
    """Check the data that a model is trained and tested with."""


@main.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--validation", type=_FILE, help="A validation file to check FILES against.")
@config_option
@json_option
def check(
    files: tuple[Path, ...], validation: Path | None, config_path: Path, as_json: bool
) -> None:
    """Find what is wrong with training FILES, or with the product's files.

    Example: python scripts/validate_data.py check new.jsonl --validation held-out.jsonl
    """
    if validation and not files:
        raise click.UsageError("--validation needs FILES; the product names its own.")
    from tuneops.dataset import present, scan

    if files:
        report = scan.check(files, validation)
    else:
        from tuneops.config import load

        report = scan.check_product(load(config_path))
    if as_json:
        emit(report.as_dict(), as_json=True, shown="")
    else:
        rich_console().print(present.shown(report), soft_wrap=True)
    if github.in_actions():
        click.echo("\n".join(present.annotations(report)), err=True)
        github.add_summary(present.summary(report))
    sys.exit(ExitCode.DONE if report.passed else ExitCode.FINDINGS)


@main.command()
@click.argument("rule", required=False)
@click.option("--all", "everything", is_flag=True, help="Every rule.")
@click.option("--markdown", is_flag=True, help="As docs/rules.md.")
@json_option
def explain(rule: str | None, everything: bool, markdown: bool, as_json: bool) -> None:
    """Show what a RULE finds, why it matters and how to mend it.

    Example: python scripts/validate_data.py explain E401
    """
    from tuneops.dataset import explain as pages

    if everything and markdown:
        click.echo(pages.markdown(), nl=False)
        return
    rules = pages.chosen(rule, everything=everything)
    facts = [pages.as_dict(one) for one in rules]
    emit(facts, as_json=as_json, shown="\n\n".join(pages.page(one) for one in rules))


if __name__ == "__main__":
    main()
