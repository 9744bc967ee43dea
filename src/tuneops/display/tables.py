"""Small tables for a terminal; every cell is data and is never read as markup."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tuneops.escaping import visible

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


def facts(pairs: Mapping[str, object]) -> "Table":
    """Two columns: a name and what it is; a list has a line for each item."""
    return rows((), [(name, _cell(value)) for name, value in pairs.items()])


def each(found: Iterable[Mapping[str, object]]) -> "Group":
    """The facts of several things, one below the other."""
    from rich.console import Group

    return Group(*map(facts, found))


def rows(header: Sequence[str], cells: Iterable[Sequence[object]]) -> "Table":
    """A table with a header (empty: none), whose first column is never broken.

    Control characters in cells are made visible.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE if header else None, show_header=bool(header), pad_edge=False)
    for place, name in enumerate(header or ("", "")):
        table.add_column(name, overflow="fold", no_wrap=not place)
    for row in cells:
        table.add_row(*(Text(visible(str(cell), keep="\n")) for cell in row))
    return table


def side_by_side(texts: Mapping[str, str]) -> "Table":
    """One column for each text, under its name."""
    return rows(tuple(texts), [tuple(texts.values())])


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value)) or "-"
    return "-" if value is None else value
