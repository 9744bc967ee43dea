"""azure-ai-projects at a project's endpoint: the steps of its fine-tuning samples."""

from __future__ import annotations

import sys
import time
from typing import Any

from azure.ai.projects import AIProjectClient  # type: ignore[import-untyped,import-not-found,unused-ignore]
from azure.identity import DefaultAzureCredential
from steps import Ground, run, training  # type: ignore[import-not-found]

credential = DefaultAzureCredential()
ground = Ground(credential.get_token("https://management.azure.com/.default").token)
project = AIProjectClient(endpoint=ground.project, credential=credential)
client: Any = project.get_openai_client()
made: dict[str, Any] = {}


def upload_and_wait() -> None:
    for name in ("training", "validation"):
        file = client.files.create(file=(f"{name}.jsonl", training()), purpose="fine-tune")
        client.files.wait_for_processing(file.id, poll_interval=0.1)
        made[name] = file.id


def create_a_supervised_job_without_a_date() -> None:
    hyperparameters = {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.0}
    made["job"] = client.fine_tuning.jobs.create(
        training_file=made["training"],
        validation_file=made["validation"],
        model="gpt-4.1",
        method={"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
        extra_body={"trainingType": "Standard"},
    ).id


def create_a_job_of_an_open_model_without_trainingtype() -> None:
    ground.ask("PATCH", "/_local/settings", {"strict_training_type": "off"})
    job = client.fine_tuning.jobs.create(training_file=made["training"], model="Ministral-3B")
    client.fine_tuning.jobs.cancel(job.id)


def list_jobs_events_and_checkpoints() -> None:
    job = made["job"]
    while client.fine_tuning.jobs.retrieve(job).status not in ("succeeded", "failed"):
        time.sleep(0.2)
    assert [one.id for one in client.fine_tuning.jobs.list()]
    assert list(client.fine_tuning.jobs.list_events(job))
    assert list(client.fine_tuning.jobs.checkpoints.list(job))


def deploy_the_model_and_ask_it_by_responses() -> None:
    name = client.fine_tuning.jobs.retrieve(made["job"]).fine_tuned_model
    ground.deploy("tuned", name, "1")
    for _ in range(50):
        if (
            ground.ask("GET", f"{ground.account}/deployments/tuned?api-version=2025-09-01")[
                "properties"
            ]["provisioningState"]
            == "Succeeded"
        ):
            break
        time.sleep(0.1)
    time.sleep(0.3)
    question: Any = [{"role": "user", "content": "Who invented thing number 3?"}]
    assert "thing 3" in client.responses.create(model="tuned", input=question).output_text


def list_deployments() -> None:
    assert "gpt-4o" in [one.name for one in project.deployments.list()]
    assert project.deployments.get("gpt-4o").model_name == "gpt-4o"


def list_connections() -> None:
    connection = next(iter(project.connections.list()))
    assert project.connections.get(connection.name, include_credentials=True).credentials.api_key


def list_datasets() -> None:
    assert list(project.datasets.list()) == []


def list_files_to_the_end() -> None:
    assert len(list(client.files.list())) >= 2


def create_a_reinforcement_job() -> None:
    grader = {
        "name": "quality", "type": "score_model", "model": "o3-mini", "range": [0.0, 10.0],
        "input": [{"role": "user", "content": "Rate from 0 to 10."}],
    }  # fmt: skip
    client.fine_tuning.jobs.create(
        training_file=made["training"],
        validation_file=made["validation"],
        model="o4-mini",
        method={"type": "reinforcement", "reinforcement": {"grader": grader}},
        extra_body={"trainingType": "Standard"},
    )


if __name__ == "__main__":
    sys.exit(
        run(
            [
                upload_and_wait,
                create_a_supervised_job_without_a_date,
                create_a_job_of_an_open_model_without_trainingtype,
                list_jobs_events_and_checkpoints,
                deploy_the_model_and_ask_it_by_responses,
                list_deployments,
                list_connections,
                list_datasets,
                list_files_to_the_end,
                create_a_reinforcement_job,
            ]
        )
    )
