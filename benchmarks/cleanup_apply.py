"""How long 500 deletions take that last a minute each, against what ARM's throttle allows.

    python benchmarks/cleanup_apply.py

Azure lets a client that starts with full buckets read 250 times at once and then 25 times a second,
and delete 200 times and then 10 times a second. Each group is read twice before its deletion.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cleanup_azure as azure
from cleanup_plan import POLICY

from local_azure.store import Store
from tuneops.limits import ARM_DELETES, ARM_READS

GOING, STAYING = 500, 2500
READS, DELETION_SECONDS = 2, 60


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "azure"
        with azure.serving(state, speed=1) as values:
            subscription = values["AZURE_SUBSCRIPTION_ID"]
            azure.make_group(subscription, "rg-model")
        _seed(state, subscription)
        policy = Path(folder) / "policy.json"
        policy.write_text(json.dumps(POLICY | {"subscriptions": [subscription]}))
        with azure.serving(state, speed=1):
            seconds, results = _apply(policy, Path(folder) / "plan.json")
    allowed = max(_paced(READS * GOING, ARM_READS), _paced(GOING, ARM_DELETES)) + DELETION_SECONDS
    figures = {
        **results,
        "seconds": round(seconds, 1),
        "allowed by the throttle": round(allowed, 1),
        "ratio": round(seconds / allowed, 2),
        "ratio to one after another": round(seconds / (GOING * DELETION_SECONDS), 4),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def _paced(requests: int, bucket: tuple[int, int]) -> float:
    """Seconds until the last of so many requests may be sent."""
    size, refill = bucket
    return max(0, requests - size) / refill


def _seed(state: Path, subscription: str) -> None:
    store = Store(state)
    [model] = store.list("group", f"/subscriptions/{subscription}")
    with store.transaction():
        going = [f"rg-tuneops-{number}" for number in range(GOING)]
        azure.add_groups(store, model, going, azure.stale_tags())
        staying = [f"rg-team-{number}" for number in range(STAYING)]
        azure.add_groups(store, model, staying, {"team": "payroll"})
    store.close()


def _apply(policy: Path, plan: Path) -> tuple[float, dict[str, int]]:
    script = [sys.executable, "scripts/cleanup.py"]
    options = ["--config", str(policy), "--json"]
    subprocess.run(  # noqa: S603 - our own script
        [*script, "plan", *options, "--out", str(plan)], check=True, stdout=subprocess.DEVNULL
    )
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own script
        [*script, "apply", *options, "--yes", "--plan", str(plan)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - started
    return seconds, dict(Counter(outcome["result"] for outcome in json.loads(done.stdout)))


if __name__ == "__main__":
    main()
