"""Compare the candidate with the base model on the smoke prompts, and decide."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from environment import click
from tuneops import console

if TYPE_CHECKING:
    from tuneops.smoke.record import Run

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=console.Commands)
def main() -> None:
    """Ask base and candidate the same prompts and judge every answer."""


@main.command()
@console.config_option
@console.environment_option
@click.option("--baseline", metavar="DEPLOYMENT", help="Left out, the base deployment.")
@click.option("--candidate", metavar="DEPLOYMENT", help="Left out, the release's candidate.")
@click.option("--arms", type=click.Choice(["both", "production"]), default="both")
@click.option("--against", metavar="RUN.json", type=FILE, help="The stored baseline of production.")
@click.option("--baseline-only", is_flag=True, help="Ask the base alone: is training needed?")
@click.option("--few-shot", type=click.IntRange(1, 50), help="And with so many rows as examples.")
@click.option("--prompts", type=click.IntRange(min=1), help="Ask only the first so many.")
@click.option("--samples", type=click.IntRange(1, 20), help="Of each prompt; else as configured.")
@click.option(
    "--out",
    type=console.Output(folder=True),
    default=Path("out/smoke"),
    show_default=True,
    help="Where run.json, report.html, summary.md and junit.xml go.",
)
@console.json_option
def run(*, baseline_only: bool, few_shot: int | None, as_json: bool, **what: Any) -> None:
    """Ask, judge and report; exit code 0 is PASS, 1 FAIL, 4 INCONCLUSIVE, 6 INVALID.

    A run that was killed goes on where it stopped, with the same --out. With --arms production,
    only production is asked, and compared with the stored run.

    With --baseline-only nothing is compared: exit code 4 says that the base model passes every
    gate already, and --few-shot how far examples in its prompt get it.

    Example: python scripts/smoke_test.py run --candidate travel-candidate --out out/smoke
    """
    from tuneops.commands import smoke_test
    from tuneops.display import tables
    from tuneops.errors import ExitCode

    if not baseline_only and few_shot is None:
        decide(smoke_test.run(**what), as_json=as_json)
    facts = smoke_test.ask_base(few_shot=few_shot, **what)
    console.emit(facts, as_json=as_json, shown=tables.each(facts))
    if facts[0]["passes"]:
        click.get_current_context().exit(ExitCode.UNDECIDED)


@main.command()
@console.config_option
@console.environment_option
@click.option("--job", "job_id", help="A job's id; left out, the one of this content.")
@click.option("--last", type=click.IntRange(1, 3), default=3, show_default=True)
@click.option("--samples", type=click.IntRange(1, 20), help="Of each prompt; else as configured.")
@click.option(
    "--out",
    type=console.Output(folder=True),
    default=Path("out/checkpoints"),
    show_default=True,
    help="Where each has a folder with its record and report.",
)
@console.json_option
def checkpoints(*, config_path: Path, environment: str | None, as_json: bool, **what: Any) -> None:
    """Compare the job's last checkpoints by the same gates, and leave the best as the candidate.

    Each is deployed in turn, where the model has it in the tier without hosting costs. Exit code 1:
    none passed.

    Example: python scripts/smoke_test.py checkpoints --last 3
    """
    from tuneops.commands import checkpoints
    from tuneops.display import tables
    from tuneops.errors import ExitCode

    found = checkpoints.compare(config_path, environment, **what)
    console.emit(found, as_json=as_json, shown=tables.each(found))
    if not any(each["best"] for each in found):
        click.get_current_context().exit(ExitCode.FINDINGS)


@main.command()
@click.argument("before", metavar="A.json", type=FILE)
@click.argument("after", metavar="B.json", type=FILE)
@click.option("--out", type=console.Output(folder=True), help="Write reports here.")
@console.json_option
def compare(before: Path, after: Path, *, out: Path | None, as_json: bool) -> None:
    """Decide on the candidate of run B against that of run A; exit codes as for run.

    Example: python scripts/smoke_test.py compare last-week/run.json out/smoke/run.json
    """
    from tuneops.smoke.record import load_run
    from tuneops.smoke.report.files import write_reports
    from tuneops.smoke.stored import compare_runs

    result = compare_runs(load_run(before), load_run(after))
    if out:
        write_reports(result, out)
    decide(result, as_json=as_json)


@main.command()
@click.argument("run_json", metavar="RUN.json", type=FILE)
@click.option("--out", type=console.Output(), help="The HTML file.")
@click.option("--show", metavar="PROMPT", multiple=True, help="Print the answers to this prompt.")
@console.json_option
def report(run_json: Path, out: Path | None, show: tuple[str, ...], as_json: bool) -> None:
    """Show a finished smoke test again, or write it as one HTML file.

    Example: python scripts/smoke_test.py report out/smoke/run.json --out report.html
    """
    from tuneops.smoke.record import load_run
    from tuneops.smoke.report.html import render
    from tuneops.smoke.report.terminal import comparison, side_by_side

    result = load_run(run_json)
    if out:
        out.write_text(render(result), encoding="utf-8")
    shown = side_by_side(result, show) if show else comparison(result)
    console.emit(result.facts(), as_json=as_json, shown=shown)


def decide(result: "Run", *, as_json: bool) -> None:
    from tuneops.smoke.report.terminal import comparison

    console.emit(result.facts(), as_json=as_json, shown=comparison(result))
    click.get_current_context().exit(result.verdict.outcome.exit_code)


if __name__ == "__main__":
    main()
