"""Rows of Parquet and Arrow files, through pyarrow where it is installed."""

from collections.abc import Iterator
from typing import IO, Any

from tunelint.errors import InputError

PYARROW = "pip install pyarrow"
_ROWS = 256  # of a batch


def arrow_rows(stream: IO[bytes], kind: str) -> Iterator[tuple[int, object]]:
    """The rows from one, in which what Arrow has no value for is left away.

    Raises:
        InputError: pyarrow is not installed, or cannot read the file.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(
            f"{kind} files are read by pyarrow, which is not installed.", remedy=f"Run: {PYARROW}"
        ) from error
    try:
        number = 0
        for batch in _parquet(pq, stream) if kind == "Parquet" else _ipc(pa, stream):
            for row in batch.to_pylist():
                number += 1
                yield number, _present(row)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"The {kind} file cannot be read: {str(error).splitlines()[0]:.200}.",
            remedy="Restore it from a good copy.",
        ) from error


def _parquet(pq: Any, stream: IO[bytes]) -> Iterator[Any]:  # noqa: ANN401 - pyarrow is optional
    batches: Iterator[Any] = pq.ParquetFile(stream).iter_batches(_ROWS)
    return batches


def _ipc(pa: Any, stream: IO[bytes]) -> Iterator[Any]:  # noqa: ANN401 - same
    head = stream.read(6)
    stream.seek(0)
    if head == b"ARROW1":
        file = pa.ipc.open_file(stream)
        for at in range(file.num_record_batches):
            yield file.get_batch(at)
    else:
        yield from pa.ipc.open_stream(stream)


def _present(value: object) -> object:
    """A value without the keys that have none; what is no JSON, such as a date, as text."""
    if isinstance(value, dict):
        return {key: _present(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_present(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
