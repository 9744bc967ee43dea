"""A pull request that edits data, read as inert bytes and judged by the base branch's code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneops import products
from tuneops.errors import ConfigError, FindingsError
from tuneops.escaping import visible
from tuneops.git import History
from tuneops.products import Kind, Product
from tuneops.pull_request.judged_tree import FOLDERS, PLAIN_FILES, JudgedTree, too_large, write

MAX_CHANGED_FILES = 3000  # GitHub lists no more files of a pull request (REST API, 2026)
MAX_CHANGED_BYTES = 2 * 1024**3  # GitHub takes no larger push (repository limits, 2026)
MAX_PRODUCTS = 256  # jobs of one matrix (GitHub Actions limits, 2026)
HOW_TO_SPLIT = (
    "Split it: keep the files under data/ in this pull request, and open another one for the rest "
    "('git checkout -b rest; git checkout main -- data' leaves the rest alone)."
)
IRREGULAR = "Not a regular file"
UNKNOWN = "Not a kind of file that belongs there"
ORPHANED = "Data of no product"
MISSING = "Named by a configuration, and not there"
REMEDIES = {
    IRREGULAR: PLAIN_FILES,
    UNKNOWN: PLAIN_FILES,
    ORPHANED: "Bring config/<product>.yaml in the same pull request, or correct the folder's name.",
    MISSING: "Bring the file in the same pull request, or correct its path under data.",
}
_SHOWN_PATHS = 20


@dataclass(frozen=True)
class Examination:
    """What a pull request changes; it is refused where more than its products is there.

    ``mixed`` is what it changes together with data, ``irregular`` are links and submodules,
    ``unknown`` files that have no use where they are, ``orphaned`` data that no configuration
    owns, ``missing`` files that one names; ``too_large`` says which bound it breaks.
    """

    products: tuple[str, ...] = ()
    mixed: tuple[Kind, ...] = ()
    irregular: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    too_large: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "products": list(self.products),
            "mixed": [str(kind) for kind in self.mixed],
            "irregular": _visible(self.irregular),
            "unknown": _visible(self.unknown),
            "orphaned": _visible(self.orphaned),
            "missing": _visible(self.missing),
            "too_large": self.too_large,
        }

    def check(self) -> None:
        """Raises: FindingsError where the pull request is refused."""
        if self.mixed:
            raise FindingsError(refusal(self.mixed), remedy=HOW_TO_SPLIT)
        for title, paths in (
            (IRREGULAR, self.irregular),
            (UNKNOWN, self.unknown),
            (ORPHANED, self.orphaned),
            (MISSING, self.missing),
        ):
            if paths:
                raise FindingsError(f"{title}: {_listed(paths)}.", remedy=REMEDIES[title])
        if self.too_large:
            raise FindingsError(self.too_large, remedy="Split it, or change less.")


def refusal(mixed: Iterable[str]) -> str:
    return f"This pull request changes data together with {', '.join(mixed)}."


def examine(history: History, base: str, head: str) -> Examination:
    """Which products a pull request touches, and why it is refused, if it is.

    Everything is read from git's objects; no work tree is written to.

    Raises:
        ConfigError: A configuration file is not valid, or the commits have no one merge base.
    """
    start = history.merge_base(base, head)
    present = history.changed_paths(start, head, deleted=False)
    if unknown := [path for path in present if products.kind(path) is None]:
        return Examination(unknown=tuple(unknown))
    paths = history.changed_paths(start, head)
    if not any(path.startswith(FOLDERS) for path in paths):
        return Examination()
    tree = JudgedTree.read(history, base, head)
    if irregular := [entry.path for entry in tree.changed if not entry.regular]:
        return Examination(irregular=tuple(irregular))
    if reason := too_large(tree.changed, MAX_CHANGED_FILES, MAX_CHANGED_BYTES):
        return Examination(too_large=reason)
    return _examine_products(tree, paths)


def _examine_products(tree: JudgedTree, paths: Sequence[str]) -> Examination:
    found, before = tree.products(), tree.products_before()
    kinds = (products.kind(path, [*found, *before]) for path in paths)
    mixed = products.mixed_with_data(kinds)
    if mixed and not _adds_products_only(tree, found, before, paths):
        return Examination(mixed=tuple(mixed))
    if orphaned := _orphaned(tree, found):
        return Examination(orphaned=orphaned)
    touched = products.touched(found, paths)
    if len(touched) > MAX_PRODUCTS:
        reason = f"It touches {len(touched)} products; GitHub runs {MAX_PRODUCTS} jobs at most."
        return Examination(too_large=reason)
    if missing := _missing(tree, touched):
        return Examination(missing=missing)
    return Examination(tuple(product.name for product in touched))


def _adds_products_only(
    tree: JudgedTree, found: Sequence[Product], before: Sequence[Product], paths: Sequence[str]
) -> bool:
    """Whether all that changes belongs to products whose configuration the base has not."""
    there = {entry.path for entry in tree.base}
    added = [product for product in found if product.config not in there]
    return all(products.touched(added, [path]) for path in paths) and not any(
        products.touched(before, [path]) for path in paths
    )


def _orphaned(tree: JudgedTree, found: Sequence[Product]) -> tuple[str, ...]:
    """Changed files under data/ that lie in no product's folder."""
    changed = (
        entry.path for entry in tree.changed if products.kind(entry.path, found) is Kind.DATA
    )
    return tuple(path for path in changed if not products.touched(found, [path]))


def _missing(tree: JudgedTree, touched: Sequence[Product]) -> tuple[str, ...]:
    """What the products' configurations name as data, and is not there."""
    there = {entry.path for entry in tree.entries}
    return tuple(file for product in touched for file in product.files if file not in there)


def take(
    history: History, base: str, head: str, product: str, into: Path, *, dry_run: bool = False
) -> list[str]:
    """Write the files that the product is judged by into a new folder; their paths in it.

    Raises:
        ConfigError: The folder is not empty, the clone has changes that are in no commit, or
            one of the files is no plain file, is too large or cannot be written.
    """
    _require_empty(into)
    if uncommitted := history.uncommitted(*FOLDERS):
        raise ConfigError(
            f"Not committed: {_listed(uncommitted)}. Only commits are judged.",
            remedy="Commit these changes, or put them aside with 'git stash'.",
        )
    entries = JudgedTree.read(history, base, head).of_product(product)
    if not dry_run:
        write(history, entries, into)
    return [entry.path for entry in entries]


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{visible(str(folder))} is there already.",
            remedy="Name a folder that does not exist: nothing is overwritten.",
        )


def _visible(paths: Sequence[str]) -> list[str]:
    return [visible(path) for path in paths[:_SHOWN_PATHS]]


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _SHOWN_PATHS} more" if len(paths) > _SHOWN_PATHS else ""
    return ", ".join(visible(path) for path in paths[:_SHOWN_PATHS]) + more
