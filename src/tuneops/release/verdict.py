"""The smoke test's verdict, kept where the decision needs it: on the deployment it judged."""

import hashlib
from pathlib import Path

from tuneops import ownership
from tuneops.azure import deployments
from tuneops.azure.account import Foundry


def record(foundry: Foundry, deployment: str, outcome: str, report: Path) -> None:
    """Tag the deployment with the verdict, the content that it judged and the record's digest.

    A deployment that is not ours is left as it is.
    """
    found = deployments.find(foundry.session, foundry.account, deployment)
    if found is None or not ownership.is_ours(found.tags):
        return
    verdict = {
        ownership.SMOKE: outcome,
        ownership.SMOKE_KEY: found.tags.get(ownership.KEY, ""),
        ownership.SMOKE_REPORT: hashlib.sha256(report.read_bytes()).hexdigest(),
    }
    deployments.tag(foundry.session, foundry.account, found, verdict)
