"""What is no data file at all, given to each command."""

import gzip
import os
import runpy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

Lines = Callable[..., list[str]]

SCRIPT = str(Path(__file__).parents[2] / "scripts" / "validate_data.py")


@cache
def _main() -> click.Command:
    command = runpy.run_path(SCRIPT)["main"]
    assert isinstance(command, click.Command)
    return command


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(_main(), arguments)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(6 * 2**30)


BAD: dict[str, tuple[Callable[[Path], object], int, int]] = {  # and exit codes of check and fix
    "missing": (lambda _: None, 2, 2),
    "folder": (Path.mkdir, 2, 2),
    "link out of the tree": (lambda path: path.symlink_to("/etc/hostname"), 2, 2),
    "link to itself": (lambda path: path.symlink_to(path.name), 2, 2),
    "named pipe": (os.mkfifo, 2, 2),
    "empty": (Path.touch, 1, 0),
    "gzip": (lambda path: path.write_bytes(gzip.compress(b'{"messages": []}\n')), 1, 2),
    "binary": (lambda path: path.write_bytes(b"\x00\x01\x02\xff"), 1, 2),
    "six gigabytes": (_sparse, 1, 2),
    "a long line": (lambda path: path.write_bytes(b'{"a": "' + b"a" * 11_000_000 + b'"}\n'), 1, 2),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence_and_an_exit_code(
    case: str, tmp_path: Path, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """check, fix and diff end in 0, 1 or 2 with words that help, and leave the file as it was."""
    monkeypatch.chdir(tmp_path)
    make, of_check, of_fix = BAD[case]
    make(Path("bad.jsonl"))
    Path("good.jsonl").write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
    before = os.lstat("bad.jsonl") if case != "missing" else None
    checked, fixed = _run("check", "bad.jsonl"), _run("fix", "bad.jsonl")
    assert (checked.exit_code, fixed.exit_code) == (of_check, of_fix)
    both = [_run("diff", "good.jsonl", "bad.jsonl"), _run("diff", "bad.jsonl", "good.jsonl")]
    assert all(done.exit_code in {0, 1, 2} for done in both)
    for done in (checked, fixed, *both):
        assert "Traceback" not in done.output
        assert "Unexpected" not in done.output
        assert "→" in done.stderr or done.exit_code != 2
    assert before is None or os.lstat("bad.jsonl").st_mtime_ns == before.st_mtime_ns


def test_a_read_only_file_is_not_repaired(tmp_path: Path, lines: Lines) -> None:
    """Somebody meant it to stay; the command says so and changes nothing."""
    path = tmp_path / "training.jsonl"
    path.write_text("\n\n".join(lines()), encoding="utf-8")
    before = path.read_bytes()
    path.chmod(0o444)
    done = _run("fix", str(path))
    assert (done.exit_code, path.read_bytes()) == (2, before)
    assert "read-only" in done.stderr


def test_a_cache_that_is_a_file_is_a_usage_error(tmp_path: Path, lines: Lines) -> None:
    """The cache is a folder."""
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join(lines()), encoding="utf-8")
    assert _run("check", str(path), "--cache", str(path)).exit_code == 2
