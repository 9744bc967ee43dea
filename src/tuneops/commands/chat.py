"""One conversation held with several deployments at once."""

import webbrowser
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tuneops import config as configuration
from tuneops import console
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.chat import Asked, ChatSession, Drawing, Message, Reply
from tuneops.azure.deployments import find as find_deployment
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.smoke.prompts import read_prompts

HELP = """\
/system NAME   begin anew under a system message of the configuration
/reset         begin anew
/quit          end; an empty line does as well
"""


class SideBySide:
    """Each deployment sees the same questions and its own answers."""

    def __init__(
        self, chat: ChatSession, deployments: Sequence[str], system: str, config: Config
    ) -> None:
        self._chat = chat
        self._config = config
        self._system = system
        self._turns: dict[str, list[Message]] = {name: [] for name in deployments}
        self.reset()

    @property
    def first_question(self) -> str:
        """That of the product's first smoke prompt."""
        return read_prompts(self._config.data.smoke_prompts)[0].question

    def reset(self) -> None:
        """Forget the conversation."""
        opening = [Message(role="system", content=self._system)] if self._system else []
        self._turns = {name: list(opening) for name in self._turns}

    def do(self, command: str) -> str | None:
        """Do what a line that begins with / says; what is to be shown, None where it ends.

        Raises:
            ConfigError: No system message has that name.
        """
        match command.split():
            case ["/quit"]:
                return None
            case ["/reset"]:
                self.reset()
                return "A new conversation."
            case ["/system", name]:
                self._system = self._config.system_message(name)
                self.reset()
                return f"A new conversation under: {self._system or 'no system message'}"
            case _:
                return HELP

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
        settings = self._config.smoke_test
        drawn = Drawing(settings.temperature, settings.max_tokens, settings.seed)
        return self._chat.ask(deployment, Asked([*self._turns[deployment], asked]), drawn)


def open_talk(
    path: Path,
    environment: str | None,
    *,
    system: str | None,
    system_text: str | None,
    only: str | None,
    base: str | None,
    tuned: str | None,
) -> SideBySide:
    """A conversation with base and fine-tuned, under the system message of the smoke test.

    Raises:
        ConfigError: Two system messages are given, or the name of none.
    """
    config = configuration.load(path, environment)
    message = _system_message(config, system, system_text)
    foundry = open_foundry(config)
    arms = _arms(config, foundry, only, base, tuned)
    return SideBySide(ChatSession(foundry), arms, message, config)


def serve(
    path: Path,
    environment: str | None,
    *,
    only: str | None,
    base: str | None,
    tuned: str | None,
    port: int,
    rows: Path | None,
    open_page: bool,
) -> None:
    """The playground, until it is interrupted.

    Raises:
        ConfigError: The port is taken.
    """
    from tuneops.playground.server import HOST, Playground
    from tuneops.playground.server import serve as answer

    config = configuration.load(path, environment)
    foundry = open_foundry(config)
    arms = _arms(config, foundry, only, base, tuned)
    kept = rows or Path("out", f"{config.product}-rows.jsonl")
    kept.parent.mkdir(parents=True, exist_ok=True)

    def announce(address: str) -> None:
        console.say(f"Open {address}\nCtrl-C ends it.")
        if open_page:
            webbrowser.open(address)

    try:
        answer(Playground(config, ChatSession(foundry), arms, kept), port, announce)
    except KeyboardInterrupt:
        console.say(f"Ended. What was kept is in {kept}.")
    except OSError as error:
        raise ConfigError(
            f"Nothing can listen on {HOST}:{port}: {error.strerror}.",
            remedy="Name another port; 0 takes a free one.",
        ) from error


def _arms(
    config: Config, foundry: Foundry, only: str | None, base: str | None, tuned: str | None
) -> list[str]:
    arms = [] if only == "tuned" else [base or config.base.deployment]
    return arms + ([] if only == "base" else [tuned or _tuned(config, foundry)])


def _system_message(config: Config, name: str | None, text: str | None) -> str:
    if name and text:
        raise ConfigError("Both --system and --system-text are given.", remedy="Give one of them.")
    return text or config.system_message(name or config.smoke_test.system_message)


def _tuned(config: Config, foundry: Foundry) -> str:
    """Production where there is one, else the candidate."""
    release = config.release
    if foundry.managed is None:
        return release.deployment
    in_production = find_deployment(foundry.session, foundry.account, release.deployment)
    return release.deployment if in_production else release.candidate_deployment
