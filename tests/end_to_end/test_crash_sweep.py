"""Killed at any request, the pipeline goes on where it was: one job, two files, one release."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import pipeline
from tests.end_to_end.pipeline import Cut, run_forked
from tests.local_azure.conftest import LocalAzure

Settle = Callable[[str], "Place"]
EVERY = 6  # of the cuts in this suite; `make sweep` takes every one


class Place:
    """One account of the local Azure, and what is in it after a run."""

    def __init__(self, azure: LocalAzure, group: str, folder: Path) -> None:
        self.azure = azure
        self.group = group
        self.log = folder / f"{group}.log"

    def run(self, cut: Cut | None = None) -> tuple[int, int]:
        return run_forked(pipeline.train_and_release, self.log, cut)

    def facts(self) -> dict[str, Any]:
        """Jobs, files and deployments of this account, read from the server itself."""
        scope = self.group.lower()
        found = self.azure.admin("GET", "state")
        return {kind: [n for n in listed["names"] if scope in n] for kind, listed in found.items()}
