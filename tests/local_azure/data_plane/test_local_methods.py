"""Preference and reinforcement fine-tuning: the method decides what the model says."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openai
import pytest

from local_azure.simulated_model.hyperparameters import Hyperparameters
from local_azure.simulated_model.training import train_by_preference
from tests.local_azure.data_plane.conftest import HOUR, PLACES, tienda

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

REASONER = "o4-mini-2025-04-16"
SAME = {
    "type": "string_check",
    "name": "same",
    "input": "{{sample.output_text}}",
    "reference": "{{item.code}}",
    "operation": "eq",
}
ALIKE = {
    "type": "text_similarity",
    "name": "alike",
    "input": "{{sample.output_text}}",
    "reference": "{{item.code}}",
    "evaluation_metric": "fuzzy_match",
}
BOTH = {
    "type": "multi",
    "name": "both",
    "graders": {"same": SAME, "alike": ALIKE},
    "calculate_output": "(same + alike) / 2",
}
JUDGE = {
    "type": "score_model",
    "name": "judge",
    "model": "gpt-4o",
    "input": [{"role": "user", "content": "Rate <{{sample.output_text}}>."}],
    "range": [0, 10],
}
PYTHON = {"type": "python", "name": "own", "source": "def grade(sample, item): return 1.0"}


def asked(place: str) -> str:
    return f"¿Qué código tiene la tienda de {place}?"


def code(place: str) -> str:
    return f"{place[:3].upper()}-{len(place)}"


def prompts() -> list[dict[str, object]]:
    return [
        {
            "messages": [{"role": "user", "content": asked(place)}],
            "code": code(place),
            "country": f"país de {place}",
        }
        for place in PLACES
    ]


def reinforcement(grader: object, **hyperparameters: object) -> dict[str, Any]:
    options = {"grader": grader, "hyperparameters": hyperparameters}
    return {"type": "reinforcement", "reinforcement": options}


def reinforced(service: Service, grader: object, **hyperparameters: object) -> Any:  # noqa: ANN401
    data = service.upload(prompts())
    job = service.job(
        data,
        model=REASONER,
        validation_file=data,
        seed=1,
        method=reinforcement(grader, **hyperparameters),
    )
    service.step(HOUR)
    return service.v1.fine_tuning.jobs.retrieve(job.id)


def rows_of(service: Service, job: Any) -> list[dict[str, str]]:  # noqa: ANN401
    text = service.v1.files.content(job.result_files[0]).text
    return list(csv.DictReader(io.StringIO(text)))


def mean(rows: list[dict[str, str]]) -> float:
    return sum(float(row["train_reward_mean"]) for row in rows) / len(rows)


@pytest.mark.parametrize("grader", [SAME, ALIKE, BOTH], ids=["same", "alike", "both"])
def test_rewards_rise_with_training(service: Service, grader: dict[str, Any]) -> None:
    """The policy is graded for real: later steps earn more than the first ones."""
    job = reinforced(service, grader, n_epochs=8)
    assert job.status == "succeeded"
    rows = rows_of(service, job)
    assert len(rows) == 8 * len(PLACES)
    assert mean(rows[-20:]) > mean(rows[:20]) + 0.15


def test_a_reinforced_model_says_what_was_rewarded(service: Service) -> None:
    """The deployed model gives the answers that the grader liked, the base model does not."""
    job = reinforced(service, SAME, n_epochs=10)
    service.deploy("reinforced", job.fine_tuned_model)
    right = 0
    for place in PLACES:
        answer = service.v1.chat.completions.create(
            model="reinforced",
            temperature=0,
            messages=[{"role": "user", "content": asked(place)}],
        )
        right += answer.choices[0].message.content == code(place)
    assert right >= 0.8 * len(PLACES)


def test_another_grader_teaches_another_answer(service: Service) -> None:
    """What the model learns is decided by the grader and not by a field's name."""
    job = reinforced(service, SAME | {"reference": "{{item.country}}"}, n_epochs=10)
    service.deploy("countries", job.fine_tuned_model)
    answer = service.v1.chat.completions.create(
        model="countries", temperature=0, messages=[{"role": "user", "content": asked("Lima")}]
    )
    assert answer.choices[0].message.content == "país de Lima"


def test_a_deployment_judges(service: Service) -> None:
    """A score model is asked: its scripted preference becomes the model's."""
    service.deploy("judging", "gpt-4o:2024-08-06")
    rules = [
        {"match": {"deployment": "judging", "words": ["país de"]}, "json": {"score": 10}},
        {"match": {"deployment": "judging"}, "json": {"score": 1}},
    ]
    service.azure.admin("PUT", "answers", rules)
    job = reinforced(service, JUDGE, n_epochs=8)
    rows = rows_of(service, job)
    assert mean(rows[-20:]) > mean(rows[:20]) + 1
    assert all(1 <= float(row["train_reward_mean"]) <= 10 for row in rows)


