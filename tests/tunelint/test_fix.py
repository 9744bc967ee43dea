"""Repairs keep meaning, mend the encoding, and are done once."""

import json
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunelint.foreign_files import CONVERSATIONS, HOPELESS, OWN, ROWS, lines
from tunelint.errors import InputError, UsageError
from tunelint.fix import fix, plan

_FEW = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
_EXAMPLE = st.fixed_dictionaries(
    {
        "messages": st.lists(
            st.fixed_dictionaries(
                {"content": _TEXT, "role": st.sampled_from(["user", "assistant", "tool", "x"])},
                optional={"weight": st.floats(allow_nan=False, allow_infinity=False)},
            ),
            min_size=1,
            max_size=3,
        )
    },
    optional={"tools": st.lists(st.integers()), "x": st.integers()},
)


def _meaning(example: Any) -> Any:  # noqa: ANN401 - JSON
    """What counts of an example: all but the Unicode form and the spaces around a text."""
    for message in example["messages"]:
        if message["role"] in {"user", "assistant"}:
            text = unicodedata.normalize("NFC", message["content"])
            message["content"] = text.strip() or message["content"]
    return example


@_FEW
@given(
    examples=st.lists(_EXAMPLE, min_size=1, max_size=5),
    blank=st.sampled_from(["", "\n", " \n"]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be"]),
)
def test_a_repair_keeps_meaning_and_is_done_once(
    examples: list[Any], blank: str, end: str, encoding: str, tmp_path: Path
) -> None:
    """After fix each example says the same, and a second fix changes nothing."""
    path = tmp_path / "training.jsonl"
    path.write_bytes((end + blank).join(json.dumps(one) for one in examples).encode(encoding))
    fix(path)
    once = path.read_bytes()
    wanted = list(dict.fromkeys(json.dumps(_meaning(one), sort_keys=True) for one in examples))
    kept = [json.dumps(json.loads(line), sort_keys=True) for line in once.splitlines()]
    assert list(dict.fromkeys(kept)) == wanted
    assert fix(path).count == 0
    assert path.read_bytes() == once
    assert once.endswith(b"\n")


@_FEW
@given(content=st.binary(max_size=200))
def test_any_bytes_are_repaired_or_refused(content: bytes, tmp_path: Path) -> None:
    """A file that is no JSON Lines file is refused in a sentence and left as it is."""
    path = tmp_path / "training.jsonl"
    path.write_bytes(content)
    with suppress(InputError):
        fix(path)
        once = path.read_bytes()
        assert fix(path).count == 0
        assert path.read_bytes() == once
        return
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_a_file_in_another_encoding_becomes_utf8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(OWN.decode().encode(encoding))
    shown = plan(path).diff()
    assert ("becomes UTF-8" in shown) is encoding.startswith("utf")
    fix(path)
    assert path.read_bytes() == OWN


def test_one_line_in_windows_1252_is_mended_among_others(tmp_path: Path) -> None:
    """Where files were joined; bytes that fit no encoding stay as they are."""
    path = tmp_path / "training.jsonl"
    first, second, _ = OWN.splitlines(keepends=True)
    broken = lines(ROWS[0]).replace("ó".encode(), b"\x81\x8d")
    path.write_bytes(first * 2 + second.decode().encode("cp1252") + broken)
    fix(path)
    assert path.read_bytes() == first + second + broken


_ENCODINGS = {name for name in CONVERSATIONS if name.startswith(("UTF", "Windows"))}


@pytest.mark.parametrize("name", sorted((CONVERSATIONS.keys() - _ENCODINGS) | HOPELESS.keys()))
def test_what_must_be_converted_is_refused_with_the_command(name: str, tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    content = (CONVERSATIONS | HOPELESS)[name]
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be repaired") as raised:
        fix(path)
    assert ("tunelint convert" in raised.value.remedy) is (name in CONVERSATIONS)
    assert path.read_bytes() == content


def test_the_diff_shows_where_long_lines_differ(tmp_path: Path) -> None:
    """Of a long line what is around the change is shown, line ends made visible."""
    path = tmp_path / "training.jsonl"
    path.write_bytes(b'{"a": "' + b"x" * 5_000 + b'"}\r\n{"b": 1}')
    shown = plan(path).diff().splitlines()
    assert shown[3].endswith('xxx"}\\x0d')
    assert shown[4].endswith('xxx"}')
    assert max(map(len, shown)) < 200
    assert shown[-1] == '+{"b": 1}\\x0a'


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    """The diff names each line that would change, and the file is as it was."""
    path = tmp_path / "training.jsonl"
    path.write_bytes(OWN + OWN.splitlines(keepends=True)[0])
    before = path.read_bytes()
    assert "@@ -4 +4 @@" in plan(path).diff()
    assert path.read_bytes() == before


def test_many_changes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(b"\r\n".join(lines({"messages": [], "n": at}).strip() for at in range(30)))
    assert plan(path).diff().endswith("… and 10 lines more.")


def test_a_file_that_may_not_be_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(OWN + b"\n")
    path.chmod(0o400)
    with pytest.raises(UsageError, match="read-only"):
        fix(path)
    assert path.read_bytes() == OWN + b"\n"


def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(OWN + b"\n")
    path.chmod(0o640)
    fix(path)
    assert path.stat().st_mode & 0o777 == 0o640
