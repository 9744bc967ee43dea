"""Rows of other formats become training rows, and nothing is lost without a word."""

import errno
import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunelint.foreign_files import (
    CONVERSATIONS,
    HOPELESS,
    OWN,
    PAIRS,
    PREFERENCES,
    ROWS,
    TALKS,
    lines,
    table,
    zipped,
)
from tests.tunelint.test_foreign_formats import JSON
from tunelint.convert import Conversion, convert
from tunelint.errors import InputError, TunelintError, UsageError
from tunelint.foreign import packing, rows

Run = Callable[..., Conversion]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The conversion of a file with this content to `out.jsonl`, which may not exist before."""

    def convert_bytes(content: bytes, encoding: str | None = None) -> Conversion:
        (tmp_path / "in").write_bytes(content)
        (tmp_path / "out.jsonl").unlink(missing_ok=True)
        return convert(tmp_path / "in", tmp_path / "out.jsonl", encoding)

    return convert_bytes


def written(found: Conversion) -> list[Any]:
    text = found.target.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def converted(run: Run, *given: object) -> list[Any]:
    return written(run(lines(*given)))


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversations_of_every_format_become_the_same_rows(name: str, run: Run) -> None:
    found = run(CONVERSATIONS[name])
    assert written(found) == ROWS
    assert found.complete


@pytest.mark.parametrize("name", PREFERENCES)
def test_pairs_of_every_format_become_the_same_rows(name: str, run: Run) -> None:
    found = run(PREFERENCES[name])
    assert written(found) == PAIRS
    assert found.complete


@pytest.mark.parametrize("name", HOPELESS)
def test_what_nobody_can_convert_leaves_no_file(name: str, run: Run, tmp_path: Path) -> None:
    if name in {"running text", "batch-API answers", "Qwen-VL messages"}:
        found = run(HOPELESS[name])
        assert (found.written, found.reasons.total()) == (0, len(TALKS))
    else:
        with pytest.raises(InputError):
            run(HOPELESS[name])
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


def test_formats_are_peeled_off_one_by_one(run: Run) -> None:
    """A pretty-printed array of ShareGPT rows in UTF-16, in a zip."""
    talks = [{"conversations": [{"from": "user", "value": q}, {"from": "gpt", "value": a}]}
             for q, a in TALKS]  # fmt: skip
    assert written(run(zipped(rows=json.dumps(talks, indent=2).encode("utf-16")))) == ROWS


def test_a_system_message_becomes_the_first(run: Run) -> None:
    first = {"role": "system", "content": "Be brief."}
    expected = [{"messages": [first, *ROWS[0]["messages"]]}]
    (question, answer), told = TALKS[0], "Be brief."
    pair = {"question": question, "answer": answer, "system": told}
    said = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    assert converted(run, {"system": told, **ROWS[0]}) == expected
    assert converted(run, {"system": [{"text": told}], **ROWS[0]}) == expected
    assert converted(run, pair) == expected
    assert converted(run, {"conversations": said, "system": told}) == expected
    opened = [{"from": "system", "value": told}, *said]
    assert converted(run, {"conversations": opened}) == expected


def test_input_and_history_of_alpaca_are_part_of_the_talk(run: Run) -> None:
    row = {
        "instruction": "Sum up.", "input": "A long text.", "output": "Short.",
        "history": [["Hi", "Hello"]],
    }  # fmt: skip
    assert [one["content"] for one in converted(run, row)[0]["messages"]] == [
        "Hi", "Hello", "Sum up.\n\nA long text.", "Short.",
    ]  # fmt: skip


def test_calls_of_tools_get_ids_and_their_results_refer_to_them(run: Run) -> None:
    call = {"name": "weather", "arguments": {"city": "Köln"}}
    talk = [
        {"from": "human", "value": "Weather?"},
        {"from": "function_call", "value": json.dumps([call, call])},
        {"from": "observation", "value": '{"sun": true}'},
        {"from": "observation", "value": {"sun": False}},
        {"from": "gpt", "value": "Sunny."},
    ]
    tools = json.dumps([{"name": "weather", "parameters": {"type": "object"}}])
    (row,) = converted(run, {"conversations": talk, "tools": tools})
    asks, one, other = row["messages"][1:4]
    assert [call["id"] for call in asks["tool_calls"]] == ["call_1", "call_2"]
    assert json.loads(asks["tool_calls"][0]["function"]["arguments"]) == {"city": "Köln"}
    assert (one["tool_call_id"], other["tool_call_id"]) == ("call_1", "call_2")
    assert json.loads(other["content"]) == {"sun": False}
    assert row["tools"][0]["function"]["name"] == "weather"


def test_results_written_as_one_list_answer_each_call(run: Run) -> None:
    """A result never answers a call of another round; a call without one is left out."""
    call, count = {"name": "area", "arguments": {"radius": 1}}, 2
    asked = {"from": "human", "value": "And these?"}
    calls = {"from": "function_call", "value": json.dumps([call] * count)}
    listed = json.dumps([{"tool_call_id": f"x{at}", "content": f"{at} m"} for at in range(count)])
    told = {"from": "observation", "value": listed}
    answered = {"from": "gpt", "value": "Done."}
    (row,) = converted(run, {"conversations": [asked, calls, told, answered] * 2})
    results = [one for one in row["messages"] if one["role"] == "tool"]
    assert [one["tool_call_id"] for one in results] == ["call_1", "call_2", "call_3", "call_4"]
    assert [one["content"] for one in results] == ["0 m", "1 m"] * 2
    one = told | {"value": "{}"}
    found = run(lines(ROWS[0], {"conversations": [asked, calls, one, answered] * 2}))
    assert found.reasons == {"a tool call has no result": 1}


def test_weights_are_kept_and_reasoning_is_said_to_be_dropped(run: Run) -> None:
    parts = [{"type": "reasoning", "value": "Hm."}, {"type": "text", "value": "Yes."}]
    messages = [
        {"role": "user", "content": [{"type": "text", "value": "Well?"}], "loss_weight": 0.0},
        {"role": "assistant", "content": parts, "loss_weight": 0.0},
    ]
    found = run(lines({"messages": messages, "id": 7}))
    assert written(found)[0]["messages"][1] == {"role": "assistant", "content": "Yes.", "weight": 0}
    assert found.dropped == {"reasoning": 1, "id": 1}


LEFT_OUT = {
    "an empty answer": {"question": "q", "answer": " "},
    "an answer of another kind": {"question": "q", "answer": {"text": "a"}},
    "an unknown role": {"conversations": [{"from": "narrator", "value": "x"}]},
    "no answer": {"conversations": [{"from": "human", "value": "x"}]},
    "a request": {"body": {"messages": [{"role": "user", "content": "x"}]}},
    "a bad answer": {"prompt": "p", "completion": "c", "label": False},
    "a result without call": {"conversations": [{"from": "tool", "value": "x"},
                                                {"from": "gpt", "value": "y"}]},
    "a call that is no JSON": {"conversations": [{"from": "function_call", "value": "f(1)"}]},
    "a pair of unknown question": {"chosen": "yes", "rejected": "no"},
    "a weight between": {"messages": [{"role": "assistant", "content": "x", "loss_weight": 0.5}]},
    "unknown keys": {"wine": "red", "cheese": "old"},
    "a number": 7,
    "history of another kind": {"instruction": "a", "output": "b", "history": ["c"]},
    "tools of another kind": {"conversations": [{"from": "gpt", "value": "y"}], "tools": "x"},
    "text for messages": {"messages": "[not, json"},
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_row_that_cannot_be_converted_is_left_out_and_reported(name: str, run: Run) -> None:
    found = run(lines(ROWS[0], LEFT_OUT[name], ROWS[1]))
    assert written(found) == ROWS[:2]
    ((number, reason),) = found.left_out
    assert (number, found.reasons) == (2, {reason: 1})
    assert not found.complete


def test_what_is_no_row_is_left_out_by_line(run: Run) -> None:
    found = run(OWN + b"{broken\n\n" + b'{"question": "ma\xf1ana \xc3\xb1", "answer": "x"}\n')
    assert [number for number, _ in found.left_out] == [4, 6]
    assert "it is not UTF-8" in found.reasons
    assert written(found) == ROWS


def test_pairs_do_not_mix_with_conversations(run: Run) -> None:
    """A file is trained on by one method: the first row decides."""
    found = run(lines(ROWS[0], PAIRS[0]))
    assert written(found) == ROWS[:1]
    assert list(found.reasons) == ["it is a row for dpo, and the first is one for sft"]


def test_a_second_list_is_not_mixed_in(run: Run) -> None:
    """It is a split of its own, such as a test set."""
    found = run(json.dumps({"train": ROWS[:2], "test": ROWS[2:]}).encode())
    assert written(found) == ROWS[:2]
    assert found.reasons == {"it is in a second list of the file": 1}


def test_what_follows_broken_json_is_not_guessed(run: Run) -> None:
    """Rows before the break are written; the break is told, and the command fails."""
    array = json.dumps(ROWS[:2])
    for content in (array[:-1] + ", {broken}, " + array[1:], array[:-9], array[:-1]):
        found = run(content.encode())
        assert written(found) == ROWS[: found.written]
        assert (found.written > 0, found.reasons.total()) == (True, 1)
    wrapped = json.dumps({"about": {"rows": [1]}, "tags": ["a"], "data": ROWS})
    assert written(run(wrapped.encode())) == ROWS


def test_a_system_instruction_of_gemini_becomes_the_first_message(run: Run) -> None:
    row = json.loads(CONVERSATIONS["Gemini contents"].splitlines()[0])
    row["systemInstruction"] = {"role": "system", "parts": [{"text": "Be brief."}]}
    row["contents"][1]["parts"].append({"functionCall": {"name": "x"}})
    found = run(lines(row))
    assert written(found)[0]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert found.dropped == {"functionCall": 1}


def test_a_table_row_with_too_many_cells_is_left_out(run: Run) -> None:
    found = run(table(",", "prompt", "completion") + b"one,two,three\n")
    assert (found.written, found.reasons.total()) == (3, 1)


def test_pandas_tables_can_be_read(run: Run) -> None:
    """With its column for the index, and with lists written as Python does."""
    indexed = b",prompt,completion\n0,a,b\n1,c,d\n"
    assert len(written(run(indexed))) == 2
    quoted = str(ROWS[0]["messages"]).replace('"', '""')
    assert written(run(f'id,messages\n1,"{quoted}"\n'.encode())) == ROWS[:1]


def test_an_encoding_can_be_named(run: Run) -> None:
    text = lines({"question": "Привет, как дела сегодня вечером", "answer": "Хорошо"}).decode()
    with pytest.raises(InputError) as raised:
        run(text.encode("cp1251"))
    assert "--encoding" in raised.value.remedy
    found = run(text.encode("cp1251"), encoding="cp1251")
    assert written(found)[0]["messages"][1]["content"] == "Хорошо"
    with pytest.raises(InputError):
        run(text.encode(), encoding="ascii")
    for name in ("klingon", "hex", "a\x00b"):
        with pytest.raises(UsageError):
            run(text.encode(), encoding=name)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(OWN)
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("out", "link", "in", "."):
        with pytest.raises(UsageError, match="exists already"):
            convert(tmp_path / "in", tmp_path / name)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("linkable", [True, False])
def test_who_takes_the_name_meanwhile_keeps_it(
    linkable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on a file system without hard links."""
    path, out = tmp_path / "in", tmp_path / "out"
    path.write_bytes(OWN)
    link = os.link

    def take_name(source: Path, target: Path) -> None:
        out.write_text("theirs", encoding="utf-8")
        if not linkable:
            raise OSError(errno.EPERM, "no links here")
        link(source, target)

    monkeypatch.setattr(os, "link", take_name)
    with pytest.raises(UsageError, match="exists already"):
        convert(path, out)
    assert out.read_text(encoding="utf-8") == "theirs"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in", "out"]


