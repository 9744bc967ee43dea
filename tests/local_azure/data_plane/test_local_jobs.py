"""Fine-tuning jobs with the real SDK, from their creation to what is left of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openai
import pytest

from tests.local_azure.data_plane.conftest import BASE, HOUR, PENDING, example, tienda

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

NO_FINE_TUNING = "The specified base model does not support fine-tuning"


def messages(service: Service, job_id: str) -> list[str]:
    """Of all events but the metrics, oldest first."""
    events = service.dated.fine_tuning.jobs.list_events(job_id)
    return [event.message for event in events if event.type == "message"][::-1]


def test_a_job_from_pending_to_succeeded(service: Service) -> None:
    """Automatic hyperparameters read -1 until the job runs; the model is named at the end."""
    training = service.upload(tienda())
    job = service.job(training, suffix="ft-tienda")
    assert (job.status, job.hyperparameters.n_epochs, job.hyperparameters.batch_size) == (
        "pending",
        -1,
        -1,
    )
    assert set(job.to_dict()) == {
        *("id", "object", "created_at", "status", "model", "training_file", "hyperparameters"),
        *("seed", "suffix"),
    }
    service.step(PENDING)
    running = service.dated.fine_tuning.jobs.retrieve(job.id)
    assert running.status == "running"
    assert running.estimated_finish == job.created_at + 41 * 60
    assert (running.hyperparameters.n_epochs, running.fine_tuned_model) == (3, None)
    service.step(HOUR)
    done = service.dated.fine_tuning.jobs.retrieve(job.id)
    assert done.status == "succeeded"
    assert done.fine_tuned_model == f"{BASE}.ft-{job.id.removeprefix('ftjob-')}-ft-tienda"
    assert done.finished_at == running.estimated_finish
    assert done.trained_tokens is not None
    assert done.trained_tokens % 3 == 0


def test_events_tell_the_whole_story(service: Service) -> None:
    """The service's own words, in its order, with a metrics event every ten steps."""
    job = service.train(tienda(), validation_file=service.upload(tienda(5)))
    results = job.result_files[0]
    assert messages(service, job.id) == [
        "Job enqueued. Waiting for jobs ahead to complete.",
        "Preprocessing running for file training file.",
        "Preprocessing completed for file training file.",
        "Preprocessing completed for file validation file.",
        "Job started.",
        "Data Import started.",
        "Finetuning started.",
        "Job queued, waiting for GPUs.",
        "Training started.",
        f"Created results file: {results}",
        "Job succeeded.",
        "Model Evaluation Passed.",
        f"Completed results file: {results}",
        f"Training tokens billed: {job.trained_tokens}",
    ]
    events = service.dated.fine_tuning.jobs.list_events(job.id).data
    metrics: list[Any] = [event.data for event in events if event.type == "metrics"]
    assert [one["step"] for one in metrics] == [60, 50, 40, 30, 20, 10]
    assert metrics[0]["train_loss"] < metrics[-1]["train_loss"]
    assert "full_valid_loss" in metrics[0]
    assert "full_valid_loss" not in metrics[1]


def test_events_come_in_pages(service: Service) -> None:
    """`after` and `limit` walk through all of them once, on both surfaces."""
    job = service.train(tienda())
    whole = [event.id for event in service.v1.fine_tuning.jobs.list_events(job.id, limit=100)]
    pages = [event.id for event in service.dated.fine_tuning.jobs.list_events(job.id, limit=3)]
    assert pages == whole
    assert len(set(whole)) == len(whole)
    first = service.raw("GET", f"/v1/fine_tuning/jobs/{job.id}/events").body
    assert (len(first["data"]), first["has_more"]) == (min(20, len(whole)), len(whole) > 20)
    unknown = service.raw("GET", f"/v1/fine_tuning/jobs/{job.id}/events?after=ftevent-0").body
    assert unknown == {"object": "list", "data": [], "has_more": False}
    assert service.raw("GET", f"/v1/fine_tuning/jobs/{job.id}/events?limit=0").status == 400


