"""Plans and outcomes on a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tuneops.cleanup.apply import Outcome
from tuneops.cleanup.plan import Plan
from tuneops.display import tables

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


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
