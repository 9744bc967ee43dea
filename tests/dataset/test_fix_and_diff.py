"""Repairs keep meaning, and differences are those of content."""

import json
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneops.dataset.diff import compare, new_findings
from tuneops.dataset.fix import fix, plan
from tuneops.dataset.revisions import at_base
from tuneops.errors import ConfigError

Lines = Callable[..., list[str]]

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
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_a_repair_keeps_meaning_and_is_done_once(
    examples: list[Any], blank: str, end: str, mark: str, tmp_path: Path
) -> None:
    """After fix each example says the same, and a second fix changes nothing."""
    path = tmp_path / "training.jsonl"
    path.write_bytes((mark + (end + blank).join(json.dumps(one) for one in examples)).encode())
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
    try:
        fix(path)
    except ConfigError:
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]
    else:
        once = path.read_bytes()
        assert fix(path).count == 0
        assert path.read_bytes() == once


def test_the_diff_shows_where_long_lines_differ(tmp_path: Path) -> None:
    """Of a long line what is around the change is shown, line ends made visible."""
    path = tmp_path / "training.jsonl"
    path.write_bytes(b'{"a": "' + b"x" * 5_000 + b'"}\r\n{"b": 1}')
    shown = plan(path).diff().splitlines()
    assert shown[3].endswith('xxx"}\\x0d')
    assert shown[4].endswith('xxx"}')
    assert max(map(len, shown)) < 200
    assert shown[-1] == '+{"b": 1}\\x0a'


def test_a_plan_writes_nothing(lines: Lines, tmp_path: Path) -> None:
    """The diff names each line that would change, and the file is as it was."""
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join([*lines(3), lines(1)[0]]), encoding="utf-8")
    before = path.read_bytes()
    shown = plan(path).diff()
    assert "@@ -4 +4 @@" in shown
    assert path.read_bytes() == before


def test_a_file_does_not_differ_from_itself(lines: Lines, tmp_path: Path) -> None:
    """No row comes, goes or changes, also when lines are moved."""
    base, head = tmp_path / "base.jsonl", tmp_path / "head.jsonl"
    base.write_text("\n".join([*lines(), "{}"]) + "\n", encoding="utf-8")
    head.write_text("\n".join(["{}", *lines()[::-1]]) + "\n", encoding="utf-8")
    for other in (base, head):
        found = compare(base, other)
        assert (found.added, found.removed, found.changed, found.findings) == ((), (), (), ())
        assert found.base == found.head


def test_a_change_is_told_from_what_comes_and_goes(lines: Lines, tmp_path: Path) -> None:
    """Another answer to the same question is a change; its new errors are told from old ones."""
    base, head = tmp_path / "base.jsonl", tmp_path / "head.jsonl"
    base.write_text("\n".join([*lines(20), "{'old': 1}"]) + "\n", encoding="utf-8")
    now = [lines(1)[0].replace("historias", "días"), *lines(18, 2), lines(1, 90)[0]]
    head.write_text("\n".join([*now, "{'old': 1}", "{'new': 1}"]) + "\n", encoding="utf-8")
    found = compare(base, head)
    assert [row.line for row in found.changed] == [1]
    assert [row.line for row in found.added] == [20]
    assert [row.line for row in found.removed] == [2]
    assert [(one.line, one.code) for one in found.findings] == [(22, "E215")]
    assert not found.passed


def test_a_diff_tells_what_a_change_does_to_policy(lines: Lines, tmp_path: Path) -> None:
    """Answers that break what the system message demands are counted on both sides."""
    base, head = tmp_path / "base.jsonl", tmp_path / "head.jsonl"
    base.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    told = lines(1, 90)[0].replace("Eres un asistente de viajes.", "No uses emojis.")
    broken = told.replace("historias.", "historias 😀.")
    head.write_text("\n".join([*lines(), broken]) + "\n", encoding="utf-8")
    facts = compare(base, head).as_dict()
    assert [facts[side]["policy_breaches"] for side in ("base", "head")] == [0, 1]


def test_a_base_may_be_a_revision(lines: Lines, tmp_path: Path) -> None:
    """The file at a commit serves as base; a word that is neither is refused."""
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "a")):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)  # noqa: S607 - the user's git
    path.write_text("\n".join([*lines(), "{'a': 1}"]) + "\n", encoding="utf-8")
    with at_base("HEAD", path) as earlier:
        change = new_findings(earlier, path)
    assert ([one.line for one in change.new], change.fixed) == ([61], 0)
    with pytest.raises(ConfigError, match="neither a file nor a revision"), at_base("no", path):
        pass