def test_checkpoints_can_be_deployed_by_name_and_by_id(service: Service) -> None:
    """One for each of the last three epochs, with the metrics of its step."""
    job = service.train(tienda(), validation_file=service.upload(tienda(5)))
    found = service.dated.fine_tuning.jobs.checkpoints.list(job.id).data
    assert [checkpoint.step_number for checkpoint in found] == [60, 40, 20]
    model = job.fine_tuned_model
    assert [checkpoint.fine_tuned_model_checkpoint for checkpoint in found] == [
        model,
        f"{model}:ckpt-step-40",
        f"{model}:ckpt-step-20",
    ]
    assert found[0].metrics.full_valid_loss is not None
    service.deploy("by-id", found[1].id)
    service.deploy("by-name", found[2].fine_tuned_model_checkpoint)
    for name in ("by-id", "by-name"):
        reply = service.v1.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "¿Qué visito en Praga?"}]
        )
        assert reply.choices[0].message.content


def test_the_results_file_grows(service: Service) -> None:
    """It appears when training starts and has a row for each step done so far."""
    job = service.job(service.upload(tienda()), validation_file=service.upload(tienda(5)))
    service.step(PENDING + 20 * 60)
    part = service.dated.fine_tuning.jobs.retrieve(job.id).result_files[0]
    rows = list(csv.DictReader(io.StringIO(service.dated.files.content(part).text)))
    assert 10 < len(rows) < 50
    service.step(HOUR)
    content = service.dated.files.content(part).read()
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(rows) == 60
    assert list(rows[0]) == [
        "step",
        "train_loss",
        "train_mean_token_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
        "full_valid_loss",
        "full_valid_mean_token_accuracy",
    ]
    assert [row["step"] for row in rows if row["full_valid_loss"]] == ["20", "40", "60"]
    file = service.dated.files.retrieve(part)
    assert (file.filename, file.bytes) == ("results.csv", len(content))
    assert str(file.purpose) == "fine-tune-results"


def test_the_loss_comes_from_the_data(service: Service) -> None:
    """The same file and seed give the same losses, another file gives others."""
    same, again = (service.train(tienda(), seed=7) for _ in range(2))
    other = service.train([example(f"¿{n}?", f"{n} " * 20) for n in range(20)], seed=7)
    first, second, third = (
        service.dated.files.content(job.result_files[0]).text for job in (same, again, other)
    )
    assert first == second != third


def test_method_and_hyperparameters_are_two_ways_to_say_it(service: Service) -> None:
    """Stated numbers are used and shown from the start."""
    training = service.upload(tienda())
    plain = service.job(training, hyperparameters={"n_epochs": 2, "batch_size": 4}, seed=5)
    stated = {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}
    method: Any = {"type": "supervised", "supervised": stated}
    nested = service.v1.fine_tuning.jobs.create(
        model=BASE,
        training_file=training,
        method=method,
        seed=5,
        extra_body={"trainingType": "standard"},
    )
    service.step(HOUR)
    for job_id in (plain.id, nested.id):
        job = service.dated.fine_tuning.jobs.retrieve(job_id)
        shown = job.hyperparameters
        assert (job.seed, shown.n_epochs, shown.batch_size) == (5, 2, 4)
        steps = service.dated.fine_tuning.jobs.checkpoints.list(job_id).data
        assert [checkpoint.step_number for checkpoint in steps] == [10, 5]
    assert nested.method is not None
    assert nested.method.type == "supervised"


