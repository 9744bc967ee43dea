"""The repository's workflow files, read as data."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

WORKFLOWS = Path(".github/workflows")
ACTIONS = Path(".github/actions")
_PINNED = re.compile(r"[^@]+@[0-9a-f]{40}")


@dataclass(frozen=True)
class WorkflowFile:
    """One workflow; ``events`` are its triggers with their filters."""

    file: str
    name: str
    events: Mapping[str, Mapping[str, Any]]
    jobs: Mapping[str, Mapping[str, Any]]

    @property
    def crons(self) -> list[str]:
        schedules: Any = self.events.get("schedule", {})
        return [entry["cron"] for entry in schedules or []]

    @property
    def environments(self) -> set[str]:
        return {str(job["environment"]) for job in self.jobs.values() if "environment" in job}

    @property
    def used_actions(self) -> list[str]:
        steps = [step for job in self.jobs.values() for step in job.get("steps", [])]
        return [str(step["uses"]) for step in steps if "uses" in step]

    def triggered_by(self, event: str, path: str | None, branch: str = "main") -> bool:
        """Whether the event starts it; ``path`` is the only one that changed, if any did."""
        if event not in self.events:
            return False
        filters = self.events[event] or {}
        if event == "push" and branch not in filters.get("branches", [branch]):
            return False
        if path is None:
            return True
        ignored = any(fnmatch(path, pattern) for pattern in filters.get("paths-ignore", []))
        return not ignored and any(fnmatch(path, p) for p in filters.get("paths", ["*"]))


def read(root: Path = Path()) -> list[WorkflowFile]:
    """All workflows, by file name."""
    return [_workflow(file) for file in sorted((root / WORKFLOWS).glob("*.yml"))]


def unpinned(root: Path = Path()) -> Iterator[tuple[str, str]]:
    """Each file with an action that it does not pin by commit."""
    for workflow in read(root):
        yield from ((workflow.file, use) for use in workflow.used_actions if not _safe(use))
    for file in sorted((root / ACTIONS).glob("*/action.yml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        uses = [str(step["uses"]) for step in document["runs"]["steps"] if "uses" in step]
        yield from ((file.relative_to(root).as_posix(), use) for use in uses if not _safe(use))


def _workflow(file: Path) -> WorkflowFile:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    triggers = document[True]  # YAML 1.1 reads the key `on` so
    if not isinstance(triggers, dict):
        named = [triggers] if isinstance(triggers, str) else triggers
        triggers = {event: {} for event in named}
    return WorkflowFile(file.name, document["name"], triggers, document["jobs"])


def _safe(use: str) -> bool:
    return use.startswith("./") or _PINNED.fullmatch(use) is not None
