"""A finding names the line and the column where an editor shows the fault."""

from collections.abc import Callable

import pytest

from tuneops.dataset.scan import Report

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

_ANSWER = '{"role": "assistant", "content": "Sí."}'

# The caret stands under the column that must be named.
PLACES = [
    ("E202", '{"messages": [{"role": "user", "content": "Hola"},]}', "},]", 1),
    ("E203", '{"messages": [{"role": "user", "role": "user"}]}', '"role": "user"}', 0),
    ("E203", '{"a": 1, "\\u0061": 2}', '"\\u0061"', 0),
    ("E204", '{"messages": [{"weight": NaN}]}', "NaN", 0),
    ("E204", '{"messages": [{"weight": -Infinity}]}', "-Infinity", 0),
    ("E205", '{"messages": [{"content": "ñ\ta"}]}', "\t", 0),
    ("E206", '{"messages": [{"content": "it\\\'s"}]}', "\\'", 0),
    ("E207", '{"messages": [{"content": "Ho', "", 0),
    ("E208", '{"messages": []},', ",", 0),
    ("E209", '{"messages": []} {"messages": []}', ' {"', 1),
    ("E210", '{"a": ' + "[" * 70 + "]" * 70 + "}", "[" * 7 + "]", 0),
    ("E213", '{"messages": [{"content": "é\\ud83d."}]}', "\\ud83d", 0),
    ("E215", "{'messages': []}", "'messages", 0),
    ("E215", "{“messages”: []}", "“", 0),
    ("E201", '{"messages" []}', "[]", 0),
    ("E201", '{"messages": [{"weight": None}]}', "None", 0),
    ("E201", '{"messages": [{"role": "user" "content": "a"}]}', '"content"', 0),
    ("E201", '{"messages": 012}', "12}", 0),
    ("E303", '{"id": 1, "prompt": "a", "completion": "b"}', '"prompt"', 0),
    ("E304", '{"messages": "Hola"}', '"Hola"', 0),
    ("E304", '{"messages": [{"role": "user", "content": 7}, ' + _ANSWER + "]}", "7}", 0),
    ("E304", '{"messages": ["Hola", ' + _ANSWER + "]}", '"Hola"', 0),
    ("E305", '{"messages": []}', "[]", 0),
    ("E306", '{"messages": [{"role": "bot", "content": "é"}, ' + _ANSWER + "]}", '"bot"', 0),
    ("E307", '{"mesages": [], "messages": [' + _ANSWER + "]}", '"mesages"', 0),
    ("E308", '{"messages": [{"role": "user", "content": null}, ' + _ANSWER + "]}", "null", 0),
    ("E309", '{"messages": [{"role": "user", "content": ["a"]}, ' + _ANSWER + "]}", '"a"', 0),
    ("E311", '{"messages": [{"role": "user", "content": "a", "weight": 1}]}', '"weight"', 0),
    ("E401", '{"messages": [' + _ANSWER + ', {"role": "user", "content": "a"}]}', '"user"', 0),
]


def _expected(text: str, mark: str, shift: int) -> int:
    return (text.rindex(mark) if mark else len(text)) + shift + 1


@pytest.mark.parametrize(("code", "text", "mark", "shift"), PLACES)
def test_the_column_is_that_of_the_fault(  # noqa: PLR0917 - a row of the table and two fixtures
    code: str, text: str, mark: str, shift: int, lines: Lines, run: Check
) -> None:
    """Columns count characters from one, whatever their width in bytes."""
    report = run([*lines()[:4], text, *lines()[4:]])
    found = [(one.line, one.column) for one in report.findings if one.code == code]
    assert (5, _expected(text, mark, shift)) in found


def test_an_array_is_placed_where_it_opens(lines: Lines, run: Check) -> None:
    """A file that is one array is told at its bracket."""
    report = run("\n  [\n" + ",\n".join(lines()) + "\n]\n")
    assert [(one.code, one.line, one.column) for one in report.findings] == [("E214", 2, 3)]


def test_a_byte_order_mark_does_not_shift_columns(lines: Lines, run: Check) -> None:
    """The invisible mark at the start of a file is not a column."""
    report = run(["\ufeff{'a': 1}", *lines()])
    assert [(one.line, one.column) for one in report.findings if one.code == "E215"] == [(1, 2)]


def test_bytes_that_are_not_utf8_are_placed_by_characters(lines: Lines, run: Check) -> None:
    """The column of a wrong byte counts the characters before it, not the bytes."""
    broken = "\n".join(lines()).encode() + b'\n{"\xc3\xb1\xc3\xb1\xf1": 1}\n'
    found = [one for one in run(broken).findings if one.code == "E102"]
    assert [(one.line, one.column) for one in found] == [(61, 5)]
    assert "'ñ'" in found[0].message


def test_each_pretty_printed_example_is_one_finding(lines: Lines, run: Check) -> None:
    """Examples written over several lines are found once each, and still count as examples."""
    pretty = [line.replace("[{", "[\n  {").replace("}, {", "},\n  {") for line in lines()]
    report = run(pretty)
    assert {one.code for one in report.findings} == {"E211"}
    assert [one.line for one in report.findings[:3]] == [1, 5, 9]
    assert sum(numbers.examples for numbers in report.statistics.values()) == 60


def test_a_cut_example_does_not_swallow_the_next(lines: Lines, run: Check) -> None:
    """A line cut in the middle of a string is one finding; the lines after it are read."""
    report = run([*lines()[:59], lines()[59][:-20], *lines(5, start=100)])
    assert [(one.code, one.line) for one in report.findings] == [("E207", 60)]


def test_findings_beyond_the_cap_are_counted(lines: Lines, run: Check) -> None:
    """A rule lists so many findings a file and counts the rest."""
    broken = ["{'a': 1}"] * 30
    report = run([*lines(), *broken], shown_per_rule=10)
    assert len(report.findings) == 10
    assert report.hidden == {"E215": 20}
    assert sum(report.counts.values()) == 30
