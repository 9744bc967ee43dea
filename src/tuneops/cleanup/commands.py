"""What scripts/cleanup.py does, each command from its options to its facts."""

import json
from pathlib import Path
from typing import Any

from tuneops import console
from tuneops.azure.cloud import connect
from tuneops.cleanup import apply as deletion


def plan(out: Path | None) -> dict[str, Any]:
    made = deletion.make_plan(connect()).to_json()
    if out:
        out.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return made


def apply(plan_path: Path, *, dry_run: bool) -> list[dict[str, Any]]:
    agreed = deletion.read_plan(plan_path)
    if dry_run:
        return [
            {"name": row.name, "result": "would delete", "detail": row.reason}
            for row in agreed.deletions
        ]
    return [vars(outcome) for outcome in deletion.apply(connect(), agreed, console.say)]


def purge(*, dry_run: bool) -> dict[str, Any]:
    session = connect()
    if dry_run:
        return {"would_purge": [account.name for account in deletion.purgeable(session)]}
    return {"purged": deletion.purge(session, console.say)}
