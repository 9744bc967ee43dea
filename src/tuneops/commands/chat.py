"""One conversation held with several deployments at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tuneops import config as configuration
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.chat import Asked, ChatSession, Drawing, Message, Reply
from tuneops.azure.deployments import find as find_deployment
from tuneops.config import Config, SmokeTest
from tuneops.errors import ConfigError


class SideBySide:
    """Each deployment sees the same questions and its own answers."""

    def __init__(
        self, chat: ChatSession, deployments: Sequence[str], system: str, settings: SmokeTest
    ) -> None:
        self._chat = chat
        self._settings = settings
        opening: list[Message] = [{"role": "system", "content": system}] if system else []
        self._turns = {name: list(opening) for name in deployments}

    def ask(self, question: str) -> Mapping[str, Reply]:
        """The answer of each deployment, in the order given at the start.

        Raises:
            TuneopsError: A deployment does not answer.
        """
        with ThreadPoolExecutor(len(self._turns)) as pool:
            replies = dict(
                zip(
                    self._turns,
                    pool.map(self._one, self._turns, [question] * len(self._turns)),
                    strict=True,
                )
            )
        for name, reply in replies.items():
            self._turns[name] += [
                {"role": "user", "content": question},
                {"role": "assistant", "content": reply.text},
            ]
        return replies

    def _one(self, deployment: str, question: str) -> Reply:
        asked: Message = {"role": "user", "content": question}
        settings = self._settings
        drawn = Drawing(settings.temperature, settings.max_tokens, settings.seed)
        return self._chat.ask(deployment, Asked([*self._turns[deployment], asked]), drawn)


def open_talk(
    path: Path,
    *,
    system: str | None,
    system_text: str | None,
    deployments: tuple[str | None, str | None],
) -> SideBySide:
    """A conversation with base and fine-tuned, under the system message of the smoke test.

    Raises:
        ConfigError: Two system messages are given, or the name of none.
    """
    config = configuration.load(path)
    message = _system_message(config, system, system_text)
    foundry = open_foundry(config)
    base, tuned = deployments
    arms = (base or config.base.deployment, tuned or _tuned(config, foundry))
    chat = ChatSession(foundry.client, foundry.session, foundry.account)
    return SideBySide(chat, arms, message, config.smoke_test)


def _system_message(config: Config, name: str | None, text: str | None) -> str:
    if name and text:
        raise ConfigError("Both --system and --system-text are given.", remedy="Give one of them.")
    return text or config.system_message(name or config.smoke_test.system_message)


def _tuned(config: Config, foundry: Foundry) -> str:
    """Production where there is one, else the candidate."""
    release = config.release
    in_production = find_deployment(foundry.session, foundry.account, release.deployment)
    return release.deployment if in_production else release.candidate_deployment
