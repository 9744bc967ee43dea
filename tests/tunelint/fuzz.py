"""Feeds broken training files to the data check for so many seconds, and shows what fails.

Run it with `make fuzz`.
"""

import sys
import time
import traceback
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tunelint.check import Options, check
from tunelint.errors import TunelintError
from tunelint.fix import fix

DATA = Path(__file__).parents[1] / "repository/data/tienda/training.jsonl"
_PIECES = (b'"', b"\\", b"{", b"}", b"[", b"]", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf",
           b"\\ud83d", b"```", b"<<<<<<< ", b"NaN", b": ", b",", b'"role"', b"\\u0022")  # fmt: skip


def broken(seed: Random, lines: list[bytes]) -> bytes:
    """Some lines of the data with pieces put in, taken out or moved."""
    content = bytearray(b"\n".join(seed.sample(lines, k=seed.randint(1, 12))))
    for _ in range(seed.randint(1, 20)):
        at = seed.randrange(len(content) + 1)
        length = seed.randint(0, 30)
        if seed.random() < 0.3:
            content[at:at] = content[seed.randrange(len(content) + 1) :][:length]
        else:
            content[at : at + length] = seed.choice(_PIECES) * seed.randint(0, 3)
    return bytes(content)


def main(seconds: float) -> int:
    lines = DATA.read_bytes().splitlines()
    deadline = time.monotonic() + seconds
    runs = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "training.jsonl"
        while time.monotonic() < deadline:
            content = broken(Random(runs), lines)  # noqa: S311 - a seed that can be named again
            path.write_bytes(content)
            try:
                check([path], Options(validation=(path,), smoke_prompts=(path,), jobs=1))
                fix(path)
            except TunelintError:
                pass
            except Exception:  # noqa: BLE001 - what the fuzzer is for
                traceback.print_exc()
                sys.stdout.write(f"seed {runs}: {content!r}\n")
                return 1
            runs += 1
    sys.stdout.write(f"{runs} files, no fault.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
