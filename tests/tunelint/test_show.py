"""Rows are printed as conversations, whatever they hold."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunelint.foreign_files import CONVERSATIONS, HOPELESS, OWN, PAIRS, ROWS, lines
from tests.tunelint.test_foreign_formats import JSON
from tunelint.errors import InputError, UsageError
from tunelint.output.conversation import show


def shown(path: Path, content: bytes, *numbers: int) -> list[str]:
    path.write_bytes(content)
    return list(show(path, numbers))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def test_each_message_stands_beside_its_role(path: Path) -> None:
    assert shown(path, OWN, 2) == [
        f"{path}:2",
        "  user       Was gibt es in Köln?",
        "  assistant  Den Dom.",
        "             Und den Rhein; möchtest du hin?",
        "",
    ]


def test_calls_results_tools_weights_and_other_keys_are_shown(path: Path) -> None:
    call = {"id": "1", "function": {"name": "weather", "arguments": '{"city": "Lima"}'}}
    row = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "image_url"}]},
            {"role": "assistant", "tool_calls": [call, 7], "weight": 0},
            {"role": "bot", "content": None},
            "no message",
        ],
        "tools": [{"type": "function", "function": {"name": "weather"}}],
        "reference_answer": 12,
    }
    text = "\n".join(shown(path, lines(row), 1))
    for part in (
        "user       ?\n             [image_url]",
        "assistant (weight 0)",
        'calls    weather({"city": "Lima"})',
        "bot",
        'no message "no message"',
        "tools      weather",
        "reference_answer 12",
    ):
        assert part in text


def test_both_answers_of_a_pair_are_shown(path: Path) -> None:
    text = "\n".join(shown(path, lines(PAIRS[0]), 1))
    assert text.index("user ") < text.index("preferred:") < text.index("not preferred:")
    assert text.endswith("assistant  No.\n")


def test_what_is_no_row_is_said_to_be_none(path: Path) -> None:
    broken = OWN + b'{"messages": [}\n{"wine": 1}\nma\xf1ana\n'
    text = shown(path, broken, 4, 5, 6)
    assert text[1].startswith("  no row: ")
    assert text[4:7] == [f"{path}:5", "  no training row:", '  {"wine": 1}']
    assert text[-3:] == ["  no row: The line is not UTF-8.", "  ma\\xf1ana", ""]


@pytest.mark.parametrize("name", ["gzip", "UTF-16", "UTF-16 without a mark", "PDF"])
def test_a_file_without_lines_is_named_and_not_printed(name: str, path: Path) -> None:
    """Bytes of packed and binary files say nothing; the sentence says what to do with them."""
    with pytest.raises(InputError, match=r"not text|not UTF-8") as raised:
        shown(path, (CONVERSATIONS | HOPELESS)[name], 1)
    assert raised.value.remedy


def test_a_line_that_is_not_there_is_a_sentence(path: Path) -> None:
    with pytest.raises(UsageError, match="3 lines, and none of number 4, 9"):
        shown(path, OWN, 4, 1, 9)


def test_data_cannot_steer_a_terminal_or_a_runner(path: Path) -> None:
    row = json.loads(json.dumps(ROWS[0]))
    row["messages"][0]["content"] = "\x1b[2J\n::error::x\n\u202eevil"
    text = "\n".join(shown(path, lines(row), 1))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "::error::" not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(value=JSON | st.fixed_dictionaries({"messages": st.lists(JSON, max_size=2)}))
def test_any_row_can_be_shown(value: object, path: Path) -> None:
    assert shown(path, lines(value), 1)[0] == f"{path}:1"
