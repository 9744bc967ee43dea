"""The models of an account: those of its region, and those that it has fine-tuned."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from local_azure import trained_models
from local_azure.arm.deployments import live
from local_azure.catalog import CatalogModel, normalize_region
from local_azure.data_plane import jobs
from local_azure.data_plane.progress import Job, fine_tuned_model
from local_azure.data_plane.wire import Call, Json, Operation, missing, paged, without_nulls
from local_azure.errors import conflict
from local_azure.json_text import JSONResponse

DAY = 86400
MODELS_PAGE = 1_000_000  # the specifications know no pages of models
LIFECYCLE = {"Preview": "preview"}  # generally-available otherwise


async def list_(call: Call) -> Response:
    """All, or the `limit` behind `after` of a client that asks for a page."""
    found, _ = paged(call, _entries(call), default_limit=MODELS_PAGE)
    return JSONResponse({"object": "list", "data": _rendered(call, found)})


async def get(call: Call) -> Response:
    wanted = call.path("model")
    found = [entry for entry in _entries(call) if entry["id"] == wanted]
    if not found:
        raise missing("model", wanted)
    return JSONResponse(_rendered(call, found[:1])[0])


async def delete(call: Call) -> Response:
    """A fine-tuned model that is not deployed. The surface has it; Azure's own is not confirmed."""
    wanted = call.path("model")
    store = call.state.store
    known = trained_models.find(store, call.scope, wanted)
    job = known and jobs.find(store, call.scope, known.job, deleted=True)
    if job is None:
        raise missing("model", wanted)
    deployed = [body["properties"]["model"]["name"] for body in live(call.state, call.scope)]
    if wanted in deployed:
        raise conflict("conflict", f"The model '{wanted}' is deployed.")
    trained_models.withdraw(store, call.scope, job["id"])
    kind = "job" if store.get("job", call.scope, job["id"]) else "deleted_job"
    store.put(kind, call.scope, job["id"], job | {"model_deleted": True})
    return JSONResponse({"id": wanted, "object": "model", "deleted": True})


OPERATIONS = (
    Operation("GET", "/models", list_),
    Operation("GET", "/models/{model}", get),
    Operation("DELETE", "/models/{model}", delete, surfaces=("v1",)),
)


def _shown(call: Call, model: Json) -> Json:
    """On v1 also with what OpenAI's own specification requires."""
    owner = "user" if "fine_tune" in model else "system"
    required = {"created": model.get("created_at", 0), "owned_by": owner}
    return model | required if call.v1 else model


def _entries(call: Call) -> list[Json]:
    """The id of each model, with what the rest is made from: a base `model` or a `job`."""
    region = normalize_region(call.account["location"])
    bases = [{"id": one.base_name, "model": one} for one in call.state.catalog.in_region(region)]
    jobs.settle(call.plane, call.scope)
    known = call.state.store.list("job", call.scope, newest_first=True)
    trained = [job for job in known if job.get("ended") == "succeeded"]
    return bases + [
        {"id": fine_tuned_model(job), "job": job} for job in trained if "model_deleted" not in job
    ]


def _rendered(call: Call, entries: Sequence[Json]) -> list[Json]:
    region = normalize_region(call.account["location"])
    bases: dict[str, Json] = {}
    shown = []
    for entry in entries:
        if "model" in entry:
            shown.append(_shown(call, _base(call, entry["model"], region)))
            continue
        name = entry["job"]["base"]
        if name not in bases:
            base = call.state.catalog.base_model(name)
            bases[name] = _common(call, base, fine_tune=True) if base else {}
        shown.append(_shown(call, bases[name] | _fine_tuned(entry["job"])))
    return shown


def _base(call: Call, model: CatalogModel, region: str) -> Json:
    trains = bool(model.training_types(region)) and not model.retired("fineTune")
    # Azure says false here of open-weight models, although they can be fine-tuned.
    body = _common(call, model, fine_tune=trains and model.format == "OpenAI")
    return body | without_nulls({"id": model.base_name, "created_at": _released(model.version)})


def _fine_tuned(job: Job) -> Json:
    return {
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
            "chat_completion": not model.embeds,
            "embeddings": model.embeds,
        },
        "lifecycle_status": LIFECYCLE.get(model.lifecycle, "generally-available"),
        "deprecation": without_nulls(
            {"fine_tune": retires.get("fineTune"), "inference": retires.get("inference")}
        ),
    }