def test_a_file_system_without_hard_links_will_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert written(run(OWN)) == ROWS


def test_a_folder_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(OWN)
    for name in ("no/out", "in/out"):
        with pytest.raises(UsageError, match="cannot be written"):
            convert(tmp_path / "in", tmp_path / name)


def test_a_target_has_the_rights_of_a_new_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    assert run(OWN).target.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_endless_data_ends_at_the_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to more than any training file has is refused, and leaves none."""
    monkeypatch.setattr(packing, "MAX_UNPACKED", 10**6)
    for bomb in (gzip.compress(bytes(2 * 10**6)), zipped(a=bytes(2 * 10**6))):
        with pytest.raises(InputError, match="unpacks to more"):
            run(bomb)


def test_a_zip_with_endless_names_is_refused_before_they_are_read(run: Run) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20_000):
            archive.writestr(str(number), b"")
    with pytest.raises(InputError, match="too many files"):
        run(packed.getvalue())


def test_damaged_and_locked_archives_are_sentences(run: Run) -> None:
    whole = gzip.compress(OWN * 50)
    archive = zipped(a=OWN)
    locked = bytearray(archive)
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    several = zipped(a=OWN, b=OWN)
    nested = gzip.compress(gzip.compress(gzip.compress(OWN)))
    for content in (whole[:-20], whole[:20] + b"x" * 40, archive[:50], bytes(locked), several,
                    nested, gzip.compress(archive), b"PAR1" + bytes(20)):  # fmt: skip
        with pytest.raises(InputError) as raised:
            run(content)
        assert raised.value.remedy


def test_rows_and_cells_that_are_too_long_are_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more than the limit of one is kept, in whatever layout."""
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 1_000)
    long = {"question": "x" * 2_000, "answer": "y"}
    for content in (
        lines(long, *ROWS),
        json.dumps([long, *ROWS]).encode(),
        json.dumps({"data": [long, *ROWS]}, indent=1).encode(),
    ):
        found = run(content)
        assert written(found) == ROWS
        assert list(found.reasons) == ["it is longer than any example may be"]


