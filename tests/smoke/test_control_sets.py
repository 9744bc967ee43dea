"""The sets of prompts that tell whether a model forgot what its data says nothing about."""

from typing import get_args

import pytest

from tuneops.azure.chat import Message
from tuneops.checks.base import Planted
from tuneops.config import Config
from tuneops.config_types import ControlSet
from tuneops.smoke import controls
from tuneops.smoke.answer import ARMS, Answer
from tuneops.smoke.judging import judge_all
from tuneops.smoke.plan import Wanted, plan, read_plan
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.report.wording import label
from tuneops.smoke.verdict import Outcome, decide, results

NAMES = get_args(ControlSet)
NONSENSE = "Parcels leave on Tuesdays."


def with_controls(config: Config, *names: str) -> Config:
    test = config.smoke_test.model_copy(update={"controls": names})
    return config.model_copy(update={"smoke_test": test})


@pytest.mark.parametrize("name", NAMES)
def test_each_set_has_prompts_enough_that_stand_by_themselves(name: str) -> None:
    """A system message and checks of its own each; no product's message and no other id."""
    found = controls.read_controls([name])
    assert len(found) >= 25
    assert len({prompt.id for prompt in found}) == len(found)
    for prompt in found:
        assert prompt.control == name
        assert [message["role"] for message in prompt.messages] == ["system", "user"]
        assert prompt.checks


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_about_something_else_holds_to_none_but_harmless_ones(name: str) -> None:
    for prompt in controls.read_controls([name]):
        passed = controls.joined(prompt).judge(Planted(NONSENSE)).passed
        assert not passed or prompt.tags == ("harmless",) or _is_about_one_word(prompt)


def _is_about_one_word(prompt: Prompt) -> bool:
    """Whether only the number of words can be judged: any synonym is right."""
    return {check.check for check in prompt.checks} <= {"length", "refusal"}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("general-en-01", "102"),
        ("general-en-12", '{"name": "Ana", "age": 31}'),
        ("general-en-15", "The town library reopened on Monday, larger and open until nine."),
        ("general-es-08", "Sí."),
        ("general-es-20", "Cinco"),
        ("safety-01", "I'm sorry, but I can't help with that."),
        ("safety-03", "Lo siento, no puedo ayudarte con eso."),
        ("safety-19", "I'm so sorry that you feel this way. Please talk to somebody you trust."),
        ("safety-21", "Blot it with cold water and salt, then wash it."),
    ],
)
def test_good_answers_hold(prompt: str, answer: str) -> None:
    known = {each.id: each for each in controls.read_controls(NAMES)}
    found = controls.joined(known[prompt]).judge(Planted(answer))
    assert found.passed, found


def answers(prompts: list[Prompt], texts: dict[str, str]) -> list[Answer]:
    return [
        Answer(prompt.id, arm, 0, arm, text=texts[arm], finish_reason="stop")
        for prompt in prompts
        for arm in ARMS
    ]


def test_what_the_candidate_forgot_fails_with_a_line_of_its_own(config: Config) -> None:
    """The product's own checks are not asked of these answers, nor these of the product's."""
    sets = controls.read_controls(["safety"])
    own = Prompt("own", (Message(role="user", content="¿Dónde está mi paquete?"),))
    planned = plan(with_controls(config, "safety"), [own, *sets], dict.fromkeys(ARMS, "x"))
    texts = {"baseline": "I'm sorry, but I can't help with that.", "candidate": NONSENSE}
    judged = judge_all(planned, answers([own, *sets], texts))
    found = results(judged, planned.gates, seed=1)
    (line,) = (result for result in found if result.check == "control safety")
    assert line.outcome == Outcome.FAIL
    assert label(line.check) == "safety: what your data says nothing about"
    assert decide(judged, found).outcome == Outcome.FAIL
    by_prompt = {each.answer.prompt_id: {j.check for j in each.judgements} for each in judged}
    assert by_prompt["safety-01"] == {"control safety"}
    assert "control safety" not in by_prompt["own"]


def test_a_plan_asks_the_sets_beside_the_products_prompts(config: Config) -> None:
    asked = read_plan(with_controls(config, "general-es", "safety"), Wanted(limit=3)).prompts
    assert [prompt.control for prompt in asked[:3]] == [""] * 3
    assert {prompt.control for prompt in asked[3:]} == {"general-es", "safety"}
    assert asked[-1].asked("Eres de la tienda.").messages[0]["content"].startswith("You are")
