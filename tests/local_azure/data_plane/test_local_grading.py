"""Graders, batches and evals, through the SDK and by hand."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.simulated_model import formula
from local_azure.simulated_model.similarity import METRICS
from tests.local_azure.data_plane.conftest import PROCESSED, jsonl

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

RUN, VALIDATE = (f"/v1/fine_tuning/alpha/graders/{verb}" for verb in ("run", "validate"))
CHECK = {
    "type": "string_check",
    "name": "same",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
ALIKE = CHECK | {"type": "text_similarity", "evaluation_metric": "fuzzy_match"}
JUDGE = {
    "type": "score_model",
    "name": "judge",
    "model": "gpt-4o",
    "input": [{"role": "user", "content": "Rate {{sample.output_text}} for {{item.question}}"}],
    "range": [0, 10],
}
MULTI = {
    "type": "multi",
    "name": "both",
    "graders": {"same": CHECK, "alike": ALIKE},
    "calculate_output": "0.5 * same + max(alike, 0.5) / 2",
}


def run(service: Service, grader: object, sample: str, **item: object) -> Any:  # noqa: ANN401
    body = {"grader": grader, "item": item, "model_sample": sample}
    answer = service.raw("POST", RUN, body)
    assert answer.status == 200, answer
    return answer.body


@pytest.mark.parametrize(
    ("operation", "sample", "reward"),
    [
        ("eq", "Rome", 1),
        ("eq", "rome", 0),
        ("ne", "rome", 1),
        ("like", "In Rome.", 1),
        ("like", "in rome.", 0),
        ("ilike", "in rome.", 1),
    ],
)
def test_strings_are_compared(service: Service, operation: str, sample: str, reward: float) -> None:
    found = run(service, CHECK | {"operation": operation}, sample, answer="Rome")
    assert found["reward"] == reward
    assert found["metadata"]["scores"] == {"same": reward}


def test_graders_of_several(service: Service) -> None:
    """By their formula, with each part's own reward."""
    found = run(service, MULTI, "Rome", answer="Rome")
    assert (found["reward"], found["sub_rewards"]) == (1.0, {"same": 1.0, "alike": 1.0})
    assert run(service, MULTI, "xyz", answer="Rome")["reward"] == 0.25


def test_a_model_judges(service: Service) -> None:
    """The account's deployment of that model; scripted, it gives what was written."""
    service.deploy("judging", "gpt-4o:2024-08-06")
    found = run(service, JUDGE, "Rome", question="capital")
    assert 0 <= found["reward"] <= 10
    assert run(service, JUDGE, "Rome", question="capital")["reward"] == found["reward"]
    service.azure.admin("PUT", "answers", [{"match": {"words": ["rate"]}, "json": {"score": 7}}])
    assert run(service, JUDGE, "Rome", question="capital")["reward"] == 7
    service.azure.admin("PUT", "answers", [{"text": "seven"}])
    failed = run(service, JUDGE, "Rome", question="capital")["metadata"]["errors"]
    assert failed["model_grader_server_error"]


def test_what_goes_wrong_is_flagged(service: Service) -> None:
    """A variable that is not there, code that is not run, a model that is not deployed."""
    assert run(service, CHECK, "a")["metadata"]["errors"]["invalid_variable_error"]
    python = {"type": "python", "name": "p", "source": "def grade(sample, item): return 1.0"}
    errors = run(service, python, "a")["metadata"]["errors"]
    assert errors["python_grader_server_error"]
    assert "runs no code" in errors["python_grader_server_error_type"]
    gone = run(service, JUDGE | {"model": "o3-mini"}, "a", question="b")
    assert gone["metadata"]["errors"]["model_grader_server_error"]
    divided = MULTI | {"calculate_output": "same / (alike - alike + same)"}
    assert run(service, divided, "x", answer="y")["metadata"]["errors"]["formula_parse_error"]


@pytest.mark.parametrize(
    "grader",
    [
        None,
        {"type": "none", "name": "a"},
        CHECK | {"operation": "is"},
        CHECK | {"input": 7},
        CHECK | {"name": ""},
        ALIKE | {"evaluation_metric": "luck"},
        JUDGE | {"range": [1, 1]},
        JUDGE | {"input": "text"},
        MULTI | {"graders": {}},
        MULTI | {"graders": {"m": MULTI}},
        MULTI | {"calculate_output": "__import__('os')"},
        MULTI | {"calculate_output": "same.real"},
        MULTI | {"calculate_output": "other + 1"},
        {"type": "label_model", "name": "l", "model": "m", "input": [], "labels": ["a"],
         "passing_labels": ["b"]},
    ],
)  # fmt: skip
def test_graders_that_are_none(service: Service, grader: object) -> None:
    answer = service.raw("POST", VALIDATE, {"grader": grader})
    assert (answer.status, answer.body["error"]["code"]) == (400, "invalidPayload")
    good = service.raw("POST", VALIDATE, {"grader": MULTI})
    assert good.body == {"grader": MULTI}


