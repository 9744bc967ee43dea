"""What a product's jobs call for."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tuneops.azure.jobs import FINAL, PAUSED, RUNNING, Job
from tuneops.training.attention import Attention, attention

NOW = 1_000_000.0
PATIENCE = timedelta(hours=6)


def job(status: str, created: int = 1) -> Job:
    return Job(f"ftjob-{created}", status, "gpt-4o", created, "file-t", suffix="ft-tienda-0" * 2)


def look(*jobs: Job, released: frozenset[str] = frozenset()) -> Attention:
    return attention(jobs, released, now=NOW, patience=PATIENCE)


def test_no_jobs_call_for_nothing() -> None:
    assert look() == Attention()


def test_a_job_that_succeeded_is_to_be_released_until_it_was() -> None:
    done = job("succeeded")
    assert look(done).release == done
    assert look(done, released=frozenset({done.id})) == Attention()


def test_a_newer_job_overtakes_an_older_one() -> None:
    newer = job("running", 2)
    assert look(job("succeeded", 1), newer) == Attention(running=(newer,))
    assert look(job("failed", 1), job("succeeded", 2)).failed is None
    assert look(job("succeeded", 1), job("failed", 2)).release is None


def test_a_job_that_will_end_by_itself_is_waited_for_and_a_paused_one_is_not() -> None:
    jobs = [job(status, at) for at, status in enumerate(sorted(RUNNING | PAUSED | FINAL))]
    assert {each.status for each in look(*jobs).running} == RUNNING


def test_a_failed_job_calls_for_a_person() -> None:
    failed = job("failed")
    assert look(failed).failed == failed


def test_a_job_that_waits_too_long_is_named() -> None:
    early, late = job("pending", int(NOW) - 3600), job("pending", int(NOW) - 7 * 3600)
    assert look(early, late).waiting == (late,)


@given(
    st.lists(
        st.builds(job, st.sampled_from(sorted(RUNNING | PAUSED | FINAL)), st.integers(1, int(NOW))),
        unique_by=lambda each: each.created,
    ),
    st.data(),
)
def test_only_the_newest_job_is_released_or_reported(jobs: list[Job], data: st.DataObject) -> None:
    released = data.draw(st.frozensets(st.sampled_from([j.id for j in jobs]))) if jobs else None
    found = look(*jobs, released=released or frozenset())
    newest = max(jobs, key=lambda each: each.created, default=None)
    assert found.release in (None, newest)
    assert found.failed in (None, newest)
    assert not (released and found.release and found.release.id in released)
