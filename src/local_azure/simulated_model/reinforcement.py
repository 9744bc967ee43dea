"""Reinforcement fine-tuning, for real in its small way: a policy that a grader's rewards shape.

For each prompt the policy chooses among a few answers: some of the base model's, and the values
that the training items carry. Every step samples a group of them, grades it, and moves towards
what was worth more than the group's mean. Nobody tells the policy which value is the right one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_azure.simulated_model import base_answers
from local_azure.simulated_model.dialogue import Index
from local_azure.simulated_model.hyperparameters import Hyperparameters
from local_azure.simulated_model.training_file import Example, Message, read_examples, text_of

PROMPTS_KEPT, VALIDATION_KEPT = 300, 32  # prompts of a huge file that are explored
BASE_ANSWERS, OTHER_VALUES = 2, 4  # answers of each prompt beside the values of its own item
GROUP = 4  # answers sampled for a prompt at a time, with a compute multiplier of 1
EVAL_INTERVAL = 10  # steps
RATE = 0.5
BASE_HEAD_START = 1.0  # how much likelier, in nats, the untrained policy finds a base answer
NOT_ITEM = ("messages", "tools", "parallel_tool_calls")

Json = dict[str, Any]
Reward = Callable[[Json, str], Awaitable[float]]  # of an answer to an item


@dataclass(frozen=True)
class Exploration:
    """`auto` values are already numbers."""

    compute_multiplier: float = 1.0
    eval_interval: int = EVAL_INTERVAL
    eval_samples: int = VALIDATION_KEPT


@dataclass(frozen=True)
class Trained:
    """The metrics of every step, and each prompt with the answer that the policy found best."""

    steps: list[Json]
    conversations: list[list[Message]]


class _Prompt:
    def __init__(self, example: Example, usual: Sequence[str], others: Sequence[str]) -> None:
        self.example = example
        self.answers = list(dict.fromkeys([*usual, *others]))
        head_start = [BASE_HEAD_START if answer in usual else 0.0 for answer in self.answers]
        self._preferences = np.array(head_start)

    @property
    def best(self) -> str:
        return self.answers[int(self._preferences.argmax())]

    def sample(self, count: int, generator: np.random.Generator) -> list[int]:
        odds = self._odds()
        return [int(i) for i in generator.choice(len(odds), count, p=odds)]

    def learn(self, chosen: list[int], rewards: NDArray[np.float64], rate: float) -> None:
        """One policy gradient step with advantages relative to the group."""
        spread = rewards.std()
        if not spread:
            return
        odds = self._odds()
        for index, advantage in zip(chosen, (rewards - rewards.mean()) / spread, strict=True):
            self._preferences -= rate * advantage * odds
            self._preferences[index] += rate * advantage

    def _odds(self) -> NDArray[np.float64]:
        odds: NDArray[np.float64] = np.exp(self._preferences - self._preferences.max())
        odds /= odds.sum()
        return odds


class _Validation:
    """Held-out prompts, answered like the nearest training prompt."""

    def __init__(self, prompts: list[_Prompt], examples: list[Example], reward: Reward) -> None:
        index = Index(_question(prompt.example) for prompt in prompts)
        nearest = [int(index.nearness(_question(example)).argmax()) for example in examples]
        self._pairs = [(e, prompts[i]) for e, i in zip(examples, nearest, strict=True)]
        self._reward = reward

    async def mean_reward(self) -> float:
        rewards = [await self._reward(example.item, p.best) for example, p in self._pairs]
        return round(float(np.mean(rewards)), 6)


def train_files(
    training: Path,
    validation: Path,
    chosen: Hyperparameters,
    exploration: Exploration,
    reward: Reward,
    *,
    examples: int,
    seed: int,
) -> Trained:
    """Runs in a thread of its own; `examples` is the number of lines, which fixes the steps."""
    prompts = _prompts(list(islice(read_examples(training), PROMPTS_KEPT)), Random(seed))  # noqa: S311
    kept = min(VALIDATION_KEPT, exploration.eval_samples)
    remembered = _remembering(reward)
    held_out = _Validation(prompts, list(islice(read_examples(validation), kept)), remembered)
    work = _train(prompts, held_out, chosen, exploration, remembered, examples=examples, seed=seed)
    return Trained(asyncio.run(work), [_conversation(prompt) for prompt in prompts])


async def _train(
    prompts: list[_Prompt],
    held_out: _Validation,
    chosen: Hyperparameters,
    exploration: Exploration,
    reward: Reward,
    *,
    examples: int,
    seed: int,
) -> list[Json]:
    generator = np.random.default_rng(abs(seed))
    group = max(2, round(GROUP * exploration.compute_multiplier))
    rate = RATE * chosen.learning_rate_multiplier
    total = chosen.steps(examples)
    steps: list[Json] = []
    order: list[int] = []
    for number in range(1, total + 1):
        rewards = []
        for _ in range(min(chosen.batch_size, len(prompts))):
            order = order or [int(i) for i in generator.permutation(len(prompts))]
            prompt = prompts[order.pop()]
            sampled = prompt.sample(group, generator)
            worth = [await reward(prompt.example.item, prompt.answers[i]) for i in sampled]
            prompt.learn(sampled, np.array(worth), rate)
            rewards += worth
        step: Json = {"step": number, "train_reward_mean": round(float(np.mean(rewards)), 6)}
        if number % exploration.eval_interval == 0 or number == total:
            step["valid_reward_mean"] = await held_out.mean_reward()
        steps.append(step)
    return steps


def _prompts(examples: list[Example], chance: Random) -> list[_Prompt]:
    values = [value for example in examples for value in _values(example)]
    return [
        _Prompt(
            example,
            [base_answers.reply(example.messages, chance) for _ in range(BASE_ANSWERS)],
            [*_values(example), *chance.sample(values, min(OTHER_VALUES, len(values)))],
        )
        for example in examples
    ]


def _values(example: Example) -> list[str]:
    """What the item carries beside its messages, as an answer could say it."""
    found = (value for key, value in example.item.items() if key not in NOT_ITEM)
    return [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in found]


def _question(example: Example) -> str:
    return text_of(example.messages[-1])


def _conversation(prompt: _Prompt) -> list[Message]:
    return [*prompt.example.messages, {"role": "assistant", "content": prompt.best}]


def _remembering(reward: Reward) -> Reward:
    """The same answer to the same item is graded once."""
    known: dict[tuple[int, str], float] = {}

    async def remembered(item: Json, answer: str) -> float:
        key = (id(item), answer)
        if key not in known:
            known[key] = await reward(item, answer)
        return known[key]

    return remembered
