"""The rows of a file, as rules read them that compare rows."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

DISTINCT = 400  # texts that are read and compared at most
ALIKE = 0.85
Table = NDArray[np.void]
Read = Callable[[NDArray[np.int64]], "Rows"]
Found = Iterator[tuple[int, Fault]]


def each(positions: NDArray[np.int64], read: Read) -> Iterator[tuple[int, Example]]:
    for start in range(0, len(positions), 100):
        batch = positions[start : start + 100]
        rows = read(batch)
        for at, position in enumerate(batch.tolist()):
            yield position, rows.example(at)


def last_text(example: Example) -> str:
    return example.messages[-1].text if example.messages else ""
