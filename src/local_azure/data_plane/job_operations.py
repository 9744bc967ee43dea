"""Fine-tuning jobs: create, list, get, cancel, pause, resume, delete, events and checkpoints."""

from typing import Any

from starlette.responses import Response

from local_azure.data_plane import jobs
from local_azure.data_plane.creation import UNSET, new_job
from local_azure.data_plane.progress import (
    RESUMING_WORK,
    Event,
    Job,
    Timeline,
    fine_tuned_model,
    identifier,
    trained_tokens,
)
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    missing,
    page,
    without_nulls,
    wrong_state,
)
from local_azure.json_text import JSONResponse

JOBS_PAGE, EVENTS_PAGE, CHECKPOINTS_PAGE = 20, 20, 10  # authoring 2024-10-21
REQUIRED_ON_V1: Json = {
    **dict.fromkeys(("error", "fine_tuned_model", "finished_at", "trained_tokens")),
    **dict.fromkeys(("validation_file", "metadata")),
    "organization_id": "",
    "result_files": [],
}
PENDING_MULTIPLIER = 1  # how an automatic learning rate multiplier reads while a job is pending


async def create(call: Call) -> Response:
    job = new_job(call, await call.json())
    jobs.add(call.state.store, call.scope, job)
    if not job.get("data_error"):
        jobs.begin(call, job)
    return call.created(to_wire(call, _found(call, job["id"])))


async def list_(call: Call) -> Response:
    jobs.settle(call.plane, call.scope)
    limit = call.integer("limit", JOBS_PAGE)
    after = call.request.query_params.get("after")
    found = call.state.store.list(
        "job", call.scope, after=after, limit=limit + 1, newest_first=True
    )
    data = [to_wire(call, job) for job in call.listed("jobs", found[:limit])]
    return JSONResponse({"object": "list", "data": data, "has_more": len(found) > limit})


async def get(call: Call) -> Response:
    return JSONResponse(to_wire(call, _named(call)))


async def delete(call: Call) -> Response:
    jobs.delete(call.state.store, call.scope, _named(call))
    return Response(status_code=204)


async def cancel(call: Call) -> Response:
    job = _named(call)
    if "ended" in job:
        raise wrong_state(f"The job '{job['id']}' has already {job['ended']}.")
    return _changed(call, job | {"cancelled": call.now})


async def pause(call: Call) -> Response:
    """Allowed to a running job that has done a step (fine-tuning-rest, Azure docs)."""
    job = _named(call)
    now = jobs.timeline(call.plane, job)
    if now.status != "running" or not now.steps_done:
        raise wrong_state(f"The job '{job['id']}' is {now.status}; it cannot be paused now.")
    *before, [start, _] = job["segments"]
    paused_steps = sorted({*job.get("paused_steps", ()), now.steps_done})
    paused = job | {"segments": [*before, [start, call.now]], "paused_steps": paused_steps}
    jobs.publish_models(call.state.store, call.scope, paused)
    return _changed(call, paused)


async def resume(call: Call) -> Response:
    job = _named(call)
    now = jobs.timeline(call.plane, job)
    if now.status != "paused":
        raise wrong_state(f"The job '{job['id']}' is {now.status}, not paused.")
    start = call.now + RESUMING_WORK / call.state.clock.speed
    return _changed(call, job | {"segments": [*job["segments"], [start, None]]})


async def events(call: Call) -> Response:
    job = _named(call)
    now = jobs.timeline(call.plane, job)
    rows = await jobs.steps(call, job) if now.steps_done else []
    wire = [_event_to_wire(job, event, rows) for event in now.events()]
    return page(call, wire, default_limit=EVENTS_PAGE)


async def checkpoints(call: Call) -> Response:
    job = _named(call)
    reached = jobs.timeline(call.plane, job).checkpoints()
    rows = await jobs.steps(call, job) if reached else []
    wire = [
        {
            "id": checkpoint.id,
            "object": "fine_tuning.job.checkpoint",
            "created_at": int(checkpoint.at),
            "fine_tuned_model_checkpoint": checkpoint.model,
            "fine_tuning_job_id": job["id"],
            "metrics": rows[checkpoint.step - 1],
            "step_number": checkpoint.step,
        }
        for checkpoint in reached
    ]
    return page(call, wire, default_limit=CHECKPOINTS_PAGE)


