"""How every command of scripts/ speaks: the result on stdout, the narration on stderr."""

import atexit
import gc
import io
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from tunelint.errors import TunelintError
from tunelint.workflow_commands import annotation
from tuneops import config_files, github
from tuneops.errors import ConfigError, ExitCode, TuneopsError
from tuneops.escaping import visible
from tuneops.stopping import stopped

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_OF_A_PRODUCT = re.compile(r"config/[a-z0-9-]+\.yaml")
_KEPT = "\n\t"

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Guarded(click.Command):
    """Whatever goes wrong in a command ends in a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        atexit.register(gc.freeze)  # or Python looks for garbage in all that ends with it
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # whatever its encoding lacks
        try:
            _load_environment()
            return super().invoke(ctx)
        except TunelintError as error:
            report(ConfigError(error.message, remedy=error.remedy))
            ctx.exit(ExitCode.USAGE)
        except TuneopsError as error:
            report(error)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            report(stopped(ctx.info_name or "", ctx.invoked_subcommand))
            ctx.exit(ExitCode.STILL_RUNNING)
        except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
            report(_unforeseen(error))
            ctx.exit(ExitCode.FAULT)


class Output(click.Path):
    """A file or folder to be written; one that cannot be is refused before any work."""

    def __init__(self, *, folder: bool = False) -> None:
        super().__init__(file_okay=not folder, dir_okay=folder, path_type=Path)

    def convert(  # type: ignore[override]
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        path = Path(str(super().convert(value, param, ctx)))
        folders = path.absolute().parents if self.dir_okay else (path.absolute().parent,)
        there = next((each for each in (path, *folders) if each.exists()), None)
        if there is None or not os.access(there, os.W_OK):
            self.fail(f"'{path}' cannot be written.", param, ctx)
        return path


class Command(_Guarded):
    """A script that is one command."""


class Commands(_Guarded, click.Group):
    """A script of several commands."""


def config_option(function: _Function) -> _Function:
    return _config(
        "The product's configuration; left out, that of the only product.", _configuration
    )(function)


def optional_config_option(function: _Function) -> _Function:
    """For commands that can do without a product: left out, the path is None."""
    return _config("The product's configuration.", _optional_configuration)(function)


def _config(text: str, callback: Callable[..., Path | None]) -> Callable[[_Function], _Function]:
    return click.option(
        "--config",
        "config_path",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=callback,
        envvar="TUNEOPS_CONFIG",
        show_envvar=True,
        help=text,
    )


def _optional_configuration(
    ctx: click.Context, option: click.Parameter, value: Path | None
) -> Path | None:
    """The path; what a workflow makes of its inputs names a product, and leads nowhere else."""
    source = ctx.get_parameter_source(option.name or "")
    from_a_workflow = source is ParameterSource.ENVIRONMENT and github.in_actions()
    if value and from_a_workflow and not _OF_A_PRODUCT.fullmatch(value.as_posix()):
        raise click.UsageError(
            f"TUNEOPS_CONFIG is '{visible(str(value))}'. Name a product by a-z, 0-9 and hyphens."
        )
    return value


def _configuration(ctx: click.Context, option: click.Parameter, value: Path | None) -> Path:
    try:
        return _optional_configuration(ctx, option, value) or config_files.require_one()
    except ConfigError as error:
        raise click.UsageError(f"{error.message} {error.remedy}") from error


def environment_option(function: _Function) -> _Function:
    return click.option(
        "--environment", metavar="NAME", help="Another place, of those under environments."
    )(function)


def json_option(function: _Function) -> _Function:
    return click.option("--json", "as_json", is_flag=True, help="The result as JSON.")(function)


def dry_run_option(function: _Function) -> _Function:
    return click.option(
        "--dry-run", is_flag=True, help="Say what would be done, and change nothing."
    )(function)


def say(text: str) -> None:
    """Narrate one step."""
    click.echo(visible(text, _KEPT), err=True)


def warn(text: str) -> None:
    if github.in_actions():
        click.echo(annotation("warning", text), err=True)
    else:
        click.secho(f"warning: {visible(text, _KEPT)}", fg="yellow", err=True)


def report(error: TuneopsError) -> None:
    """Show an error: what happened, and what to do."""
    if github.in_actions():
        click.echo(annotation("error", f"{error.message}\n{error.remedy}"), err=True)
    else:
        click.secho(f"error: {visible(error.message, _KEPT)}", fg="red", err=True)
        click.echo(f"  → {visible(error.remedy, _KEPT)}", err=True)


@contextmanager
def group(title: str) -> Iterator[None]:
    """Narration that belongs together; folded in the log of GitHub Actions."""
    if not github.in_actions():
        click.secho(visible(title), bold=True, err=True)
        yield
        return
    click.echo(github.group_start(title), err=True)
    try:
        yield
    finally:
        click.echo(github.group_end(), err=True)


def emit(facts: object, *, as_json: bool, shown: "RenderableType") -> None:
    """Print a command's result: the facts as JSON, or what is shown to a person."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
    else:
        from rich.text import Text

        rich_console().print(shown, soft_wrap=isinstance(shown, str | Text))


def emit_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print named facts as JSON, or as two columns."""
    from tuneops.display import tables

    emit(facts, as_json=as_json, shown=tables.facts(facts))


def write_file(path: Path, text: str) -> None:
    """Write a result where an option names the file.

    Raises:
        ConfigError: It cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error


def rich_console(*, stderr: bool = False) -> "Console":
    """A rich console that never reads markup out of data and never cuts lines in a log."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", "120"))
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)


def _load_environment() -> None:
    """Take the variables of the nearest .env, if there is one.

    Raises:
        ConfigError: It cannot be read as UTF-8, or is no list of variables.
    """
    here = Path.cwd()
    if any((folder / ".env").exists() for folder in (here, *here.parents)):
        from dotenv import find_dotenv, load_dotenv

        path = find_dotenv(usecwd=True)
        try:
            load_dotenv(path)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{path} cannot be read: {error}.",
                remedy="Save it as UTF-8, with a line NAME=value for each variable.",
            ) from error


def _unforeseen(error: Exception) -> TuneopsError:
    if os.environ.get("TUNEOPS_DEBUG"):
        traceback.print_exception(error)
    return TuneopsError(
        f"Unexpected {type(error).__name__}: {error}",
        remedy="It is safe to run again; TUNEOPS_DEBUG=1 shows where it happened.",
    )
