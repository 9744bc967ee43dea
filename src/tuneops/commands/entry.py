"""`tuneops`: the commands of scripts/ under one name, and without one where each product stands."""

import importlib.util
import sys
from pathlib import Path

import click

from tuneops import console

SCRIPTS = Path(__file__).parents[3] / "scripts"

# The command, the script that has it, and its name there; empty: the script is the command.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("product", "init"),
    "check": ("validate_data", "check"),
    "diff": ("validate_data", "diff"),
    "fix": ("validate_data", "fix"),
    "convert": ("validate_data", "convert"),
    "explain": ("validate_data", "explain"),
    "provision": ("provision", ""),
    "grade": ("fine_tune", "grade"),
    "train": ("fine_tune", "submit"),
    "wait": ("fine_tune", "wait"),
    "status": ("fine_tune", "status"),
    "metrics": ("fine_tune", "metrics"),
    "jobs": ("fine_tune", "list"),
    "checkpoints": ("fine_tune", "checkpoints"),
    "pause": ("fine_tune", "pause"),
    "resume": ("fine_tune", "resume"),
    "cancel": ("fine_tune", "cancel"),
    "candidate": ("deploy", "candidate"),
    "smoke-test": ("smoke_test", "run"),
    "compare-checkpoints": ("smoke_test", "checkpoints"),
    "promote": ("deploy", "promote"),
    "rollback": ("deploy", "rollback"),
    "retire": ("deploy", "retire"),
    "show": ("deploy", "show"),
    "chat": ("chat", ""),
    "cleanup": ("cleanup", ""),
    "doctor": ("doctor", ""),
    "teardown": ("product", "teardown"),
}


class Entry(console.Commands):
    """Loads the script of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's own
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        script, name = COMMANDS[cmd_name]
        command = _main_of(script)
        if name and isinstance(command, click.Group):
            return command.get_command(ctx, name)
        return command


@click.group(cls=Entry, invoke_without_command=True)
@console.json_option
@click.pass_context
def main(ctx: click.Context, *, as_json: bool) -> None:
    """Fine-tune a chat model on Azure OpenAI, from training data to production.

    Alone it says where each product stands, and what comes next.
    """
    if ctx.invoked_subcommand is None:
        from tuneops.commands import overview

        found = overview.products()
        console.emit(found, as_json=as_json, shown=overview.shown(found))


def _main_of(script: str) -> click.Command:
    """The Click command of a script, which is no package."""
    if str(SCRIPTS) not in sys.path:
        sys.path.append(str(SCRIPTS))
    spec = importlib.util.spec_from_file_location(f"tuneops_{script}", SCRIPTS / f"{script}.py")
    if spec is None or spec.loader is None:
        raise click.ClickException(f"{SCRIPTS} has no {script}.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: click.Command = module.main
    return found
