"""Evals: criteria, and runs that hold a model's answers, or given ones, against them."""

import json
import secrets
from typing import Any

from starlette.responses import Response

from local_azure.address import base_url
from local_azure.data_plane import chat, grading
from local_azure.data_plane.stored_completions import checked_metadata
from local_azure.data_plane.wire import (
    Call,
    Json,
    Operation,
    Surface,
    invalid_value,
    missing,
    ordered_page,
    with_openai_errors,
    wrong_state,
)
from local_azure.errors import AzureError
from local_azure.json_text import JSONResponse
from local_azure.simulated_model import graders
from local_azure.store import Document

RUN_SECONDS = 30.0  # of work
_V1: tuple[Surface, ...] = ("v1",)
_NO_ERROR = {"code": "", "message": ""}


async def create(call: Call) -> Response:
    body = await call.json()
    criteria = body.get("testing_criteria")
    if not isinstance(criteria, list) or not criteria:
        raise invalid_value("testing_criteria", "must be a list of graders.")
    eval_id = f"eval_{secrets.token_hex(16)}"
    wire = {
        "object": "eval",
        "id": eval_id,
        "name": body.get("name") or eval_id,
        "data_source_config": _source_config(body.get("data_source_config")),
        "testing_criteria": [_criterion(one, n) for n, one in enumerate(criteria)],
        "created_at": int(call.now),
        "metadata": checked_metadata(body.get("metadata")),
    }
    call.state.store.put("eval", call.scope, eval_id, wire)
    return JSONResponse(wire, 201)


async def list_(call: Call) -> Response:
    return ordered_page(call, call.state.store.list("eval", call.scope))


async def get(call: Call) -> Response:
    return JSONResponse(_eval(call))


async def update(call: Call) -> Response:
    body, wire = await call.json(), _eval(call)
    if isinstance(body.get("name"), str):
        wire["name"] = body["name"]
    if "metadata" in body:
        wire["metadata"] = checked_metadata(body["metadata"])
    call.state.store.put("eval", call.scope, wire["id"], wire)
    return JSONResponse(wire)


async def delete(call: Call) -> Response:
    eval_id = _eval(call)["id"]
    call.state.store.delete("eval", call.scope, eval_id)
    call.state.store.delete_scope(_runs(call, eval_id))
    return JSONResponse({"object": "eval.deleted", "deleted": True, "eval_id": eval_id})


async def create_run(call: Call) -> Response:
    body, described = await call.json(), _eval(call)
    source = body.get("data_source")
    rows = _rows(call, source)
    run_id = f"evalrun_{secrets.token_hex(16)}"
    run = {
        "id": run_id,
        "eval_id": described["id"],
        "created": call.now,
        "name": body.get("name") or run_id,
        "metadata": checked_metadata(body.get("metadata")),
        "data_source": source,
        "rows": rows,
        "criteria": described["testing_criteria"],
    }
    call.state.store.put("eval_run", _runs(call, described["id"]), run_id, run)
    return JSONResponse(_run_wire(call, run), 201)


async def list_runs(call: Call) -> Response:
    runs = call.state.store.list("eval_run", _runs(call, _eval(call)["id"]))
    return ordered_page(call, [_run_wire(call, await _settled(call, run)) for run in runs])


async def get_run(call: Call) -> Response:
    return JSONResponse(_run_wire(call, await _run(call)))


async def cancel_run(call: Call) -> Response:
    run = await _run(call)
    if _status(call, run) != "in_progress":
        raise wrong_state(f"The run '{run['id']}' is {_status(call, run)}.")
    run["cancelled"] = True
    call.state.store.put("eval_run", _runs(call, run["eval_id"]), run["id"], run)
    return JSONResponse(_run_wire(call, run))


async def delete_run(call: Call) -> Response:
    run = await _run(call)
    call.state.store.delete("eval_run", _runs(call, run["eval_id"]), run["id"])
    return JSONResponse({"object": "eval.run.deleted", "deleted": True, "run_id": run["id"]})


async def list_items(call: Call) -> Response:
    run = await _run(call)
    wanted = call.request.query_params.get("status")
    items = [one for one in run.get("items", ()) if wanted in (None, one["status"])]
    return ordered_page(call, items)


async def get_item(call: Call) -> Response:
    name = call.path("item")
    for item in (await _run(call)).get("items", ()):
        if item["id"] == name:
            return JSONResponse(item)
    raise missing("output item", name)


