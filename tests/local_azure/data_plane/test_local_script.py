"""Scripted answers, and JSON that a prompt asks for in its own words."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from local_azure.simulated_model.json_instance import instance
from local_azure.simulated_model.json_instructions import guess, is_asked_for
from local_azure.simulated_model.script import RULES

if TYPE_CHECKING:
    from tests.local_azure.data_plane.conftest import Service

JUDGE = {
    "match": {"deployment": "judge*", "words": ["Rubric", "score"]},
    "json": {"reason": "good", "pass": True, "score": 4},
    "usage": {"prompt_tokens": 7, "completion_tokens": 5},
}


def ask(service: Service, deployment: str, question: str, **more: Any) -> Any:  # noqa: ANN401
    messages: Any = [{"role": "user", "content": question}]
    return service.v1.chat.completions.create(model=deployment, messages=messages, **more)


@pytest.fixture
def judge(service: Service) -> Service:
    service.deploy("judge-1", "gpt-4o:2024-08-06")
    service.deploy("chat", "gpt-4o:2024-08-06")
    return service


def test_a_judge_is_scripted(judge: Service) -> None:
    """The first rule that holds answers, with its usage; streamed too; nothing else changes."""
    assert judge.azure.admin("PUT", "answers", [JUDGE])[0]["json"] == JUDGE["json"]
    found = ask(judge, "judge-1", "By this rubric, give a SCORE.")
    assert json.loads(found.choices[0].message.content) == JUDGE["json"]
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (7, 5)
    streamed = ask(judge, "judge-1", "rubric and score", stream=True)
    text = "".join(c.choices[0].delta.content or "" for c in streamed if c.choices)
    assert json.loads(text) == JUDGE["json"]
    assert '"score"' not in str(ask(judge, "chat", "rubric, score").choices)
    assert '"score"' not in str(ask(judge, "judge-1", "Hello").choices)
    assert judge.azure.admin("DELETE", "answers") == []
    assert '"score"' not in str(ask(judge, "judge-1", "rubric, score").choices)


def test_rules_go_in_order_and_run_out(judge: Service) -> None:
    """`times` answers, then the next rule; a text, a tool call."""
    rules = [
        {"match": {"model": "gpt-4o-*"}, "text": "first", "times": 1},
        {"match": {"words": ["weather"]}, "tool": {"name": "look", "arguments": {"at": "sky"}}},
        {"text": "last"},
    ]
    judge.azure.admin("PUT", "answers", rules)
    assert ask(judge, "chat", "weather").choices[0].message.content == "first"
    called = ask(judge, "chat", "weather").choices[0]
    assert called.finish_reason == "tool_calls"
    assert json.loads(called.message.tool_calls[0].function.arguments) == {"at": "sky"}
    assert ask(judge, "chat", "Hi", n=2).choices[1].message.content == "last"


@pytest.mark.parametrize(
    "rule",
    [{}, {"text": "a", "json": {}}, {"text": "a", "match": {"pattern": "x"}}, {"answer": "a"}],
)
def test_rules_that_are_none(service: Service, rule: dict[str, object]) -> None:
    """A rule has one answer and conditions that exist; the server says which has not."""
    with pytest.raises(ValidationError):
        RULES.validate_python([rule])
    assert service.azure.request("PUT", "/_local/answers", [rule]).status == 400


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 18}},
    "required": ["name", "age"],
}
RUBRIC = """You respond with a JSON object with this structure: {reason: string, pass: boolean}
{"reason": "it greets", "pass": true, "score": 1.0}
{"reason": "it does not", "pass": false, "score": 0.0}"""


@pytest.mark.parametrize("role", ["system", "user"])
def test_a_schema_in_the_prompt_is_followed(judge: Service, role: str) -> None:
    """As parsers write it into the prompt where they do not use a response format."""
    text = f"Parse the objects in json that match this json_schema:\n{json.dumps(SCHEMA)}"
    messages: Any = [{"role": role, "content": text}, {"role": "user", "content": "Ana is 30"}]
    if role == "user":
        messages = [{"role": "user", "content": f"{text}\nAna is 30"}]
    found = judge.v1.chat.completions.create(model="chat", messages=messages)
    jsonschema.validate(json.loads(str(found.choices[0].message.content)), SCHEMA)


def test_examples_in_the_prompt_are_followed(judge: Service) -> None:
    """A rubric's grader gets the keys and types of the examples."""
    found = json.loads(ask(judge, "chat", RUBRIC).choices[0].message.content)
    assert set(found) == {"reason", "pass", "score"}
    assert isinstance(found["pass"], bool)
    assert found["score"] in (0.0, 1.0)


