"""The record of a smoke test: each answer judged, and the verdict."""

import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from tuneops.checks.base import judge
from tuneops.config import Config
from tuneops.smoke import verdict
from tuneops.smoke.answer import ARMS, Answer
from tuneops.smoke.named_prompts import shortfalls
from tuneops.smoke.plan import SmokePlan
from tuneops.smoke.prompts import digest
from tuneops.smoke.record import RecordOrigin, Run, Settings
from tuneops.smoke.verdict import JudgedAnswer, Outcome, Verdict


def judged_run(
    plan: SmokePlan,
    answers: Sequence[Answer],
    expected: Mapping[str, str],
    *,
    origin: RecordOrigin,
    started: datetime,
) -> Run:
    """The record of these answers, with judgements and verdict."""
    judged = judge_all(plan, answers)
    models = _named(answers, "model")
    results = verdict.results(judged, plan.gates, seed=plan.config.smoke_test.seed)
    faults = (*plan.faults, *wrong_models(expected, models))
    short = shortfalls(plan.config.smoke_test, judged, plan.gates)
    decided = Verdict(Outcome.INVALID, faults) if faults else verdict.decide(judged, results, short)
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


def judge_all(plan: SmokePlan, answers: Sequence[Answer]) -> tuple[JudgedAnswer, ...]:
    """Each answer with what the checks of its prompt say."""
    checks = {prompt.id: plan.checks_of(prompt) for prompt in plan.prompts}
    return tuple(
        JudgedAnswer(answer, () if answer.error else judge(answer, checks[answer.prompt_id]))
        for answer in answers
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
