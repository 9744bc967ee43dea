"""Which files of a folder configure a product."""

import re
from pathlib import Path

from tuneops.errors import ConfigError

FOLDER = Path("config")
_NAMES_A_PRODUCT = re.compile(r"^product\s*:", re.MULTILINE)


def configurations(folder: Path = FOLDER) -> list[Path]:
    """The YAML files that name a product, and those that cannot be read."""
    return [file for file in sorted(folder.glob("*.yaml")) if _names_a_product(file)]


def the_one(folder: Path = FOLDER) -> Path | None:
    """The file of the only product; None where there are several, or none."""
    found = configurations(folder)
    return found[0] if len(found) == 1 else None


def require_one(folder: Path = FOLDER) -> Path:
    """The file of the only product.

    Raises:
        ConfigError: There is none, or there are several.
    """
    if found := the_one(folder):
        return found
    how_many = "are several products" if configurations(folder) else "is no product"
    raise ConfigError(f"There {how_many} in {folder}.", remedy=which(folder))


def which(folder: Path = FOLDER) -> str:
    """What to do for whoever named no configuration, or one that is not there."""
    found = configurations(folder)
    if not found:
        return f"Run this where the repository's {folder} folder is, or name a file with --config."
    return f"Name one with --config: {', '.join(file.as_posix() for file in found)}."


def _names_a_product(file: Path) -> bool:
    try:
        return _NAMES_A_PRODUCT.search(file.read_text(encoding="utf-8-sig")) is not None
    except (OSError, UnicodeDecodeError):
        return True  # loading it says what is wrong
