"""How the asking looks: a bar on a terminal, a line every quarter in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tuneops import console

_LINES = 4


@contextmanager
def asking() -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how many answers there are, of how many."""
    if not sys.stderr.isatty():
        yield _say
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeRemaining

    columns = (TextColumn("answers"), BarColumn(), MofNCompleteColumn(), TimeRemaining())
    with Progress(*columns, console=console.rich_console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say(done: int, total: int) -> None:
    if done * _LINES // total > (done - 1) * _LINES // total:
        console.say(f"{done} of {total} answers")
