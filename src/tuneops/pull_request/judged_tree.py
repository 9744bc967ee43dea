"""The files that a pull request is judged by, taken from git's objects and written elsewhere."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tuneops import products
from tuneops.errors import ConfigError
from tuneops.escaping import visible
from tuneops.git import Entry, History
from tuneops.limits import MAX_TRAINING_FILE_BYTES
from tuneops.products import CONFIG_FOLDER, DATA_FOLDER, Product

FOLDERS = (f"{DATA_FOLDER}/", f"{CONFIG_FOLDER}/")
MAX_FILES = 1000  # of the configuration, and of one product's data
MAX_CONFIG_BYTES = 10**7
MAX_DATA_BYTES = 3 * MAX_TRAINING_FILE_BYTES  # training, validation and prompts
PLAIN_FILES = (
    "Commit plain files as data/<product>/<file> and config/<file>: no links, no submodules, no "
    "names that start with a dot."
)


@dataclass(frozen=True)
class JudgedTree:
    """The base branch's data and configuration, with what the pull request changes of them.

    What it does not change is as the base branch has it now, however old the pull request is:
    so data is judged by the configuration and the exceptions of the base branch.
    """

    history: History
    base: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    changed: tuple[Entry, ...]

    @classmethod
    def read(cls, history: History, base: str, head: str) -> "JudgedTree":
        """Raises: ConfigError as History."""
        paths = set(history.changed_paths(history.merge_base(base, head), head))
        before = history.entries(base, *FOLDERS)
        changed = [entry for entry in history.entries(head, *FOLDERS) if entry.path in paths]
        kept = [entry for entry in before if entry.path not in paths]
        entries = sorted([*kept, *changed], key=lambda entry: entry.path)
        return cls(history, tuple(before), tuple(entries), tuple(changed))

    def of_product(self, product: str) -> list[Entry]:
        """The whole configuration, the product's own data, and that of what it continues.

        Raises:
            ConfigError: It is too large.
        """
        data: list[Entry] = []
        for name in self._lineage(product):
            folder = f"{DATA_FOLDER}/{name}/"
            own = [entry for entry in self.entries if entry.path.startswith(folder)]
            if reason := too_large(own, MAX_FILES, MAX_DATA_BYTES):
                raise ConfigError(f"{folder}: {reason}", remedy="Keep only a product's data there.")
            data += own
        return [*configuration_of(self.entries), *data]

    def _lineage(self, product: str) -> list[str]:
        """The product, the one whose model it trains further, and so on."""
        continues = {known.name: known.continues for known in self.products()}
        found: list[str] = []
        name: str | None = product
        while name in continues and name not in found:
            found.append(name)
            name = continues[name]
        return found

    def products(self) -> list[Product]:
        """Raises: ConfigError where a configuration file is not valid."""
        return _products_of(self.history, self.entries)

    def products_before(self) -> list[Product]:
        """The products of the base branch; none where its configuration cannot be read."""
        try:
            return _products_of(self.history, self.base)
        except ConfigError:
            return []


def _products_of(history: History, entries: Iterable[Entry]) -> list[Product]:
    with written(history, configuration_of(entries)) as root:
        return products.find(root)


def configuration_of(entries: Iterable[Entry]) -> list[Entry]:
    """Raises: ConfigError where it is too large."""
    found = [entry for entry in entries if entry.path.startswith(f"{CONFIG_FOLDER}/")]
    if reason := too_large(found, MAX_FILES, MAX_CONFIG_BYTES):
        raise ConfigError(f"{CONFIG_FOLDER}/: {reason}", remedy="Keep only configuration there.")
    return found


def too_large(entries: Collection[Entry], most_files: int, most_bytes: int) -> str:
    """Which bound the files break; empty where they keep all."""
    for entry in entries:
        if entry.size > MAX_TRAINING_FILE_BYTES:
            limit = f"{MAX_TRAINING_FILE_BYTES:,}"
            return f"{visible(entry.path)} has {entry.size:,} bytes; Azure takes {limit}."
    total = sum(entry.size for entry in entries)
    if len(entries) > most_files:
        return f"There are {len(entries):,} files; {most_files:,} is most."
    return f"There are {total:,} bytes; {most_bytes:,} is most." if total > most_bytes else ""


@contextmanager
def written(history: History, entries: Iterable[Entry]) -> Iterator[Path]:
    """A folder that holds the files, for as long as the context."""
    with TemporaryDirectory() as folder:
        write(history, entries, Path(folder))
        yield Path(folder)


def write(history: History, entries: Iterable[Entry], root: Path) -> None:
    """Write the files below the root; nothing that is there is overwritten.

    Raises:
        ConfigError: One is a link or a submodule, or cannot be written.
    """
    try:
        for entry in entries:
            _write_one(history, entry, root)
    except OSError as error:
        raise ConfigError(
            f"{visible(str(error.filename))} cannot be written: {error.strerror}.",
            remedy="Name another folder, and rename files whose names differ in case alone.",
        ) from error


def _write_one(history: History, entry: Entry, root: Path) -> None:
    if products.kind(entry.path) is None:
        return  # of no use to anything, such as the .gitkeep of an empty folder
    if not entry.regular:
        raise ConfigError(f"{visible(entry.path)} is no regular file.", remedy=PLAIN_FILES)
    target = root / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        file.write(history.content(entry))
