"""What docs/minutes.md counts is what runs, and it stays within what was promised."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from tests.workflows.parsers import FILES, ROOT
from tests.workflows.test_conditions import flow


@pytest.fixture(autouse=True)
def _in_this_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def minutes() -> ModuleType:
    spec = spec_from_file_location("minutes", ROOT / "docs/minutes.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def total(event: str) -> int:
    works, _ = minutes().EVENTS[event]
    return sum(work.minutes for work in works)


def counted(event: str) -> set[str]:
    return {f"{work.file}: {work.job}" for work in minutes().EVENTS[event][0]}


def running(event: str, path: str) -> set[str]:
    """The jobs that the table of docs/workflows.md gives to a change of a path."""
    [jobs] = [jobs for name, changed, jobs in flow().rows() if (name, changed) == (event, path)]
    files = dict(entry.split(": ") for entry in jobs.split("; "))
    named = ((file, job) for file, listed in files.items() for job in listed.split(", "))
    return {f"{file}: {job}" for file, job in named if not job.startswith("(")}


def test_the_counted_jobs_are_those_that_an_event_runs() -> None:
    comment = {"comment.yml: comment"}
    data = running("pull_request", flow().CHANGED[0])
    assert counted("pull request of data") == data | comment
    code = running("pull_request", "src/tuneops/config.py")
    assert counted("pull request of code") == code | comment
    merge = running("push", flow().CHANGED[0])
    assert counted("merge that trains for 20 minutes") == merge


def test_an_idle_month_is_what_the_clock_starts_by_itself() -> None:
    """reconcile.yml is off, and apply has nothing to do."""
    clocks = {file.file for file in FILES if file.crons} - {"reconcile.yml"}
    assert {job.partition(":")[0] for job in counted("month in which nothing happens")} == clocks
    assert total("month in which nothing happens") < 40


def test_a_pull_request_of_data_costs_three_minutes_at_most() -> None:
    assert total("pull request of data") <= 3


def test_a_job_is_rounded_up_to_whole_minutes() -> None:
    work = minutes().Work
    around = minutes().CHECKOUT + minutes().SETUP
    assert [work("a", "b", seconds=s - around).minutes for s in (1, 60, 61)] == [1, 1, 2]
    assert work("a", "b", seconds=61 - around, times=3).minutes == 6
