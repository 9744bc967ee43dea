"""A pull request that edits data, read as inert bytes and judged by the base branch's code."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tuneops import config as configuration
from tuneops import config_files, products
from tuneops.errors import ConfigError, FindingsError
from tuneops.escaping import visible
from tuneops.git import Entry, History
from tuneops.limits import MAX_TRAINING_FILE_BYTES
from tuneops.names import short
from tuneops.products import Kind
from tuneops.training import key as content

FOLDERS = ("data", "config")
COMMITS_LOOKED_AT = 50


@dataclass(frozen=True)
class Examination:
    """What a pull request changes; it is refused where one of the last two is not empty."""

    products: tuple[str, ...]
    mixed: tuple[Kind, ...]
    irregular: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        return {
            "products": list(self.products),
            "mixed": [str(kind) for kind in self.mixed],
            "irregular": [visible(path) for path in self.irregular],
        }

    def check(self) -> None:
        """Raises: FindingsError where the pull request is refused."""
        if self.mixed:
            raise FindingsError(refusal(self.mixed), remedy=HOW_TO_SPLIT)
        if self.irregular:
            raise FindingsError(
                f"Not a regular file: {', '.join(visible(path) for path in self.irregular)}.",
                remedy="Commit plain files under data/ and config/, no links and no submodules.",
            )


HOW_TO_SPLIT = (
    "Split it: keep the files under data/ in this pull request, and open another one for the rest "
    "('git checkout -b rest; git checkout main -- data' leaves the rest alone)."
)


def refusal(mixed: Iterable[str]) -> str:
    return f"This pull request changes data together with {', '.join(mixed)}."


def examine(history: History, base: str, head: str) -> Examination:
    """Which products a pull request touches, by its own configuration files.

    Takes the pull request's files over, as `take` does, where it is not refused.
    """
    paths = history.changed_paths(history.merge_base(base, head), head)
    if not any(path.startswith(tuple(f"{folder}/" for folder in FOLDERS)) for path in paths):
        return Examination((), (), ())
    mixed = products.mixed_with_data(paths)
    irregular = [entry.path for entry in _entries(history, head) if not entry.regular]
    if mixed or irregular:
        return Examination((), tuple(mixed), tuple(irregular))
    take(history, head)
    found = products.touched(products.find(), paths)
    return Examination(tuple(product.name for product in found), (), ())


def take(history: History, head: str, root: Path = Path(), *, dry_run: bool = False) -> list[str]:
    """Put the pull request's data and configuration in the place of the base branch's.

    Raises:
        ConfigError: It holds what is no regular file, or a path that leads elsewhere.
    """
    entries = _entries(history, head)
    for entry in entries:
        _require_plain(entry)
    if not dry_run:
        _replace(history, head, entries, root)
    return [entry.path for entry in entries]


def _replace(history: History, head: str, entries: Iterable[Entry], root: Path) -> None:
    for folder in FOLDERS:
        shutil.rmtree(root / folder, ignore_errors=True)
    for entry in entries:
        target = root / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(history.content(head, entry.path))


def trained_at(history: History, base: str, product: str) -> str | None:
    """The commit of the base branch, of the latest fifty, that held this very content."""
    path = config_files.FOLDER / f"{product}.yaml"
    wanted = content.content_key(configuration.load(path))
    for commit in history.commits(base, [*FOLDERS], COMMITS_LOOKED_AT):
        if _key_at(history, commit, path) == wanted:
            return commit
    return None


@dataclass(frozen=True)
class Size:
    """A training file in numbers; the cost is in US dollars, where a price is configured."""

    examples: int
    tokens: int
    training_cost: float | None = None


@dataclass(frozen=True)
class Difference:
    """What changes in the training file, in rows."""

    base: Size
    head: Size
    added: int
    removed: int
    changed: int

    def lines(self) -> list[str]:
        rows: list[tuple[str, float | None, float | None]] = [
            ("examples", self.base.examples, self.head.examples),
            ("tokens", self.base.tokens, self.head.tokens),
            ("training, US dollars", self.base.training_cost, self.head.training_cost),
        ]
        cells = [
            f"| {name} | {before:,} | {after:,} |"
            for name, before, after in rows
            if before is not None and after is not None
        ]
        counts = f"{self.added} rows added, {self.removed} removed, {self.changed} changed."
        return [f"{counts}\n", "| | before | after |", "|---|---|---|", *cells, ""]


@dataclass(frozen=True)
class Plan:
    """What merging would do; ``commit`` had this very content before."""

    product: str
    key: str
    commit: str | None
    difference: Difference | None = None

    def facts(self) -> dict[str, Any]:
        return {
            "product": self.product,
            "key": self.key,
            "trained_at": self.commit,
            "difference": asdict(self.difference) if self.difference else None,
        }

    def markdown(self) -> str:
        lines = self.difference.lines() if self.difference else []
        return "\n".join([*lines, self._sentence()])

    def _sentence(self) -> str:
        digest = f"content key `{short(self.key)}`"
        if self.commit:
            return (
                f"This content ({digest}) is already trained, as far as git can tell: the base "
                f"branch had it at `{self.commit[:12]}`. Merging costs nothing: that training is "
                "adopted, unless it failed or was cleaned up, which only Azure knows."
            )
        return f"Merging trains a new model ({digest})."


def plan(history: History, base: str, config_path: Path) -> Plan:
    config = configuration.load(config_path)
    key = content.content_key(config)
    commit = trained_at(history, base, config.product)
    return Plan(config.product, key, commit, _difference(base, config.data.training, config_path))


def _difference(base: str, training: Path, config_path: Path) -> Difference | None:
    """None where the base branch had no such file."""
    from tuneops.linting.diff import diff

    try:
        facts = diff(base, training, config_path)
    except ConfigError:
        return None
    counts = {name: facts[name] for name in ("added", "removed", "changed")}
    return Difference(_size(facts["base"]), _size(facts["head"]), **counts)


def _size(facts: Mapping[str, Any]) -> Size:
    return Size(facts["examples"], facts["tokens"], facts.get("training_cost"))


def _entries(history: History, head: str) -> list[Entry]:
    return history.entries(head, *FOLDERS)


def _require_plain(entry: Entry) -> None:
    parts = PurePosixPath(entry.path).parts
    if not entry.regular or ".." in parts or ".git" in parts or not entry.path.isprintable():
        raise ConfigError(
            f"{visible(entry.path)} is no regular file.",
            remedy="Commit plain files under data/ and config/, no links and no submodules.",
        )
    if entry.size > MAX_TRAINING_FILE_BYTES:
        raise ConfigError(
            f"{entry.path} has {entry.size:,} bytes; Azure takes {MAX_TRAINING_FILE_BYTES:,}.",
            remedy="Train with fewer examples.",
        )


def _key_at(history: History, commit: str, path: Path) -> str | None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            take(history, commit, Path(folder))
            return content.content_key(configuration.load(Path(folder) / path), Path(folder))
        except (ConfigError, OSError, ValueError):
            return None  # that commit had no such product
