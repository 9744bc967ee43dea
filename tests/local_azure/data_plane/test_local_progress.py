"""How jobs get on, as plain functions of their documents and a moment."""

from copy import deepcopy
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local_azure.data_plane.progress import (
    PENDING_WORK,
    RUNNING_JOBS,
    Timeline,
    advance,
    checkpoint_names,
)

START = 1_800_000_000.0
ORDER = ["pending", "running", "succeeded"]


def job(number: int = 0, /, **more: object) -> dict[str, Any]:
    return {
        "id": f"ftjob-{number:032x}",
        "created": START,
        "base": "gpt-4o-2024-08-06",
        "training_type": "GlobalStandard",
        "resolved": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 2.0},
        "examples": 20,
        "tokens": 1000,
        "minutes": 40.0,
        "result_file": "file-1",
        **more,
    }


def running(**more: object) -> dict[str, Any]:
    return job() | {"segments": [[START, None]], **more}


@given(st.lists(st.floats(0, 5000), min_size=2, max_size=8), st.sampled_from([1.0, 7.5, 3000.0]))
def test_time_never_takes_anything_back(moments: list[float], speed: float) -> None:
    """As the clock goes on the status, the steps and the events only go forward."""
    views = [Timeline(running(), START + moment / speed, speed) for moment in sorted(moments)]
    for earlier, later in pairwise(views):
        assert ORDER.index(earlier.status) <= ORDER.index(later.status)
        assert earlier.steps_done <= later.steps_done
        names = [event.name for event in later.events()]
        assert [event.name for event in earlier.events()] == names[
            len(names) - len(earlier.events()) :
        ]


@given(st.floats(0, 5000))
def test_events_come_newest_first(moment: float) -> None:
    """No event is older than the one after it, and none lies in the future."""
    times = [event.at for event in Timeline(running(), START + moment, 1.0).events()]
    assert times == sorted(times, reverse=True)
    assert times[0] <= START + moment


def test_phases_have_their_lengths() -> None:
    """A minute of preprocessing, then as many minutes as the job has."""
    assert Timeline(running(), START + PENDING_WORK - 1, 1.0).status == "pending"
    assert Timeline(running(), START + PENDING_WORK, 1.0).status == "running"
    end = START + PENDING_WORK + 40 * 60
    assert Timeline(running(), end - 1, 1.0).status == "running"
    assert Timeline(running(), end, 1.0).status == "succeeded"
    assert Timeline(running(), START + (end - START) / 300, 300.0).status == "succeeded"


@given(
    delays=st.lists(st.floats(0, 4000), min_size=1, max_size=10),
    reads=st.lists(st.floats(0, 40_000), min_size=1, max_size=10),
)
def test_no_more_than_three_run_at_once_whenever_one_looks(
    delays: list[float], reads: list[float]
) -> None:
    """Jobs get their places at the same times, read often or only at the end."""
    jobs = [job(n, created=START + delay) for n, delay in enumerate(sorted(delays))]
    often = deepcopy(jobs)
    end = START + 100_000
    for read in sorted(reads):
        open_then = (one for one in often if "ended" not in one)
        known = [one for one in open_then if one["created"] <= START + read]
        advance(known, START + read, 1.0)
    advance([one for one in often if "ended" not in one], end, 1.0)
    advance(jobs, end, 1.0)
    starts = [one["segments"][0][0] for one in jobs]
    assert [one["segments"][0][0] for one in often] == starts
    for start in starts:
        at_work = [one for one in jobs if one["segments"][0][0] <= start < one["ended_at"]]
        assert len(at_work) <= RUNNING_JOBS


def test_a_cancelled_job_in_the_queue_takes_no_place() -> None:
    """Who waits behind it moves up."""
    jobs = [job(n) for n in range(5)]
    jobs[3]["cancelled"] = START + 1
    advance(jobs, START + 5, 1.0)
    assert "segments" not in jobs[3]
    advance(jobs, START + 2461, 1.0)
    assert jobs[4]["segments"] == [[START + 2460, None]]


def test_a_change_of_speed_does_not_revive_an_ended_job() -> None:
    """A job that was seen to end keeps its end."""
    jobs = [job()]
    advance(jobs, START + 10, 300.0)
    assert jobs[0]["ended"] == "succeeded"
    assert Timeline(jobs[0], START + 10, 1.0).status == "succeeded"


def test_a_pause_stops_the_work() -> None:
    """Pausing, paused, resuming, running: and the pause itself counts for nothing."""
    paused = job(segments=[[START, START + 1000]], paused_steps=[10])
    assert Timeline(paused, START + 1030, 1.0).status == "pausing"
    assert Timeline(paused, START + 9000, 1.0).status == "paused"
    assert Timeline(paused, START + 9000, 1.0).estimated_finish is None
    resumed = job(segments=[[START, START + 1000], [START + 9030, None]], paused_steps=[10])
    assert Timeline(resumed, START + 9010, 1.0).status == "resuming"
    assert Timeline(resumed, START + 9040, 1.0).status == "running"
    assert Timeline(resumed, START + 9040, 1.0).time_of(2460) == START + 9030 + 1460


def test_checkpoints_are_the_last_three() -> None:
    """One per epoch, newest first, the last with the model's own name."""
    more = {"resolved": {"n_epochs": 5, "batch_size": 2, "learning_rate_multiplier": 2.0}}
    reached = Timeline(running(**more), START + 5000, 1.0).checkpoints()
    assert [checkpoint.step for checkpoint in reached] == [50, 40, 30]
    assert reached[0].model == f"gpt-4o-2024-08-06.ft-{0:032x}"
    assert reached[1].model == f"gpt-4o-2024-08-06.ft-{0:032x}:ckpt-step-40"
    assert checkpoint_names(running(**more), 40) == (reached[1].id, reached[1].model)


def test_failing_data_ends_a_job_before_it_runs() -> None:
    """Preprocessing fails, so there is neither training nor a results file."""
    failed = Timeline(running(data_error="Bad data."), START + 61, 1.0)
    assert failed.status == "failed"
    assert failed.finished_at == START + 60
    assert not failed.training_began
    assert failed.events()[0].message == "Bad data."