def test_a_cell_that_never_ends_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 1_000)
    with pytest.raises(InputError, match="ends in the row"):
        run(table(",", "prompt", "completion") + b'"open,cell\n' + b"x,y\n" * 1_000)


def test_strings_and_escapes_may_be_cut_anywhere(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    r"""Brackets and \" in strings end nothing, whatever bytes a piece ends with."""
    row = {"question": 'a\\" [{"b": 1}] \\', "answer": 'ü🙂 } ] " {'}
    for size in range(1, 12):
        monkeypatch.setattr(rows, "_CHARACTERS", size)
        found = run(json.dumps({"data": [row, row]}, ensure_ascii=False, indent=2).encode())
        assert [one["messages"][0]["content"] for one in written(found)] == [row["question"]] * 2


def test_reasons_are_bounded(run: Run) -> None:
    """Rows that differ in why they fail do not fill the memory or the report."""
    found = run(lines(*({f"key{number}": 1} for number in range(200))))
    assert found.reasons.total() == 200
    assert len(found.reasons) == 51
    assert len(found.left_out) == 20


def test_a_conversion_can_be_repeated_on_its_own_output(run: Run) -> None:
    once = run(CONVERSATIONS["CSV"]).target.read_bytes()
    again = run(once)
    assert again.target.read_bytes() == once
    assert again.formats == {"training rows": 3}


_FEW = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_FEW
@given(content=st.binary(max_size=300) | st.lists(JSON, max_size=4).map(lambda some: lines(*some)))
def test_any_bytes_end_in_rows_or_a_sentence(content: bytes, run: Run) -> None:
    with suppress(TunelintError):
        found = run(content)
        assert found.target.exists() is bool(found.written)
        assert found.as_dict()["written"] == (len(written(found)) if found.written else 0)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path) -> None:
    """The extra is optional: the sentence names it."""
    (tmp_path / "rows.parquet").write_bytes(b"PAR1" + bytes(20))
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\nfrom tunelint.convert import convert\n"
        "convert(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "rows.parquet", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Parquet files are read by pyarrow, which is not installed." in done.stderr
    assert not (tmp_path / "out").exists()


def test_parquet_and_arrow_become_rows(run: Run) -> None:
    """As pandas and Hugging Face's datasets write them; what has no value is left away."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is an optional extra")
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    messages = [{"role": "user", "content": "Hi", "name": None},
                {"role": "assistant", "content": "Hello", "name": "b"}]  # fmt: skip
    data = pa.Table.from_pylist([{"messages": messages, "tools": None}])
    files = [BytesIO(), BytesIO(), BytesIO()]
    pq.write_table(data, files[0])
    with pa.ipc.new_file(files[1], data.schema) as file:
        file.write_table(data)
    with pa.ipc.new_stream(files[2], data.schema) as stream:
        stream.write_table(data)
    for one in files:
        (row,) = written(run(one.getvalue()))
        assert row == {"messages": [{"role": "user", "content": "Hi"}, messages[1]]}
