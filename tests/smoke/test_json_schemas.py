"""A JSON schema that a stranger wrote: nothing is fetched, nothing hangs, nothing overflows."""

import json
import socket
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from tests.attack import examples
from tuneops.checks.base import Planted
from tuneops.checks.json_schemas import MAX_REFERENCES, complaint
from tuneops.checks.kinds import JsonSchema

CITY = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}


def check(schema: dict[str, Any]) -> JsonSchema:
    return JsonSchema.model_validate({"check": "json_schema", "schema": schema})


def test_an_answer_is_held_to_the_schema() -> None:
    assert check(CITY).judge(Planted('{"city": "Lima"}')).passed
    judged = check(CITY).judge(Planted('{"city": 1}'))
    assert (judged.passed, judged.reason) == (False, "$.city: 1 is not of type 'string'")


@pytest.mark.attack
@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/secret.json"},
        {"$ref": "file:///etc/passwd", "title": "a file"},
        {"properties": {"a": {"$ref": "other.json#/x"}}},
        {"$id": "http://127.0.0.1:9/", "$ref": "x"},
        {"$dynamicRef": "#x"},
        {"unevaluatedProperties": False},
        {"pattern": "(?=a)"},
        {"patternProperties": {r"(a)\1": {}}},
        {"type": "no such type"},
        {"description": "x" * 60_000},
    ],
)
def test_what_is_not_evaluated_is_refused_when_it_is_read(
    schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("an address was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ValidationError):
        check(schema)


@pytest.mark.attack
def test_a_schema_that_is_nested_too_deep_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"not": schema}
    with pytest.raises(ValidationError, match="levels deep"):
        check(schema)


@pytest.mark.attack
def test_a_pattern_cannot_hang() -> None:
    """Backtracking would take 2 ** 5,000 steps."""
    answer = Planted(json.dumps({"a" * 5000 + "!": "a" * 5000 + "!"}))
    slow = "^(a+)+$"
    assert not check({"additionalProperties": {"pattern": slow}}).judge(answer).passed
    closed = {"patternProperties": {slow: {}}, "additionalProperties": False}
    assert not check(closed).judge(answer).passed


@pytest.mark.attack
def test_references_that_multiply_or_go_round_come_to_an_end() -> None:
    levels = {
        f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}, {"$ref": f"#/$defs/l{n + 1}"}]}
        for n in range(35)
    }
    doubling = check({"$defs": {**levels, "l35": {}}, "$ref": "#/$defs/l0"})
    assert str(f"{MAX_REFERENCES:,}") in doubling.judge(Planted("1")).reason
    assert not check({"$ref": "#"}).judge(Planted("1")).passed
    assert not check({"$ref": "#/nowhere"}).judge(Planted("1")).passed


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab", max_size=4)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)
PATTERNS = st.sampled_from(["^a", "b$", "a|b", "^$"])
SCHEMAS = st.recursive(
    st.one_of(
        st.booleans(),
        st.builds(lambda name: {"type": name}, st.sampled_from(["string", "array", "object"])),
        st.builds(lambda pattern: {"pattern": pattern}, PATTERNS),
        st.builds(lambda value: {"const": value}, VALUES),
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=6,
)


@settings(max_examples=examples(200))
@given(SCHEMAS, VALUES)
def test_verdicts_are_those_of_the_library_that_is_bounded_here(schema: Any, value: Any) -> None:  # noqa: ANN401 - JSON
    assert (complaint(value, schema) == "") is Draft202012Validator(schema).is_valid(value)
