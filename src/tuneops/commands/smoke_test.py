"""What scripts/smoke_test.py runs: one smoke test from prompts to reports."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuneops import config as configuration
from tuneops import console, github
from tuneops.commands.next_command import after
from tuneops.commands.progress import asking
from tuneops.config import Config
from tuneops.smoke.journal import FILE, Journal
from tuneops.smoke.judging import judged_run
from tuneops.smoke.plan import Wanted, read_plan
from tuneops.smoke.record import Run, load_run
from tuneops.smoke.verdict import CANDIDATE, Outcome

if TYPE_CHECKING:
    from tuneops.azure.account import Foundry
    from tuneops.smoke.baseline import BaselineFound

_NOT_NOTED = (
    "With a key alone the deployments are taken to be what the configuration says, and the verdict "
    "is not noted on the candidate: to promote it, sign in and run the smoke test again."
)


def run(
    *,
    config_path: Path,
    environment: str | None,
    baseline: str | None,
    candidate: str | None,
    arms: str,
    against: Path | None,
    prompts: int | None,
    samples: int | None,
    out: Path,
) -> Run:
    """The comparison that the command's options ask for, on the job's summary page as well.

    Raises:
        UsageError: The options do not go together.
        TuneopsError: As run_smoke_test.
    """
    if (arms == "production") != (against is not None) or (against and baseline):
        raise click.UsageError("--arms production and --against go together, without --baseline.")
    wanted = Wanted(baseline, candidate, prompts, samples, load_run(against) if against else None)
    with console.group("Smoke test"), asking() as progress:
        config = configuration.load(config_path, environment)
        result = run_smoke_test(config, wanted, out=out, progress=progress)
    github.add_summary((out / "summary.md").read_text(encoding="utf-8"))
    console.say(f"The report is {out / 'report.html'}.")
    if result.verdict.outcome == Outcome.PASS and not against:
        console.say(f"Next: {after(config_path, 'promote')['next']} --run {out / 'run.json'}")
    return result


def ask_base(
    *,
    config_path: Path,
    environment: str | None,
    few_shot: int | None,
    prompts: int | None,
    samples: int | None,
    out: Path,
    **_others: object,
) -> list[dict[str, Any]]:
    """What the base deployment holds to alone, and with rows as examples if any are asked for."""
    from tuneops.azure.account import open_foundry

    config = configuration.load(config_path, environment)
    with console.group("The base model alone"), asking() as progress:
        found = run_baseline(
            config,
            open_foundry(config),
            shots=(0, few_shot) if few_shot else (0,),
            limit=prompts,
            samples=samples,
            out=out,
            progress=progress,
        )
    return [each.facts() for each in found]


def run_baseline(
    config: Config,
    foundry: "Foundry",
    *,
    shots: Sequence[int] = (0,),
    limit: int | None = None,
    samples: int | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> "list[BaselineFound]":
    """The base deployment alone on the smoke prompts, once for each number of examples.

    With ``out``, answers are kept there, so that a run that was killed goes on.

    Raises:
        NotFoundError: The base deployment does not exist.
        TuneopsError: The prompts are broken, or Azure cannot be reached at all.
    """
    from tuneops.smoke import baseline
    from tuneops.smoke.arms import find_arms

    planned = baseline.base_plan(config, limit=limit, samples=samples)
    arms = find_arms(planned, foundry)
    results = []
    with Journal(out / FILE) if out else nullcontext() as journal:
        for many in shots:
            asked = replace(arms, plan=baseline.with_shots(planned, many) if many else planned)
            results.append(baseline.found(asked.plan, asked.ask(journal, progress), many))
        if journal is not None:
            journal.done()
    return results


def run_smoke_test(
    config: Config,
    wanted: Wanted,
    *,
    out: Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Run:
    """Ask both deployments, judge the answers, and write the reports into ``out``.

    Answers are kept in ``out`` as they arrive, and a run that was killed goes on from there. The
    verdict is put out for later jobs and noted on the candidate's deployment, except where the run
    is against a stored one.

    Raises:
        TuneopsError: The prompts are broken, or Azure cannot be reached at all.
        UndecidedError: Another run put another candidate there meanwhile.
    """
    from tuneops.azure.account import open_foundry
    from tuneops.release import comparison, origin, smoke_tags
    from tuneops.release.history import Release
    from tuneops.smoke.arms import find_arms
    from tuneops.smoke.report.files import write_reports

    plan = read_plan(config, wanted)
    foundry = open_foundry(config)
    arms = find_arms(plan, foundry)
    candidate = plan.deployments[CANDIDATE]
    started = datetime.now(UTC)
    with Journal(out / FILE) as journal:
        answers = [] if plan.faults else [*plan.known, *arms.ask(journal, progress)]
        run = judged_run(plan, answers, arms.expected, origin=arms.origin, started=started)
        run = run if plan.faults else arms.compare(run)
        release = Release.current(arms.found[candidate])
        write_reports(run, out, loss=origin.loss(config, foundry, release))
        if wanted.against is None:
            compared = comparison.read(out / "run.json")
            github.set_outputs(**compared.put_out())
            if foundry.managed is None:
                console.warn(_NOT_NOTED)
            else:
                smoke_tags.record(foundry, candidate, compared.release)
        journal.done()
    return run
