"""Plans, planted answers, leaks, stored runs and the judge."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneops.azure.chat import Message, Reply, ThrottledError
from tuneops.checks.kinds import Length, PromptCheck, Regex
from tuneops.config import Config, Gate, Judge, TokenPrices
from tuneops.errors import ConfigError
from tuneops.smoke import model_judge, planted_answers, stored
from tuneops.smoke.answer import Answer
from tuneops.smoke.plan import Wanted, plan, read_plan
from tuneops.smoke.prompt_leaks import leaks
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import Run
from tuneops.smoke.verdict import Outcome

Recorded = Callable[[Sequence[str], Sequence[str]], Run]
GOOD = "Oaxaca se llena en julio de música, de mercados y de danzas. ¿Vas por la artesanía?"
BAD = "Te recomiendo el Bazar Arts."
NAMES = {"baseline": "gpt-4o", "candidate": "tienda"}


def prompt(text: str, *checks: PromptCheck) -> Prompt:
    return Prompt("roma", ({"role": "user", "content": text},), checks=checks)


def configured(config: Config, **test: Any) -> Config:  # noqa: ANN401 - fields of SmokeTest
    return config.model_copy(update={"smoke_test": config.smoke_test.model_copy(update=test)})


def test_the_shipped_checks_reject_everything_that_is_planted(config: Config) -> None:
    checks = planted_answers.configured(config.smoke_test)
    assert all(check.planted() for check in checks)
    assert plan(config, [], NAMES).faults == ()


def test_a_check_that_accepts_a_planted_answer_makes_the_run_invalid(config: Config) -> None:
    blind = Regex(name="blind", pattern="x", expect="absent", rejects=("y",))
    strict = Regex(name="strict", pattern="x", rejects=("y",), accepts=("z",))
    more = config.smoke_test.checks.model_copy(update={"more": (blind, strict)})
    found = plan(configured(config, checks=more, gates={}), [], NAMES)
    assert found.faults == (
        "the check 'blind' accepts the planted answer 'y'",
        "the check 'strict' rejects the good answer 'z'",
    )


def test_a_check_that_decides_must_be_provable(config: Config) -> None:
    more = config.smoke_test.checks.model_copy(update={"more": (Regex(pattern="x"),)})
    with pytest.raises(ConfigError, match="no bad answer proves"):
        plan(configured(config, checks=more, gates={}), [], NAMES)
    gates = {"regex": Gate(decides=False)}
    assert plan(configured(config, checks=more, gates=gates), [], NAMES).faults == ()


def test_names_of_checks_and_gates_are_watched(config: Config) -> None:
    more = config.smoke_test.checks.model_copy(update={"more": (Length(),)})
    with pytest.raises(ConfigError, match="Two checks are called 'length'"):
        plan(configured(config, checks=more), [], NAMES)
    with pytest.raises(ConfigError, match="Is 'language' meant"):
        plan(configured(config, gates={"langauge": Gate()}), [], NAMES)


def test_a_check_of_a_prompt_is_judged_there_alone_and_only_shown(
    config: Config, recorded: Recorded
) -> None:
    own = Regex(name="guelaguetza", pattern="Guelaguetza")
    found = plan(config, [prompt("¿Qué?", own), replace(prompt("¿Y?"), id="lima")], NAMES)
    assert not found.gates["guelaguetza"].decides
    assert [len(found.checks_of(one)) for one in found.prompts] == [7, 6]
    assert all(result.check != "guelaguetza" for result in recorded([GOOD], [GOOD]).results)


TRAINED = "Vivo en Argentina y me invitaron a Estados Unidos, ¿por dónde arranco con los papeles?"


@pytest.mark.parametrize(
    ("question", "how"),
    [
        (TRAINED, "is a question on line 2"),
        (TRAINED.upper().replace("Ó", "O"), "is a question on line 2"),
        (TRAINED.replace("arranco", "empiezo"), "the same as a question on line 2"),
        (TRAINED.replace("Argentina", "Uruguay"), ""),
        ("¿Qué ver en Lima?", ""),
    ],
)
def test_a_prompt_of_the_training_data_is_named_with_its_row(
    tmp_path: Path, question: str, how: str
) -> None:
    rows = [[{"role": "user", "content": text}] for text in ("¿Qué ver en Roma?", TRAINED)]
    lines = [json.dumps({"messages": row}) for row in rows]
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join([*lines, "{", "[]", '{"messages": [{"role": 1}]}']), encoding="utf-8")
    found = leaks([prompt(question)], [path])
    assert len(found) == bool(how)
    assert all(how in text and "prompt 'roma'" in text for text in found)


def test_the_shipped_prompts_are_not_in_the_training_data(config: Config) -> None:
    assert read_plan(config, Wanted()).faults == ()
    with pytest.raises(ConfigError, match="cannot be read"):
        leaks([prompt("¿?")], [Path("absent.jsonl")])


def test_a_stored_run_is_the_baseline_of_another(config: Config, recorded: Recorded) -> None:
    before, after = recorded([BAD] * 20, [GOOD] * 20), recorded([GOOD] * 20, [BAD] * 20)
    assert stored.compare_runs(before, before).verdict.outcome == Outcome.PASS
    drifted = stored.compare_runs(before, after)
    assert drifted.verdict.outcome == Outcome.FAIL
    assert drifted.deployments == {"baseline": "tienda", "candidate": "tienda"}
    other = replace(after, prompts=tuple(replace(p, id=f"x{p.id}") for p in after.prompts))
    with pytest.raises(ConfigError, match="no prompt in common"):
        stored.compare_runs(before, other)
    with pytest.raises(ConfigError, match="no prompt in common"):
        read_plan(config, Wanted(against=before))


JUDGE = Judge(
    deployment="qwen",
    criteria="warmth",
    max_cost_usd=1.0,
    prices=TokenPrices(input=0, output=1000),
)


def pairs(count: int) -> list[model_judge.Pair]:
    answer = Answer("p", "baseline", 0, "gpt-4o", text="una respuesta corta")
    longer = replace(answer, arm="candidate", text="una respuesta bastante más larga que la otra")
    question: list[Message] = [{"role": "user", "content": "¿Roma?"}]
    return [model_judge.Pair(question, answer, longer) for _ in range(count)]


def said(text: str) -> Reply:
    return Reply(text, "stop", "qwen3", None, 100, 10, 0.1, filtered=False)


def prefers(word: str) -> model_judge.AskJudge:
    """A judge that prefers the answer with the word in it, wherever it stands."""

    def ask(messages: Sequence[Message], _form: dict[str, Any]) -> Reply:
        shown = json.loads(messages[-1]["content"])
        assert {"baseline", "candidate"}.isdisjoint(shown)
        place = "first" if word in shown["first"] else "second"
        return said(json.dumps({"better": place}))

    return ask


def test_the_judge_is_asked_in_both_orders_and_length_stands_beside_the_wins() -> None:
    found = model_judge.compare(pairs(5), prefers("larga"), JUDGE)
    assert (found.candidate_wins, found.baseline_wins, found.ties) == (5, 0, 0)
    assert (found.candidate_words, found.baseline_words) == (8, 3)
    assert found.model == "qwen3"


def test_a_judge_that_follows_the_order_finds_ties() -> None:
    found = model_judge.compare(pairs(5), lambda *_: said('{"better": "first"}'), JUDGE)
    assert (found.candidate_wins, found.ties, found.disagreements) == (0, 5, 5)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"better": "both"}', '{"better": []}'])
def test_a_judge_that_answers_nonsense_decides_nothing(text: str) -> None:
    found = model_judge.compare(pairs(3), lambda *_: said(text), JUDGE)
    assert (found.unusable, found.candidate_wins, found.baseline_wins, found.ties) == (3, 0, 0, 0)


def test_a_judge_that_cannot_be_asked_is_unusable_and_no_end_of_the_run() -> None:
    def ask(_messages: Sequence[Message], _form: dict[str, Any]) -> Reply:
        raise ThrottledError("429", remedy="Wait.")

    assert model_judge.compare(pairs(2), ask, JUDGE).unusable == 2


def test_the_judge_stops_before_it_costs_more_than_allowed() -> None:
    """Each question costs a cent, so ten of them are five pairs."""
    cheap = JUDGE.model_copy(update={"max_cost_usd": 0.1})
    found = model_judge.compare(pairs(20), prefers("larga"), cheap)
    assert found.candidate_wins == 5
    assert found.skipped == 15
    assert found.cost_usd <= 0.1


def test_a_judge_of_the_same_family_is_refused() -> None:
    with pytest.raises(ConfigError, match="same family"):
        model_judge.refuse_relative("gpt-5", ["gpt-4o-2024-08-06"])
    model_judge.refuse_relative("Qwen3-32B", ["gpt-4o-2024-08-06"])
