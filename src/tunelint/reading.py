"""The rows of a file, for whoever needs them without a check."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tunelint.example import Example, detect_format, format_of
from tunelint.json_text import JsonProblem, parse
from tunelint.source import BOM, open_regular, read_lines

_FIRST_ROWS = 100  # that tell the format


def examples_of(path: Path) -> Iterator[Example]:
    """The rows that can be read as training rows, of the format that most of the first have.

    Raises:
        InputError: The path is no regular file inside the tree.
    """
    with open_regular(path) as stream:
        kind = detect_format(value for _, value, _ in islice(_values(stream), _FIRST_ROWS))
        stream.seek(0)
        for line, value, raw in _values(stream):
            if format_of(value) is not None:
                yield Example(value, kind, line, raw)


def _values(stream: BinaryIO) -> Iterator[tuple[int, object, bytes]]:
    for line in read_lines(stream):
        raw = line.raw.removeprefix(BOM)
        try:
            yield line.number, parse(raw), raw
        except (UnicodeDecodeError, JsonProblem):
            continue
