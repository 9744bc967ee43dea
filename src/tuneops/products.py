"""The products of the repository, and which of them a change touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tuneops import config_files
from tuneops.errors import ConfigError

if TYPE_CHECKING:
    from tuneops.config import Config


class Kind(StrEnum):
    """What a file of the repository is; data travels alone."""

    DATA = "data"
    PROMPTS = "prompts"
    CONFIGURATION = "configuration"
    WORKFLOWS = "workflows"
    CODE = "code"


_KINDS = (
    ("data/*/smoke_prompts.jsonl", Kind.PROMPTS),
    ("data/*", Kind.DATA),
    ("config/*", Kind.CONFIGURATION),
    (".github/*", Kind.WORKFLOWS),
    ("CODEOWNERS", Kind.WORKFLOWS),
)


@dataclass(frozen=True)
class Product:
    """A configuration file, and the folders that its data lies in."""

    name: str
    config: str
    folders: tuple[str, ...]

    def touched_by(self, path: str) -> bool:
        return path == self.config or any(path.startswith(f"{folder}/") for folder in self.folders)


def find(root: Path = Path()) -> list[Product]:
    """All products; the file of one is called after it.

    Raises:
        ConfigError: A file is not valid, or is named otherwise than its product, or two products
            have the same name for something in one account.
    """
    from tuneops import config as configuration
    from tuneops import name_collisions

    files = config_files.configurations(root / config_files.FOLDER)
    configs = [configuration.load(file) for file in files]
    name_collisions.refuse(configs)
    return [_product(file, config, root) for file, config in zip(files, configs, strict=True)]


def touched(products: Sequence[Product], paths: Iterable[str]) -> list[Product]:
    changed = list(paths)
    return [p for p in products if any(p.touched_by(path) for path in changed)]


def named(products: Sequence[Product], name: str) -> Product:
    """Raises: ConfigError where no product has that name."""
    for product in products:
        if product.name == name:
            return product
    known = ", ".join(product.name for product in products) or "none"
    raise ConfigError(f"There is no product '{name}'.", remedy=f"Products are: {known}.")


def kind(path: str) -> Kind:
    return next((kind for pattern, kind in _KINDS if fnmatch(path, pattern)), Kind.CODE)


def mixed_with_data(paths: Iterable[str]) -> list[Kind]:
    """What else a change of data changes; empty where data travels alone, or not at all."""
    kinds = {kind(path) for path in paths}
    return sorted(kinds - {Kind.DATA}) if Kind.DATA in kinds else []


def _product(file: Path, config: "Config", root: Path) -> Product:
    if config.product != file.stem:
        raise ConfigError(
            f"{file} describes the product '{config.product}'.",
            remedy=f"Rename it to {config.product}.yaml: workflows find a product by its file.",
        )
    data = config.data
    files = (data.training, data.validation, data.smoke_prompts)
    folders = {str(PurePosixPath(path.as_posix()).parent) for path in files}
    return Product(config.product, file.relative_to(root).as_posix(), tuple(sorted(folders)))
