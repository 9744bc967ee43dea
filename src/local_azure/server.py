"""The process: one server to a state directory, on TLS, until it is told to stop."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local_azure import certificates, environment
from local_azure.app import create_app
from local_azure.state import State
from local_azure.store import set_aside_if_foreign

LOCK_WAIT_SECONDS = 15
_GRACE_SECONDS = 2
HEADER_SECONDS = 20  # from the first byte of a request, or of a connection, to its last header


@dataclass(frozen=True)
class Options:
    directory: Path
    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()  # of the server, beside those of this machine
    speed: float | None = None  # None: as it was
    env_file: Path | None = None
    catalog_file: Path | None = None
    faults_file: Path | None = None
    answers_file: Path | None = None
    record: Path | None = None
    die_with_parent: bool = False


class DirectoryInUseError(Exception):
    """Another server holds the state directory."""


def serve(options: Options) -> None:
    """Run until SIGTERM, SIGINT or POST /_local/shutdown; raises DirectoryInUseError."""
    os.umask(0o077)  # state, keys, tokens and recordings are for this user alone
    options.directory.mkdir(parents=True, exist_ok=True)
    options.directory.chmod(0o700)
    lock = _lock(options.directory)
    aside = set_aside_if_foreign(options.directory)
    if aside is not None:
        said = f"The state was written by another version; it lies in {aside}, a new one begins.\n"
        sys.stderr.write(said)
    state = State(options.directory, catalog_file=options.catalog_file, speed=options.speed)
    try:
        _run(state, options)
    finally:
        state.store.close()
        lock.close()


def _lock(directory: Path) -> sqlite3.Connection:
    """SQLite's exclusive lock: the same on every system, and gone with the process."""
    lock = sqlite3.connect(directory / "lock.sqlite", timeout=LOCK_WAIT_SECONDS)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        raise DirectoryInUseError(
            f"Another local Azure has been serving {directory} for {LOCK_WAIT_SECONDS} s: "
            "stop it, or name another directory with --state."
        ) from None
    return lock


def _run(state: State, options: Options) -> None:
    made = certificates.prepare(options.directory, options.names)
    listener = socket.create_server((options.host, options.port))
    url = f"https://{_known_as(options)}:{listener.getsockname()[1]}"
    variables = environment.variables(state, url, made)
    connections = Connections()
    app = create_app(
        state,
        drop=connections.drop,
        faults_file=options.faults_file,
        answers_file=options.answers_file,
        record=options.record,
    )
    config = uvicorn.Config(
        app,
        http=connections.protocol(),
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        ssl_certfile=made.chain,
        ssl_keyfile=made.key,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, on_listening=lambda: _announce(variables, options.env_file))
    app.state.shutdown = server.stop
    if options.die_with_parent:
        threading.Thread(target=_await_end_of_input, args=(server.stop,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())  # uvicorn raises it again at its end
    server.run(sockets=[listener])


def _known_as(options: Options) -> str:
    """Who listens to other machines is known to them by the first of its names."""
    elsewhere = options.host not in certificates.HOSTS and options.names
    return options.names[0] if elsewhere else "127.0.0.1"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    def stop(self) -> None:
        self.should_exit = True


class Connections:
    """The open connections by the client's address, so that a fault can cut one.

    One whose headers do not come in time is closed.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def drop(self, scope: Scope) -> None:
        host, port = scope["client"]
        self._open[host, port].abort()

    def protocol(self) -> type[asyncio.Protocol]:
        connections = self._open

        class Protocol(HttpToolsProtocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                raw = transport.get_extra_info("socket")  # asyncio does so for some listeners only
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.peer = transport.get_extra_info("peername")
                connections[self.peer] = transport
                self._await_headers()

            def on_message_begin(self) -> None:
                super().on_message_begin()
                self.slow.cancel()
                self._await_headers()

            def on_headers_complete(self) -> None:
                self.slow.cancel()
                super().on_headers_complete()

            def connection_lost(self, exc: Exception | None) -> None:
                self.slow.cancel()
                super().connection_lost(exc)
                connections.pop(self.peer, None)

            def _await_headers(self) -> None:
                self.slow = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

            def shutdown(self) -> None:
                """Cut an idle connection: TLS would wait for the client's farewell."""
                if self.cycle is None or self.cycle.response_complete:
                    self.transport.abort()
                else:
                    super().shutdown()

        return Protocol


def _announce(variables: dict[str, str], env_file: Path | None) -> None:
    if env_file is not None:
        environment.write_env_file(env_file, variables)
    sys.stdout.write(environment.export_lines(variables))
    sys.stdout.flush()


def _await_end_of_input(stop: Callable[[], None]) -> None:
    """The parent holds the other end of standard input, and so lets go of it when it dies."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()
