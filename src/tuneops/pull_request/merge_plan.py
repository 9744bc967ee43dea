"""What merging a pull request would do: train a model or adopt one, and change which rows."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.escaping import cell
from tuneops.git import History
from tuneops.linting.material import split_sentence
from tuneops.names import short
from tuneops.products import CONFIG_FOLDER, DATA_FOLDER
from tuneops.pull_request.judged_tree import configuration_of, write, written
from tuneops.training import key as content
from tuneops.training import origin

COMMITS_LOOKED_AT = 50


@dataclass(frozen=True)
class Size:
    """A training file in numbers; the cost is in US dollars, where a price is configured."""

    examples: int
    tokens: int
    training_cost: float | None = None

    def __add__(self, other: "Size") -> "Size":
        costs = self.training_cost, other.training_cost
        cost = None if None in costs else sum(filter(None, costs))
        return Size(self.examples + other.examples, self.tokens + other.tokens, cost)


@dataclass(frozen=True)
class DataDifference:
    """What changes in the training file, in rows."""

    base: Size
    head: Size
    added: int
    removed: int
    changed: int

    def __add__(self, other: "DataDifference") -> "DataDifference":
        return DataDifference(
            self.base + other.base,
            self.head + other.head,
            self.added + other.added,
            self.removed + other.removed,
            self.changed + other.changed,
        )

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
class MergePlan:
    """What merging would do; ``commit`` had this very content before."""

    product: str
    key: str
    commit: str | None
    difference: DataDifference | None = None
    split: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "product": self.product,
            "key": self.key,
            "trained_at": self.commit,
            "difference": asdict(self.difference) if self.difference else None,
            "split": self.split,
        }

    def markdown(self) -> str:
        lines = self.difference.lines() if self.difference else []
        split = [f"{cell(self.split)}.\n"] if self.split else []
        return "\n".join([*lines, *split, self._sentence()])

    def _sentence(self) -> str:
        digest = f"content key `{short(self.key)}`"
        if self.commit:
            return (
                f"This content ({digest}) is already trained, as far as git can tell: the base "
                f"branch had it at `{self.commit[:12]}`. Merging costs nothing: that training is "
                "adopted, unless it failed or was cleaned up, which only Azure knows."
            )
        return f"Merging trains a new model ({digest})."


def plan(history: History, base: str, config_path: Path) -> MergePlan:
    """What merging the files of the present folder would do.

    Raises:
        ConfigError: The configuration or the data cannot be read.
    """
    config = configuration.load(config_path)
    key = content.content_key(config)
    commit = trained_at(history, base, config.product, key)
    difference = _difference(history, base, config, config_path)
    return MergePlan(config.product, key, commit, difference, split_sentence(config))


def trained_at(history: History, base: str, product: str, key: str) -> str | None:
    """The commit of the base branch, of the latest fifty, whose content has the key."""
    folders = [str(CONFIG_FOLDER), f"{DATA_FOLDER}/{product}"]
    for commit in history.commits(base, folders, COMMITS_LOOKED_AT):
        if _key_at(history, commit, f"{CONFIG_FOLDER}/{product}.yaml") == key:
            return commit
    return None


def _key_at(history: History, commit: str, path: str) -> str | None:
    """The content key at a commit; None where that had no such product."""
    try:
        settings = configuration_of(history.entries(commit, f"{CONFIG_FOLDER}/"))
        with written(history, settings) as root:
            files = list(_rows(root, path))
            write(history, history.entries(commit, *files), root)
            return content.content_key(configuration.load(root / path), root)
    except ConfigError:
        return None


def _rows(root: Path, path: str) -> Iterator[str]:
    """The data files that the product's key is made of, with those of what it continues."""
    config: Config | None = configuration.load(root / path)
    while config is not None:
        yield from (file.as_posix() for file in config.data.rows)
        config = origin.product_of(config, root)


def _difference(history: History, base: str, config: Config, path: Path) -> DataDifference | None:
    """Of all training files together; None where the base branch had none of them."""
    found = [_of_file(history, base, file, path) for file in config.data.training_files]
    known = [each for each in found if each is not None]
    return reduce(DataDifference.__add__, known) if known else None


def changed_rows(history: History, base: str, config: Config) -> list[dict[str, Any]]:
    """Every row of the training files that the base branch has not so, as a page shows them.

    Raises:
        ConfigError: A file cannot be read.
    """
    from tuneops.linting.options import options
    from tuneops.review.review import review

    found: list[dict[str, Any]] = []
    for file in config.data.training_files:
        with written(history, history.entries(base, file.as_posix())) as root:
            before = root / file
            before.parent.mkdir(parents=True, exist_ok=True)
            before.touch()
            rows = review(str(before), file, options(config))
        found += [{**row, "id": f"{file.stem}-{row['id']}"} for row in rows]
    return found


def _of_file(
    history: History, base: str, training: Path, config_path: Path
) -> DataDifference | None:
    from tuneops.linting.diff import diff

    before = history.entries(base, training.as_posix())
    if not before:
        return None
    with written(history, before) as root:
        facts = diff(str(root / training), training, config_path)
    return difference_of(facts)


def difference_of(facts: Mapping[str, Any]) -> DataDifference:
    """What `linting.diff` found, in numbers."""
    counts = {name: facts[name] for name in ("added", "removed", "changed")}
    return DataDifference(_size(facts["base"]), _size(facts["head"]), **counts)


def _size(facts: Mapping[str, Any]) -> Size:
    return Size(facts["examples"], facts["tokens"], facts.get("cost"))
