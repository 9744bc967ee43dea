"""The engine: the same findings however a file is cut, remembered or spread over processes."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneops.dataset import cache, jsontext, parts, rowtable
from tuneops.dataset.cache import FILE_NAME
from tuneops.dataset.examples import Document, Example
from tuneops.dataset.findings import Finding
from tuneops.dataset.fingerprints import text_digests
from tuneops.dataset.proven import proven
from tuneops.dataset.rules.content import examine_shape
from tuneops.dataset.scan import check

Lines = Callable[..., list[str]]

_FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_ODD_LINES = st.sampled_from(
    ["", "  ", "{'a': 1}", '{"messages": [', "]}", '{"role": "user", "content": "Hola"}', "=======",
     "<<<<<<< HEAD", "```", "\ufeff{}", '{"messages": []}', '{"prompt": "a"}', "\x00", "[]",
     '{"messages": [{"role": "user", "content": "a", "content": "b"}]}', "12", '"\\ud83d"']
)  # fmt: skip


def _mixed(drawn: list[tuple[int, str]], lines: list[str]) -> list[str]:
    mixed = list(lines)
    for place, odd in drawn:
        mixed.insert(place % (len(mixed) + 1), odd)
    return mixed


def _findings(path: Path, **options: Any) -> tuple[Finding, ...]:  # noqa: ANN401 - of check
    return check(path, **{"jobs": 1, **options}).findings


@_FEW
@given(
    drawn=st.lists(st.tuples(st.integers(0, 30), _ODD_LINES), max_size=12),
    size=st.integers(1, 3_000),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_ranges_of_any_size_give_the_same_findings(  # noqa: PLR0917 - drawn and given
    drawn: list[tuple[int, str]],
    size: int,
    ends: str,
    lines: Lines,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a file is cut into ranges changes no finding."""
    path = tmp_path / "training.jsonl"
    path.write_bytes(ends.join(_mixed(drawn, [*lines(15), *lines(3)])).encode())
    whole = _findings(path)
    with monkeypatch.context() as patch:
        patch.setattr("tuneops.dataset.files.RANGE_BYTES", size)
        assert _findings(path) == whole


def test_processes_change_no_finding(lines: Lines, tmp_path: Path, monkeypatch: Any) -> None:  # noqa: ANN401 - pytest's
    """Two processes find what one finds, in the same order."""
    monkeypatch.setattr("tuneops.dataset.files.RANGE_BYTES", 2_000)
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join([*lines(), "{'a': 1}", *lines(9)]) + "\n", encoding="utf-8")
    assert _findings(path, jobs=2) == _findings(path)


def test_a_remembered_line_changes_no_finding(lines: Lines, tmp_path: Path) -> None:
    """A warm cache gives the findings of a cold one, and is no loss when it is damaged."""
    path, folder = tmp_path / "training.jsonl", tmp_path / "cache"
    path.write_text("\n".join([*lines(), *lines(5)]) + "\n", encoding="utf-8")
    cold = check(path, cache=folder)
    assert (folder / FILE_NAME).stat().st_size > 60 * 100
    changed = [lines(1, 300)[0], "{}", *lines()[::-1]]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    assert check(path, cache=folder) == check(path)
    content = (folder / FILE_NAME).read_bytes()
    for damaged in (content[:-9], content[:-9] + bytes(9), b"", b"x" * 5_000):
        (folder / FILE_NAME).write_bytes(damaged)
        assert check(path, cache=folder) == check(path)
    assert cold.counts == check([path], cache=folder).counts | cold.counts


