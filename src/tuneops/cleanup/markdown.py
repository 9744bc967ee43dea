"""The plan as one GitHub issue, which is found by its first line and updated in place."""

from collections.abc import Iterator, Sequence

from tuneops import tags
from tuneops.cleanup.facts import DELETE_AFTER, PROTECT
from tuneops.cleanup.plan import Plan, Row
from tuneops.escaping import cell

MARKER = "<!-- tuneops-cleanup -->"
# An issue's body holds 65,536 characters (GitHub, 2026-11).
MAX_CHARACTERS = 65_536
_COLUMNS = ("Group", "Plan", "Why", "Owner", "Age", "Locks", "Holds", "$ a month")
_ROOM_FOR_NOTE = 200
_MOST_IN_A_LIST = 50


def issue(plan: Plan) -> str:
    """What goes or is about to, and every group of ours that stays, as much as an issue holds."""
    head = "\n".join(_head(plan))
    tail = "\n".join(_tail(plan))
    rows = [_row(row) for row in _shown(plan)]
    room = MAX_CHARACTERS - len(head) - len(tail) - _ROOM_FOR_NOTE
    kept = _fitting(rows, room)
    cut = len(rows) - len(kept)
    note = [f"\n{cut} more rows are in the plan file."] if cut else []
    return "\n".join([head, *kept, *note, tail])


def _head(plan: Plan) -> Iterator[str]:
    yield MARKER
    yield f"Plan of {tags.timestamp(plan.created)} for subscription {cell(plan.subscription)}:"
    counts = {action: len(plan.rows(action)) for action in ("delete", "mark", "keep")}
    yield (
        f"**{counts['delete']} to delete**, {counts['mark']} to mark, {counts['keep']} to keep, "
        f"{len(plan.leftovers)} leftovers inside those that stay."
    )
    yield ""
    yield f"To answer, set a tag on the group: `{PROTECT}` (any value) keeps it for good, a later"
    yield f"time in `{DELETE_AFTER}` keeps it until then, and removing that tag keeps it too."
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|---" * len(_COLUMNS) + "|"


def _tail(plan: Plan) -> Iterator[str]:
    waiting = [found for found in plan.deleted_accounts if found.ours]
    yield from _list(
        "Leftover", [(f"{i.kind} {i.label}", i.account, i.reason) for i in plan.leftovers]
    )
    yield from _list("Deleted account", [(a.name, a.action, a.reason) for a in waiting])
    yield ""


def _list(title: str, cells: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if cells:
        yield f"\n| {title} | | Why |\n|---|---|---|"
        yield from (f"| {' | '.join(map(cell, row))} |" for row in cells[:_MOST_IN_A_LIST])


def _shown(plan: Plan) -> Sequence[Row]:
    order = {"delete": 0, "mark": 1, "keep": 2}
    ours = [row for row in plan.groups if row.ours]
    return sorted(ours, key=lambda row: (order[row.action], row.name))


def _row(row: Row) -> str:
    holds = f"{len(row.contents)} things" if row.contents else "nothing"
    cost = f"{row.cost:.0f}" if row.cost_complete else f"{row.cost:.0f} or more"
    age = f"{row.since} by {row.age_source}" if row.since else "unknown"
    words = (row.name, row.action, row.reason, row.owner or "-", age, ", ".join(row.locks) or "-")
    return f"| {' | '.join(cell(word) for word in words)} | {holds} | {cost} |"


def _fitting(rows: Sequence[str], room: int) -> list[str]:
    kept: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        kept.append(row)
    return kept
