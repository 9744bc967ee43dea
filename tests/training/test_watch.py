"""How far a job is."""

import pytest

from tuneops.azure.jobs import Job
from tuneops.commands.progress import left
from tuneops.training.watch import seconds_left, total_steps


def job(**hyperparameters: object) -> Job:
    return Job("ftjob-1", "running", "gpt-4o", 1, "file-t", hyperparameters=hyperparameters)


@pytest.mark.parametrize(
    ("batch", "epochs", "steps"), [(1, 3, 480), (4, 3, 120), (7, 2, 46), (160, 1, 1)]
)
def test_all_steps_are_the_batches_of_all_epochs(batch: int, epochs: int, steps: int) -> None:
    assert total_steps(job(batch_size=batch, n_epochs=epochs), 160) == steps


@pytest.mark.parametrize("unresolved", [-1, "auto", None])
def test_the_total_is_unknown_until_the_service_has_chosen(unresolved: object) -> None:
    assert total_steps(job(batch_size=unresolved, n_epochs=3), 160) is None
    assert total_steps(job(batch_size=4, n_epochs=unresolved), 160) is None


@pytest.mark.parametrize(
    ("steps", "total", "seconds"),
    [
        ([(10, 100), (20, 130)], 50, 90),
        ([(20, 130), (10, 100)], 20, 0),
        ([(10, 100)], 50, None),
        ([], 50, None),
        ([(10, 100), (20, 130)], None, None),
    ],
)
def test_the_time_left_is_reckoned_from_the_steps_so_far(
    steps: list[tuple[int, int]], total: int | None, seconds: float | None
) -> None:
    assert seconds_left(steps, total) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0, ""), (20, "less than a minute left"), (4321, "about 72 min left")],
)
def test_the_time_left_is_said_in_words(seconds: float | None, words: str) -> None:
    assert left(seconds) == words
