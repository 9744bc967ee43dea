"""The bytes of a data file that are uploaded and that its content key is made of."""

from pathlib import Path

from tunelint import canonical
from tuneops.linting.errors import as_config_error


def canonical_bytes(path: Path) -> bytes:
    """The file as UTF-8 without a byte-order mark or blank lines, each line ended by LF.

    Raises:
        ConfigError: The path is no regular file inside the tree, or is over Azure's limit.
    """
    with as_config_error():
        return canonical.canonical_bytes(path)
