"""The rows that a job is given: weighted, drawn, shuffled and split as the configuration says."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tuneops.config import Config
from tuneops.data_settings import Source, Split
from tuneops.errors import ConfigError
from tuneops.linting.data_files import canonical_bytes
from tuneops.linting.options import FORMATS

_END = b"\n"


@dataclass(frozen=True)
class Material:
    """The bytes of both files as they are uploaded: JSON Lines, each line ended by LF."""

    training: bytes
    validation: bytes

    @property
    def examples(self) -> int:
        return self.training.count(_END)

    @property
    def size(self) -> int:
        return len(self.training) + len(self.validation)


def material(config: Config, root: Path = Path()) -> Material:
    """The product's rows; the same files and settings always give the same bytes.

    Raises:
        ConfigError: A file cannot be read, or is too small for what is asked of it.
    """
    held_out, lines = config.data.validation, _lines_of_each(config, root)
    if isinstance(held_out, Path):
        return Material(_gathered(config, lines), canonical_bytes(root / held_out))
    kept, drawn = _split(config, held_out, lines)
    return Material(_gathered(config, kept), b"".join(line for lines in drawn for line in lines))


def split_sentence(config: Config) -> str:
    """How many rows are held out for validation; empty where a file of its own has them.

    Raises:
        ConfigError: As material.
    """
    split = config.data.validation
    if isinstance(split, Path):
        return ""
    found = material(config)
    held_out = found.validation.count(_END)
    return (
        f"{held_out:,} rows are held out for validation, {found.examples:,} are trained on "
        f"(split {split.split:g}, seed {split.seed}; what asks the same is on one side)"
    )


def _lines_of_each(config: Config, root: Path) -> list[list[bytes]]:
    return [
        canonical_bytes(root / source.file).splitlines(keepends=True)
        for source in config.data.training
    ]


def _gathered(config: Config, lines: list[list[bytes]]) -> bytes:
    """One file as it is; several, or one with a weight, drawn and shuffled by the seed."""
    sources, seed = config.data.training, config.data.seed
    if len(sources) == 1 and (sources[0].weight, sources[0].take) == (1, None):
        return b"".join(lines[0])
    chance = Random(seed)  # noqa: S311 - the same order each time is what is wanted
    found = [
        line
        for source, own in zip(sources, lines, strict=True)
        for line in _drawn(source, own, chance)
    ]
    chance.shuffle(found)
    return b"".join(found)


def _drawn(source: Source, lines: list[bytes], chance: Random) -> list[bytes]:
    if source.take is not None and source.take > len(lines):
        raise ConfigError(
            f"{source.file} has {len(lines):,} rows, and {source.take:,} are to be taken.",
            remedy="Take fewer of them.",
        )
    kept = lines if source.take is None else chance.sample(lines, source.take)
    return kept * source.weight


def _split(
    config: Config, split: Split, lines: list[list[bytes]]
) -> tuple[list[list[bytes]], list[list[bytes]]]:
    """What stays of each file, and what is held out, with rows that ask the same on one side."""
    from tunelint.twins import twin_groups

    flat = [line for own in lines for line in own]
    groups = twin_groups(flat, FORMATS[config.fine_tuning.method])
    out = _held_out(groups, flat, split)
    numbers = iter(range(len(flat)))
    sides = [[(line, next(numbers) in out) for line in own] for own in lines]
    kept = [[line for line, is_out in side if not is_out] for side in sides]
    drawn = [[line for line, is_out in side if is_out] for side in sides]
    if not any(kept) or not any(drawn):
        raise ConfigError(
            f"{len(flat):,} rows are too few, or too alike, to hold out {split.split:.0%} of them.",
            remedy="Add rows, or name a validation file.",
        )
    return kept, drawn


def _held_out(groups: list[int], lines: list[bytes], split: Split) -> set[int]:
    """Numbers of rows: whole groups in an order that hangs on seed and content alone."""
    sizes = Counter(groups)

    def rank(group: int) -> str:
        return hashlib.sha256(f"{split.seed}:".encode() + lines[group]).hexdigest()

    wanted, held = max(1, round(split.split * len(lines))), set[int]()
    chosen = 0
    for group in sorted(sizes, key=rank):
        if chosen + sizes[group] <= wanted:
            held.add(group)
            chosen += sizes[group]
    return {number for number, group in enumerate(groups) if group in held}
