"""How waiting looks: a bar on a terminal, lines in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tuneops import console, tags
from tuneops.azure.jobs import Event
from tuneops.escaping import visible
from tuneops.training.watch import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


_QUARTERS = 4


class JobProgress:
    """Shows each look at a job on stderr; metrics move the bar, or are a line for each tenth."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._tenths = -1

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, progress: Progress) -> None:
        for event in progress.events:
            if event.step is None:
                self._line(event)
            elif self._bar is None and self._is_next_tenth(event, progress):
                self._line(event, left(progress.seconds_left))
        if self._bar:
            self._move(self._bar, progress)

    def _is_next_tenth(self, event: Event, progress: Progress) -> bool:
        """Whether the event is the first in its tenth of the training; a log needs no more."""
        tenths = 10 * (event.step or 0) // (progress.total_steps or 1)
        if tenths <= self._tenths:
            return False
        self._tenths = tenths
        return True

    def _line(self, event: Event, more: str = "") -> None:
        text = f"{tags.date_time(event.created)}  {event.message}{f' ({more})' if more else ''}"
        if self._bar:
            self._bar.console.print(visible(text), markup=False, highlight=False)
        else:
            console.say(text)

    def _move(self, bar: "Bar", progress: Progress) -> None:
        if self._task is None:
            self._task = bar.add_task(progress.job.status, total=None, left="")
        bar.update(
            self._task,
            description=progress.job.status,
            total=progress.total_steps,
            completed=progress.step,
            left=left(progress.seconds_left),
        )


def _bar() -> "Bar":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TextColumn("{task.fields[left]}", markup=False))
    return Bar(*columns, *times, console=console.rich_console(stderr=True))


def left(seconds: float | None) -> str:
    """How long the training still takes, in words; empty where that is not known."""
    if not seconds:
        return ""
    minutes = round(seconds / 60)
    return f"about {minutes:,} min left" if minutes else "less than a minute left"


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
    if done * _QUARTERS // total > (done - 1) * _QUARTERS // total:
        console.say(f"{done} of {total} answers")