OPERATIONS = (
    Operation("POST", "/fine_tuning/jobs", create),
    Operation("GET", "/fine_tuning/jobs", list_),
    Operation("GET", "/fine_tuning/jobs/{job}", get),
    Operation("DELETE", "/fine_tuning/jobs/{job}", delete, surfaces=("dated",)),
    Operation("POST", "/fine_tuning/jobs/{job}/cancel", cancel),
    Operation("POST", "/fine_tuning/jobs/{job}/pause", pause),
    Operation("POST", "/fine_tuning/jobs/{job}/resume", resume),
    Operation("GET", "/fine_tuning/jobs/{job}/events", events),
    Operation("GET", "/fine_tuning/jobs/{job}/checkpoints", checkpoints),
)


def to_wire(call: Call, job: Job) -> Json:
    """Only what is not null, as Azure sends it; on v1 also what its specification requires."""
    now = jobs.timeline(call.plane, job)
    succeeded = now.status == "succeeded"
    known = without_nulls(
        {
            "id": job["id"],
            "object": "fine_tuning.job",
            "created_at": int(job["created"]),
            "finished_at": _whole(now.finished_at),
            "estimated_finish": _whole(now.estimated_finish),
            "status": now.status,
            "model": job["model"],
            "fine_tuned_model": fine_tuned_model(job) if succeeded else None,
            "training_file": job["training_file"],
            "validation_file": job.get("validation_file"),
            "result_files": [job["result_file"]] if now.training_began else None,
            "trained_tokens": trained_tokens(job) if succeeded else None,
            "hyperparameters": _hyperparameters(job, now),
            "method": job.get("method"),
            "integrations": job.get("integrations"),
            "metadata": job.get("metadata") if call.v1 else None,
            "seed": job["seed"],
            "suffix": job.get("suffix"),
            "user_provided_suffix": job.get("suffix") if call.v1 else None,
            "error": _error(now),
        }
    )
    return REQUIRED_ON_V1 | known if call.v1 else known


def _named(call: Call) -> Job:
    return _found(call, call.path("job"))


def _found(call: Call, job_id: str) -> Job:
    jobs.settle(call.plane, call.scope)
    job = jobs.find(call.state.store, call.scope, job_id)
    if job is None:
        raise missing("fine-tuning job", job_id)
    return job


def _changed(call: Call, job: Job) -> Response:
    call.state.store.put("job", call.scope, job["id"], job)
    return JSONResponse(to_wire(call, _found(call, job["id"])))


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)


def _hyperparameters(job: Job, now: Timeline) -> Json:
    """As asked for while the job is pending, resolved from then on."""
    if now.status not in ("pending", "cancelled") or now.training_began:
        resolved: Json = job["resolved"]
        return resolved
    requested: Json = dict(job["requested"])
    if requested["learning_rate_multiplier"] == UNSET:
        requested["learning_rate_multiplier"] = PENDING_MULTIPLIER
    return requested


def _error(now: Timeline) -> dict[str, Any] | None:
    """The service's code for these failures is not known; the messages are."""
    if now.status != "failed":
        return None
    return {"code": "invalidPayload", "message": now.error, "param": None}


def _step_message(metrics: Json) -> str:
    """The service's words for a loss; those for a reward are ours."""
    if "train_loss" in metrics:
        return f"Step {metrics['step']}: training loss={metrics['train_loss']}"
    return f"Step {metrics['step']}: training reward={metrics['train_reward_mean']}"


def _event_to_wire(job: Job, event: Event, rows: list[Json]) -> Json:
    metrics = rows[event.step - 1] if event.step else None
    step = _step_message(metrics) if metrics else None
    return without_nulls(
        {
            "id": identifier("ftevent", job, event.name),
            "object": "fine_tuning.job.event",
            "created_at": int(event.at),
            "level": event.level,
            "message": step or event.message,
            "type": "metrics" if metrics else "message",
            "data": metrics,
        }
    )
