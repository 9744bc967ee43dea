"""Plans and outcomes for people: on a terminal, and as one GitHub issue.

The issue is found by its first line and updated in place.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tuneops.cleanup.facts import DELETE_AFTER, PROTECT
from tuneops.cleanup.outcomes import Outcome
from tuneops.cleanup.plan import Plan, Row
from tuneops.display import tables
from tuneops.escaping import cell
from tuneops.fitting import fitting
from tuneops.github import MAX_BODY_CHARACTERS
from tuneops.tags import timestamp

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


MARKER = "<!-- tuneops-cleanup -->"
_COLUMNS = ("Group", "Plan", "Why", "Owner", "Age", "Locks", "Holds", "$ a month")
_ROOM_FOR_NOTE = 200
_MOST_IN_A_LIST = 50


def of_plan(plan: Plan) -> "Table":
    """Everything of ours; other people's groups are only counted."""
    header = ("what", "plan", "reason", "owner", "$ a month")
    return tables.rows(header, _plan_cells(plan))


def of_outcomes(outcomes: Sequence[Outcome]) -> "RenderableType":
    if not outcomes:
        return "Nothing to do."
    cells = [(outcome.kind, outcome.name, outcome.result, outcome.detail) for outcome in outcomes]
    return tables.rows(("kind", "name", "result", "detail"), cells)


def _plan_cells(plan: Plan) -> Iterator[tuple[str, ...]]:
    for row in (row for row in plan.groups if row.ours):
        cost = f"{row.cost:.0f}" + ("" if row.cost_complete else " or more")
        yield f"group {row.name}", row.action, row.reason, row.owner or "-", cost
    for item in plan.items:
        yield f"{item.kind} {item.account}/{item.label}", item.action, item.reason, "", ""
    for deleted in (deleted for deleted in plan.deleted_accounts if deleted.ours):
        yield f"deleted account {deleted.name}", deleted.action, deleted.reason, "", ""
    others = sum(not row.ours for row in plan.groups)
    if others:
        yield f"{others} groups of others", "keep", "not ours", "", ""


def issue(plan: Plan) -> str:
    """What goes or is about to, and every group of ours that stays, as much as an issue holds."""
    head = "\n".join(_head(plan))
    tail = "\n".join(_tail(plan))
    rows = [_issue_row(row) for row in _shown(plan)]
    room = MAX_BODY_CHARACTERS - len((head + tail).encode()) - _ROOM_FOR_NOTE
    kept = fitting(rows, room)
    cut = len(rows) - len(kept)
    note = [f"\n{cut} more rows are in the plan file."] if cut else []
    return "\n".join([head, *kept, *note, tail])


def _head(plan: Plan) -> Iterator[str]:
    yield MARKER
    yield f"Plan of {timestamp(plan.created)} for subscription {cell(plan.subscription)}:"
    counts = {action: len(plan.rows(action)) for action in ("delete", "mark", "keep")}
    yield (
        f"**{counts['delete']} to delete**, {counts['mark']} to mark, {counts['keep']} to keep, "
        f"{len(plan.leftovers('delete'))} leftovers to delete inside those that stay, "
        f"{len(plan.leftovers('mark'))} to mark."
    )
    yield ""
    yield f"To answer, set a tag on the group: `{PROTECT}` (any value) keeps it for good, a later"
    yield f"time in `{DELETE_AFTER}` keeps it until then, and removing that tag keeps it too."
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|---" * len(_COLUMNS) + "|"


def _tail(plan: Plan) -> Iterator[str]:
    waiting = [found for found in plan.deleted_accounts if found.ours]
    leftovers = [*plan.leftovers("delete"), *plan.leftovers("mark")]
    yield from _short_table(
        "Leftover",
        [(f"{i.action} {i.kind} {i.label}", i.account, i.reason) for i in leftovers],
    )
    yield from _short_table("Deleted account", [(a.name, a.action, a.reason) for a in waiting])
    yield ""


def _short_table(title: str, cells: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if cells:
        yield f"\n| {title} | | Why |\n|---|---|---|"
        yield from (f"| {' | '.join(map(cell, row))} |" for row in cells[:_MOST_IN_A_LIST])


def _shown(plan: Plan) -> Sequence[Row]:
    order = {"delete": 0, "mark": 1, "keep": 2}
    ours = [row for row in plan.groups if row.ours]
    return sorted(ours, key=lambda row: (order[row.action], row.name))


def _issue_row(row: Row) -> str:
    holds = f"{len(row.contents)} things" if row.contents else "nothing"
    cost = f"{row.cost:.0f}" if row.cost_complete else f"{row.cost:.0f} or more"
    age = f"{row.since} by {row.age_source}" if row.since else "unknown"
    words = (row.name, row.action, row.reason, row.owner or "-", age, ", ".join(row.locks) or "-")
    return f"| {' | '.join(cell(word) for word in words)} | {holds} | {cost} |"
