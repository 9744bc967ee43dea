"""When a job can be cancelled, paused or resumed."""

import pytest

from tuneops.azure.jobs import FINAL, PAUSED, RUNNING, Job
from tuneops.errors import ExitCode, PreconditionError
from tuneops.training.job_states import is_to_do, without_result

ALL = sorted(RUNNING | PAUSED | FINAL)


def outcome(name: str, status: str) -> bool | None:
    """Whether the change is left to do; None where it is refused."""
    try:
        return is_to_do(name, Job("ftjob-1", status, "gpt-4o", 1, "file-t"))
    except PreconditionError:
        return None


@pytest.mark.parametrize(
    ("name", "left", "refused"),
    [
        ("cancel", RUNNING | PAUSED, frozenset()),
        ("pause", {"running"}, (RUNNING - {"running"}) | FINAL),
        ("resume", {"paused"}, FINAL | {"pausing"}),
    ],
)
def test_a_change_is_made_is_made_already_or_is_refused(
    name: str, left: frozenset[str], refused: frozenset[str]
) -> None:
    """A job that waits is not silently left running by pause, nor a finished one by resume."""
    assert {status for status in ALL if outcome(name, status) is True} == set(left)
    assert {status for status in ALL if outcome(name, status) is None} == set(refused)


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        ("paused", ExitCode.STILL_RUNNING, "fine_tune.py resume --job ftjob-1"),
        ("running", ExitCode.STILL_RUNNING, "fine_tune.py wait --job ftjob-1"),
        ("failed", ExitCode.PRECONDITION, "submit --retry"),
        ("cancelled", ExitCode.PRECONDITION, "submit --retry"),
    ],
)
def test_what_a_job_lacks_is_explained_by_its_status(
    status: str, code: ExitCode, remedy: str
) -> None:
    error = without_result(Job("ftjob-1", status, "gpt-4o", 1, "file-t"), "model")
    assert f"Job ftjob-1 is {status}: it has no model" in error.message
    assert (error.exit_code, remedy in error.remedy) == (code, True)


def test_a_refusal_says_when_it_would_work() -> None:
    with pytest.raises(PreconditionError, match=r"ftjob-1 is pending: it cannot be paused") as it:
        is_to_do("pause", Job("ftjob-1", "pending", "gpt-4o", 1, "file-t"))
    assert "while a job is running" in it.value.remedy
