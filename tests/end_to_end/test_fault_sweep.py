"""Whatever one request is answered with, a second run ends with one job and one release."""

import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.local_azure.conftest import LocalAzure

FAULTS: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "408": {"status": 408, "code": "RequestTimeout"},
    "409": {"status": 409, "code": "Conflict"},
    "429 short": {"status": 429, "code": "429", "headers": {"retry-after-ms": "50"}},
    "429 long": {"status": 429, "code": "429", "headers": {"retry-after": "600"}},
    "500": {"status": 500, "code": "InternalServerError"},
    "503": {"status": 503, "code": "ServiceUnavailable"},
    "401": {"status": 401, "code": "401", "message": "Unauthorized. Access token is expired."},
}
PATHS = {"429 long": "/openai/"}  # ARM's SDK waits such a time out; the other gives up at once
STRIDE = 1 if sweep.ALL else 151


@pytest.mark.timeout(7200)
def test_after_a_fault_in_any_request_a_second_run_ends_the_same(
    quick_azure: LocalAzure,
    folder: Path,
    patch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    requests = sweep.whole_run("rg-whole", folder, patch)
    cases = [(nth, name) for nth in range(1, requests + 1) for name in FAULTS]
    chosen = cases[::STRIDE]
    for nth, name in chosen:
        group = f"rg-fault-{nth}-{name.replace(' ', '-')}"
        sweep.provisioned(group, folder, patch)
        fault = {"match": {"nth": nth, "path": PATHS.get(name, "")}, "action": FAULTS[name]}
        quick_azure.admin("PUT", "faults", [fault])
        sweep.run(group, folder, patch)
        quick_azure.admin("DELETE", "faults")
        code, _ = sweep.run(group, folder, patch)
        assert code == 0, sweep.log_of(group, folder)
        sweep.assert_one_of_each(sweep.ending(group, folder, patch))
    with capsys.disabled():
        sys.stdout.write(f"\n{len(chosen)} of {len(cases)} faults, one job after each\n")
