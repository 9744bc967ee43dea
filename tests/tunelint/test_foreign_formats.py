"""Formats that people bring are named once for the file, with the command that helps."""

import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tunelint.foreign_files import CONVERSATIONS, HOPELESS, OWN, PREFERENCES, ROWS, lines
from tunelint.check import Options, check
from tunelint.foreign.encodings import narrow_encoding, wide_encoding
from tunelint.foreign.layouts import Layout, layout_of
from tunelint.foreign.recognise import recognise, target
from tunelint.json_text import JsonProblem, parse

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
GOOD = Path(__file__).parent / "good"
NAMED = CONVERSATIONS | PREFERENCES | HOPELESS


def _first_rows(content: bytes) -> list[object]:
    found = []
    for line in islice(content.splitlines(), 20):
        try:
            found.append(parse(line))
        except (JsonProblem, UnicodeDecodeError):
            continue
    return found


@pytest.mark.parametrize("name", NAMED)
def test_each_is_called_by_its_name(name: str) -> None:
    found = recognise(NAMED[name], _first_rows(NAMED[name]))
    assert found is not None
    assert name.startswith(found.name)
    assert found.convertible is (name not in HOPELESS)


@pytest.mark.parametrize("name", NAMED)
def test_a_check_says_so_once(name: str, tmp_path: Path) -> None:
    """One error, whatever the rows hold, with what to do."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(NAMED[name])
    report = check([path])
    (error,) = [one for one in report.findings if one.severity == "error" and one.code != "E601"]
    assert error.code in {"E102", "E103", "E104", "E105", "E107"}
    assert ("tunelint convert" in error.hint) is (name not in HOPELESS)


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_good_file_is_none_of_them(path: Path) -> None:
    content = path.read_bytes()
    assert recognise(content[:65_536], _first_rows(content)) is None


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the corpora beside the repository")
def test_of_files_that_people_made_only_those_of_another_trainer_are() -> None:
    found = {}
    for path in CORPORA.glob("*.jsonl"):
        content = path.read_bytes()
        kind = recognise(content[:65_536], _first_rows(content))
        if kind is not None:
            found[path.name.partition("__")[0]] = kind.name
    assert found == {
        "LLaMA-Factory": "LLaMA-Factory messages",
        "qwen3-vl-finetune": "Qwen-VL messages",
    }


def test_a_first_row_longer_than_the_head_is_not_judged_by_its_cut() -> None:
    """Bytes may be cut anywhere; only whole rows tell the shape of rows."""
    long = {"messages": [*ROWS[0]["messages"], {"role": "user", "content": "x" * 100_000}]}
    content = lines({"item": 1, **long}, *ROWS)
    assert recognise(content[:65_536], _first_rows(content)) is None
    assert recognise(content[:65_536], []) is None


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [], "reference_answer": "x", "question": "q", "answer": "a"},
        {"messages": [{"role": "user", "content": "q"}], "input": "x", "output": "y"},
        {"messages": [{"role": "user", "content": "q"}], "prompt": "x", "completion": "y"},
        {"messages": [{"role": "user", "content": "q"}], "instruction": "x", "output": "y"},
        {"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "value"}]}]},
    ],
)
def test_extra_keys_of_a_training_row_make_it_no_other_format(row: object) -> None:
    assert recognise(lines(row), [row]) is None


def test_a_broken_first_line_does_not_hide_the_rows_after_it() -> None:
    """Those are checked one by one, and the line has a finding of its own."""
    for first in (b"# my data, as of May", b"{", b'{\n  "messages": []\n}', b"{'messages': []}"):
        content = first + b"\n" + OWN
        assert recognise(content, _first_rows(content)) is None


def test_one_line_in_another_encoding_does_not_condemn_the_file() -> None:
    """Where most of the text is UTF-8, the wrong line is found where it stands."""
    assert narrow_encoding([OWN * 20, "mañana".encode("cp1252")]) == "utf-8"
    assert narrow_encoding(["Der Müller möchte Öl für fünf Äpfel".encode("cp1252")]) == "cp1252"
    assert narrow_encoding(["Привет, как дела".encode("cp1251")]) == "unknown"
    assert narrow_encoding(["日本語のテキスト".encode("shift_jis")]) == "unknown"


def test_an_encoding_that_shows_late_is_named_once_too(tmp_path: Path) -> None:
    """Beyond the head it takes a look at the whole file; single lines are found one by one."""
    row = {
        "messages": [{"role": "user", "content": "Frage"}, {"role": "assistant", "content": "Ja"}]
    }
    plain = [
        {**row, "tools": [], "parallel_tool_calls": bool(number % 2)} for number in range(1_500)
    ]
    western = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS * 9)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines(*plain) + western.encode("cp1252"))
    assert len(path.read_bytes()) > 65_536 + len(western)
    (error,) = check([path], Options(select=("E",))).findings
    assert (error.code, error.line, "convert" in error.hint) == ("E102", 0, True)
    one, other = (western.splitlines()[at].encode("cp1252") for at in (0, 1))
    path.write_bytes(lines(*plain) + OWN * 9 + one + b"\n" + OWN + other + b"\n")
    errors = check([path], Options(select=("E",))).findings
    assert [finding.line for finding in errors] == [1_528, 1_532]


def test_a_character_may_be_cut_by_the_end_of_the_head() -> None:
    for cut in range(1, 5):
        assert narrow_encoding(["a🙂é".encode()[:-cut]]) == "utf-8"


@given(st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    found = recognise(head, _first_rows(head))
    assert found is None or found.hint(Path("a b.jsonl"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["messages", "from", "role", "value", "chosen", "rejected", "prompt",
                         "system", "conversations", "text", "body", "content", "input"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, max_size=4))
def test_any_rows_can_be_looked_at(rows: list[object]) -> None:
    recognise(lines(*rows), rows)


def test_the_layout_is_told_from_a_start_that_is_cut_anywhere() -> None:
    """A shorter look may know less, and never names something else."""
    for name, layout in (("array", Layout.ARRAY), ("wrapper", Layout.WRAPPER)):
        text = CONVERSATIONS[name].decode()
        assert {layout_of(text[:length]) for length in range(40, len(text))} == {layout}


def test_wide_text_is_told_without_a_mark() -> None:
    text = json.dumps(ROWS)
    for encoding in ("utf-16-le", "utf-16-be"):
        assert wide_encoding(text.encode(encoding)) == encoding
    assert wide_encoding(b"") is wide_encoding(b"{") is wide_encoding(text.encode()) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/rows.jsonl.gz", "a/rows.jsonl"),
        ("rows.csv", "rows.jsonl"),
        ("rows.jsonl", "rows.converted.jsonl"),
        ("rows", "rows.jsonl"),
    ],
)
def test_the_command_names_a_file_that_is_not_the_given_one(path: str, expected: str) -> None:
    assert target(Path(path)) == Path(expected)


def test_a_path_with_spaces_and_quotes_can_be_pasted() -> None:
    found = recognise(CONVERSATIONS["CSV"], [])
    assert found is not None
    assert found.hint(Path("my 'best' data.csv")).endswith(
        """convert 'my '"'"'best'"'"' data.csv' 'my '"'"'best'"'"' data.jsonl'"""
    )


def test_an_unknown_encoding_gets_a_command_that_can_help(tmp_path: Path) -> None:
    """Without --encoding the command would fail with the same sentence."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes('{"question": "Привет, как дела", "answer": "Хорошо"}\n'.encode("cp1251") * 9)
    (error,) = check([path], Options(select=("E1",))).findings
    assert error.hint.endswith(f"{tmp_path}/rows.converted.jsonl --encoding cp1251")


def test_a_table_is_known_by_its_header_when_its_first_row_is_cut(tmp_path: Path) -> None:
    """An answer may be longer than the part of the file that is looked at, or not be there yet."""
    path = tmp_path / "rows.csv"
    for rows in ('Why?,"' + "Because. " * 10_000 + '"\n', ""):
        path.write_text("prompt,completion\n" + rows, encoding="utf-8")
        (error,) = check([path], Options(select=("E1",))).findings
        assert error.message == "The file is a CSV table with the columns 'prompt, completion'."
