"""Which files of a folder configure a product."""

from pathlib import Path

from tuneops.errors import ConfigError

FOLDER = Path("config")


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
    from tunelint import yaml_file

    try:
        document = yaml_file.load(file)
    except (OSError, yaml_file.UnreadableError):
        return True  # loading it says what is wrong
    return isinstance(document, dict) and "product" in document
