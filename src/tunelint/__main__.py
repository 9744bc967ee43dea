"""The linter's own command: python -m tunelint."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tunelint.errors import TunelintError
from tunelint.escaping import visible

DONE, FINDINGS, USAGE, FAULT = 0, 1, 2, 7  # exit codes, as in docs/exit-codes.md
_FILE = click.Path(path_type=Path)
_OUTPUTS = ("text", "json", "sarif", "junit", "github", "markdown", "html", "exceptions")


class _Commands(click.Group):
    """Whatever goes wrong ends in a sentence, what to do, and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # whatever its encoding lacks
        try:
            return super().invoke(ctx)
        except TunelintError as error:
            _say(error.message, error.remedy)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
            _say(f"Unexpected {type(error).__name__}: {error}", "It is safe to run again.")
            ctx.exit(FAULT)


def _say(message: str, remedy: str) -> None:
    click.secho(f"error: {visible(message)}", fg="red", err=True)
    click.echo(f"  → {visible(remedy)}", err=True)


_json_option = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check the files that a chat model is fine-tuned with, and mend them.

    Exit codes: 0 done, 1 findings or rows left out, 2 usage, 7 a fault.
    """


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--validation", multiple=True, type=_FILE, help="A file that nothing is trained on.")
@click.option("--format", "kind", type=click.Choice(["sft", "dpo", "rft"]), help="Else detected.")
@click.option("--profile", type=click.Choice(["azure", "openai"]), default="azure")
@click.option("--output", type=click.Choice(_OUTPUTS), default="text")
@click.option("--full", is_flag=True, help="List every finding, not three of each rule.")
@click.option("--select", multiple=True, help="Only these rules, by code, name, family or letter.")
@click.option("--extend-select", multiple=True, help="These as well, such as those that are off.")
@click.option("--exceptions", type=_FILE, help="A file of findings that were accepted.")
@click.option("--new-only", metavar="BASE", help="Only what BASE (a file or revision) has not.")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, help="Processes; 0: by size.")
@_json_option
def check(
    files: tuple[Path, ...],
    *,
    output: str,
    full: bool,
    new_only: str | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - what click hands over
) -> None:
    """Find what is wrong with training FILES.

    Example: python -m tunelint check training.jsonl --validation validation.jsonl
    """
    from tunelint.check import check as check_files
    from tunelint.output import written

    chosen = _options(**options)
    report = check_files(files, chosen)
    if new_only is not None:
        from tunelint.diff import only_new

        report = only_new(report, files, new_only, chosen)
    name = "json" if as_json else output
    click.echo(written(report, name, full=full or bool(chosen.select)))
    sys.exit(DONE if report.passed else FINDINGS)


def _options(
    *,
    kind: str | None,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    **others: Any,  # noqa: ANN401 - fields of Options
) -> Any:  # noqa: ANN401 - Options, whose import is slow
    from tunelint.check import Options
    from tunelint.example import Format
    from tunelint.rule import selectors

    return Options(
        format=Format(kind) if kind else None,
        select=selectors(select),
        extend_select=selectors(extend_select),
        **others,
    )


@main.command()
@click.argument("file", type=_FILE)
@click.argument("lines", nargs=-1, required=True, type=click.IntRange(1))
@_json_option
def show(file: Path, lines: tuple[int, ...], as_json: bool) -> None:
    """Print LINES of FILE as conversations.

    Example: python -m tunelint show training.jsonl 12 40
    """
    from tunelint.output.conversation import show as shown

    texts = list(shown(file, lines))
    _emit(texts, as_json=as_json, text=lambda: "\n".join(texts))


@main.command()
@click.argument("file", type=_FILE)
@click.argument("new_file", type=_FILE)
@click.option("--encoding", help="That of FILE, such as cp1251; else it is found out.")
@_json_option
def convert(file: Path, new_file: Path, encoding: str | None, as_json: bool) -> None:
    """Write FILE, which is in another format, as training rows to NEW_FILE.

    Takes CSV, TSV, JSON arrays, pretty-printed JSON, Parquet, Arrow, Markdown; gzip, zip; UTF-16
    and others; and rows of ShareGPT, Alpaca, TRL, prompt/completion, question/answer, batch
    requests, LLaMA-Factory and Gemini.

    Example: python -m tunelint convert export.csv training.jsonl
    """
    from tunelint.convert import convert as convert_file
    from tunelint.output.changes import conversion_as_text

    found = convert_file(file, new_file, encoding)
    _emit(found.as_dict(), as_json=as_json, text=lambda: conversion_as_text(found))
    sys.exit(DONE if found.complete else FINDINGS)


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--check", "only_check", is_flag=True, help="Show what would change; exit 1 if any.")
@_json_option
def fix(files: tuple[Path, ...], only_check: bool, as_json: bool) -> None:
    """Repair what is safe to repair in FILES, and show it as a diff.

    Example: python -m tunelint fix --check training.jsonl
    """
    from tunelint.fix import fix as repair
    from tunelint.fix import plan

    plans = [plan(path) for path in files]
    diffs = {str(one.path): one.diff() for one in plans}
    shown = "\n".join(filter(None, diffs.values())) or "Nothing to repair."
    _emit(diffs, as_json=as_json, text=lambda: shown)
    broken = [one.path for one in plans if one.count]
    for path in () if only_check else broken:
        repair(path)
    sys.exit(FINDINGS if only_check and broken else DONE)


@main.command()
@click.argument("base")
@click.argument("head", type=_FILE)
@_json_option
def diff(base: str, head: Path, as_json: bool) -> None:
    """Show what changes from BASE, a file or a revision of git, to the file HEAD.

    Example: python -m tunelint diff origin/main training.jsonl
    """
    from tunelint.diff import compare
    from tunelint.output.changes import diff_as_text
    from tunelint.revisions import at_base

    with at_base(base, head) as earlier:
        found = compare(earlier, head)
    facts = found.as_dict()
    _emit(facts, as_json=as_json, text=lambda: diff_as_text(facts))
    sys.exit(DONE if found.passed else FINDINGS)


@main.command()
@click.argument("rule", required=False)
@click.option("--all", "everything", is_flag=True, help="Every rule.")
@_json_option
def explain(rule: str | None, everything: bool, as_json: bool) -> None:
    """Show what a RULE finds, why it matters and how to mend it.

    Example: python -m tunelint explain E401
    """
    from tunelint import explain as pages

    rules = pages.chosen(rule, everything=everything)
    facts = [pages.as_dict(one) for one in rules]
    _emit(facts, as_json=as_json, text=lambda: "\n\n".join(map(pages.page, rules)))


def _emit(facts: object, *, as_json: bool, text: Callable[[], str]) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else text())


if __name__ == "__main__":
    main(prog_name="python -m tunelint")