@pytest.mark.parametrize(
    "text", ["What is JSON?", "Hola", "I like json files.", "Tell me about {braces}"]
)
def test_a_mention_of_json_is_no_instruction(text: str) -> None:
    assert not is_asked_for([{"role": "user", "content": text}])


@given(st.text(max_size=300), st.integers(0, 5))
def test_any_prompt_gives_json(text: str, seed: int) -> None:
    """Whatever braces it has."""
    json.loads(guess([{"role": "user", "content": text}], "x", Random(seed)))  # noqa: S311


SIMPLE = st.one_of(
    st.just({"type": "string"}),
    st.builds(lambda n: {"type": "string", "maxLength": n}, st.integers(0, 9)),
    st.builds(lambda n: {"type": "string", "minLength": n}, st.integers(0, 30)),
    st.builds(lambda n: {"type": "integer", "minimum": n}, st.integers(-99, 99)),
    st.builds(lambda n: {"type": "integer", "maximum": n}, st.integers(-99, 99)),
    st.builds(lambda n: {"type": "number", "exclusiveMinimum": n}, st.integers(-99, 99)),
    st.builds(
        lambda n, m: {"type": "integer", "minimum": n, "maximum": n + m},
        st.integers(-99, 99),
        st.integers(0, 9),
    ),
    st.just({"type": "boolean"}),
    st.just({"type": ["null", "string"]}),
    st.just({"enum": ["a", 1, None]}),
    st.just({"const": {"a": 1}}),
    st.just({"anyOf": [{"type": "null"}, {"type": "string"}]}),
    st.just({"type": "string", "format": "date"}),
)
SCHEMAS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(
            lambda p: {
                "type": "object",
                "properties": p,
                "required": list(p),
                "additionalProperties": False,
            },
            st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3),
        ),
        st.builds(
            lambda i, n: {"type": "array", "items": i, "minItems": n, "maxItems": n + 1},
            inner,
            st.integers(0, 2),
        ),
    ),
    max_leaves=6,
)


@given(SCHEMAS, st.integers(0, 3))
def test_an_instance_is_valid(schema: dict[str, Any], seed: int) -> None:
    """Of what common schemas are made of, every guess is one that the schema allows."""
    jsonschema.validate(instance(schema, "some text", Random(seed)), schema)  # noqa: S311


def test_stored_completions(judge: Service) -> None:
    """Kept on request; listed, filtered, got, changed, deleted, with their messages."""
    kept = [
        ask(judge, "chat", f"Hello {n}", store=True, metadata={"n": str(n)}).id for n in range(3)
    ]
    ask(judge, "chat", "Hello, not kept")
    stored = judge.v1.chat.completions
    assert [one.id for one in stored.list()] == kept
    assert [one.id for one in stored.list(order="desc", limit=1)] == kept[::-1]
    assert [one.id for one in stored.list(metadata={"n": "1"})] == [kept[1]]
    assert stored.retrieve(kept[0]).choices[0].message.content
    assert stored.update(kept[0], metadata={"seen": "yes"}).id == kept[0]
    assert [one.id for one in stored.list(metadata={"seen": "yes"})] == [kept[0]]
    messages = list(stored.messages.list(kept[2]))
    assert [(one.role, one.content) for one in messages] == [("user", "Hello 2")]
    assert stored.delete(kept[0]).deleted
    assert [one.id for one in stored.list()] == kept[1:]
    assert judge.raw("GET", f"/v1/chat/completions/{kept[0]}").status == 404
    assert judge.raw("POST", f"/v1/chat/completions/{kept[1]}", {"metadata": 1}).status == 400