def test_preference_data_trains_with_dpo_only(service: Service) -> None:
    """The method and the data have to agree."""
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"¿{n}?"}]},
            "preferred_output": [{"role": "assistant", "content": f"Sí, {n}."}],
            "non_preferred_output": [{"role": "assistant", "content": "No."}],
        }
        for n in range(12)
    ]
    training = service.upload(rows)
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}
    preferring, supervised = service.job(training, method=method), service.job(training)
    service.step(HOUR)
    assert service.status(preferring.id) == "succeeded"
    assert service.status(supervised.id) == "failed"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"model": "gpt-9"}, NO_FINE_TUNING),
        ({"model": "gpt-4-0613"}, NO_FINE_TUNING),
        ({"extra_body": {"trainingType": None}}, NO_FINE_TUNING),
        ({"extra_body": {"trainingType": "Developer"}}, "with DeveloperTier TrainingType"),
        ({"suffix": "a.b"}, "'suffix'"),
        ({"suffix": "a" * 41}, "'suffix'"),
        ({"validation_file": "file-0"}, "there is no file 'file-0'"),
        ({"hyperparameters": {"n_epochs": 0}}, "'n_epochs'"),
        ({"hyperparameters": {"learning_rate_multiplier": -3}}, "'learning_rate_multiplier'"),
        ({"method": {"type": "reinforcement"}}, "method"),
        ({"seed": 2**31}, "'seed'"),
    ],
)
def test_requests_that_are_refused(service: Service, changed: Any, words: str) -> None:  # noqa: ANN401
    """400 and the reason, and no job is left behind."""
    training = service.upload(tienda())
    with pytest.raises(openai.BadRequestError) as refusal:
        service.job(training, **changed)
    assert words in refusal.value.message
    assert refusal.value.code == "invalidPayload"
    assert service.dated.fine_tuning.jobs.list().data == []


def test_a_file_must_have_been_processed(service: Service) -> None:
    """A job on a file that is still pending is refused."""
    file = service.dated.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError) as refusal:
        service.job(file.id)
    assert "pending" in refusal.value.message


def test_the_two_surfaces_create_jobs_differently(service: Service) -> None:
    """201 with the new job's address on the dated one, 200 on v1."""
    body = {
        "model": BASE,
        "training_file": service.upload(tienda()),
        "trainingType": "globalstandard",
    }
    dated = service.raw("POST", "/fine_tuning/jobs?api-version=2025-04-01-preview", body)
    assert dated.status == 201
    headers = {"api-key": str(service.v1.api_key)}
    there = service.azure.request("GET", dated.headers["location"], headers=headers)
    assert there.body == dated.body
    assert service.raw("POST", "/v1/fine_tuning/jobs", body).status == 200


def test_too_few_examples_fail_the_job(service: Service) -> None:
    """Nine are not enough, ten are."""
    nine, ten = service.train(tienda(9)), service.train(tienda(10))
    assert (nine.status, ten.status) == ("failed", "succeeded")
    assert "at least 10" in nine.error.message
    assert nine.result_files is None
    assert messages(service, nine.id)[-1] == nine.error.message


def test_the_content_check_refuses_marked_data(service: Service) -> None:
    """A marker phrase in the data or the settings' switch fails the job in preprocessing."""
    marked = [*tienda(), example("[[local-azure:rai:violence]]", "No.")]
    job = service.train(marked)
    assert job.error.message == (
        "The provided training data failed RAI checks for harm types: [violence]. "
        "Please fix the data and try again."
    )
    service.settings(fail_content_check=True)
    job = service.train(tienda())
    assert "[hate_fairness, self_harm, violence]" in job.error.message
    assert job.fine_tuned_model is None


def test_the_evaluation_may_refuse_the_model(service: Service) -> None:
    """The job fails after the event that says it succeeded, and nothing can be deployed."""
    service.settings(fail_evaluation=True)
    job = service.train(tienda())
    assert job.error.message == (
        "This model is unable to be deployed. Model evaluation identified that this fine tuned "
        "model scores above acceptable thresholds for [Violence, Self Harm]. "
        "Please review your training data set and resubmit the job."
    )
    assert messages(service, job.id)[-2:] == ["Job succeeded.", job.error.message]
    assert (job.status, job.fine_tuned_model, job.trained_tokens) == ("failed", None, None)


def test_three_run_and_the_others_wait(service: Service) -> None:
    """The fourth job starts when the first ends; 20 may wait and no more."""
    training = service.upload(tienda())
    jobs = [service.job(training) for _ in range(23)]
    with pytest.raises(openai.BadRequestError) as refusal:
        service.job(training)
    assert refusal.value.code == "quotaExceeded"
    service.step(PENDING)
    assert [service.status(job.id) for job in jobs[:4]] == ["running"] * 3 + ["pending"]
    service.step(40 * 60 + PENDING)
    assert [service.status(job.id) for job in jobs[2:5]] == ["succeeded", "running", "running"]
    listed = [job.id for job in service.dated.fine_tuning.jobs.list(limit=7)]
    assert listed == [job.id for job in reversed(jobs)]


