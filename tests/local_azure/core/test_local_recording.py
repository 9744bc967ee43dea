"""What a server keeps of its exchanges, and what the witness of the suite makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_azure import contract
from tests.local_azure.witness import Witness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import Start

GROUP = "/subscriptions/s/resourcegroups/rg"
KEPT = {
    "id": GROUP,
    "name": "rg",
    "location": "eastus2",
    "properties": {"provisioningState": "Succeeded"},
}


def exchange(asked: object, status: int, answered: object, **more: object) -> dict[str, object]:
    return {
        "method": "PUT",
        "path": GROUP,
        "query": "api-version=2025-04-01",
        "asked": json.dumps(asked),
        "status": status,
        "type": "application/json",
        "answered": json.dumps(answered),
        **more,
    }


def test_exchanges_are_kept(tmp_path: Path, start_local_azure: Start) -> None:
    """Requests and answers as they passed; neither what is asked of /_local nor a fault."""
    server = start_local_azure("--record", str(tmp_path / "kept"))
    token, path = server.token(), f"/subscriptions/{server.subscription}/resourceGroups/rg"
    version = "api-version=2025-04-01"
    server.request("PUT", f"{path}?{version}", {"location": "eastus2"}, token=token)
    server.admin("PUT", "faults", [{"match": {"method": "GET"}, "action": {"status": 503}}])
    server.request("GET", f"{path}?{version}", token=token)
    server.kill()
    (kept,) = (tmp_path / "kept").iterdir()
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    (put,) = [line for line in lines if line["path"] == path]
    assert (put["method"], put["query"], put["status"]) == ("PUT", version, 201)
    assert json.loads(put["asked"]) == {"location": "eastus2"}
    assert json.loads(put["answered"])["name"] == "rg"
    assert not [line for line in lines if line["path"].startswith("/_local")]


@pytest.mark.skipif(not contract.SPECS.is_dir(), reason=f"no specifications in {contract.SPECS}")
@pytest.mark.parametrize(
    ("told", "words"),
    [
        (exchange({"location": "x"}, 201, KEPT), None),
        (exchange({"location": "x"}, 400, {"error": {"code": "a", "message": "b"}}), None),
        (exchange({"location": "x"}, 418, {"error": 7}), "$.error"),
        (exchange({"location": "x"}, 204, None), "the status 204 is none of"),
        (exchange({"location": "x"}, 201, KEPT | {"nam": "rg"}), "'nam'"),
        (exchange({"location": "x"}, 201, KEPT | {"tags": 7}), "7 is not of type 'object'"),
        (exchange({"location": 7}, 201, KEPT), "accepted a request that is none"),
        (exchange({}, 500, None, failed="KeyError: 'x'"), "KeyError"),
    ],
)  # fmt: skip
def test_the_witness(tmp_path: Path, told: Any, words: str | None) -> None:  # noqa: ANN401
    """An answer, a status or an accepted request that the specification does not know is told."""
    file = tmp_path / "1.jsonl"
    file.write_text(f"{json.dumps(told)}\n{json.dumps(told)[:40]}", encoding="utf-8")
    witness = Witness(tmp_path)
    found = witness.read()
    assert witness.exchanges == 1
    assert witness.read() == []
    assert len(found) == (words is not None)
    assert all(str(words) in line for line in found)
