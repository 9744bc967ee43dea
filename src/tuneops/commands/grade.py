"""What `fine_tune.py grade` does: the grader tried on answers of the base model."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from tuneops import config as configuration
from tuneops import console
from tuneops.azure import graders
from tuneops.azure.account import open_foundry
from tuneops.azure.chat import Asked, ChatSession, Drawing, Message
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.linting.material import material
from tuneops.training.grading import Graded, Grading, chosen

_TIMES = 2  # that each answer is graded
_AT_ONCE = 4


def grade(path: Path, count: int) -> Grading:
    """Answers of the base deployment to rows of the training data, each graded twice.

    Raises:
        ConfigError: The product is not trained by reinforcement.
        TuneopsError: The service does not take the grader, or a deployment does not answer.
    """
    config = configuration.load(path)
    grader = config.fine_tuning.settings().get("grader")
    if grader is None:
        raise ConfigError(
            "The product is not trained by reinforcement: it has no grader.",
            remedy="Set fine_tuning.method to reinforcement and describe a grader.",
        )
    foundry = open_foundry(config)
    graders.validate(foundry.client, grader)
    lines = material(config).training.splitlines()
    numbers = chosen(lines, count)
    console.say(f"Grading answers of {config.base.deployment} to {len(numbers)} rows.")
    chat = ChatSession(foundry)

    def one(number: int) -> Graded:
        item = json.loads(lines[number])
        answer = _answer(config, chat, item["messages"])
        scores = (graders.run(foundry.client, grader, item, answer) for _ in range(_TIMES))
        return Graded(number + 1, answer, tuple(scores))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return Grading(tuple(pool.map(one, numbers)))


def _answer(config: Config, chat: ChatSession, messages: list[dict[str, Any]]) -> str:
    test, tuning = config.smoke_test, config.fine_tuning
    options = {"response_format": tuning.response_format} if tuning.response_format else {}
    asked = Asked(cast("list[Message]", messages), options)
    drawn = Drawing(test.temperature, test.max_tokens, test.seed)
    return chat.ask(config.base.deployment, asked, drawn).text