@settings(_FEW, max_examples=25)
@given(
    drawn=st.lists(st.tuples(st.integers(0, 30), _ODD_LINES), max_size=4),
    faulty=st.sets(st.integers(0, 29)),
    size=st.integers(1, 3_000),
    jobs=st.sampled_from([1, 1, 1, 2]),
)
def test_new_lines_among_remembered_ones_change_no_finding(  # noqa: PLR0917 - drawn and given
    drawn: list[tuple[int, str]],
    faulty: set[int],
    size: int,
    jobs: int,
    lines: Lines,
    tmp_path: Path,
    monkeypatch: Any,  # noqa: ANN401 - pytest's
) -> None:
    """What waits to be judged with others is found as it is alone, the first of a rule first."""
    path, folder = tmp_path / "training.jsonl", tmp_path / "cache"
    shutil.rmtree(folder, ignore_errors=True)
    path.write_text("\n".join(lines(30)) + "\n", encoding="utf-8")
    check(path, cache=folder, jobs=1, shown_per_rule=3)
    changed = [
        line.replace("historias", "historias de ana.perez@gmail.com") if at in faulty else line
        for at, line in enumerate(lines(30))
    ]
    path.write_text("\n".join(_mixed(drawn, changed)) + "\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("tuneops.dataset.files.RANGE_BYTES", size)
        warm = check(path, cache=folder, jobs=jobs, shown_per_rule=3)
    assert warm == check(path, jobs=1, shown_per_rule=3)


def test_a_cache_grows_at_its_end_and_forgets_its_start(
    tmp_path: Path,
    monkeypatch: Any,  # noqa: ANN401 - pytest's
) -> None:
    """What a run adds is found with what was there; beyond the limit the oldest rows go."""
    rows = np.zeros(8, rowtable.ROW)
    rows["low"] = rows["high"] = np.arange(10, 18)
    rows["flags"] = rowtable.CLEAN
    known = []
    for end, most in ((4, 10), (6, 10), (8, 5), (8, 5)):
        monkeypatch.setattr(cache, "MAX_ROWS", most)
        cache.save(tmp_path, b"1", cache.load(tmp_path, b"1"), [rows[max(0, end - 4) : end]])
        found = cache.load(tmp_path, b"1").find(rows["low"], rows["high"])
        known.append(np.flatnonzero(found >= 0).tolist())
    assert known == [[0, 1, 2, 3], [*range(6)], [3, 4, 5, 6, 7], [3, 4, 5, 6, 7]]
    assert not len(cache.load(tmp_path, b"2").rows)


def test_a_cache_of_other_settings_is_not_trusted(lines: Lines, tmp_path: Path) -> None:
    """Rows kept under one limit are not used under another."""
    path, folder = tmp_path / "training.jsonl", tmp_path / "cache"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    assert check(path, cache=folder).passed
    assert not check(path, cache=folder, max_example_tokens=5).passed


_ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "bot"])
_CONTENT = st.text(max_size=8) | st.sampled_from(['"', "\\", '\\"', "\n", " ", '": "', "\u0022"])
_MESSAGE = st.fixed_dictionaries(
    {"role": _ROLES, "content": _CONTENT | st.none() | st.integers()},
    optional={
        "weight": st.sampled_from([0, 1, 2, 1.0, True, None, "1"]),
        "name": st.sampled_from(["ana", "a b", "", "a\n", "x" * 65]),
        "extra": st.none(),
    },
)


@settings(max_examples=300, deadline=None)
@given(
    messages=st.lists(_MESSAGE, max_size=4),
    ascii_only=st.booleans(),
    again=st.sampled_from(["", '"role": "user", ', '"content" : "x", ', '"r\\u006fle": "user", ']),
)
def test_a_proven_line_breaks_no_rule_of_shape(
    messages: list[dict[str, Any]], ascii_only: bool, again: str
) -> None:
    """What the fast path takes, the slow path has nothing to say about."""
    ordered = [{"role": one["role"], **one} for one in messages]  # drawn in any order
    line = json.dumps({"messages": ordered}, ensure_ascii=ascii_only)
    raw = line.replace('{"role', "{" + again + '"role', 1).encode("utf-8", "surrogatepass")
    if proven([raw])[0].messages:
        assert again == "" or not messages
        document = Document("file", 1, 0, raw.decode(), json.loads(raw))
        assert list(examine_shape(Example(document))) == []


