"""Write the pages and schemas that are made from the code; a test keeps them true.

Run it with `make docs`.
"""

import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click

from tuneops.config import Config
from tuneops.errors import ExitCode
from tuneops.smoke.record import schema

ROOT = Path(__file__).parents[1]
MADE = "<!-- Made by `make docs`; do not edit. -->\n\n"


def exit_codes() -> str:
    rows = (f"| {code.value} | {code.meaning} |" for code in ExitCode)
    return "\n".join([f"{MADE}# Exit codes", "", "| code | meaning |", "|---|---|", *rows, ""])


def commands() -> str:
    sys.path.insert(0, str(ROOT / "scripts"))
    scripts = sorted((ROOT / "scripts").rglob("*.py"))
    scripts.remove(ROOT / "scripts/environment.py")
    pages = (page for script in scripts for page in _pages(script))
    return "\n".join([f"{MADE}# Commands", "", *pages])


def config_schema() -> str:
    return json.dumps(Config.model_json_schema(mode="validation"), indent=2) + "\n"


def smoke_run_schema() -> str:
    return json.dumps(schema(), indent=2) + "\n"


def workflows() -> str:
    return MADE + str(_module(ROOT / "docs/flow.py").page())


def minutes() -> str:
    return MADE + str(_module(ROOT / "docs/minutes.py").page())


def readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return str(_module(ROOT / "docs/flow.py").in_readme(text))


def rules() -> str:
    return str(_module(ROOT / "docs/rules_page.py").page())


PAGES: dict[str, Callable[[], str]] = {
    "docs/exit-codes.md": exit_codes,
    "docs/commands.md": commands,
    "config/schema.json": config_schema,
    "docs/smoke-run.schema.json": smoke_run_schema,
    "docs/rules.md": rules,
    "docs/workflows.md": workflows,
    "docs/minutes.md": minutes,
    "README.md": readme,
}


def main() -> None:
    for path, make in PAGES.items():
        (ROOT / path).write_text(make(), encoding="utf-8")


def _pages(script: Path) -> Iterator[str]:
    command = _command_of(script)
    context = click.Context(
        command, info_name=f"python {script.relative_to(ROOT).as_posix()}", terminal_width=100
    )
    yield _page(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            sub = command.commands[name]
            yield _page(sub, click.Context(sub, info_name=name, parent=context, terminal_width=100))


def _page(command: click.Command, context: click.Context) -> str:
    level = "##" if context.parent is None else "###"
    return f"{level} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


def _command_of(script: Path) -> click.Command:
    """The script's command: its only one, or the group that holds the others."""
    found = inspect.getattr_static(_module(script), "main")
    if not isinstance(found, click.Command):
        raise TypeError(f"{script} has no command called main")
    return found


def _module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"file_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
