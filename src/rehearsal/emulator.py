"""A local Azure of our own, running for as long as a rehearsal does."""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dotenv import dotenv_values

SPEED = 1500
_START_SECONDS = 30
_STOP_SECONDS = 10
_FOREIGN = ("AZURE_", "ARM_", "OPENAI_", "GITHUB_", "ACTIONS_", "TUNEOPS_", "IDENTITY_", "MSI_")


class Stage:
    """Starts the server on enter; it ends with us, even if we are killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        env_file = self._folder / "azure.env"
        env_file.unlink(missing_ok=True)
        log = (self._folder / "azure.log").open("wb")
        command = [sys.executable, "-m", "local_azure", "serve", "--die-with-parent"]
        command += ["--state", str(self._folder / "azure"), "--speed", str(SPEED)]
        self._server = subprocess.Popen(  # noqa: S603 - our own module
            [*command, "--env-file", str(env_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=_without_azure(os.environ.copy()),
        )
        self._await(env_file)
        self.environment = _without_azure(os.environ.copy()) | _values(env_file)
        self.environment |= {"TUNEOPS_POLL_SECONDS": "0.5", "PYTHON_DOTENV_DISABLED": "1"}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(_STOP_SECONDS)

    def contents(self) -> dict[str, list[str]]:
        """The names of all that exists in the local Azure, by kind, read from it now."""
        found = self._ask("/_local/state?details=1")
        return {kind: list(listed["names"]) for kind, listed in found.items()}

    def _ask(self, path: str) -> Any:  # noqa: ANN401 - JSON
        context = ssl.create_default_context(cafile=self.environment["SSL_CERT_FILE"])
        url = self.environment["LOCAL_AZURE_URL"] + path
        with urllib.request.urlopen(url, context=context, timeout=_START_SECONDS) as response:  # noqa: S310 - our own server
            return json.load(response)

    def _await(self, env_file: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not env_file.exists():
            ended = self._server is None or self._server.poll() is not None
            if ended or time.monotonic() > deadline:
                log = (self._folder / "azure.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"The local Azure did not start:\n{log[-2000:]}")
            time.sleep(0.02)


def _values(env_file: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(env_file).items() if value is not None}


def _without_azure(environment: dict[str, str]) -> dict[str, str]:
    """The environment without anything that could lead to an Azure or a repository of yours."""
    return {k: v for k, v in environment.items() if not k.startswith(_FOREIGN)}