def _calling(arguments: str, content: str | None, result: str) -> dict[str, Any]:
    function = {"name": "clima", "arguments": json.dumps({"ciudad": arguments})}
    call = {"id": "c1", "type": "function", "function": function}
    parameters = {"type": "object", "properties": {"ciudad": {"type": "string"}}}
    declared = {"type": "function", "function": {"name": "clima", "parameters": parameters}}
    return {
        "messages": [
            {"role": "user", "content": "¿Llueve?"},
            {"role": "assistant", "content": content, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": result},
            {"role": "assistant", "content": "No."},
        ],
        "tools": [declared],
        "parallel_tool_calls": False,
    }


_CHANGES = [
    ('"content": null, ', ""),
    ('"c1", "content"', '"c2", "content"'),
    ('"id": "c1"', '"id": ""'),
    ('"id": "c1"', '"id": "c1", "id": "c1"'),
    ('"name": "clima", "arguments"', '"name": "hora", "arguments"'),
    ('"type": "string"', '"type": "string", "type": "number"'),
    ('"type": "string"', '"type": "number"'),
    ('"type": "string"', '"type": "text"'),
    ('"role": "tool"', '"role": "user"'),
    ('"tool_call_id": "c1", ', ""),
    ('"content": "¿Llueve?"', '"content": "¿Llueve?", "tool_call_id": "c1"'),
    ('"content": "¿Llueve?"', '"content": null'),
    ('"content": "¿Llueve?"', '"content": "¿Llueve?", "tool_calls": []'),
    ('"parallel_tool_calls": false', '"parallel_tool_calls": 1'),
    ('"parallel_tool_calls": false', '"tools": []'),
    ("}}}}]", "}}}}" + "," + " null]"),
    ('{\\"ciudad\\"', '{\\"ciudad\\": \\"a\\", \\"ciudad\\"'),
    ('"properties"', '"x": ' + "[" * 600 + "]" * 600 + ', "properties"'),
]


@settings(max_examples=200, deadline=None)
@given(
    arguments=_CONTENT,
    content=_CONTENT | st.none(),
    result=_CONTENT,
    change=st.sampled_from([("", ""), *_CHANGES]),
)
def test_a_proven_call_breaks_no_rule_of_shape(
    arguments: str, content: str | None, result: str, change: tuple[str, str]
) -> None:
    """A conversation with tools that the fast path takes is in order, and one in order is taken."""
    line = json.dumps(_calling(arguments, content, result), ensure_ascii=False)
    line = line.replace(*change, 1)
    said = proven([line.encode()])[0]
    try:
        document = Document("file", 1, 0, line, jsontext.parse(line))
        clean = not list(examine_shape(Example(document)))
    except jsontext.JsonFault:
        clean = False
    assert bool(said.messages) == clean


@given(text=st.text(max_size=40))
def test_spelling_does_not_change_a_digest(text: str) -> None:
    """Punctuation and spaces never count, and those beyond Latin-1 change nothing else."""
    plain, spaced, wide = text_digests([f"a{text}b", f" ¿a.{text},b! ", f"“a”{text}…b"])
    assert plain == spaced == wide


def test_a_file_that_changes_meanwhile_is_refused(lines: Lines, tmp_path: Path) -> None:
    """A file that is not what it was when the check began ends in a sentence."""
    from tuneops.errors import ConfigError

    path = tmp_path / "training.jsonl"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")

    def changing(where: parts.Range, *rest: Any) -> parts.Part:  # noqa: ANN401 - handed on
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
        os.utime(path, ns=(1, 1))
        return original(where, *rest)

    original = parts.read_part
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tuneops.dataset.scan.read_part", changing)
        with pytest.raises(ConfigError, match="changed while it was read"):
            check(path, jobs=1)
