"""Whatever the file is, the check says so in a sentence and never holds more than it must."""

import gzip
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tunelint.test_check import good_rows, write
from tunelint.check import Options, check
from tunelint.errors import InputError
from tunelint.limits import MAX_FILE_BYTES


def found(path: Path) -> set[str]:
    return {one.code for one in check([path]).findings}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check([tmp_path / "absent.jsonl"])


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check([tmp_path])


def test_a_link_out_of_the_tree(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write(tmp_path / "secret.jsonl", *good_rows(12))
    (inside / "training.jsonl").symlink_to(tmp_path / "secret.jsonl")
    with pytest.raises(InputError, match="leads out of the tree"):
        check([inside / "training.jsonl"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(InputError, match="not a regular file"):
        check([tmp_path / "pipe.jsonl"])


def test_an_empty_file(tmp_path: Path) -> None:
    assert "E101" in found(write(tmp_path / "training.jsonl"))


def test_a_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(gzip.compress("\n".join(good_rows(12)).encode()))
    assert found(path) == {"E104"}


def after_check(path: Path, about: str) -> str:
    """What Linux tells about a process that checked the file."""
    program = (
        "import sys, pathlib, tunelint.check as c; c.check([pathlib.Path(sys.argv[1])]); "
        f"print(pathlib.Path('/proc/self/{about}').read_text())"
    )
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what one process reads")
def test_a_file_that_is_too_big_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    """Also where it is one line, which would be read to its end to know where the next begins."""
    path = tmp_path / "training.jsonl"
    with path.open("wb") as stream:
        stream.truncate(6 * 10**9)
    [read] = re.findall(r"rchar: (\d+)", after_check(path, "io"))
    assert int(read) < 100_000_000  # what Python loads of the program itself


def test_a_sparse_file_of_six_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    with path.open("wb") as stream:
        stream.truncate(6 * 10**9)
    assert path.stat().st_size > MAX_FILE_BYTES
    assert found(path) == {"E603"}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what one process holds")
def test_a_line_of_a_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    path = write(tmp_path / "training.jsonl", *good_rows(12))
    with path.open("ab") as stream:
        stream.write(b'{"messages": "')
        stream.writelines(b"x" * 10**6 for _ in range(100))
        stream.write(b'"}\n')
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", after_check(path, "status"))
    assert int(peak) < 250_000  # the interpreter and the tokenizer take 100 MB
    assert found(path) == {"E110", "I602"}


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    path = write(tmp_path / "training.jsonl", *good_rows(20_000))
    stop = threading.Event()

    def append() -> None:
        while not stop.is_set():
            with path.open("ab") as stream:
                stream.write(b"\n")
            time.sleep(0.001)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        with pytest.raises(InputError, match="changed while it was read"):
            check([path], Options(jobs=1))
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize(
    "text",
    [
        "a@" * 100_000,
        "[" * 100_000 + "](",
        "<" * 100_000,
        "TODO " * 50_000,
        "```\n" * 50_000,
        "1" * 200_000,
        "\u0430a" * 100_000,
        "password is " * 20_000,
        "eyJ" + "a" * 100_000 + ".",
        " \n" * 100_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_a_hostile_row_takes_time_in_proportion_to_its_length(tmp_path: Path, text: str) -> None:
    """Twice the text takes no more than some three times as long, a busy machine included."""

    def seconds(content: str) -> float:
        question = {"role": "user", "content": "Hola"}
        row = {"messages": [question, {"role": "assistant", "content": content}]}
        path = write(tmp_path / "training.jsonl", *[json.dumps(row)] * 2)
        start = time.process_time()
        check([path], Options(jobs=1))
        return time.process_time() - start

    seconds("Hola")
    once, twice = (min(seconds(text * times) for _ in range(2)) for times in (1, 2))
    assert twice < 4 * once + 0.5


@given(st.lists(st.binary(max_size=80), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_judged_without_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    row = good_rows(1)[0].encode()
    path.write_bytes(b"".join(row[: len(piece) * 3] + piece + b"\n" for piece in pieces))
    check([path], Options(validation=(path,), smoke_prompts=(path,), jobs=1))
