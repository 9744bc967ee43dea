"""One smoke test from prompts to reports."""

import platform
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tuneops.checks.kinds import judge
from tuneops.config import Config
from tuneops.smoke import verdict
from tuneops.smoke.journal import FILE, Journal
from tuneops.smoke.plan import Plan, Wanted, read_plan
from tuneops.smoke.prompts import digest
from tuneops.smoke.record import Origin, Run, Settings
from tuneops.smoke.sampling import ARMS, Answer
from tuneops.smoke.verdict import CANDIDATE, JudgedAnswer, Outcome, Verdict


def run_smoke_test(
    config: Config,
    wanted: Wanted,
    *,
    out: Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Run:
    """Ask both deployments, judge the answers, and write the reports into ``out``.

    Answers are kept in ``out`` as they arrive, and a run that was killed goes on from there. The
    verdict is recorded on the candidate's deployment, where a release looks for it, except where
    the run is against a stored one.

    Raises:
        TuneopsError: The prompts are broken, or Azure cannot be reached at all.
    """
    from tuneops.azure.account import open_foundry
    from tuneops.release import origin
    from tuneops.release import smoke_tags as recorded
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
        write_reports(run, out, loss=origin.of(config, foundry, candidate).loss)
        if wanted.against is None:
            rates = {each.check: (each.baseline.mean, each.candidate.mean) for each in run.results}
            found = recorded.Verdict(run.verdict.outcome, run.origin.key, rates)
            recorded.record(foundry, candidate, found, out / "run.json")
        journal.done()
    return run


def judged_run(
    plan: Plan,
    answers: Sequence[Answer],
    expected: Mapping[str, str],
    *,
    origin: Origin,
    started: datetime,
) -> Run:
    """The record of these answers, with judgements and verdict."""
    checks = {prompt.id: plan.checks_of(prompt) for prompt in plan.prompts}
    judged = tuple(
        JudgedAnswer(answer, () if answer.error else judge(answer, checks[answer.prompt_id]))
        for answer in answers
    )
    models = _named(answers, "model")
    results = verdict.results(judged, plan.gates, seed=plan.config.smoke_test.seed)
    faults = (*plan.faults, *wrong_models(expected, models))
    decided = Verdict(Outcome.INVALID, faults) if faults else verdict.decide(judged, results)
    return Run(
        product=plan.config.product,
        origin=origin,
        deployments=dict(plan.deployments),
        expected=dict(expected),
        models=models,
        fingerprints=_named(answers, "fingerprint"),
        prompts_digest=digest(plan.prompts),
        versions=_versions(),
        started=_rfc3339(started),
        finished=_rfc3339(datetime.now(UTC)),
        settings=_settings(plan.config),
        prompts=plan.prompts,
        answers=judged,
        results=results,
        verdict=decided,
    )


def wrong_models(expected: Mapping[str, str], models: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Which arms answered as another model than the configured one: upgraded, or retired."""
    for arm, wanted in expected.items():
        for said in models.get(arm, ()):
            if said.lower() != wanted.lower() and not said.lower().startswith(f"{wanted.lower()}-"):
                yield f"the {arm} answered as '{said}' and not as '{wanted}'"


def _settings(config: Config) -> Settings:
    test = config.smoke_test
    return Settings(
        system_message=config.system_message(test.system_message),
        temperature=test.temperature,
        max_tokens=test.max_tokens,
        samples=test.samples,
        seed=test.seed,
        language=test.checks.language,
        prices=test.prices,
    )


def _versions() -> dict[str, str]:
    packages = ("tuneops", "openai", "numpy", "py3langid")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def _named(answers: Sequence[Answer], fact: str) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if value := getattr(answer, fact):
            names[answer.arm].add(value)
    return {arm: tuple(sorted(names[arm])) for arm in ARMS}


def _rfc3339(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
