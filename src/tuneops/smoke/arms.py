"""The deployments that a smoke test asks, as Azure describes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tuneops.azure import deployments
from tuneops.azure.chat import Asked, ChatSession, Drawing, Message, Quota, Reply
from tuneops.azure.deployments import Deployment
from tuneops.smoke import model_judge
from tuneops.smoke.answer import Answer
from tuneops.smoke.journal import Journal
from tuneops.smoke.plan import SmokePlan
from tuneops.smoke.rate_pacer import RateLimit
from tuneops.smoke.record import RecordOrigin, Run
from tuneops.smoke.sampling import Sampling, ask_all
from tuneops.smoke.verdict import BASELINE, CANDIDATE
from tuneops.tags import DATA_DIGEST, JOB, KEY
from tuneops.training import lookup

if TYPE_CHECKING:
    from tuneops.azure.account import Foundry
    from tuneops.config import Config

_TOKENS_A_CAPACITY = 1000
_REQUESTS_A_CAPACITY = 6  # a minute, where Azure names no limit of requests
_JUDGE_TOKENS = 50


@dataclass(frozen=True)
class Arms:
    """``found`` are the deployments by name, ``account`` is the ARM id of their place."""

    plan: SmokePlan
    chat: ChatSession
    found: Mapping[str, "Deployment"]
    account: str = ""

    @property
    def expected(self) -> dict[str, str]:
        """The model that each arm has to answer as."""
        asked = {
            arm: expected_model(self.plan.config, self.found[name])
            for arm, name in self.plan.asked.items()
        }
        return {**self.plan.expected, **asked}

    @property
    def origin(self) -> RecordOrigin:
        """Where the candidate comes from: its model, and what its tags say of that."""
        candidate = self.found[self.plan.deployments[CANDIDATE]]
        named = (KEY, JOB, DATA_DIGEST)
        key, job, digest = (candidate.tags.get(tag, "") for tag in named)
        return RecordOrigin(key, job, digest, candidate.model, self.account)

    def ask(self, journal: Journal | None, progress: Callable[[int, int], None]) -> list[Answer]:
        """Every answer that is not known yet.

        Raises:
            TuneopsError: Azure refuses, or throttles to a standstill.
        """
        for name in self.found:
            self.chat.wait_until_ready(name)
        return ask_all(
            self.plan.prompts,
            self.plan.asked,
            self._ask,
            settings=self._sampling(),
            journal=journal,
            progress=progress,
        )

    def compare(self, run: Run) -> Run:
        """With what the configured judge says of the first answers to each prompt."""
        settings = self.plan.config.smoke_test.judge
        if settings is None:
            return run
        model_judge.refuse_relative(self._model(settings.deployment), [*run.expected.values()])
        pairs = list(filter(None, (_pair(run, prompt.id) for prompt in run.prompts)))

        def ask(messages: Sequence[Message], form: dict[str, Any]) -> Reply:
            return self.chat.ask_in_form(
                settings.deployment, messages, form, max_tokens=_JUDGE_TOKENS
            )

        return replace(run, judge=model_judge.compare(pairs, ask, settings))

    def _ask(self, deployment: str, asked: Asked, seed: int) -> tuple[Reply, Quota]:
        test = self.plan.config.smoke_test
        drawn = Drawing(test.temperature, test.max_tokens, seed)
        return self.chat.ask_once(deployment, asked, drawn)

    def _model(self, deployment: str) -> str:
        return self.chat.deployment(deployment).model

    def _sampling(self) -> Sampling:
        test = self.plan.config.smoke_test
        return Sampling(
            system_message=self.plan.config.system_message(test.system_message),
            temperature=test.temperature,
            max_tokens=test.max_tokens,
            samples=test.samples,
            seed=test.seed,
            limits={name: _rate_limit(deployment) for name, deployment in self.found.items()},
            models={name: f"{d.model} {d.version}" for name, d in self.found.items()},
        )


def find_arms(plan: SmokePlan, foundry: "Foundry") -> Arms:
    """With a key alone, the deployments are taken to be what the configuration says.

    Raises:
        NotFoundError: A deployment does not exist.
    """
    if foundry.managed is None:
        assumed = {name: _assumed(plan.config, foundry, name) for name in plan.asked.values()}
        return Arms(plan, ChatSession(foundry, assumed), assumed, "")
    chat = ChatSession(foundry)
    found = {name: chat.deployment(name) for name in plan.asked.values()}
    return Arms(plan, chat, found, foundry.account.id)


def _assumed(config: "Config", foundry: "Foundry", name: str) -> "Deployment":
    base = config.base
    if name == base.deployment:
        return Deployment(name, base.format, base.model, base.version, base.sku, base.capacity, "")
    job = lookup.find(config, foundry.client, None)
    chosen = config.release.candidate
    tags = {JOB: job.id, KEY: (job.suffix or "").rpartition("-")[2]}
    model = job.fine_tuned_model or ""
    return Deployment(name, base.format, model, "1", chosen.sku, chosen.capacity, "", tags)


def expected_model(config: "Config", deployment: "Deployment") -> str:
    """What Azure has to call the model: the configured one, else the one that is deployed."""
    base = config.base
    if deployment.name == base.deployment:
        return base.job_model
    if deployment.format != "OpenAI" or deployments.is_fine_tuned(deployment.model):
        return deployment.model
    return f"{deployment.model}-{deployment.version}"


def _rate_limit(deployment: "Deployment") -> RateLimit:
    capacity = deployment.capacity
    return RateLimit(
        deployment.requests_per_minute or max(1, capacity * _REQUESTS_A_CAPACITY),
        deployment.tokens_per_minute or max(1, capacity) * _TOKENS_A_CAPACITY,
    )


def _pair(run: Run, prompt_id: str) -> model_judge.Pair | None:
    """The first answers of both arms that have a text."""
    firsts = {
        arm: next((j.answer for j in run.of_prompt(prompt_id, arm) if j.answer.said), None)
        for arm in (BASELINE, CANDIDATE)
    }
    baseline, candidate = firsts[BASELINE], firsts[CANDIDATE]
    if baseline is None or candidate is None:
        return None
    prompt = next(p for p in run.prompts if p.id == prompt_id)
    return model_judge.Pair(prompt.messages, baseline, candidate)
