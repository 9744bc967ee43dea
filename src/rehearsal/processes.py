"""Scripts as processes of their own, which start with the SDKs already loaded.

Loading them takes longer than most steps: where the system can fork, a server that has loaded them
once forks into each script.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

_CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
_CONTEXT: Any = multiprocessing.get_context("forkserver" if _CAN_FORK else "spawn")
_LOADED = [
    *("azure.identity", "azure.mgmt.cognitiveservices", "openai", "rich.live", "rich.progress"),
    *("tuneops.commands.deploy", "tuneops.commands.fine_tune", "tuneops.commands.smoke_test"),
]


def prepare() -> None:
    """Begin to load the SDKs, while something else goes on here."""
    if _CAN_FORK:
        _CONTEXT.set_forkserver_preload(_LOADED)
        forkserver.ensure_running()


def run(script: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit code, below zero where a signal ended it, and what it wrote to stdout."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "stdout")
        words = [str(script), *arguments]
        process = _CONTEXT.Process(target=_become, args=(words, dict(environment), written))
        process.start()
        process.join()
        return process.exitcode, written.read_text(encoding="utf-8") if written.exists() else ""


def _become(words: list[str], environment: dict[str, str], written: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    sys.path.insert(0, str(Path(words[0]).parent))
    with written.open("wb") as output:
        os.dup2(output.fileno(), 1)
    runpy.run_path(words[0], run_name="__main__")
