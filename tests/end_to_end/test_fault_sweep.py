"""Whatever one request is answered with, a second run ends with one job and one release."""

import sys
from collections.abc import Callable
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
    "cut in the middle": {"drop": "during"},
    "408": {"status": 408, "code": "RequestTimeout"},
    "409": {"status": 409, "code": "Conflict"},
    "429 short": {"status": 429, "code": "429", "headers": {"retry-after-ms": "50"}},
    "429 long": {"status": 429, "code": "429", "headers": {"retry-after": "600"}},
    "500": {"status": 500, "code": "InternalServerError"},
    "503": {"status": 503, "code": "ServiceUnavailable"},
    "401": {"status": 401, "code": "401", "message": "Unauthorized. Access token is expired."},
}
PATHS = {"429 long": "/openai/"}  # ARM's SDK waits such a time out; the other gives up at once


@pytest.fixture(scope="module")
def whole(quick_server: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> int:
    """How many requests an undisturbed run sends."""
    assert quick_server.process.poll() is None
    return sweep.whole_run("rg-whole", folder, patch)


@pytest.fixture
def requests(whole: int, name: str, record_property: Callable[[str, object], None]) -> list[int]:
    """Those on which the fault is tried: in a full sweep all, else one, another for each fault."""
    one = 1 + 8 * list(FAULTS).index(name) % whole
    chosen = list(range(1, whole + 1)) if sweep.ALL else [one]
    record_property("sweep", f"fault '{name}' on {len(chosen)} of {whole} requests")
    return chosen


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_in_any_request_a_second_run_ends_the_same(
    name: str,
    requests: list[int],
    quick_azure: LocalAzure,
    folder: Path,
    patch: pytest.MonkeyPatch,
) -> None:
    problems = []
    for nth in requests:
        group = f"rg-{name.replace(' ', '-')}-{nth}"
        sweep.provisioned(group, folder, patch)
        fault = {"match": {"nth": nth, "path": PATHS.get(name, "")}, "action": FAULTS[name]}
        quick_azure.admin("PUT", "faults", [fault])
        sweep.run(group, folder, patch)
        quick_azure.admin("DELETE", "faults")
        problems += sweep.problems_of_a_second_run(group, folder, patch)
    assert not problems, "\n".join(problems)
