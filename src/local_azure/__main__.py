"""`python -m local_azure serve`: Azure on this machine, for the real SDKs."""

import argparse
import os
import sys
from pathlib import Path

_LAST_PORT = 65_535
_USAGE = 2


def main() -> int:
    """Return the exit code."""
    arguments = _parser().parse_args()
    if arguments.verb == "run":
        from local_azure.launcher import run

        return run(arguments.command, arguments.state, speed=arguments.speed)
    return _serve(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    from pydantic import ValidationError
    from yaml import YAMLError

    from local_azure.recording import FOLDER
    from local_azure.server import DirectoryInUseError, Options, serve

    options = Options(
        directory=arguments.state,
        host=arguments.host,
        port=arguments.port,
        names=tuple(arguments.name),
        speed=arguments.speed,
        env_file=arguments.env_file,
        catalog_file=arguments.catalog,
        faults_file=arguments.faults,
        answers_file=arguments.answers,
        record=arguments.record or _folder(os.environ.get(FOLDER)),
        die_with_parent=arguments.die_with_parent,
    )
    try:
        serve(options)
    except (DirectoryInUseError, OSError, ValidationError, YAMLError) as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE
    return 0


def _folder(name: str | None) -> Path | None:
    return Path(name) if name else None


def _port(text: str) -> int:
    """Raises: ArgumentTypeError where it is no port."""
    if not text.isascii() or not text.isdigit() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; name one from 0 to {_LAST_PORT}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_azure", description=__doc__)
    verbs = parser.add_subparsers(required=True, dest="verb")
    _serve_options(
        verbs.add_parser("serve", help="print the environment to export, then serve until stopped")
    )
    run = verbs.add_parser("run", help="run a command for which Azure's own hosts are local")
    _shared_options(run)
    run.add_argument("command", nargs=argparse.REMAINDER, help="behind --, with its arguments")
    return parser


def _shared_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--state",
        type=Path,
        default=Path(".local-azure"),
        help="directory that keeps everything from one start to the next (.local-azure)",
    )
    verb.add_argument(
        "--speed", type=float, help="how many times faster than the real service work is done"
    )


def _serve_options(serve: argparse.ArgumentParser) -> None:
    _shared_options(serve)
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen at; others than this machine's let everybody in who reaches it",
    )
    serve.add_argument(
        "--name", action="append", default=[], help="further host name of the server; repeat it"
    )
    serve.add_argument("--port", type=_port, default=0, help="0: any free one (default)")
    serve.add_argument(
        "--env-file", type=Path, help="written, as KEY=VALUE lines, once the server listens"
    )
    serve.add_argument("--catalog", type=Path, help="YAML file of models, SKUs and quota")
    serve.add_argument("--faults", type=Path, help="YAML list of faults to begin with")
    serve.add_argument("--answers", type=Path, help="YAML list of scripted answers")
    serve.add_argument(
        "--record", type=Path, help="folder that keeps requests and answers (LOCAL_AZURE_RECORD)"
    )
    serve.add_argument(
        "--die-with-parent", action="store_true", help="stop at the end of standard input"
    )


if __name__ == "__main__":
    sys.exit(main())
