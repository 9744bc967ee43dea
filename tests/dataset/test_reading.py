"""What may be opened, and how a file is cut into lines."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.dataset import reading
from tuneops.dataset.canonical import canonical, canonical_bytes, digest
from tuneops.dataset.scan import check
from tuneops.errors import ConfigError


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    """A path that leads nowhere is the caller's mistake, and the message names it."""
    with pytest.raises(ConfigError, match=r"missing\.jsonl"):
        check(tmp_path / "missing.jsonl")


def test_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    """A folder is not data."""
    with pytest.raises(ConfigError, match="not a regular file"):
        check(tmp_path)


def test_a_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe that nobody writes to does not hang the check."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(ConfigError, match="not a regular file"):
        check(tmp_path / "pipe.jsonl")


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_out_of_the_tree_is_refused(
    linked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull request cannot make the check read a file outside of the repository."""
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    outside.mkdir()
    tree.mkdir()
    (outside / "secret.jsonl").write_text("secret\n", encoding="utf-8")
    monkeypatch.chdir(tree)
    if linked == "file":
        Path("secret.jsonl").symlink_to(outside / "secret.jsonl")
        path = Path("secret.jsonl")
    else:
        Path("data").symlink_to(outside)
        path = Path("data/secret.jsonl")
    with pytest.raises(ConfigError, match="out of the tree"):
        check(path)


def test_a_link_inside_the_tree_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products may share a file within the repository."""
    monkeypatch.chdir(tmp_path)
    Path("real.jsonl").write_text("{}\n", encoding="utf-8")
    Path("link.jsonl").symlink_to("real.jsonl")
    assert canonical_bytes(Path("link.jsonl")) == b"{}\n"


@given(
    content=st.lists(st.sampled_from([b"{}", b"\n", b"\r\n", b"\r", b" ", b"\xff"])).map(b"".join)
)
def test_lines_and_their_ends_add_up_to_the_file(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No byte is lost between lines, and offsets lead back to each."""
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(content)
    with reading.open_regular(path) as stream:
        lines = list(reading.read_lines(stream))
    assert b"".join(line.raw + line.end for line in lines) == content
    assert all(content[line.offset :].startswith(line.raw) for line in lines)


def test_a_long_line_is_cut_and_the_next_one_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line over the limit is never held whole, and reading goes on behind it."""
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 8)
    path = tmp_path / "long"
    path.write_bytes(b"a" * 100 + b"\r\n" + b"b" * 8 + b"\n" + b"c" * 9)
    with reading.open_regular(path) as stream:
        lines = list(reading.read_lines(stream))
    assert [line.too_long for line in lines] == [True, False, True]
    assert [line.offset for line in lines] == [0, 102, 111]
    assert max(len(line.raw) for line in lines) <= 11


@given(content=st.binary(max_size=200))
def test_the_canonical_form_is_its_own(content: bytes) -> None:
    """What is canonical stays as it is, and every line of it ends in LF."""
    once = canonical(content)
    assert canonical(once) == once
    assert once == b"" or once.endswith(b"\n")


def test_what_an_editor_changes_does_not_change_the_key(tmp_path: Path) -> None:
    """A byte-order mark, CRLF, blank lines and a missing last newline are not content."""
    plain, edited = tmp_path / "plain", tmp_path / "edited"
    plain.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    edited.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n \n{"a": 2}')
    assert digest(plain) == digest(edited)
    assert len(digest(plain)) == 64
