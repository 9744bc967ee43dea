"""A local Azure for all tests of a file, and what they put into it."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tuneops.azure.cloud import Session, connect
from tuneops.cleanup import apply, inventory, outcomes, plan
from tuneops.cleanup.inventory import SubscriptionContext
from tuneops.cleanup.outcomes import Outcome
from tuneops.cleanup.plan import Plan
from tuneops.cleanup.policy import Policy
from tuneops.config import Config
from tuneops.tags import CREATED, EXPIRES, MANAGED_BY, owner

REGION = "swedencentral"
ARM = "?api-version=2025-04-01"
HOUR = 3600
LONG_AGO = "2026-01-01T00:00:00Z"


def _local_azure() -> ModuleType:
    path = Path(__file__).parents[1] / "local_azure/conftest.py"
    spec = importlib.util.spec_from_file_location("cleanup_local_azure", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SERVERS = _local_azure()


@dataclass
class Cloud:
    """One local Azure, with a policy under which nothing has to be waited for."""

    azure: Any
    token: str
    session: Session
    policy: Policy
    places: tuple[Config, ...] = ()
    said: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        answer = self.azure.request(method, path, body, token=self.token)
        assert answer.status < 300, answer
        return answer.body

    def path(self, group: str, below: str = "") -> str:
        return f"/subscriptions/{self.azure.subscription}/resourceGroups/{group}{below}"

    def group(
        self, name: str, changes: dict[str, str] | None = None, *, marked: bool = True
    ) -> str:
        """A group that nothing keeps; marked or not."""
        tags = {MANAGED_BY: owner(), CREATED: LONG_AGO}
        tags |= {EXPIRES: LONG_AGO}
        if marked:
            tags |= {"tuneops-marked": LONG_AGO, "tuneops-delete-after": LONG_AGO}
        self.send(
            "PUT", self.path(name) + ARM, {"location": REGION, "tags": tags | (changes or {})}
        )
        return name

    def tag(self, group: str, **tags: str) -> None:
        patch = {"operation": "Merge", "properties": {"tags": tags}}
        self.send(
            "PATCH", self.path(group, "/providers/Microsoft.Resources/tags/default" + ARM), patch
        )

    def account(self, group: str, name: str, **tags: str) -> str:
        """An account that was made an hour ago."""
        path = self.path(group, f"/providers/Microsoft.CognitiveServices/accounts/{name}")
        body: dict[str, Any] = {"location": REGION, "kind": "AIServices", "sku": {"name": "S0"}}
        body |= {"properties": {"customSubDomainName": name}}
        self.azure.admin("POST", "clock", {"step_seconds": -HOUR})
        self.send("PUT", f"{path}?api-version=2025-09-01", {**body, "tags": tags or self.ours})
        self.azure.admin("POST", "clock", {"step_seconds": HOUR})
        return name

    def lock(self, group: str, name: str = "keep") -> None:
        path = self.path(group, f"/providers/Microsoft.Authorization/locks/{name}")
        body = {"properties": {"level": "CanNotDelete"}}
        self.send("PUT", f"{path}?api-version=2020-05-01", body)

    def unlock(self, group: str, name: str = "keep") -> None:
        path = self.path(group, f"/providers/Microsoft.Authorization/locks/{name}")
        self.send("DELETE", f"{path}?api-version=2020-05-01")

    @property
    def ours(self) -> dict[str, str]:
        return {MANAGED_BY: owner()}

    def fault(self, method: str, path: str, times: int | None = 1, **action: Any) -> None:  # noqa: ANN401
        nth = action.pop("nth", 1)
        known = self.azure.admin("GET", "faults")
        match = {"method": method, "path": path, "nth": nth}
        fault = {"match": match, "times": times, "action": action}
        self.azure.admin("PUT", "faults", [*known, fault])

    def groups(self) -> set[str]:
        return set(self.azure.admin("GET", "state?details=1")["groups"]["names"])

    def deleted(self) -> list[str]:
        """The ids of the soft-deleted accounts."""
        path = f"/subscriptions/{self.azure.subscription}/providers/Microsoft.CognitiveServices"
        found = self.send("GET", f"{path}/deletedAccounts?api-version=2025-09-01")
        return [account["id"] for account in found["value"]]

    def plan(self) -> Plan:
        now = outcomes.utc_now()
        found = inventory.read_subscription(self.session, self.policy, self.places, now)
        return plan.plan(found, self.policy, now)

    def plan_after_notice(self) -> Plan:
        """Mark what is due, and plan again once its notice of a second is over."""
        marked = self.apply(self.plan())
        assert {outcome.result for outcome in marked.values()} == {"marked"}, marked
        deadline = outcomes.utc_now() + timedelta(seconds=30)
        while not (made := self.plan()).leftovers("delete"):
            assert outcomes.utc_now() < deadline, made.items
        return made

    def apply(self, agreed: Plan, **options: Any) -> dict[str, Outcome]:  # noqa: ANN401
        done = apply.apply(self.context(), agreed, self.said.append, **options)
        return {outcome.name: outcome for outcome in done}

    def context(self) -> SubscriptionContext:
        now = outcomes.utc_now()
        return inventory.read_context(self.session, self.policy, self.places, now)

    def changed(self, **sections: dict[str, Any]) -> "Cloud":
        """The same Azure under another policy."""
        document = json.loads(self.policy.model_dump_json())
        for section, values in sections.items():
            document[section] |= values
        return Cloud(self.azure, self.token, self.session, Policy.model_validate(document))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    started = SERVERS.start_server(tmp_path_factory.mktemp("cleanup") / "azure", "--speed", "300")
    yield started
    SERVERS.stop_server(started)


@pytest.fixture(scope="module")
def signed_in(server: Any) -> tuple[str, Session]:  # noqa: ANN401
    """A token and a session for all tests of a file."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        patch.setenv("TUNEOPS_POLL_SECONDS", "0.05")
        return server.token(), connect()


