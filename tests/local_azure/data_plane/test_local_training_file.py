"""What a training file is found to be when it is read."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.simulated_model.training_file import FAILED, Inspection, count_tokens, inspect_file

USER = {"role": "user", "content": "¿Qué veo en Roma?"}
ASSISTANT = {"role": "assistant", "content": "El foro. ¿Vas en mayo?"}


def inspected(tmp_path: Path, content: bytes) -> Inspection:
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)
    return inspect_file(path)


def line(*messages: dict[str, Any], **more: object) -> bytes:
    return json.dumps({"messages": list(messages), **more}).encode() + b"\n"


def test_counts_examples_and_their_tokens(tmp_path: Path) -> None:
    """Blank lines are no examples, and a byte order mark is no part of the first line."""
    found = inspected(tmp_path, b"\xef\xbb\xbf" + line(USER, ASSISTANT) + b"\n" + line(USER))
    assert found.error is None
    assert (found.examples, found.unanswered) == (2, 1)
    assert found.tokens == sum(count_tokens([[USER, ASSISTANT], [USER]]))


def test_tokens_follow_the_services_tutorial() -> None:
    """3 a conversation, 3 a message, and the tokens of role and content."""
    assert count_tokens([[{"role": "user", "content": "hello world"}]]) == [3 + 3 + 1 + 2]


def test_preference_line(tmp_path: Path) -> None:
    """A preference example has its conversation under `input` and two answers beside it."""
    example = {
        "input": {"messages": [USER]},
        "preferred_output": [ASSISTANT],
        "non_preferred_output": [{"role": "assistant", "content": "No sé."}],
    }
    found = inspected(tmp_path, json.dumps(example).encode())
    assert (found.examples, found.preferences, found.unanswered) == (1, 1, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "No valid json line found in file."),
        (b"\n \n", "No valid json line found in file."),
        (b"{'a': 1}\n", "Line 1 is not valid JSON."),
        (line(USER) + b"[1]\n", "Line 2 is not a JSON object."),
        (b"\xff\xfe{\x00", "Line 1 is not valid UTF-8."),
        (b"[" * 100_000, "Line 1 is not valid JSON."),
        (rb'{"messages": "\ud800"}', "Line 1 is not valid JSON."),
        (b'{"prompt": "a"}', "Line 1 has no 'messages'."),
        (b'{"messages": []}', "Line 1 has no 'messages'."),
        (b'{"messages": ["a"]}', "Line 1, messages[0]: not an object."),
        (line({"role": "user"}), "'content' is missing or not a text."),
        (line({"role": "bot", "content": "a"}), "'bot' is not one of the roles"),
        (line(USER | {"weight": 1}), "'weight' belongs to assistant messages only."),
        (line(USER, ASSISTANT | {"weight": 2}), "'weight' is neither 0 nor 1."),
        (b'{"input": 1, "preferred_output": []}', "Line 1: 'input' is not an object."),
    ],
)
def test_a_bad_line_ends_the_reading(tmp_path: Path, content: bytes, reason: str) -> None:
    """The details begin with the service's words and name the first bad line."""
    error = inspected(tmp_path, content).error
    assert error is not None
    assert error.startswith(FAILED)
    assert reason in error


def test_an_assistant_may_call_a_tool_instead_of_answering(tmp_path: Path) -> None:
    """A message with tool calls needs no content."""
    call = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function"}]}
    tool = {"role": "tool", "tool_call_id": "1", "content": "22 °C"}
    assert inspected(tmp_path, line(USER, call, tool, ASSISTANT)).error is None


def test_marker_phrases_are_found(tmp_path: Path) -> None:
    """Each harm type that a marker names is reported once."""
    marked = {"role": "user", "content": "[[local-azure:rai:violence]] [[local-azure:rai:other]]"}
    found = inspected(tmp_path, line(marked, ASSISTANT) * 2)
    assert found.harm_types == ("violence",)


@given(content=st.binary(max_size=200))
def test_no_content_is_beyond_reading(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the bytes, a file has examples or an error, never both and never neither."""
    found = inspected(tmp_path_factory.mktemp("any"), content)
    assert bool(found.examples) != bool(found.error)
