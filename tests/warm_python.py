"""A Python whose libraries are loaded already: each command is a fork of it, not a new start.

It takes the place of `python` where neither a start nor a signal is tested. Only other people's
packages are loaded; tuneops is imported by each command from the folder that it runs in, as ever.
"""

import atexit
import importlib
import io
import json
import os
import runpy
import select
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TextIO

_LIBRARIES = (
    "azure.identity",
    "azure.mgmt.cognitiveservices",
    "azure.mgmt.resource.resources",
    "openai.resources.chat",
    "openai.resources.files",
    "openai.resources.fine_tuning",
    "rich.progress",
)
ROOT = Path(__file__).parents[1]
_PACKET = 1 << 16
_START_SECONDS = 200
_CLIENT = """#!{python} -IS
import json, os, socket, sys
words = sys.argv[1:]
if words == ["--version"]:
    sys.exit(print("Python", sys.version.split()[0]))
wish = {{"argv": words, "cwd": os.getcwd(), "env": dict(os.environ)}}
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps(wish).encode())
    server.shutdown(socket.SHUT_WR)
    code = server.recv(1)
sys.exit(code[0] if code else "the command was killed")
"""

# In the place of `uv`: it installs nothing, and refuses what is not checked against a lock.
UV = f"""#!{sys.executable} -IS
import sys
words = set(sys.argv[1:])
checked = {{"--require-hashes", "--only-binary", ":all:"}} <= words
itself = {{"--no-deps", "--no-build-isolation", "."}} <= words
sys.exit(0 if checked or itself or "--version" in words else 9)
"""


@contextmanager
def warm() -> Iterator[str]:
    """The text of a program that runs its arguments as Python would."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    environment |= {"PYTHONPATH": "src", "OPENBLAS_NUM_THREADS": "1"}
    with (
        tempfile.TemporaryDirectory() as folder,  # a socket's address must be short
        subprocess.Popen(
            [sys.executable, __file__, address := f"{folder}/python.sock"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
        ) as server,
    ):
        deadline = time.monotonic() + _START_SECONDS
        while not Path(address).exists():
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield _CLIENT.format(python=sys.executable, address=address)


@cache
def interpreter() -> str:
    """The path of such a program, which this process keeps until it ends."""
    kept = ExitStack()
    atexit.register(kept.close)
    program = Path(kept.enter_context(tempfile.TemporaryDirectory()), "python")
    program.write_text(kept.enter_context(warm()), encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def _serve(address: str) -> None:
    """Until standard input closes, as it does when the one who started this ends."""
    _warm_up()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _run(connection)
            connection.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _warm_up() -> None:
    """Load the libraries and compile the rules' patterns, which `re` remembers; forget tuneops."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    sys.path[0] = "scripts"
    sys.argv = ["scripts/validate_data.py", "check"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        _exit_code(sys.argv)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tuneops"]:
        del sys.modules[name]


def _run(client: socket.socket) -> NoReturn:
    code = 1
    try:
        words = _take_over(client)
        code = _exit_code(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        client.send(bytes([code]))
        os._exit(code)


def _take_over(client: socket.socket) -> list[str]:
    """Become the command that the client is: its files, folder and environment."""
    _, descriptors, _, _ = socket.recv_fds(client, 1, 3)
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = _streams()
    packets = iter(lambda: client.recv(_PACKET), b"")
    wish: dict[str, Any] = json.loads(b"".join(packets))
    os.chdir(wish["cwd"])
    os.environ.clear()
    os.environ.update(wish["env"])
    words: list[str] = wish["argv"]
    roots = [str(Path(words[0]).parent), *wish["env"].get("PYTHONPATH", "src").split(":")]
    sys.path[:1] = [str(Path(root).absolute()) for root in roots]
    sys.argv = words
    return words


def _streams() -> tuple[TextIO, TextIO, TextIO]:
    """Made anew: the ones before know what their files could do."""
    return (
        open(0, encoding="utf-8", closefd=False),
        open(1, "w", encoding="utf-8", closefd=False),
        open(2, "w", 1, encoding="utf-8", closefd=False),
    )


def _exit_code(words: list[str]) -> int:
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python ends
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
