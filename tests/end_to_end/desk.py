"""A shell at which somebody runs the scripts, one after the other."""

import json
import os
from pathlib import Path
from typing import Any

from tests.end_to_end import pipeline
from tests.end_to_end.pipeline import Answered, run_forked, run_script
from tests.local_azure.conftest import LocalAzure
from tuneops import config as configuration


class Desk:
    def __init__(self, azure: LocalAzure, folder: Path) -> None:
        self.azure = azure
        self.folder = folder / "desk"

    def run(self, *command: str) -> Answered:
        """Run a script; a release is promoted by the record that `passes` left."""
        promoting = command[:2] == ("deploy", "promote") and "--run" not in command
        record = ("--run", self.run_json(*_environment(command))) if promoting else ()
        return run_script(self.folder, *command, *record)

    def done(self, *command: str) -> Any:  # noqa: ANN401 - the script's JSON
        answered = self.run(*command, "--json")
        assert answered.code == 0, answered.narration
        return json.loads(answered.shown)

    def train(self) -> Any:  # noqa: ANN401 - the script's JSON
        """Everything up to a job that has succeeded; what is there already is found."""
        self.done("provision", "create")
        self.done("fine_tune", "submit", "--train-anyway")
        return self.done("fine_tune", "wait")

    def passes(self, environment: str | None = None) -> None:
        """Leave what a smoke test that passed leaves."""

        def work() -> None:
            pipeline.record_pass(environment)

        self.folder.mkdir(parents=True, exist_ok=True)
        code, _ = run_forked(work, self.folder / "log")
        assert code == 0, (self.folder / "log").read_text(encoding="utf-8")

    def run_json(self, environment: str | None = None) -> str:
        config = configuration.load(Path(os.environ["TUNEOPS_CONFIG"]), environment)
        return str(pipeline.run_json(config))

    def release(self, *where: str, checkpoint: str | None = None) -> Any:  # noqa: ANN401
        """Candidate, a verdict, promote: the facts of the release."""
        named = ("--checkpoint", checkpoint) if checkpoint else ()
        self.done("deploy", "candidate", *where, *named)
        self.passes(*where[1:])
        return self.done("deploy", "promote", "--approved-by", "ana", *where)

    def production(self) -> dict[str, Any] | None:
        shown = self.done("deploy", "show")
        return next((found for found in shown if found["role"] == "production"), None)

    def account(self, group: str) -> str:
        (account,) = self.azure.cognitive().accounts.list_by_resource_group(group)
        return str(account.name)

    def put(self, group: str, name: str, model: str, tags: dict[str, str]) -> None:
        """What somebody does by hand in the portal."""
        body = {
            "sku": {"name": "Standard", "capacity": 10},
            "tags": tags,
            "properties": {"model": {"format": "OpenAI", "name": model, "version": "1"}},
        }
        deployments = self.azure.cognitive().deployments
        deployments.begin_create_or_update(group, self.account(group), name, body).result()

    def delete(self, group: str, name: str) -> None:
        deployments = self.azure.cognitive().deployments
        deployments.begin_delete(group, self.account(group), name).result()


def _environment(command: tuple[str, ...]) -> tuple[str, ...]:
    """The name behind ``--environment``, if it is given."""
    return command[command.index("--environment") + 1 :][:1] if "--environment" in command else ()
