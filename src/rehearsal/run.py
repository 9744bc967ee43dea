"""One rehearsal from start to end, with what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rehearsal import processes, steps
from rehearsal.emulator import Stage
from rehearsal.steps import Rehearsal, StepFailedError
from tuneops import config, console
from tuneops.errors import ExitCode


@dataclass(frozen=True)
class Outcome:
    """``left`` names what still exists in the local Azure, read from it at the end."""

    rehearsal: Rehearsal
    failed: str | None
    left: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        if self.failed:
            return self.rehearsal.steps[-1].exit_code
        if self.left or len(self.rehearsal.jobs) != 1:
            return ExitCode.FAULT
        return ExitCode.DONE if self.rehearsal.approved else ExitCode.UNDECIDED


def play(folder: Path, config_path: Path, approve: Callable[[Rehearsal], bool]) -> Outcome:
    """Start the local Azure, run all steps in it, and look at what is left.

    Raises:
        ConfigError: The configuration is not valid.
    """
    config.load(config_path)
    processes.prepare()
    with Stage(folder) as stage:
        rehearsal = Rehearsal(folder, config_path, stage.environment, console.say)
        failed = None
        try:
            steps.run(rehearsal, stage, approve)
        except StepFailedError as error:
            failed = str(error)
        contents = stage.contents()
    left = (f"{kind} {name}" for kind, names in contents.items() for name in names)
    return Outcome(rehearsal, failed, tuple(left))
