"""The models of an account: those of its region, and those that it has fine-tuned."""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from local_azure.catalog import CatalogModel, normalize_region
from local_azure.data_plane import jobs
from local_azure.data_plane.progress import Job, fine_tuned_model
from local_azure.data_plane.wire import Call, Json, Operation, missing, without_nulls

DAY = 86400
LIFECYCLE = {"Preview": "preview"}  # generally-available otherwise


async def list_(call: Call) -> Response:
    return JSONResponse({"object": "list", "data": _models(call)})


async def get(call: Call) -> Response:
    wanted = call.path("model")
    for model in _models(call):
        if model["id"] == wanted:
            return JSONResponse(model)
    raise missing("model", wanted)


OPERATIONS = (
    Operation("GET", "/models", list_),
    Operation("GET", "/models/{model}", get),
)


def _models(call: Call) -> list[Json]:
    region = normalize_region(call.account["location"])
    bases = [_base(call, model, region) for model in call.state.catalog.in_region(region)]
    known = jobs.settle(call.plane, call.scope)
    return bases + [_fine_tuned(call, job) for job in known if job.get("ended") == "succeeded"]


def _base(call: Call, model: CatalogModel, region: str) -> Json:
    trains = bool(model.training_types(region)) and not model.retired("fineTune")
    # Azure says false here of open-weight models, although they can be fine-tuned.
    body = _common(call, model, fine_tune=trains and model.format == "OpenAI")
    return body | without_nulls({"id": model.base_name, "created_at": _released(model.version)})


def _fine_tuned(call: Call, job: Job) -> Json:
    base = call.state.catalog.base_model(job["base"])
    body = _common(call, base, fine_tune=True) if base else {}
    return body | {
        "id": fine_tuned_model(job),
        "created_at": int(job["ended_at"]),
        "model": job["base"],
        "fine_tune": job["id"],
    }


def _released(version: str) -> int | None:
    """The day that a version names; some name none."""
    try:
        day = datetime.strptime(version, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp())


def _common(call: Call, model: CatalogModel, *, fine_tune: bool) -> dict[str, Any]:
    retires = {which: int(call.now + days * DAY) for which, days in model.retires.items()}
    return {
        "object": "model",
        "status": "succeeded",
        "capabilities": {
            "fine_tune": fine_tune,
            "inference": not model.retired("inference"),
            "completion": False,
            "chat_completion": True,
            "embeddings": False,
        },
        "lifecycle_status": LIFECYCLE.get(model.lifecycle, "generally-available"),
        "deprecation": without_nulls(
            {"fine_tune": retires.get("fineTune"), "inference": retires.get("inference")}
        ),
    }
