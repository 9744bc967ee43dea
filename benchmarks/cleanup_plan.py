"""How long and how large a plan is for 10,000 resource groups with 50,000 resources.

    python benchmarks/cleanup_plan.py

The local Azure's own time is what a bare client needs for the same lists.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cleanup_azure as azure

from local_azure.store import Store
from tuneops import ownership

GROUPS, EACH = 10_000, 5
OURS, OUR_ACCOUNTS = 200, 20  # groups that carry our tag, and accounts of ours to look into
ACCOUNTS = "/providers/Microsoft.CognitiveServices/accounts"
POLICY = {
    "groups": {
        "names": ["rg-tuneops-*"],
        "min_age": "24h",
        "stale_after": "never",
        "notice": "20h",
        "mark_valid": "9000d",
    },
    "breakers": {"max_groups": 500, "max_percent": 20, "max_purges": 1},
    "apply": {"wait": "30m"},
    "deployments": {"idle_after": "14d"},
    "training": {"older_than": "30d"},
    "purge": {"after": "24h"},
    "report": {"owner_tags": ["owner"], "hosting_usd_per_hour": 1.7},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "azure"
        _seed(state)
        with azure.serving(state, speed=1) as values:
            subscription = values["AZURE_SUBSCRIPTION_ID"]
            policy = Path(folder) / "policy.json"
            policy.write_text(json.dumps(POLICY | {"subscriptions": [subscription]}))
            service = _bare_reading(subscription)
            seconds, megabytes, made = _plan(policy, Path(folder) / "plan.json")
    figures = {
        "groups": len(made["groups"]),
        "resources": sum(len(row["contents"]) for row in made["groups"]),
        "to delete": sum(row["action"] == "delete" for row in made["groups"]),
        "service's own seconds": round(service, 1),
        "plan's seconds": round(seconds, 1),
        "besides the service": round(seconds - service, 1),
        "ratio to the service": round(seconds / service, 2),
        "share of the 20 s allowed": round((seconds - service) / 20, 2),
        "peak MB": round(megabytes),
        "share of the 300 MB allowed": round(megabytes / 300, 2),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def _seed(state: Path) -> None:
    """One account made by the server itself is the model of all others."""
    with azure.serving(state, speed=1000) as values:
        subscription = values["AZURE_SUBSCRIPTION_ID"]
        group = f"/subscriptions/{subscription}/resourceGroups/rg-model"
        place = {"location": "swedencentral"}
        azure.ask("PUT", f"{group}?api-version=2025-04-01", place)
        body = place | {"kind": "AIServices", "sku": {"name": "S0"}}
        azure.ask("PUT", f"{group}{ACCOUNTS}/model?api-version=2025-09-01", body)
    store = Store(state)
    [model] = store.list_under("account", f"/subscriptions/{subscription}")
    with store.transaction():
        _fill(store, subscription, model)
    store.close()


def _fill(store: Store, subscription: str, model: dict[str, Any]) -> None:
    ours = model | {"tags": {ownership.MANAGED_BY: ownership.owner()}}
    for number in range(GROUPS - 1):
        is_ours = number < OURS
        name = f"rg-tuneops-{number}" if is_ours else f"rg-team-{number}"
        tags = azure.stale_tags() if is_ours else {"team": "payroll", "env": "prod"}
        azure.add_groups(store, subscription, [name], tags)
        if number < OUR_ACCOUNTS:
            azure.add_accounts(store, ours, name, [f"own-{number}"])
        elif not is_ours:
            names = [f"acc-{number}-{each}" for each in range(EACH)]
            azure.add_accounts(store, model, name, names)
    missing = EACH * OURS - OUR_ACCOUNTS
    spare = [f"spare-{number}" for number in range(missing)]
    azure.add_accounts(store, model, f"rg-team-{GROUPS - 2}", spare)


def _bare_reading(subscription: str) -> float:
    started = time.monotonic()
    root = f"/subscriptions/{subscription}"
    for path in (
        f"{root}/resourcegroups?api-version=2025-04-01",
        f"{root}/resources?api-version=2025-04-01&$expand=createdTime",
    ):
        url: str | None = path
        while url:
            url = azure.ask("GET", url).get("nextLink")
    return time.monotonic() - started


def _plan(policy: Path, out: Path) -> tuple[float, float, dict[str, Any]]:
    command = [sys.executable, "scripts/cleanup.py", "plan", "--config", str(policy)]
    started = time.monotonic()
    subprocess.run(  # noqa: S603 - our own script
        [*command, "--out", str(out)], check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.monotonic() - started
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, megabytes, json.loads(out.read_text())


if __name__ == "__main__":
    main()
