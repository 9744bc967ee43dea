"""What is left to do for a training."""

from hypothesis import given
from hypothesis import strategies as st

from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, PAUSED, RUNNING, Job
from tuneops.training.plan import Adopt, Create, Names, Refuse, decide, matching

NAMES = Names("gpt-4o-2024-08-06", "ft-travel-0123456789ab", "t.jsonl", "v.jsonl")
LIVE = RUNNING | PAUSED | {"succeeded"}


def job(status: str, *, suffix: str | None = NAMES.suffix, created: int = 1) -> Job:
    return Job(f"ftjob-{status}-{created}", status, NAMES.model, created, "file-t", suffix=suffix)


def file(name: str, status: str = "processed", created: int = 1) -> UploadedFile:
    return UploadedFile(f"file-{name}-{created}", name, "fine-tune", status, 1, created, "")


statuses = st.sampled_from(sorted(RUNNING | PAUSED | FINAL))
histories = st.lists(
    st.builds(
        job,
        statuses,
        suffix=st.sampled_from([NAMES.suffix, "ft-travel-ffffffffffff", None]),
        created=st.integers(1, 9),
    )
)


@given(histories, st.booleans())
def test_a_key_with_a_live_job_is_never_created_again(history: list[Job], retry: bool) -> None:
    decision = decide(NAMES, history, [], retry=retry)
    live = [found for found in matching(NAMES, history, []) if found.status in LIVE]
    assert isinstance(decision, Adopt) == bool(live)


@given(histories)
def test_without_retry_a_failed_key_is_refused(history: list[Job]) -> None:
    decision = decide(NAMES, history, [], retry=False)
    if matching(NAMES, history, []):
        assert isinstance(decision, Adopt | Refuse)
    else:
        assert isinstance(decision, Create)


def test_a_retry_creates_after_a_failure() -> None:
    assert isinstance(decide(NAMES, [job("failed")], [], retry=True), Create)


def test_a_succeeded_job_is_adopted_before_a_running_one() -> None:
    decision = decide(NAMES, [job("running", created=1), job("succeeded", created=2)], [])
    assert isinstance(decision, Adopt)
    assert decision.job.status == "succeeded"


def test_another_suffix_or_another_model_is_not_ours() -> None:
    foreign = Job("ftjob-x", "running", "gpt-4.1-2025-04-14", 1, "file-t", suffix=NAMES.suffix)
    others = [job("running", suffix="ft-travel-ffffffffffff"), foreign]
    assert isinstance(decide(NAMES, others, []), Create)


def test_a_job_without_a_reported_suffix_is_known_by_its_training_file() -> None:
    uploaded = file(NAMES.training_file)
    unnamed = Job("ftjob-u", "running", NAMES.model, 1, uploaded.id, suffix=None)
    assert isinstance(decide(NAMES, [unnamed], [uploaded]), Adopt)


def test_uploaded_files_are_taken_unless_the_service_refused_them() -> None:
    files = [file("t.jsonl", created=2), file("t.jsonl", created=1), file("v.jsonl", "error")]
    decision = decide(NAMES, [], files)
    assert isinstance(decision, Create)
    assert decision.training_file == files[1]
    assert decision.validation_file is None
