"""Fine-tuning jobs as the store keeps them, and what comes of them."""

import asyncio
import csv
import io
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path

from local_azure import trained_models
from local_azure.data_plane.background import Work
from local_azure.data_plane.progress import (
    Job,
    Timeline,
    advance,
    checkpoint_names,
    hyperparameters,
    method,
)
from local_azure.data_plane.wire import Call, DataPlane, Json
from local_azure.simulated_model import graders
from local_azure.simulated_model.hyperparameters import Step
from local_azure.store import Document, Store
from local_azure.trained_models import TrainedModel

COLUMNS = [field.name for field in fields(Step)]  # of results.csv
REINFORCEMENT_COLUMNS = ["step", "train_reward_mean", "valid_reward_mean"]


def settle(plane: DataPlane, scope: str) -> None:
    """Brings the account's jobs up to date with the clock; those that have ended stay as they are.

    "open_job" marks the others, so that the cost does not grow with what lies behind.
    """
    store, clock = plane.state.store, plane.state.clock
    with store.transaction():
        jobs = opened(store, scope)
        changed = advance(jobs, clock.now(), clock.speed)
        for job in jobs:
            if _publish_results(store, scope, job, Timeline(job, clock.now(), clock.speed)):
                changed.append(job)
        for job in changed:
            store.put("job", scope, job["id"], job)
            if "ended" in job:
                store.delete("open_job", scope, job["id"])
            publish_models(store, scope, job)


def add(store: Store, scope: str, job: Job) -> None:
    with store.transaction():
        store.put("job", scope, job["id"], job)
        store.put("open_job", scope, job["id"], {"id": job["id"]})


def delete(store: Store, scope: str, job: Job) -> None:
    """What is left of the job is its model, which may be deployed."""
    with store.transaction():
        for kind in ("job", "open_job"):
            store.delete(kind, scope, job["id"])
        store.put("deleted_job", scope, job["id"], job)


def opened(store: Store, scope: str) -> list[Job]:
    """The account's jobs that were not seen to end, oldest first."""
    found = (find(store, scope, mark["id"]) for mark in store.list("open_job", scope))
    return [job for job in found if job is not None]


def timeline(plane: DataPlane, job: Job) -> Timeline:
    return Timeline(job, plane.state.clock.now(), plane.state.clock.speed)


def begin(call: Call, job: Job) -> None:
    """Starts the training of the small model; nobody waits for it yet."""
    call.plane.computations.peek("run", call.scope, job["id"], _work(call, job))


async def run(call: Call, scope: str, job: Job) -> Document:
    """What the job's training gave: `steps`, and of a reinforcement its `conversations`.

    It is done now if it was not before.
    """
    return await call.plane.computations.result("run", scope, job["id"], _work(call, job))


async def steps(call: Call, job: Job) -> list[Json]:
    """The metrics of every step."""
    found: list[Json] = (await run(call, call.scope, job))["steps"]
    return found


async def results_csv(call: Call, job_id: str) -> bytes:
    """The results file as far as the training has come."""
    job = find(call.state.store, call.scope, job_id, deleted=True)
    if job is None:
        return b""
    done = timeline(call.plane, job).steps_done
    rows = (await steps(call, job))[:done] if done else []
    table = io.StringIO(newline="")
    columns = REINFORCEMENT_COLUMNS if method(job) == "reinforcement" else COLUMNS
    writer = csv.DictWriter(table, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode()


def find(store: Store, scope: str, job_id: str, *, deleted: bool = False) -> Job | None:
    """The job; with `deleted` also one of which only the model is left."""
    job = store.get("job", scope, job_id)
    return store.get("deleted_job", scope, job_id) if job is None and deleted else job


def training_data(store: Store, job: Job) -> Path:
    """The job's own copy of its training file, which outlives the file."""
    return store.blob(f"{job['id']}-training.jsonl")


def validation_data(store: Store, job: Job) -> Path:
    return store.blob(f"{job['id']}-validation.jsonl")


def publish_models(store: Store, scope: str, job: Job) -> None:
    """Makes deployable what the job has trained: after its success, and as it stood at a pause.

    A job counts from the moment a request has seen it succeed.
    """
    trained_models.withdraw(store, scope, job["id"])
    for step in _deployable_steps(job):
        for name in checkpoint_names(job, step):
            model = TrainedModel(name, job["base"], job["id"])
            trained_models.publish(store, scope, model)


def _deployable_steps(job: Job) -> list[int]:
    if job.get("ended") == "succeeded":
        checkpoints = Timeline(job, job["ended_at"], job["speed"]).checkpoints()
        return [checkpoint.step for checkpoint in checkpoints]
    return [] if "ended" in job else job.get("paused_steps", [])


def _publish_results(store: Store, scope: str, job: Job, now: Timeline) -> bool:
    if job.get("results_published") or not now.training_began:
        return False
    file = {
        "id": job["result_file"],
        "created": now.now,
        "filename": "results.csv",
        "purpose": "fine-tune-results",
        "job": job["id"],
    }
    store.put("file", scope, file["id"], file)
    job["results_published"] = True
    return True


def _work(call: Call, job: Job) -> Work:
    if method(job) != "reinforcement":
        return partial(_trained, call.state.store, job)
    return partial(_reinforced, call, job, asyncio.get_running_loop())


def _reinforced(call: Call, job: Job, server: asyncio.AbstractEventLoop) -> Document:
    """In a thread: computes the grades there, and asks deployments in the server's loop."""
    from local_azure.simulated_model import reinforcement  # numpy takes a fifth of the start

    grader = job["method"]["reinforcement"]["grader"]

    async def ask(model: str, messages: list[Json], schema: Json) -> Json | None:
        asking = call.plane.ask_model(call, model, messages, schema)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking, server))

    async def reward(item: Json, answer: str) -> float:
        return (await graders.reward(grader, item, answer, ask)).reward

    trained = reinforcement.train_files(
        training_data(call.state.store, job),
        validation_data(call.state.store, job),
        hyperparameters(job),
        reinforcement.Exploration(**job["exploration"]),
        reward,
        examples=job["examples"],
        seed=job["seed"],
    )
    return asdict(trained)


def _trained(store: Store, job: Job) -> Document:
    from local_azure.simulated_model.training import train_files  # numpy takes a fifth of the start

    validation = validation_data(store, job) if job.get("validation_file") else None
    run = train_files(
        training_data(store, job),
        validation,
        hyperparameters(job),
        examples=job["examples"],
        seed=job["seed"],
        beta=job.get("beta"),
    )
    return {"steps": [step.metrics() for step in run]}
