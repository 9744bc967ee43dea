"""Small tables for a terminal; every cell is data and is never read as markup."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tuneops.escaping import visible

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


_NAME = 40  # characters of an id or a deployment's name, such as ftjob- with 32 digits


def facts(pairs: Mapping[str, object]) -> "Table":
    """Two columns: a name and what it is; a list has a line for each item."""
    return rows((), [(name, _cell(value)) for name, value in pairs.items()])


def each(found: Iterable[Mapping[str, object]]) -> "Group":
    """The facts of several things, one below the other."""
    from rich.console import Group

    return Group(*map(facts, found))


def rows(header: Sequence[str], cells: Iterable[Sequence[object]]) -> "Table":
    """A table with a header (empty: none); short names in its first column are not broken.

    Control characters in cells are made visible.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    listed = [[visible(str(cell), keep="\n") for cell in row] for row in cells]
    are_names = all(len(row[0]) <= _NAME for row in listed if row)
    table = Table(box=box.SIMPLE if header else None, show_header=bool(header), pad_edge=False)
    for place, name in enumerate(header or ("", "")):
        table.add_column(name, overflow="fold", no_wrap=are_names and not place)
    for row in listed:
        table.add_row(*map(Text, row))
    return table


def side_by_side(texts: Mapping[str, str]) -> "Table":
    """One column for each text, under its name."""
    return rows(tuple(texts), [tuple(texts.values())])


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value)) or "-"
    return "-" if value is None else value