_RUN = "/evals/{eval}/runs/{run}"
OPERATIONS = with_openai_errors(
    Operation("POST", "/evals", create, _V1),
    Operation("GET", "/evals", list_, _V1),
    Operation("GET", "/evals/{eval}", get, _V1),
    Operation("POST", "/evals/{eval}", update, _V1),
    Operation("DELETE", "/evals/{eval}", delete, _V1),
    Operation("POST", "/evals/{eval}/runs", create_run, _V1),
    Operation("GET", "/evals/{eval}/runs", list_runs, _V1),
    Operation("GET", _RUN, get_run, _V1),
    Operation("POST", _RUN, cancel_run, _V1),
    Operation("DELETE", _RUN, delete_run, _V1),
    Operation("GET", _RUN + "/output_items", list_items, _V1),
    Operation("GET", _RUN + "/output_items/{item}", get_item, _V1),
)


def _source_config(config: object) -> Json:
    """Of the three sources, the one that brings its own rows."""
    kind = config.get("type") if isinstance(config, dict) else None
    if not isinstance(config, dict) or kind != "custom":
        raise invalid_value("data_source_config.type", f"is '{kind}': only custom ones are here.")
    item = config.get("item_schema")
    if not isinstance(item, dict):
        raise invalid_value("data_source_config.item_schema", "must be a JSON schema.")
    return {"type": "custom", "schema": {"type": "object", "properties": {"item": item}}}


def _criterion(grader: object, position: int) -> Json:
    param = f"testing_criteria[{position}]"
    checked = grading.checked_grader(grader, param)
    if checked["type"] == "multi":
        raise invalid_value(param, "is a grader of several, which no criterion can be.")
    return checked


def _rows(call: Call, source: object) -> list[Json]:
    """The items, each with the sample that came along or without one."""
    kind = source.get("type") if isinstance(source, dict) else None
    if not isinstance(source, dict) or kind not in ("jsonl", "completions", "responses"):
        raise invalid_value("data_source.type", "must be jsonl, completions or responses.")
    given = source.get("source")
    kind = given.get("type") if isinstance(given, dict) else None
    if isinstance(given, dict) and kind == "file_content" and isinstance(given["content"], list):
        rows = given["content"]
    elif isinstance(given, dict) and kind == "file_id":
        rows = _file_rows(call, str(given.get("id")))
    else:
        raise invalid_value("data_source.source.type", "must be file_content or file_id.")
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise invalid_value("data_source.source", "has no rows, or one that is no object.")
    return rows


def _file_rows(call: Call, file_id: str) -> list[Any]:
    path = call.state.store.blob(file_id)
    if call.state.store.get("file", call.scope, file_id) is None or not path.exists():
        raise missing("file", file_id)
    try:
        return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    except ValueError:
        raise invalid_value("data_source.source.id", "names a file that is no JSONL.") from None


def _eval(call: Call) -> Document:
    name = call.path("eval")
    found = call.state.store.get("eval", call.scope, name)
    if found is None:
        raise missing("eval", name)
    return found


def _runs(call: Call, eval_id: str) -> str:
    return f"{call.scope}/evals/{eval_id}"


async def _run(call: Call) -> Document:
    name = call.path("run")
    run = call.state.store.get("eval_run", _runs(call, _eval(call)["id"]), name)
    if run is None:
        raise missing("run", name)
    return await _settled(call, run)


def _status(call: Call, run: Document) -> str:
    if "cancelled" in run:
        return "canceled"
    done = call.state.clock.work_elapsed(run["created"]) >= RUN_SECONDS
    return "completed" if done else "in_progress"


async def _settled(call: Call, run: Document) -> Document:
    """Works out a run whose time has come."""
    if _status(call, run) == "completed" and "items" not in run:
        rows = enumerate(run["rows"])
        run["items"] = [await _item(call, run, number, row) for number, row in rows]
        call.state.store.put("eval_run", _runs(call, run["eval_id"]), run["id"], run)
    return run


