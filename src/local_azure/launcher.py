"""`python -m local_azure run -- COMMAND`: Azure's own host names lead to the local one.

A script with hard-wired hosts runs unchanged: its HTTPS_PROXY is a proxy here, which connects
management.azure.com, login.microsoftonline.com and the accounts' hosts with a local server, refuses
every other host of Azure's, so that no token reaches the public cloud, and passes on the rest.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from local_azure.address import AZURE_HOSTS

USAGE = 2
_START_SECONDS = 60
_CHUNK = 65536
_REFUSED_DOMAINS = ("azure.com", "azure.net", "windows.net", "microsoft.com", "microsoftonline.com")


def run(command: Sequence[str], directory: Path, *, speed: float | None) -> int:
    """The exit code of the command, or that of the server where it does not start."""
    words = list(command[1:] if command[:1] == ["--"] else command)
    if not words:
        sys.stderr.write("Name a command behind --: local_azure run -- python script.py\n")
        return USAGE
    with tempfile.TemporaryDirectory() as folder, _server(directory, Path(folder), speed) as server:
        variables = _awaited(server, Path(folder) / "env")
        if variables is None:
            return server.wait()
        with _proxy(variables["LOCAL_AZURE_URL"]) as address:
            environment = os.environ | variables | _proxied(address)
            try:
                return subprocess.run(words, env=environment, check=False).returncode  # noqa: S603
            except OSError as error:
                sys.stderr.write(f"{words[0]} cannot be run: {error}\n")
                return USAGE


def _proxied(address: str) -> dict[str, str]:
    lower = {"https_proxy": address, "no_proxy": "127.0.0.1,localhost"}
    upper = {name.upper(): value for name, value in lower.items()}
    return {**lower, **upper, "NODE_USE_ENV_PROXY": "1"}


@contextlib.contextmanager
def _server(
    directory: Path, folder: Path, speed: float | None
) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "local_azure", "serve", "--state", str(directory)]
    words += ["--env-file", str(folder / "env"), "--die-with-parent"]
    words += [word for host in AZURE_HOSTS for word in ("--name", host)]
    words += [] if speed is None else ["--speed", str(speed)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            yield server
        finally:
            server.terminate()


def _awaited(server: subprocess.Popen[bytes], env_file: Path) -> dict[str, str] | None:
    """The server's variables once it listens; None where it has ended."""
    deadline = time.monotonic() + _START_SECONDS
    while not env_file.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            server.terminate()
            return None
        time.sleep(0.02)
    lines = env_file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


@contextlib.contextmanager
def _proxy(url: str) -> Iterator[str]:
    """A proxy in a thread of its own; its address."""
    split = urlsplit(url)
    proxy = Proxy(str(split.hostname), split.port or 443)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


class RefusedError(Exception):
    """Its text is for whoever asked the proxy."""


class Proxy:
    """Answers CONNECT and nothing else."""

    def __init__(self, host: str, port: int) -> None:
        self._local = (host, port)

    def target(self, line: str) -> tuple[str, int]:
        """Where a request line leads; raises RefusedError."""
        method, _, rest = line.partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if method != "CONNECT" or not port.isdecimal() or not host:
            raise RefusedError("This proxy passes on TLS connections (CONNECT) and nothing else.")
        host = host.lower().strip("[]").rstrip(".")
        if any(fnmatchcase(host, known) for known in AZURE_HOSTS):
            return self._local
        if any(f".{host}".endswith(f".{domain}") for domain in _REFUSED_DOMAINS):
            raise RefusedError(
                f"The local Azure has no {host}, and leads nobody to the public cloud."
            )
        return host, int(port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.partition(b"\r\n")[0].decode("latin-1")
            there = await asyncio.open_connection(*self.target(line))
        except RefusedError as error:
            await _answer(writer, f"403 Forbidden\r\n\r\n{error}\n")
            return
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            await _answer(writer, f"502 Bad Gateway\r\n\r\n{error}\n")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))


async def _answer(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"HTTP/1.1 {text}".encode())
    writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()
