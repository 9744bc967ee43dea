"""Ranges read in this process, or in several for large files."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tunelint.engine.whole_file import ReadRanges
from tunelint.engine.worker import Range, RangeResult, Settings, read_range
from tunelint.tokens import count_texts

MANY_BYTES = 4 * 10**6  # from here on a second process is worth its start
MAX_PROCESSES = 2


@contextmanager
def range_reader(settings: Settings, paths: Iterable[Path], jobs: int) -> Iterator[ReadRanges]:
    """Reads ranges of the files here, or in processes that live as long as the context."""
    jobs = jobs or (_cores() if _size(paths) > MANY_BYTES else 1)
    if jobs == 1:
        yield partial(_read_here, settings)
        return
    import multiprocessing  # whose import takes long, for files that one process reads

    forks = "fork" in multiprocessing.get_all_start_methods()
    if forks:
        count_texts([""])  # loads the tokenizer that the processes share
    context = multiprocessing.get_context("fork" if forks else "spawn")
    with context.Pool(jobs, _start, (settings,)) as pool:
        yield partial(pool.imap, _work)


def _read_here(settings: Settings, ranges: Iterable[Range]) -> Iterator[RangeResult]:
    for where in ranges:
        yield read_range(where, settings)


_given: list[Settings] = []  # to this process, when it started as a worker


def _start(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _given.append(settings)


def _work(where: Range) -> RangeResult:
    return read_range(where, _given[-1])


def _cores() -> int:
    return min(MAX_PROCESSES, os.cpu_count() or 1)


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