@pytest.fixture
def cloud(
    server: Any,  # noqa: ANN401
    signed_in: tuple[str, Session],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Cloud]:
    """Empty at the start of each test but for one group of somebody else."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TUNEOPS_POLL_SECONDS", "0.05")
    quick = {"account_seconds": 0, "group_delete_seconds": 0, "deployment_seconds": 0}
    server.admin("PATCH", "settings", quick)
    policy = Policy.model_validate(policy_document(server.subscription))
    made = Cloud(server, *signed_in, policy)
    made.send("PUT", made.path("rg-payroll") + ARM, {"location": REGION})
    yield made
    server.admin("DELETE", "faults")
    server.admin("PATCH", "settings", quick)
    server.admin("POST", "clock", {"step_seconds": HOUR})
    for name in made.groups():
        _clear(made, name)
    for name in made.deleted():
        made.send("DELETE", f"{name}?api-version=2025-09-01")
    server.admin("POST", "clock", {"step_seconds": -server.admin("GET", "clock")["offset"]})


@pytest.fixture
def policy_file(cloud: Cloud, tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(json.dumps(policy_document(cloud.azure.subscription)), encoding="utf-8")
    return path


def policy_document(subscription: str) -> dict[str, Any]:
    return {
        "subscriptions": [subscription],
        "groups": {
            "names": ["rg-tuneops-*"],
            "min_age": "1s",
            "stale_after": "never",
            "notice": "1s",
            "mark_valid": "9000d",
        },
        "breakers": {
            "max_groups": 50,
            "max_percent": 100,
            "max_deployments": 9,
            "max_leftovers": 99,
            "max_purges": 5,
        },
        "apply": {"plan_fresh": "1h", "wait": "20s"},
        "deployments": {"idle_after": "14d"},
        "training": {"older_than": "1s"},
        "purge": {"after": "1s"},
        "report": {"owner_tags": ["owner"]},
    }


def _clear(cloud: Cloud, group: str) -> None:
    path = cloud.path(group, "/providers/Microsoft.Authorization/locks?api-version=2020-05-01")
    for lock in cloud.send("GET", path)["value"]:
        cloud.send("DELETE", f"{lock['id']}?api-version=2020-05-01")
    cloud.send("DELETE", cloud.path(group) + ARM)
