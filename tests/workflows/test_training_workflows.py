"""A push that trains, once."""

from tests.workflows.conftest import Stage

LOG = []


def push(stage: Stage, before: str) -> int:
    after = stage.git("rev-parse", "HEAD")
    r = stage.run("push", "fine-tune.yml", ref="refs/heads/main", before=before, after=after); LOG[:] = [r.log]; return r.code


def touch_data(stage: Stage) -> str:
    """Commit one training line less; the commit before."""
    before = stage.git("rev-parse", "HEAD")
    file = stage.repository / "data/travel/training.jsonl"
    rows = file.read_bytes().splitlines(keepends=True)
    stage.commit("One less", **{"data/travel/training.jsonl": b"".join(rows[:-1])})
    return before


def test_a_push_of_data_trains_and_the_same_push_again_adopts(provisioned: Stage) -> None:
    before = touch_data(provisioned)
    first = push(provisioned, before); open("/tmp/h6/log.txt","w").write(LOG[0])
    jobs = provisioned.exists("jobs")
    again = push(provisioned, before)
    assert (first, again) == (0, 0)
    assert len(jobs) == 1
    assert provisioned.exists("jobs") == jobs