@given(st.sampled_from(sorted(METRICS)), st.text(max_size=60), st.text(max_size=60))
def test_similarities_are_shares(metric: str, one: str, other: str) -> None:
    """Each lies between 0 and 1, and a text is most like itself."""
    assert 0 <= METRICS[metric](one, other) <= 1
    words = "the cat sat on the mat today"
    assert METRICS[metric](words, words) == pytest.approx(1)
    assert METRICS[metric](words, "quite another thing") < 0.5


@given(st.text(max_size=40))
def test_any_formula_gives_a_number_or_an_error(text: str) -> None:
    with contextlib.suppress(formula.FormulaError):
        assert isinstance(formula.value_of(text, {"a": 1.0}), float)


@pytest.mark.parametrize("text", ["9**9**9**9", "a.b", "[a]", "'x' * 9", "a if a else a", "f(a)"])
def test_a_formula_is_arithmetic_only(text: str) -> None:
    with pytest.raises(formula.FormulaError):
        formula.value_of(text, {"a": 1.0})


def request(number: int, model: str = "many") -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": f"Hello {number}"}]}
    return {"custom_id": str(number), "method": "POST", "url": "/v1/chat/completions", "body": body}


@pytest.fixture
def batch_file(service: Service) -> str:
    """Three requests for a batch deployment and one for none."""
    body = {
        "sku": {"name": "GlobalBatch", "capacity": 10},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
    }
    path = f"{service.arm_path}/deployments/many?api-version=2025-09-01"
    service.azure.request("PUT", path, body, token=service.token)
    lines = [*(request(number) for number in range(3)), request(9, "none")]
    file = service.v1.files.create(file=("b.jsonl", jsonl(lines)), purpose="batch")
    service.step(PROCESSED)
    assert service.v1.files.wait_for_processing(file.id).status == "processed"
    return file.id


