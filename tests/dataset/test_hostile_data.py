"""Whatever is in a file, the check answers with findings."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneops.dataset import jsontext, present
from tuneops.dataset.findings import quote
from tuneops.dataset.jsontext import JsonFault
from tuneops.dataset.scan import Report
from tuneops.escaping import visible

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

_FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_KEYS = st.sampled_from(
    ["messages", "role", "content", "tools", "tool_calls", "tool_call_id", "function", "name",
     "arguments", "parameters", "properties", "required", "type", "enum", "weight", "id", "text",
     "image_url", "refusal", "function_call", "prompt", "x"]
)  # fmt: skip
_WORDS = st.sampled_from(
    ["system", "developer", "user", "assistant", "tool", "function", "text", "{}", "[]", "c1", ""]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)
_CALLS = st.lists(st.dictionaries(_KEYS, _VALUES), max_size=2) | _VALUES
_MESSAGES = st.fixed_dictionaries(
    {"role": _WORDS, "content": _VALUES},
    optional={"tool_calls": _CALLS, "tool_call_id": _VALUES, "weight": _VALUES, "name": _VALUES},
)
_EXAMPLES = st.fixed_dictionaries(
    {"messages": st.lists(_MESSAGES | _VALUES, max_size=5)}, optional={"tools": _VALUES}
)
_PIECES = st.sampled_from(
    [b'{"messages": [', b'{"role": "user"', b'"content": "', b"}", b"]}", b"\n", b"\r", b"\x00",
     b"\xff", b"\xef\xbb\xbf", b"\\ud83d", b"<<<<<<< ", b"```", b"NaN", b",", b'"', b"\\", b"'"]
)  # fmt: skip


@_FEW
@given(content=st.binary(max_size=300) | st.lists(_PIECES, max_size=30).map(b"".join))
def test_any_bytes_give_findings(content: bytes, run: Check) -> None:
    """No file makes the check fail; one that is no training file never passes."""
    report = run(content, content, content)
    assert not report.passed
    assert all(one.message.isprintable() and one.hint.isprintable() for one in report.findings)


@_FEW
@given(examples=st.lists(_EXAMPLES | _VALUES, min_size=1, max_size=5))
def test_any_json_gives_findings(examples: list[Any], run: Check) -> None:
    """Values of any type anywhere in an example are findings, not faults of the check."""
    report = run([json.dumps(example) for example in examples])
    assert not report.passed


@_FEW
@given(value=_VALUES, text=st.data())
def test_both_parsers_agree(value: Any, text: st.DataObject) -> None:  # noqa: ANN401 - any JSON
    """What the fast parser takes the scanner takes, and what it refuses is explained."""
    line = json.dumps(value)
    assert jsontext.parse(line) == value
    jsontext.scan(line)
    cut = line[: text.draw(st.integers(0, len(line)))]
    try:
        expected = json.loads(cut)
    except ValueError:
        with pytest.raises(JsonFault) as caught:
            jsontext.parse(cut)
        assert 0 <= caught.value.offset <= len(cut)
    else:
        assert jsontext.parse(cut) == expected


def test_a_bomb_of_brackets_is_a_finding(lines: Lines, run: Check) -> None:
    """Deep nesting is refused before a parser recurses into it."""
    bomb = '{"messages": ' + "[" * 100_000 + "]" * 100_000 + "}"
    assert {one.code for one in run([*lines(), bomb]).findings} == {"E210"}


def test_a_number_of_many_digits_is_harmless(lines: Lines, run: Check) -> None:
    """A number that Python will not convert is a finding, not an error."""
    line = lines()[0].replace("]}", '], "id": ' + "9" * 5_000 + "}")
    assert not run([*lines(), line]).passed


@given(text=st.text())
def test_nothing_shown_steers_a_terminal_or_a_log(text: str) -> None:
    """Control characters, bidirectional marks and workflow commands become plain text."""
    for shown in (visible(text), quote(text)):
        assert shown.isprintable()
        assert "::" not in shown
        assert "##[" not in shown


def test_a_role_that_is_an_attack_stays_text(lines: Lines, run: Check) -> None:
    """What a stranger writes reaches neither the log, the annotations nor the page as markup."""
    attack = "\x1b[31m\u202e::error::<img src=x>|[a](http://b)\n::stop-commands::x"
    line = json.dumps({"messages": [{"role": attack, "content": "a"}]})
    report = run([*lines(), line])
    commands = present.annotations(report)
    page = present.summary(report)
    assert len(commands) == 1
    assert "\n" not in commands[0]
    assert "\x1b" not in commands[0] + page
    assert "<img" not in page
    assert "](" not in page
    assert not any(row.startswith("::") for row in page.splitlines())


def test_annotations_stay_within_what_github_shows(lines: Lines, run: Check) -> None:
    """Ten errors and ten warnings at most; the last of them counts the rest."""
    doubled = [line for line in lines() for _ in range(2)]
    report = run([*doubled, *(["{'a': 1}"] * 30)])
    commands = present.annotations(report)
    assert len([one for one in commands if one.startswith("::error")]) == 10
    assert len([one for one in commands if one.startswith("::warning")]) == 10
    assert "::error::21 errors more." in commands