async def _item(call: Call, run: Document, number: int, row: Json) -> Json:
    item = row["item"] if isinstance(row.get("item"), dict) else row
    sample = await _sample(call, run["data_source"], item, row.get("sample"))
    text = sample["output"][0]["content"]
    results = [await _result(call, criterion, item, text) for criterion in run["criteria"]]
    passed = all(result["passed"] for result in results)
    return {
        "object": "eval.run.output_item",
        "id": f"outputitem_{secrets.token_hex(16)}",
        "run_id": run["id"],
        "eval_id": run["eval_id"],
        "created_at": int(call.now),
        "status": "pass" if passed else "fail",
        "datasource_item_id": number,
        "datasource_item": row,
        "results": results,
        "sample": sample,
    }


async def _result(call: Call, criterion: Json, item: Json, text: str) -> Json:
    found = await grading.graded(call, criterion, item, text)
    passed = graders.passed(criterion, found.reward) and not found.errors
    named = {"name": criterion["name"], "type": criterion["type"]}
    return named | {"score": found.reward, "passed": passed}


async def _sample(call: Call, source: Json, item: Json, given: object) -> Json:
    """What came along, or what the model of the source says."""
    text = given.get("output_text") if isinstance(given, dict) else None
    if source["type"] == "jsonl" or "model" not in source:
        return _sample_of("", [], str(text or ""), {})
    try:
        messages = _messages(source.get("input_messages"), item)
        body = {"messages": messages, "temperature": 0.0}
        answer = await chat.whole(call, str(source["model"]), body)
    except (AzureError, KeyError) as error:
        wrong = {"code": "sampling", "message": str(error)}
        return _sample_of(str(source["model"]), [], "", {}) | {"error": wrong}
    said = answer["choices"][0]["message"]["content"] or ""
    return _sample_of(answer["model"], messages, said, answer["usage"])


def _messages(template: object, item: Json) -> list[Json]:
    """Raises KeyError where the template names what the item has not."""
    parts = template.get("template") if isinstance(template, dict) else None
    if not isinstance(parts, list):
        return [{"role": "user", "content": json.dumps(item, ensure_ascii=False)}]
    return [_message(part, item) for part in parts]


def _message(part: Json, item: Json) -> Json:
    content = part.get("content")
    text = content.get("text") if isinstance(content, dict) else content
    filled = graders.filled(str(text or ""), {"item": item})
    return {"role": part.get("role", "user"), "content": filled}


def _sample_of(model: str, asked: list[Json], said: str, usage: Json) -> Json:
    counts = ("total_tokens", "completion_tokens", "prompt_tokens")
    return {
        "input": asked,
        "output": [{"role": "assistant", "content": said}],
        "finish_reason": "stop",
        "model": model,
        "usage": {**{key: usage.get(key, 0) for key in counts}, "cached_tokens": 0},
        "error": _NO_ERROR,
        "temperature": 0.0,
        "max_completion_tokens": 0,
        "top_p": 1.0,
        "seed": 0,
    }


def _run_wire(call: Call, run: Document) -> Json:
    items = run.get("items", [])
    passed = sum(item["status"] == "pass" for item in items)
    return {
        "object": "eval.run",
        "id": run["id"],
        "eval_id": run["eval_id"],
        "status": _status(call, run),
        "model": str(run["data_source"].get("model") or ""),
        "name": run["name"],
        "created_at": int(run["created"]),
        "report_url": f"{base_url(call.request)}/evals/{run['eval_id']}/runs/{run['id']}",
        "result_counts": {
            "total": len(items),
            "errored": 0,
            "failed": len(items) - passed,
            "passed": passed,
        },
        "per_model_usage": _usage(items),
        "per_testing_criteria_results": [_counted(one, items) for one in run["criteria"]],
        "data_source": run["data_source"],
        "metadata": run["metadata"],
        "error": _NO_ERROR,
    }


def _usage(items: list[Json]) -> list[Json]:
    models = dict.fromkeys(item["sample"]["model"] for item in items if item["sample"]["model"])
    counts = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens")
    listed = []
    for model in models:
        used = [item["sample"]["usage"] for item in items if item["sample"]["model"] == model]
        sums = {key: sum(usage[key] for usage in used) for key in counts}
        listed.append({"model_name": model, "invocation_count": len(used), **sums})
    return listed


def _counted(criterion: Json, items: list[Json]) -> Json:
    results = [r for item in items for r in item["results"] if r["name"] == criterion["name"]]
    passed = sum(result["passed"] for result in results)
    counted = {"testing_criteria": criterion["name"], "passed": passed}
    return counted | {"failed": len(results) - passed}
