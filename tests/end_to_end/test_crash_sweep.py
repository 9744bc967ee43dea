"""Killed at any request, the pipeline goes on where it was: one job, two files, one release."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.pipeline import Cut
from tests.local_azure.conftest import LocalAzure

STRIDE = 1 if sweep.ALL else 29


@pytest.mark.timeout(3600)
def test_after_a_kill_at_any_request_a_second_run_ends_the_same(
    quick_azure: LocalAzure,
    folder: Path,
    patch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    requests = sweep.whole_run("rg-whole", folder, patch)
    cuts = [(at, after) for at in range(1, requests + 1) for after in (False, True)]
    chosen = cuts[::STRIDE]
    record_property("sweep", f"kills at {len(chosen)} of {len(cuts)} points")
    problems = []
    for at, after in chosen:
        group = f"rg-cut-{at}-{'after' if after else 'before'}"
        sweep.provisioned(group, folder, patch)
        killed, _ = sweep.run(group, folder, patch, Cut(at, after=after))
        assert killed in {-9, 0}  # 0: this run waited less, and made fewer requests
        problems += sweep.problems_of_a_second_run(group, folder, patch)
    assert quick_azure.process.poll() is None
    assert not problems, "\n".join(problems)
