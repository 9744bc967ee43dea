"""Check the data that a model is trained and tested with."""

import sys
from pathlib import Path
from typing import Any

import click

from tuneops.console import Commands, emit, json_option, optional_config_option, rich_console
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
    type=click.Choice(["text", "json", "github", "sarif", "junit", "markdown", "exceptions"]),
    default="text",
)
@click.option("--sarif", metavar="FILE", type=_FILE, help="Write SARIF to this file as well.")
@click.option("--select", multiple=True, help="Rules by code, name, family number or letter.")
@click.option("--new-only", metavar="BASE", help="Only what BASE (a file or revision) has not.")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, help="Processes; 0: by size.")
@click.option("--plot", type=_FILE, help="Write the distribution of tokens as SVG.")
@click.option("--cache", type=_FILE, help="A folder that remembers clean lines.")
@click.option("--review", is_flag=True, help="Let the configured model read each row; it costs.")
@click.option("--review-cost", type=click.FloatRange(0), metavar="USD", help="Spend no more.")
@optional_config_option
@json_option
def check(
    files: tuple[Path, ...],
    as_json: bool,
    output: str,
    sarif: Path | None,
    plot: Path | None,
    **options: Any,
) -> None:
    """Find what is wrong with training FILES, or with the product's files.

    Example: python scripts/validate_data.py check new.jsonl --validation held-out.jsonl
    """
    from tuneops.commands import validate_data

    report = validate_data.check(files, **options)
    validate_data.keep(report, sarif=sarif, plot=plot)
    if as_json or output != "text":
        click.echo(validate_data.written(report, "json" if as_json else output))
    else:
        rich_console().print(validate_data.shown(report), soft_wrap=True)
    validate_data.tell_github(report)
    sys.exit(ExitCode.DONE if report.passed else ExitCode.FINDINGS)


@main.command()
@click.argument("base")
@click.argument("head", type=_FILE)
@optional_config_option
@json_option
def diff(base: str, head: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what changes from BASE, a file or a revision of git, to the file HEAD.

    Example: python scripts/validate_data.py diff origin/main data/travel/training.jsonl
    """
    from tuneops.commands import validate_data
    from tuneops.linting import diff as changes

    facts = changes.diff(base, head, config_path)
    emit(facts, as_json=as_json, shown="" if as_json else validate_data.shown_diff(facts))
    sys.exit(changes.exit_code(facts))


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--check", "only_check", is_flag=True, help="Show what would change; exit 1 if any.")
@json_option
def fix(files: tuple[Path, ...], only_check: bool, as_json: bool) -> None:
    """Repair what is safe to repair in FILES, and show it as a diff.

    Example: python scripts/validate_data.py fix --check data/travel/training.jsonl
    """
    from tuneops.dataset import fix as repairs

    plans = [repairs.plan(path) for path in files]
    diffs = {str(path): one.diff() for path, one in zip(files, plans, strict=True)}
    shown = "\n".join(filter(None, diffs.values())) or "Nothing to repair."
    emit(diffs, as_json=as_json, shown=shown)
    broken = [one.path for one in plans if one.count]
    for path in () if only_check else broken:
        repairs.fix(path)
    sys.exit(ExitCode.FINDINGS if only_check and broken else ExitCode.DONE)


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
