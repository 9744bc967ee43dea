"""The limits of the service, each with what is said to whoever goes beyond it."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import openai
import pytest

from local_azure.simulated_model.training_file import Inspection
from local_azure.store import Store
from tests.local_azure.data_plane.conftest import BASE, PROCESSED, example, tienda

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_azure.data_plane.conftest import Service

VERSION = "api-version=2024-10-21"
FILES, UPLOADS, JOBS = (f"/{path}?{VERSION}" for path in ("files", "uploads", "fine_tuning/jobs"))
GB = 1_000_000_000
PROGRAM = {"filename": "a.jsonl", "purpose": "fine-tune"}


@dataclass
class Bench:
    """An account whose store a test may fill without asking the service."""

    service: Service
    store: Store

    @property
    def scope(self) -> str:
        return self.service.arm_path.lower()

    @property
    def now(self) -> float:
        return float(self.service.azure.admin("GET", "clock")["now"])

    def files(self, count: int, *, size: int = 2, tokens: int = 2000) -> str:
        """Processed files for fine-tuning; the id of the last."""
        read = asdict(Inspection(examples=20, tokens=tokens))
        file_id = ""
        with self.store.transaction():
            for _ in range(count):
                file_id = f"file-{uuid.uuid4().hex}"
                file = {"id": file_id, "created": self.now - PROCESSED, "bytes": size, **PROGRAM}
                self.store.put("file", self.scope, file_id, file)
                known = {"bytes": size, "inspection": read}
                self.store.put("inspection", self.scope, file_id, known)
                self.store.blob(file_id).write_bytes(b"{}")
        return file_id

    def jobs(self, count: int, **more: object) -> None:
        with self.store.transaction():
            for _ in range(count):
                job = {"id": f"ftjob-{uuid.uuid4().hex}", "created": self.now, **JOB, **more}
                self.store.put("job", self.scope, str(job["id"]), job)
                if "ended" not in more:
                    self.store.put("open_job", self.scope, str(job["id"]), {"id": job["id"]})

    def create(self, training_file: str, **more: Any) -> Any:  # noqa: ANN401
        body = {"model": BASE, "training_file": training_file, "trainingType": "GlobalStandard"}
        return self.service.raw("POST", JOBS, {**body, **more})

    def upload(self) -> Any:  # noqa: ANN401
        try:
            return self.service.dated.files.with_raw_response.create(
                file=("a.jsonl", b"{}"), purpose="fine-tune"
            )
        except openai.APIStatusError as error:
            return error.response


JOB = {
    "model": BASE,
    "base": BASE,
    "training_type": "GlobalStandard",
    "training_file": "file-1",
    "seed": 1,
    "requested": {"n_epochs": -1, "batch_size": -1, "learning_rate_multiplier": -1},
    "resolved": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 2.0},
    "examples": 20,
    "tokens": 1000,
    "minutes": 40.0,
    "result_file": "file-2",
}


@pytest.fixture
def bench(service: Service) -> Any:  # noqa: ANN401
    with closing(Store(service.azure.state)) as store:
        yield Bench(service, store)


def hundred_files(bench: Bench) -> Any:  # noqa: ANN401
    bench.files(100)
    return bench.service.raw(
        "POST", f"/files/import?{VERSION}", {**PROGRAM, "content_url": "http://a"}
    )


def a_gigabyte(bench: Bench) -> Any:  # noqa: ANN401
    bench.files(2, size=GB // 2)
    return bench.upload()


def hundred_jobs(bench: Bench) -> Any:  # noqa: ANN401
    bench.jobs(100, ended="succeeded", ended_at=bench.now, speed=1.0, segments=[[0.0, None]])
    return bench.create(bench.files(1))


def twenty_in_the_queue(bench: Bench) -> Any:  # noqa: ANN401
    bench.jobs(23)
    return bench.create(bench.files(1))


def two_billion_tokens(bench: Bench) -> Any:  # noqa: ANN401
    training = bench.files(1, tokens=GB)
    return bench.create(training, hyperparameters={"n_epochs": 3})


def hyperparameter(**stated: object) -> Callable[[Bench], Any]:
    return lambda bench: bench.create(bench.files(1), hyperparameters=stated)


def beta(bench: Bench) -> Any:  # noqa: ANN401
    method = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 2.1}}}
    return bench.create(bench.files(1), method=method)


def suffix(text: str) -> Callable[[Bench], Any]:
    return lambda bench: bench.create(bench.files(1), suffix=text)


def nine_gigabytes(bench: Bench) -> Any:  # noqa: ANN401
    body = {**PROGRAM, "bytes": 9 * GB + 1, "mime_type": "application/jsonl"}
    return bench.service.raw("POST", UPLOADS, body)


def two_hours(bench: Bench) -> Any:  # noqa: ANN401
    body = {**PROGRAM, "bytes": 2, "mime_type": "application/jsonl"}
    begun = bench.service.raw("POST", UPLOADS, body).body
    bench.service.step(2 * 3600)
    path = f"/uploads/{begun['id']}/complete?{VERSION}"
    return bench.service.raw("POST", path, {"part_ids": ["part-1"]})


REFUSALS: dict[str, tuple[Callable[[Bench], Any], str, str]] = {
    "100 files": (hundred_files, "quotaExceeded", "100 files"),
    "1 GB of files": (a_gigabyte, "quotaExceeded", "1000000000 bytes"),
    "100 jobs": (hundred_jobs, "quotaExceeded", "100 fine-tuning jobs"),
    "20 jobs in the queue": (twenty_in_the_queue, "quotaExceeded", "20 fine-tuning jobs"),
    "2 billion tokens": (two_billion_tokens, "invalidPayload", "2000000000"),
    "50 epochs": (hyperparameter(n_epochs=51), "invalidPayload", "'n_epochs'"),
    "1 epoch": (hyperparameter(n_epochs=0), "invalidPayload", "'n_epochs'"),
    "a batch of 256": (hyperparameter(batch_size=257), "invalidPayload", "'batch_size'"),
    "a rate above 0": (hyperparameter(learning_rate_multiplier=0), "invalidPayload", "positive"),
    "a beta of 2": (beta, "invalidPayload", "'beta'"),
    "a suffix of 40": (suffix("a" * 41), "invalidPayload", "'suffix'"),
    "a suffix without a dot": (suffix("a.b"), "invalidPayload", "'suffix'"),
    "an upload of 9 GB": (nine_gigabytes, "invalidPayload", "9000000000"),
    "an upload of 2 hours": (two_hours, "unexpectedEntityState", "expired"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_limit(bench: Bench, name: str) -> None:
    """Beyond the limit the service answers 400 with its own code, and nothing is made."""
    beyond, code, words = REFUSALS[name]
    answer = beyond(bench)
    by_sdk = hasattr(answer, "status_code")
    status = answer.status_code if by_sdk else answer.status
    error = (answer.json() if by_sdk else answer.body)["error"]
    assert (status, error["code"]) == (400, code)
    assert words in error["message"]


def test_thirty_uploads_a_second(bench: Bench) -> None:
    """The next is refused with 429 and the time to wait; after that time it is taken."""
    taken = [bench.upload().status_code for _ in range(30)]
    refused = bench.upload()
    assert set(taken) == {201}
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "429"
    assert refused.headers["retry-after"] == "1"
    bench.service.step(int(refused.headers["retry-after-ms"]) / 1000)
    assert bench.upload().status_code == 201


def test_one_file_more_after_a_deletion(bench: Bench) -> None:
    """What is deleted counts no longer."""
    last = bench.files(100)
    assert bench.upload().status_code == 400
    bench.service.v1.files.delete(last)
    assert bench.upload().status_code == 201


@pytest.mark.parametrize(("tier", "places"), [("GlobalStandard", 3), ("DeveloperTier", 5)])
def test_so_many_run_and_the_others_wait(bench: Bench, tier: str, places: int) -> None:
    """Developer jobs have places of their own."""
    bench.jobs(3, training_type="DeveloperTier" if places == 3 else "Standard")
    bench.jobs(places + 1, training_type=tier)
    bench.service.step(120)
    listed = bench.service.dated.fine_tuning.jobs.list().data
    assert [str(job.status) for job in listed] == ["pending"] + ["running"] * (places + 3)


def test_a_job_of_720_hours(bench: Bench) -> None:
    """A job that takes longer fails at that hour."""
    bench.service.settings(job_minutes=720 * 60 + 1)
    job = bench.create(bench.files(1)).body
    bench.service.step(720 * 3600 - 60)
    assert bench.service.status(job["id"]) == "running"
    bench.service.step(120)
    ended = bench.service.dated.fine_tuning.jobs.retrieve(job["id"])
    assert (ended.status, ended.finished_at) == ("failed", job["created_at"] + 720 * 3600)
    assert ended.error is not None
    assert "720 hours" in ended.error.message


def with_images(count: int, url: str = "https://example.com/a.png", **more: str) -> Any:  # noqa: ANN401
    line: Any = example("¿Qué es?", "Una playa.")
    image = {"type": "image_url", "image_url": {"url": url, **more}}
    line["messages"][1]["content"] = [{"type": "text", "text": "¿Qué es?"}, *[image] * count]
    return line


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (with_images(65), "more than 64 images"),
        (with_images(1, "data:image/gif;base64,AAAA"), "JPEG, PNG or WEBP"),
        (with_images(1, "data:image/png;base64," + "A" * 14_000_000), "10485760 bytes"),
        (with_images(1, detail="huge"), "detail"),
        (
            {"messages": [with_images(1)["messages"][1] | {"role": "assistant"}]},
            "an assistant message has an image",
        ),
    ],
    ids=["65", "gif", "11 MB", "detail", "assistant"],
)
def test_images(service: Service, line: Any, words: str) -> None:  # noqa: ANN401
    """A file with an image that is not allowed ends in error, with its line."""
    file = service.raw("GET", f"/v1/files/{service.upload([line])}").body
    assert file["status"] == "error"
    assert words in file["status_details"]
    assert "Line 1" in file["status_details"]


def test_images_need_a_model_that_sees(service: Service) -> None:
    """A training file with images is for two models only."""
    training = service.upload([with_images(2), *tienda(12)])
    with pytest.raises(openai.BadRequestError, match="cannot be fine-tuned with images"):
        service.job(training, model="gpt-4.1-mini-2025-04-14")
    assert service.job(training).id
