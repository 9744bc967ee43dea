"""The products of the repository, which of them a change touches, and what kind a file is."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tuneops import config_files
from tuneops.errors import ConfigError

if TYPE_CHECKING:
    from tuneops.config import Config

CONFIG_FOLDER = config_files.FOLDER
DATA_FOLDER = Path("data")
PRODUCT_NAME = re.compile(r"^[a-z][a-z0-9-]{0,30}$")
_FOLDERS = (CONFIG_FOLDER.name, DATA_FOLDER.name, ".github")
_OWNERS = "CODEOWNERS"
_LEAST_PARTS = {DATA_FOLDER.name: 3, CONFIG_FOLDER.name: 2}  # data/<product>/<file>, config/<file>


class Kind(StrEnum):
    """What a file of the repository is; data travels alone."""

    DATA = "data"
    PROMPTS = "prompts"
    CONFIGURATION = "configuration"
    WORKFLOWS = "workflows"
    CODE = "code"


@dataclass(frozen=True)
class Product:
    """A configuration file with the data folder of the same name, by paths from the root.

    ``files`` are those that the configuration names as data; ``continues`` is the product, or the
    job, whose model is trained further.
    """

    name: str
    files: tuple[str, ...]
    smoke_prompts: str
    exceptions: str | None = None
    continues: str | None = None

    @property
    def config(self) -> str:
        return f"{CONFIG_FOLDER}/{self.name}.yaml"

    @property
    def folder(self) -> str:
        return f"{DATA_FOLDER}/{self.name}"

    def touched_by(self, path: str) -> bool:
        return path in {self.config, self.exceptions} or path.startswith(f"{self.folder}/")


def find(root: Path = Path()) -> list[Product]:
    """All products; the file of one is called after it.

    Raises:
        ConfigError: A file is not valid, or is named otherwise than its product, or two products
            have the same name for something in one account.
    """
    from tuneops import config as configuration
    from tuneops import name_collisions

    files = config_files.configurations(root / CONFIG_FOLDER)
    configs = [configuration.load(file) for file in files]
    name_collisions.refuse(configs)
    return [_product(file, config) for file, config in zip(files, configs, strict=True)]


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


def read_names(text: str) -> list[str]:
    """The names in a JSON list of products, as a step before put it out.

    Raises:
        ConfigError: It is no such list.
    """
    try:
        names: list[str] = json.loads(text)
        if all(PRODUCT_NAME.fullmatch(name) for name in names):
            return names
    except (ValueError, TypeError):
        pass
    raise ConfigError("That is no JSON list of products.", remedy="""Write '["travel"]'.""")


def kind(path: str, products: Iterable[Product] = ()) -> Kind | None:
    """What the file is; None where its place or its name is of no use to this repository.

    A name that starts with a dot is of no use under data/ and config/: a .gitattributes there
    would change the bytes that are trained on after they were checked.
    """
    top, *below = path.split("/")
    if top in _LEAST_PARTS:
        if len(below) + 1 < _LEAST_PARTS[top] or not all(map(_is_plain, below)):
            return None
        return _kind_of_input(path, top, products)
    if top == ".github" or path == _OWNERS:
        return Kind.WORKFLOWS
    return None if _looks_reserved(top) else Kind.CODE


def mixed_with_data(kinds: Iterable[Kind | None]) -> list[Kind]:
    """What else a change of data changes; empty where data travels alone, or not at all."""
    found = {kind for kind in kinds if kind}
    return sorted(found - {Kind.DATA}) if Kind.DATA in found else []


def _kind_of_input(path: str, top: str, products: Iterable[Product]) -> Kind:
    if top == CONFIG_FOLDER.name:
        return Kind.CONFIGURATION
    prompts = {product.smoke_prompts for product in products}
    return Kind.PROMPTS if path in prompts else Kind.DATA


def _is_plain(name: str) -> bool:
    """Whether a file of that name can be written on every system, and is seen by people."""
    unfit = name.startswith(".") or name.endswith((".", " ")) or set(name) & set('\\:*?"<>|')
    return bool(name) and name.isprintable() and not unfit


def _looks_reserved(top: str) -> bool:
    """Whether the name is one of ours on systems that ignore case or the form of letters."""
    folded = unicodedata.normalize("NFKC", top).casefold()
    return folded in {name.casefold() for name in (*_FOLDERS, _OWNERS)}


def _product(file: Path, config: "Config") -> Product:
    if config.product != file.stem:
        raise ConfigError(
            f"{file} describes the product '{config.product}'.",
            remedy=f"Rename it to {config.product}.yaml: workflows find a product by its file.",
        )
    exceptions, data = config.rules.exceptions, config.data
    return Product(
        config.product,
        tuple(file.as_posix() for file in data.files),
        data.smoke_prompts.as_posix(),
        exceptions.as_posix() if exceptions else None,
        config.base.continue_from,
    )
