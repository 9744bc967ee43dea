"""One smoke test from prompts to reports."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tuneops.config import Config
from tuneops.smoke.checks import configured, judge
from tuneops.smoke.prompts import Prompt, digest, read_prompts
from tuneops.smoke.sampling import ARMS, Answer, Ask, RateLimit, Sampling, ask_all
from tuneops.smoke.verdict import JudgedAnswer, Run, Settings, decide, rates

if TYPE_CHECKING:
    from tuneops.azure.chat import ChatSession


def run_smoke_test(
    config: Config,
    *,
    out: Path,
    baseline: str | None = None,
    candidate: str | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Run:
    """Ask both deployments, judge the answers, and write the reports into ``out``.

    ``baseline`` and ``candidate`` default to the configured deployments, ``limit`` to all prompts.
    The verdict is recorded on the candidate's deployment, where a release looks for it.

    Raises:
        TuneopsError: The prompts are broken, or Azure cannot be reached at all.
    """
    from tuneops.azure.account import open_foundry
    from tuneops.azure.chat import ChatSession
    from tuneops.release import origin, verdict
    from tuneops.report.files import write_reports

    prompts = read_prompts(config.data.smoke_prompts)[:limit]
    deployments = {
        "baseline": baseline or config.base.deployment,
        "candidate": candidate or config.release.candidate_deployment,
    }
    foundry = open_foundry(config)
    chat = ChatSession(foundry.client, foundry.session, foundry.account)
    for deployment in dict.fromkeys(deployments.values()):
        chat.wait_until_ready(deployment)
    started = datetime.now(UTC)
    answers = ask_all(
        prompts,
        deployments,
        _asking(chat, config),
        settings=_sampling(chat, config, deployments.values()),
        progress=progress,
    )
    judged_model = origin.of(config, foundry, deployments["candidate"])
    run = judged_run(config, prompts, deployments, answers, key=judged_model.key, started=started)
    write_reports(run, out, loss=judged_model.loss)
    verdict.record(foundry, deployments["candidate"], run.verdict.outcome, out / "run.json")
    return run


def judged_run(
    config: Config,
    prompts: Sequence[Prompt],
    deployments: dict[str, str],
    answers: Sequence[Answer],
    *,
    key: str | None,
    started: datetime,
) -> Run:
    """The record of these answers, with judgements and verdict."""
    test = config.smoke_test
    checks = configured(test.checks)
    judged = tuple(
        JudgedAnswer(answer, () if answer.error else judge(answer, checks)) for answer in answers
    )
    counted = rates(judged, [check.name for check in checks])
    return Run(
        product=config.product,
        key=key,
        deployments=deployments,
        models=_models(answers),
        prompts_digest=digest(prompts),
        started=_rfc3339(started),
        finished=_rfc3339(datetime.now(UTC)),
        settings=Settings(
            system_message=config.system_message(test.system_message),
            temperature=test.temperature,
            max_tokens=test.max_tokens,
            samples=test.samples,
            seed=test.seed,
            min_pass_rate=test.min_pass_rate,
            language=test.checks.language,
        ),
        prompts=tuple(prompts),
        answers=judged,
        rates=counted,
        verdict=decide(judged, counted, test.min_pass_rate),
    )


def _asking(chat: "ChatSession", config: Config) -> Ask:
    test = config.smoke_test
    return lambda deployment, messages, seed: chat.ask(
        deployment,
        messages,
        temperature=test.temperature,
        max_tokens=test.max_tokens,
        seed=seed,
    )


def _sampling(chat: "ChatSession", config: Config, deployments: Iterable[str]) -> Sampling:
    test = config.smoke_test
    return Sampling(
        system_message=config.system_message(test.system_message),
        max_tokens=test.max_tokens,
        samples=test.samples,
        seed=test.seed,
        limits={name: _rate_limit(*chat.rate_limits(name)) for name in deployments},
    )


def _rate_limit(requests: int, tokens: int) -> RateLimit:
    """Where Azure names no limit of requests, its usual 6 for each thousand tokens."""
    return RateLimit(requests or max(1, tokens * 6 // 1000), tokens)


def _models(answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.model:
            names[answer.arm].add(answer.model)
    return {arm: tuple(sorted(names[arm])) for arm in ARMS}


def _rfc3339(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
