"""What all tests share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.local_azure import witness
from tests.local_azure.witness import pytest_configure, pytest_sessionfinish, pytest_testnodedown

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_testnodedown"]

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
REPOSITORY = ROOT / "tests" / "repository"  # of a team whose product is not the example

# A shared two-core machine is slow at times; a test must not fail for that.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# Where tests run in the background of a shell, they and all that they start would ignore Ctrl-C,
# and a test that sends it to a child would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_FOREIGN = ("AZURE_", "ARM_", "OPENAI_", "GITHUB_", "ACTIONS_", "TUNEOPS_")

# Fixtures that start the local Azure, a warm Python for act, or GitHub's own parsers.
_STARTERS = frozenset(
    {
        *("server", "standing_server", "core_server", "shared_azure", "standing_azure"),
        *("start_local_azure", "quick_server", "azure"),
    }
)
_WITH_PROCESSES = ("end_to_end", "local_azure", "workflows")
# Their files wait most, so they begin first: a worker takes a file as a whole.
_FIRST = ("travel", "workflows", "end_to_end", "cleanup", "smoke")
# What every change is checked against within seconds all the same.
_QUICK = ("test_locks.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves to `make test`: tests of servers, and of other programs."""
    for item in items:
        fixtures = getattr(item, "fixturenames", [])
        started = _folder(item) in _WITH_PROCESSES or not _STARTERS.isdisjoint(fixtures)
        if started and item.path.name not in _QUICK:
            item.add_marker("server")
    items.sort(key=lambda item: _FIRST.index(found) if (found := _folder(item)) in _FIRST else 9)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


@pytest.fixture(autouse=True)
def _no_azure_of_yours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the Azure, the keys or the repository of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")
    monkeypatch.chdir(REPOSITORY)


def pytest_collection_finish() -> None:
    """Fixtures that outlive a test start in the tests' repository too."""
    os.chdir(REPOSITORY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the witness saw; and each sweep says how many of its cases it took, in any worker."""
    witness.pytest_terminal_summary(terminalreporter, terminalreporter.config)
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "sweep":
                terminalreporter.write_line(f"sweep: {value}")
