"""The file of smoke prompts."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from tuneops.errors import ConfigError
from tuneops.smoke.prompts import Prompt, digest, read_prompts


def written(folder: Path, *lines: str) -> Path:
    path = folder / "prompts.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


USER: dict[str, object] = {"role": "user", "content": "Where is order 7?"}
CALL = {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}


def turns(*messages: dict[str, object]) -> str:
    return json.dumps({"id": "a", "messages": messages})


def test_a_prompt_may_have_a_system_message_tools_and_a_form_of_its_own(tmp_path: Path) -> None:
    """The configured system message stays away then; a tool's answer may come last."""
    system = {"role": "system", "content": "Answer in JSON."}
    calling = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    returned = {"role": "tool", "tool_call_id": "c1", "content": "on its way"}
    options = {
        "tools": [{"type": "function", "function": {"name": "get_order"}}],
        "tool_choice": "auto",
        "response_format": {"type": "json_object"},
    }
    row = {"id": "a", "messages": [system, USER, calling, returned], **options}
    (prompt,) = read_prompts(written(tmp_path, json.dumps(row)))
    asked = prompt.asked("You are the help desk.")
    assert list(asked.messages) == [system, USER, {**calling, "content": ""}, returned]
    assert asked.options == options
    assert prompt.question == USER["content"]
    plain = Prompt("b", ({"role": "user", "content": "Hello"},))
    assert [m["role"] for m in plain.asked("You are the help desk.").messages] == ["system", "user"]


def test_each_line_is_a_prompt() -> None:
    prompts = read_prompts(REPOSITORY / "data/tienda/smoke_prompts.jsonl")
    assert len(prompts) == 12
    assert prompts[0].messages[-1]["role"] == "user"


@pytest.mark.attack
def test_a_prompt_names_no_code(tmp_path: Path) -> None:
    """Each form that a check of one's own can be written in is refused as an unknown kind."""
    canary = tmp_path / "canary"
    shell = {"cmd": f"touch {canary}"}
    for entry_point in ("pydoc:pipepager", "travel_recommendations", "os:system"):
        check = {"check": "own", "entry_point": entry_point, "parameters": shell}
        path = written(tmp_path, json.dumps({"id": "a", "prompt": "x", "checks": [check]}))
        with pytest.raises(ConfigError, match=r"checks\.0: 'check' must be one of"):
            read_prompts(path)
    assert not canary.exists()


def test_a_prompt_is_a_question_or_a_conversation(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "¿Roma?"},
        {"role": "assistant", "content": "¡Roma! ¿Cuándo?"},
        {"role": "user", "content": "En mayo."},
    ]
    path = written(
        tmp_path,
        '\ufeff{"id": "a", "prompt": "¿Qué ver?", "tags": ["corto"]}',
        "",
        json.dumps({"id": "b", "messages": turns}),
    )
    first, second = read_prompts(path)
    assert first == Prompt("a", ({"role": "user", "content": "¿Qué ver?"},), ("corto",))
    assert list(second.messages) == turns


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "2 is not JSON"),
        ("[" * 100_000, "2 is not JSON"),
        (r'{"id": "a", "prompt": "\ud83d"}', "2 is not JSON in UTF-8"),
        ("[]", "2 is not a JSON object"),
        ('{"id": "a", "promt": "x"}', "2 has an unknown key 'promt'"),
        ('{"prompt": "x"}', "2 needs an id"),
        ('{"id": 7, "prompt": "x"}', "2 needs an id"),
        ('{"id": "a"}', "2 needs either a prompt or messages"),
        ('{"id": "a", "prompt": "x", "messages": []}', "2 needs either"),
        ('{"id": "a", "prompt": " "}', "2 has an empty message"),
        ('{"id": "a", "prompt": null}', "2 has an empty message"),
        ('{"id": "a", "prompt": "x", "tags": "t"}', "2 needs tags"),
        ('{"id": "a", "messages": []}', "2 needs messages"),
        ('{"id": "a", "messages": ["x"]}', "2 has a message whose role is none of system, user"),
        (
            '{"id": "a", "messages": [{"role": "bot", "content": "x"}]}',
            "2 has a message whose role",
        ),
        ('{"id": "a", "messages": [{"role": "system", "content": "x"}]}', "2 must end"),
        (turns(USER, {"role": "system", "content": "x"}, USER), "that is not the first"),
        (turns(USER, {"role": "assistant", "content": "x", "weight": 1}, USER), "key 'weight'"),
        (
            turns(USER, {"role": "assistant", "tool_calls": ["x"]}, USER),
            "has tool_calls of another",
        ),
        (turns(USER, {"role": "tool", "content": "x"}), "without tool_call_id"),
        ('{"id": "a", "prompt": "x", "tools": {}}', "has tools of another form"),
        ('{"id": "a", "prompt": "x", "tool_choice": "auto"}', "has a tool_choice and no tools"),
        ('{"id": "a", "prompt": "x", "response_format": "json"}', "has response_format of another"),
        ('{"id": "a", "messages": [{"role": "assistant", "content": "x"}]}', "2 must end"),
        ('{"id": "a", "prompt": "x", "checks": [{}]}', "checks.0: has no 'check'"),
        (
            '{"id": "a", "prompt": "x", "checks": [{"check": "contains"}]}',
            "checks.0.contains.texts: is missing",
        ),
        ('{"id": "a", "prompt": "x", "checks": [{"check": "nice"}]}', "must be one of"),
        ('{"id": "first", "prompt": "x"}', "two prompts with the id 'first'"),
    ],
)
def test_a_broken_line_is_named_with_its_number(tmp_path: Path, line: str, fault: str) -> None:
    path = written(tmp_path, '{"id": "first", "prompt": "x"}', line)
    with pytest.raises(ConfigError, match=r"prompts\.jsonl") as caught:
        read_prompts(path)
    assert fault in caught.value.message
    assert caught.value.exit_code == 2


def test_no_prompt_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no prompt"):
        read_prompts(written(tmp_path, "", "  "))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_prompts(tmp_path / "absent.jsonl")


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_digest_follows_the_content(one: str, other: str) -> None:
    first, second = (Prompt("p", ({"role": "user", "content": text},)) for text in (one, other))
    assert (digest([first]) == digest([second])) == (one == other)
    assert digest([first, second]) != digest([first])


@pytest.mark.attack
def test_prompts_are_a_regular_file_of_a_bounded_size(tmp_path: Path) -> None:
    """A pipe does not block, a link does not lead out, and a huge file is not read to its end."""
    pipe, link, huge = (tmp_path / name for name in ("pipe", "link", "huge"))
    os.mkfifo(pipe)
    link.symlink_to("/etc/passwd")
    with huge.open("wb") as file:
        file.truncate(10**9)
    for path in (pipe, link, huge):
        with pytest.raises(ConfigError):
            read_prompts(path)
