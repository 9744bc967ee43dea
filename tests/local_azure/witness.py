"""Holds what every local Azure of a test run was asked and answered against the specifications.

Servers keep their exchanges in a folder, one for each worker; a run with a violation fails.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from local_azure.recording import FOLDER
from tests.local_azure import contract

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Witness:
    folder: Path
    exchanges: int = 0
    exercised: set[tuple[str, str]] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    _read: dict[Path, int] = field(default_factory=dict)

    def read(self) -> list[str]:
        """The violations that have come in since the last time."""
        known = len(self.violations)
        for line in self._lines():
            self._hear(json.loads(line))
        return self.violations[known:]

    def add(self, other: dict[str, Any]) -> None:
        """What a worker has found."""
        self.exchanges += other["exchanges"]
        self.exercised |= {(file, name) for file, name in other["exercised"]}
        self.violations += other["violations"]

    def found(self) -> dict[str, Any]:
        return {
            "exchanges": self.exchanges,
            "exercised": sorted(self.exercised),
            "violations": self.violations,
        }

    def _lines(self) -> Iterator[bytes]:
        """Whole lines; a killed server may have left half of one."""
        for path in sorted(self.folder.rglob("*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                for line in file:
                    if line.endswith(b"\n"):
                        self._read[path] = self._read.get(path, 0) + len(line)
                        yield line

    def _hear(self, exchange: dict[str, Any]) -> None:
        version = parse_qs(exchange["query"]).get("api-version", [""])[0]
        operation = contract.find(exchange["method"], exchange["path"], version)
        if operation is None:
            return
        self.exchanges += 1
        if exchange["status"] < 400:
            self.exercised.add((operation.file, operation.name))
        wrong = exchange.get("failed") or _violation(operation, exchange)
        if wrong:
            self.violations.append(
                f"{operation.name} ({operation.file}), {exchange['status']}: {wrong}"
            )


def _violation(operation: contract.Operation, exchange: dict[str, Any]) -> str | None:
    if exchange["type"].startswith("text/event-stream"):
        chunks = _chunks(exchange["answered"])
        each = (contract.chunk_violation(operation, chunk) for chunk in chunks)
        return next(filter(None, each), None)
    status = exchange["status"]
    wrong = contract.response_violation(operation, status, _parsed(exchange["answered"]))
    if wrong or status >= 400:
        return wrong
    asked = _parsed(exchange["asked"])
    wrong = None if asked is None else contract.request_violation(operation, asked)
    return f"accepted a request that is none: {wrong}" if wrong else None


def _chunks(stream: str) -> list[Any]:
    """A client that hangs up leaves half a chunk at the end."""
    events = [event.partition("data: ")[2] for event in stream.split("\n\n")[:-1]]
    return [json.loads(event) for event in events if event != "[DONE]"]


def _parsed(content: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


WITNESS = pytest.StashKey[Witness]()


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="local-azure-"))
    config.stash[WITNESS] = Witness(folder)
    if contract.SPECS.is_dir():
        os.environ[FOLDER] = str(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401
    """In the process that runs the workers."""
    output = getattr(node, "workeroutput", {})
    if "witness" in output:
        node.config.stash[WITNESS].add(output["witness"])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    witness = session.config.stash[WITNESS]
    witness.read()
    shutil.rmtree(witness.folder, ignore_errors=True)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["witness"] = witness.found()
    elif witness.violations:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    witness = config.stash[WITNESS]
    if not witness.exchanges:
        return
    from tests.local_azure.coverage import LISTED

    listed = {(one.file, one.name) for one in LISTED}
    share = len(listed & witness.exercised)
    terminalreporter.section("local Azure against the specifications")
    terminalreporter.write_line(
        f"{witness.exchanges} exchanges, {len(witness.violations)} violations; "
        f"{share} of {len(listed)} operations exercised ({100 * share // len(listed)} %)"
    )
    for violation in sorted(set(witness.violations)):
        terminalreporter.write_line(violation)