def test_cancelling(service: Service) -> None:
    """A cancelled job keeps nothing but its record, and cannot be cancelled twice."""
    job = service.job(service.upload(tienda()))
    service.step(PENDING + 20 * 60)
    cancelled = service.v1.fine_tuning.jobs.cancel(job.id)
    assert (cancelled.status, cancelled.fine_tuned_model) == ("cancelled", None)
    service.step(HOUR)
    assert service.status(job.id) == "cancelled"
    with pytest.raises(openai.BadRequestError) as refusal:
        service.v1.fine_tuning.jobs.cancel(job.id)
    assert refusal.value.code == "unexpectedEntityState"


def test_pausing_and_resuming(service: Service) -> None:
    """A pause leaves a checkpoint that can be deployed; the job ends that much later."""
    job = service.job(service.upload(tienda()))
    with pytest.raises(openai.BadRequestError):
        service.v1.fine_tuning.jobs.pause(job.id)
    service.step(PENDING + 20 * 60)
    assert str(service.v1.fine_tuning.jobs.pause(job.id).status) == "pausing"
    service.step(2 * HOUR)
    assert service.status(job.id) == "paused"
    checkpoint = service.v1.fine_tuning.jobs.checkpoints.list(job.id).data[0]
    service.deploy("paused", checkpoint.fine_tuned_model_checkpoint)
    assert str(service.v1.fine_tuning.jobs.resume(job.id).status) == "resuming"
    service.step(60)
    assert service.status(job.id) == "running"
    service.step(21 * 60)
    assert service.status(job.id) == "succeeded"


def test_what_outlives_the_file_and_the_job(service: Service) -> None:
    """A job goes on without its file, and a model without its job; neither is listed any more."""
    training = service.upload(tienda())
    job = service.job(training)
    service.dated.files.delete(training)
    service.step(HOUR)
    model = service.dated.fine_tuning.jobs.retrieve(job.id).fine_tuned_model
    assert model is not None
    answer = service.raw("DELETE", f"/fine_tuning/jobs/{job.id}?api-version=2024-10-21")
    assert (answer.status, answer.body) == (204, None)
    assert service.dated.fine_tuning.jobs.list().data == []
    service.deploy("orphan", model)
    reply = service.v1.chat.completions.create(
        model="orphan", messages=[{"role": "user", "content": "¿Qué visito en Praga?"}]
    )
    assert reply.choices[0].message.content
    assert service.raw("DELETE", f"/v1/fine_tuning/jobs/{job.id}").status == 405


def test_a_fine_tuned_model_can_be_trained_on(service: Service) -> None:
    """Continuous fine-tuning starts from a model of the same account."""
    model = service.train(tienda()).fine_tuned_model
    again = service.train(tienda(12), model=model)
    assert (again.status, again.model) == ("succeeded", model)
    assert again.fine_tuned_model.startswith(f"{BASE}.ft-")
    assert again.fine_tuned_model != model


def test_models_are_listed_with_the_services_fields(service: Service) -> None:
    """Base models of the region, and the fine-tuned ones with their base and job."""
    job = service.train(tienda())
    models: dict[str, Any] = {model.id: model for model in service.dated.models.list()}
    base = models[BASE]
    assert base.capabilities["fine_tune"]
    assert base.capabilities["chat_completion"]
    assert base.deprecation["inference"] > job.created_at
    assert models["gpt-4-0613"].capabilities["fine_tune"] is False
    mine = models[job.fine_tuned_model]
    assert (mine.model, mine.fine_tune, mine.status) == (BASE, job.id, "succeeded")
    one: Any = service.v1.models.retrieve(BASE)
    assert one.lifecycle_status == "generally-available"
    with pytest.raises(openai.NotFoundError):
        service.v1.models.retrieve("gpt-9")