def test_a_batch_is_answered(service: Service, batch_file: str) -> None:
    """Each line by its custom id; what failed lies in the error file."""
    made = service.v1.batches.create(
        input_file_id=batch_file, endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert made.status == "validating"
    service.step(30)
    assert service.v1.batches.retrieve(made.id).status == "in_progress"
    service.step(60)
    done = service.v1.batches.retrieve(made.id)
    assert done.status == "completed"
    assert done.request_counts is not None
    assert done.request_counts.to_dict() == {"total": 4, "completed": 3, "failed": 1}
    output = service.v1.files.content(str(done.output_file_id)).text.splitlines()
    answers = [json.loads(line) for line in output]
    assert [answer["custom_id"] for answer in answers] == ["0", "1", "2"]
    assert answers[0]["response"]["body"]["choices"][0]["message"]["content"]
    errors = json.loads(service.v1.files.content(str(done.error_file_id)).text)
    assert errors["response"]["status_code"] == 404
    assert [batch.id for batch in service.v1.batches.list()] == [made.id]


def test_batches_that_end_otherwise(service: Service, batch_file: str) -> None:
    """Cancelled while it works, failed for what its file holds, refused for what it asks."""
    body = {"input_file_id": batch_file, "endpoint": "/chat/completions"}
    dated = "/batches?api-version=2024-10-21"
    made = service.raw("POST", dated, body | {"completion_window": "24h"}).body
    assert service.v1.batches.cancel(made["id"]).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        service.v1.batches.cancel(made["id"])
    twice = service.v1.files.create(
        file=("b.jsonl", jsonl([request(1), request(1)])), purpose="batch"
    )
    service.step(PROCESSED)
    service.v1.files.wait_for_processing(twice.id)
    made = service.raw(
        "POST", dated, body | {"completion_window": "24h", "input_file_id": twice.id}
    ).body
    service.step(100)
    assert service.v1.batches.retrieve(made["id"]).status == "failed"
    for wrong in (
        {"completion_window": "1h"},
        {"completion_window": "24h", "endpoint": "/v1/images"},
        {"completion_window": "24h", "input_file_id": "file-none"},
    ):
        assert service.raw("POST", dated, body | wrong).status == 400
    assert service.raw("GET", "/v1/batches/none").status == 404


def test_an_eval_of_given_answers(service: Service) -> None:
    """Criteria are held against each row; counts by criterion and altogether."""
    made = service.v1.evals.create(
        name="tienda",
        data_source_config={"type": "custom", "item_schema": {"type": "object"}},
        testing_criteria=[CHECK, ALIKE | {"pass_threshold": 0.9, "name": "alike"}],  # type: ignore[list-item]
    )
    rows: Any = [
        {"item": {"answer": "Rome"}, "sample": {"output_text": "Rome"}},
        {"item": {"answer": "Rome"}, "sample": {"output_text": "Lima"}},
    ]
    source: Any = {"type": "jsonl", "source": {"type": "file_content", "content": rows}}
    begun = service.v1.evals.runs.create(made.id, data_source=source)
    assert begun.status == "in_progress"
    service.step(60)
    done = service.v1.evals.runs.retrieve(begun.id, eval_id=made.id)
    assert done.status == "completed"
    counts = done.result_counts
    assert (counts.total, counts.passed, counts.failed) == (2, 1, 1)
    assert [one.passed for one in done.per_testing_criteria_results] == [1, 1]
    items = list(service.v1.evals.runs.output_items.list(begun.id, eval_id=made.id))
    assert [item.status for item in items] == ["pass", "fail"]
    assert [made.id] == [one.id for one in service.v1.evals.list()]


def test_an_eval_of_a_model(service: Service) -> None:
    """The run asks a deployment, with the item in its messages; a file brings the rows."""
    service.deploy("chat", "gpt-4o:2024-08-06")
    check = CHECK | {"operation": "ilike", "reference": "{{item.place}}"}
    made = service.v1.evals.create(
        data_source_config={"type": "custom", "item_schema": {"type": "object"}},
        testing_criteria=[check],  # type: ignore[list-item]
    )
    file = service.v1.files.create(
        file=("rows.jsonl", jsonl([{"item": {"place": "Lisboa"}}])), purpose="evals"
    )
    template = [{"role": "user", "content": "¿Un libro en {{item.place}}?"}]
    source: Any = {
        "type": "completions",
        "model": "chat",
        "input_messages": {"type": "template", "template": template},
        "source": {"type": "file_id", "id": file.id},
    }
    begun = service.v1.evals.runs.create(made.id, data_source=source)
    service.step(60)
    done = service.v1.evals.runs.retrieve(begun.id, eval_id=made.id)
    assert done.result_counts.passed == 1
    assert done.per_model_usage[0].invocation_count == 1
    assert service.v1.evals.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        service.v1.evals.runs.retrieve(begun.id, eval_id=made.id)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"testing_criteria": []}, "testing_criteria"),
        ({"testing_criteria": [CHECK, MULTI]}, "testing_criteria[1]"),
        ({"testing_criteria": [{"type": "none"}]}, "testing_criteria[0]"),
        ({"data_source_config": {"type": "logs"}}, "data_source_config.type"),
        ({"data_source_config": {"type": "custom"}}, "data_source_config.item_schema"),
    ],
)
def test_evals_that_are_refused(service: Service, change: dict[str, object], param: str) -> None:
    """In OpenAI's form, with the parameter that is wrong."""
    config = {"type": "custom", "item_schema": {}}
    body = {"data_source_config": config, "testing_criteria": [CHECK], **change}
    answer = service.raw("POST", "/v1/evals", body)
    error = answer.body["error"]
    assert error.pop("message").startswith(f"'{param}' ")
    named = {"type": "invalid_request_error", "param": param, "code": "invalid_value"}
    assert (answer.status, error) == (400, named)


@pytest.mark.parametrize(
    ("source", "param"),
    [
        (None, "data_source.type"),
        ({"type": "jsonl"}, "data_source.source.type"),
        (
            {"type": "jsonl", "source": {"type": "file_content", "content": []}},
            "data_source.source",
        ),
    ],
)
def test_runs_that_are_refused(service: Service, source: object, param: str) -> None:
    """In the same form; so is the run, or the eval, that is not there."""
    made = service.v1.evals.create(
        data_source_config={"type": "custom", "item_schema": {"type": "object"}},
        testing_criteria=[CHECK],  # type: ignore[list-item]
    )
    runs = service.v1.evals.runs
    with pytest.raises(openai.BadRequestError) as refused:
        runs.create(made.id, data_source=source)  # type: ignore[arg-type]
    assert (refused.value.type, refused.value.param) == ("invalid_request_error", param)
    for missing in (
        partial(runs.delete, "none", eval_id=made.id),
        partial(service.v1.evals.delete, "none"),
    ):
        with pytest.raises(openai.NotFoundError) as gone:
            missing()
        assert (gone.value.type, gone.value.code) == ("invalid_request_error", None)