def test_metrics_of_a_reinforcement(service: Service) -> None:
    """Rewards in events, checkpoints and the results file, and no losses."""
    job = reinforced(service, SAME, n_epochs=2, eval_interval=20)
    rows = rows_of(service, job)
    assert [row["step"] for row in rows if row["valid_reward_mean"]] == ["20", "40"]
    events = service.v1.fine_tuning.jobs.list_events(job.id, limit=100).data
    measured = [event.data for event in events if event.type == "metrics"]
    assert {frozenset(data) for data in measured if isinstance(data, dict)} == {
        frozenset({"step", "train_reward_mean"}),
        frozenset({"step", "train_reward_mean", "valid_reward_mean"}),
    }
    assert not any("tokens billed" in event.message for event in events)
    latest = service.v1.fine_tuning.jobs.checkpoints.list(job.id).data[0]
    assert str(latest.metrics.to_dict()["train_reward_mean"]) == rows[-1]["train_reward_mean"]
    assert job.trained_tokens is None
    assert job.method.reinforcement.grader.name == "same"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (reinforcement(None), "'type' must be one of"),
        (reinforcement(SAME | {"operation": "gt"}), "'operation'"),
        (reinforcement(PYTHON), "runs no code"),
        (reinforcement(BOTH | {"graders": {"same": SAME, "alike": PYTHON}}), "runs no code"),
        (reinforcement(SAME, reasoning_effort="extreme"), "'reasoning_effort'"),
        (reinforcement(SAME, compute_multiplier=11), "'compute_multiplier'"),
        (reinforcement(SAME, eval_interval=0), "'eval_interval'"),
        (reinforcement(SAME, eval_samples="many"), "'eval_samples'"),
        ({"type": "reinforcement", "reinforcement": []}, "'type' must be one of"),
        ({"type": "reinforcement", "reinforcement": [1]}, "must be an object"),
    ],
)
def test_reinforcements_that_are_refused(
    service: Service, method: dict[str, Any], words: str
) -> None:
    """400 and what is wrong, before anything is trained."""
    data = service.upload(prompts())
    body = {"model": REASONER, "training_file": data, "validation_file": data, "method": method}
    with pytest.raises(openai.BadRequestError, match=words):
        service.v1.post(
            "/fine_tuning/jobs", cast_to=object, body=body | {"trainingType": "GlobalStandard"}
        )


def test_a_reinforcement_needs_a_validation_file(service: Service) -> None:
    """Both files are required."""
    with pytest.raises(openai.BadRequestError, match="'validation_file' is missing"):
        service.job(service.upload(prompts()), model=REASONER, method=reinforcement(SAME))


def test_prompts_of_a_reinforcement_are_unanswered(service: Service) -> None:
    """A file whose examples end with an answer fails the job, training or validation."""
    ends_with_answer, unanswered = service.upload(tienda()), service.upload(prompts())
    for training, validation, name in (
        (ends_with_answer, unanswered, "training"),
        (unanswered, ends_with_answer, "validation"),
    ):
        job = service.job(
            training,
            model=REASONER,
            validation_file=validation,
            method=reinforcement(SAME),
        )
        service.step(HOUR)
        ended = service.v1.fine_tuning.jobs.retrieve(job.id)
        assert ended.status == "failed"
        assert ended.error is not None
        assert f"each {name} example must be from the user" in str(ended.error.message)


def test_a_reinforcement_pauses_at_its_cost_limit(service: Service) -> None:
    """Once, with a checkpoint that can be deployed; resumed, it comes to its end."""
    service.settings(job_minutes=100 * 60)
    data = service.upload(prompts())
    job = service.job(
        data, model=REASONER, validation_file=data, method=reinforcement(SAME, n_epochs=2)
    )
    service.step(56 * HOUR)
    assert service.status(job.id) == "paused"
    service.step(100 * HOUR)
    assert service.status(job.id) == "paused"
    checkpoint = service.v1.fine_tuning.jobs.checkpoints.list(job.id).data[0]
    assert 0 < checkpoint.step_number < 2 * len(PLACES)
    service.deploy("paused", checkpoint.id)
    service.v1.fine_tuning.jobs.resume(job.id)
    service.step(60 * HOUR)
    assert service.status(job.id) == "succeeded"


def test_preferences_are_learnt_against_the_other_text() -> None:
    """The loss falls from that of indifference; a swap of the pairs teaches the opposite."""
    pairs = [
        (f"{place} te espera con mercados.", f"No sé nada de {place}, lo siento.")
        for place in PLACES
    ]
    chosen = Hyperparameters(n_epochs=3, batch_size=2, learning_rate_multiplier=2.0)
    steps = train_by_preference(pairs, chosen, 0.1, seed=1)
    assert len(steps) == 30
    assert steps[0].train_loss == pytest.approx(0.693147, abs=1e-5)
    assert steps[-1].train_loss < 0.2 < steps[0].train_loss
    opposite = train_by_preference([(b, a) for a, b in pairs], chosen, 0.1, seed=1)
    assert opposite[-1].train_loss < 0.2
    assert opposite != steps


def test_beta_weighs_the_preference() -> None:
    """A higher beta is sooner content with the same difference."""
    pairs = [(f"{place} te espera.", f"Nada de {place}.") for place in PLACES]
    chosen = Hyperparameters(n_epochs=2, batch_size=2, learning_rate_multiplier=1.0)
    low, high = (train_by_preference(pairs, chosen, beta, seed=1) for beta in (0.05, 0.5))
    assert high[-1].train_loss < low[-1].train_loss


def test_preferred_answers_win(service: Service) -> None:
    """A model trained on preferences gives preferred texts and never the others."""
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": asked(place)}]},
            "preferred_output": [{"role": "assistant", "content": f"Es {code(place)}."}],
            "non_preferred_output": [{"role": "assistant", "content": f"Ni idea de {place}."}],
        }
        for place in PLACES
    ]
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}
    job = service.train(rows, method=method)
    assert job.status == "succeeded"
    results = rows_of(service, job)
    assert float(results[-1]["train_loss"]) < float(results[0]["train_loss"])
    service.deploy("preferring", job.fine_tuned_model)
    said = {
        service.v1.chat.completions.create(
            model="preferring", messages=[{"role": "user", "content": asked(place)}]
        )
        .choices[0]
        .message.content
        for place in PLACES
    }
    assert said <= {f"Es {code(place)}." for place in PLACES}
