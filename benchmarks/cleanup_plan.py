"""How long and how large a plan is for 10,000 resource groups with 50,000 resources.

    python benchmarks/cleanup_plan.py

Processor seconds of the command leave out what the service takes to answer.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cleanup_azure as azure

from local_azure.store import Store
from tuneops.tags import MANAGED_BY, owner

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
    "breakers": {
        "max_groups": 500,
        "max_percent": 20,
        "max_deployments": 9,
        "max_leftovers": 99,
        "max_purges": 1,
    },
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
            seconds, megabytes, made = _plan(policy, Path(folder) / "plan.json")
    figures = {
        "groups": len(made["groups"]),
        "resources": sum(len(row["contents"]) for row in made["groups"]),
        "to delete": sum(row["action"] == "delete" for row in made["groups"]),
        "processor seconds": round(seconds, 1),
        "share of the 20 s allowed": round(seconds / 20, 2),
        "peak MB": round(megabytes),
        "share of the 300 MB allowed": round(megabytes / 300, 2),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def _seed(state: Path) -> None:
    """A group and an account made by the server itself are the models of all others."""
    with azure.serving(state, speed=1000) as values:
        subscription = values["AZURE_SUBSCRIPTION_ID"]
        path = azure.make_group(subscription, "rg-model")
        body = azure.PLACE | {"kind": "AIServices", "sku": {"name": "S0"}}
        azure.ask("PUT", f"{path}{ACCOUNTS}/model?api-version=2025-09-01", body)
    store = Store(state)
    scope = f"/subscriptions/{subscription}"
    [group], [account] = store.list("group", scope), store.list_under("account", scope)
    with store.transaction():
        _fill(store, group, account)
    store.close()


def _fill(store: Store, group: dict[str, Any], account: dict[str, Any]) -> None:
    ours = account | {"tags": {MANAGED_BY: owner()}}
    for number in range(GROUPS - 1):
        is_ours = number < OURS
        name = f"rg-tuneops-{number}" if is_ours else f"rg-team-{number}"
        tags = azure.stale_tags() if is_ours else {"team": "payroll", "env": "prod"}
        azure.add_groups(store, group, [name], tags)
        if number < OUR_ACCOUNTS:
            azure.add_accounts(store, ours, name, [f"own-{number}"])
        elif not is_ours:
            names = [f"acc-{number}-{each}" for each in range(EACH)]
            azure.add_accounts(store, account, name, names)
    missing = EACH * OURS - OUR_ACCOUNTS
    spare = [f"spare-{number}" for number in range(missing)]
    azure.add_accounts(store, account, f"rg-team-{GROUPS - 2}", spare)


def _plan(policy: Path, out: Path) -> tuple[float, float, dict[str, Any]]:
    """Processor seconds, which do not count the waiting for the service, and peak megabytes."""
    command = [sys.executable, "scripts/cleanup.py", "plan", "--config", str(policy)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 - our own script
        [*command, "--out", str(out)], check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024, json.loads(out.read_text())


if __name__ == "__main__":
    main()
